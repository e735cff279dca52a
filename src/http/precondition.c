/* SPDX-License-Identifier: MIT */
/* Does a request still want the file that it asks for? Asked once the cache has found the entry, before a status is
 * chosen. */

#include "http/precondition.h"

#include "http/date.h"

/* A tag without its weakness: for weak comparison. */
static struct sv opaque(struct sv tag)
{
    return sv_starts(tag, SV("W/")) ? sv_skip(tag, 2) : tag;
}

/* Take one entity tag off the front of a list; tags may hold commas, so their quotes are what counts. */
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
    *tag = sv_of(list->p, close + 1);
    *list = sv_skip(*list, close + 1);
    return true;
}

static bool none_match_names(const struct request *rq, struct sv etag)
{
    uint32_t at = 0;

    for (struct sv line; (line = request_next(rq, FIELD_IF_NONE_MATCH, &at)).p != NULL;) {
        if (sv_eq(line, SV("*")))
            return true;
        for (struct sv tag; take_tag(&line, &tag);)
            if (etag.len > 0 && sv_eq(opaque(tag), opaque(etag)))
                return true;
    }
    return false;
}

bool precondition_not_modified(const struct request *rq, const struct validators *v)
{
    int64_t since;

    if (rq->field[FIELD_IF_NONE_MATCH].p != NULL)
        return none_match_names(rq, v->etag);
    if (rq->field[FIELD_IF_MODIFIED_SINCE].p == NULL)
        return false;
    return date_read(rq->field[FIELD_IF_MODIFIED_SINCE], v->now, &since) && since <= v->now && v->modified <= since;
}

/* Strong comparison: a weak tag names nothing. A date must be the very one that we gave, and old enough that no second
 * change can hide in the same second (RFC 9110 8.8.2.2). */
bool precondition_if_range(const struct request *rq, const struct validators *v)
{
    struct sv condition = rq->field[FIELD_IF_RANGE];
    int64_t date;

    if (condition.p == NULL)
        return true;
    if (sv_starts(condition, SV("\"")))
        return sv_eq(condition, v->etag);
    return date_read(condition, v->now, &date) && date == v->modified && v->modified < v->now;
}
