/* SPDX-License-Identifier: MIT */
/* Does a request still want the file that it asks for? Asked once the cache has found the entry, before a status is
 * chosen. Where in doubt, no tag names the file: a needless 200 costs bytes and a needless 412 another try, but a 304 or
 * 206 of the wrong file leaves the client with wrong content. */

#include "http/precondition.h"

#include "http/date.h"

typedef bool comparison(struct sv theirs, struct sv ours);

/* A tag without its weakness. */
static struct sv opaque(struct sv tag)
{
    return sv_starts(tag, SV("W/")) ? sv_skip(tag, 2) : tag;
}

static bool same_weakly(struct sv theirs, struct sv ours)
{
    return sv_eq(opaque(theirs), opaque(ours));
}

/* What begins with a quote is no weak tag, and neither is its equal. */
static bool same_strongly(struct sv theirs, struct sv ours)
{
    return sv_starts(theirs, SV("\"")) && sv_eq(theirs, ours);
}

static bool tag_names(struct sv tag, const struct validators *v, comparison *same)
{
    return same(tag, v->etag);
}

/* Take one entity tag off the front of a list, and what separates it from its neighbours. Tags may hold commas, so
 * their quotes are what counts. Where it fails, *list is empty at the end and not empty at what is no tag. */
static bool take_tag(struct sv *list, struct sv *tag)
{
    while (list->len > 0 && (list->p[0] == ' ' || list->p[0] == '\t' || list->p[0] == ','))
        *list = sv_skip(*list, 1);

    size_t open = sv_starts(*list, SV("W/")) ? 2 : 0;
    if (list->len <= open || list->p[open] != '"')
        return false;
    size_t close = open + 1 + sv_find(sv_skip(*list, open + 1), '"');
    if (close >= list->len)
        return false;
    struct sv rest = sv_trim(sv_skip(*list, close + 1));
    if (rest.len > 0 && rest.p[0] != ',')
        return false;
    *tag = sv_of(list->p, close + 1);
    *list = rest;
    return true;
}

/* All lines are one list (RFC 9110 5.3), or one asterisk. What is no tag ends it, in later lines too: which quotes open
 * and which close is then anybody's guess, and behind it the inside of a tag could pass for one. */
static bool list_names(const struct request *rq, enum field field, const struct validators *v, comparison *same)
{
    uint32_t at = 0;
    struct sv line = request_next(rq, field, &at);
    struct sv tag;

    if (sv_eq(line, SV("*")))
        return request_next(rq, field, &at).p == NULL;
    for (; line.p != NULL; line = request_next(rq, field, &at)) {
        while (take_tag(&line, &tag))
            if (tag_names(tag, v, same))
                return true;
        if (line.len > 0)
            return false;
    }
    return false;
}

/* The first two steps of RFC 9110 13.2.2: is it another file than the one that the request is meant for? */
static bool has_failed(const struct request *rq, const struct validators *v)
{
    int64_t since;

    if (rq->field[FIELD_IF_MATCH].p != NULL)
        return !list_names(rq, FIELD_IF_MATCH, v, same_strongly);
    if (rq->field[FIELD_IF_UNMODIFIED_SINCE].p == NULL || v->modified == INT64_MAX)
        return false;
    return date_read(rq->field[FIELD_IF_UNMODIFIED_SINCE], v->now, &since) && v->modified > since;
}

/* The next two: has the client got this very file? */
static bool is_not_modified(const struct request *rq, const struct validators *v)
{
    int64_t since;

    if (rq->field[FIELD_IF_NONE_MATCH].p != NULL)
        return list_names(rq, FIELD_IF_NONE_MATCH, v, same_weakly);
    if (rq->field[FIELD_IF_MODIFIED_SINCE].p == NULL)
        return false;
    return date_read(rq->field[FIELD_IF_MODIFIED_SINCE], v->now, &since) && v->modified <= since;
}

enum verdict precondition_check(const struct request *rq, const struct validators *v)
{
    if (has_failed(rq, v))
        return VERDICT_FAILED;
    return is_not_modified(rq, v) ? VERDICT_NOT_MODIFIED : VERDICT_GO;
}

enum why precondition_why(const struct request *rq, enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_FAILED:
        return rq->field[FIELD_IF_MATCH].p != NULL ? WHY_IF_MATCH : WHY_IF_UNMODIFIED_SINCE;
    case VERDICT_NOT_MODIFIED:
        return rq->field[FIELD_IF_NONE_MATCH].p != NULL ? WHY_IF_NONE_MATCH : WHY_IF_MODIFIED_SINCE;
    case VERDICT_GO:
        break;
    }
    return WHY_NONE;
}

/* A date must be the very one that we gave, and old enough that no second change can hide in the same second (RFC 9110
 * 8.8.2.2). */
bool precondition_if_range(const struct request *rq, const struct validators *v)
{
    struct sv condition = rq->field[FIELD_IF_RANGE];
    int64_t date;

    if (condition.p == NULL || tag_names(condition, v, same_strongly))
        return true;
    return date_read(condition, v->now, &date) && date == v->modified && v->modified < v->now;
}
