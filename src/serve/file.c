/* SPDX-License-Identifier: MIT */
/* From a file to an answer: does the client have it already, does it want a part, and how is that told? */

#include "serve/file.h"

#include <inttypes.h>
#include <stdio.h>

#include "http/digest.h"
#include "http/precondition.h"
#include "http/range.h"

static bool names_in(const struct request *rq, enum field field, struct sv tag)
{
    uint32_t at = 0;

    if (rq->field[field].p == NULL)
        return false;
    for (struct sv line; (line = request_next(rq, field, &at)).p != NULL;)
        if (memmem(line.p, line.len, tag.p, tag.len) != NULL)
            return true;
    return false;
}

static bool names(const struct request *rq, struct sv tag)
{
    return names_in(rq, FIELD_IF_NONE_MATCH, tag) || names_in(rq, FIELD_IF_MATCH, tag) ||
           names_in(rq, FIELD_IF_RANGE, tag);
}

static bool may_name_tags(const struct request *rq)
{
    return rq->field[FIELD_IF_NONE_MATCH].p != NULL || rq->field[FIELD_IF_MATCH].p != NULL ||
           rq->field[FIELD_IF_RANGE].p != NULL;
}

/* The tag that is the file's for this client. One that was young when it was first served had a tag made of its content.
 * That still names it, so whoever has it is answered with it. */
static struct sv tag_for(const struct answer *a)
{
    struct entry *e = a->e;

    if (e->etag.len == 0 || !may_name_tags(a->rq) || names(a->rq, e->etag) || !names(a->rq, SV("\"")) ||
        !load_sum_is_at_hand(e) || cache_sum(&a->serve->cache, e) != SUM_READY)
        return e->etag;
    struct sv content = sv_of(e->sum->tag, e->sum->tag_len);
    return names(a->rq, content) ? content : e->etag;
}

/* Sets what the answer says of the digest. False where that has to be waited for. */
static bool set_digest(struct answer *a)
{
    if (a->rq->field[FIELD_WANT_REPR_DIGEST].p == NULL || !digest_is_wanted(a->rq))
        return true;
    a->serve->sums_news = sums_news(a->serve->cache.load.sums);
    enum sum_state state = cache_sum(&a->serve->cache, a->e);
    if (state == SUM_READY)
        a->to.sum = a->e->sum;
    return state != SUM_LATER || !a->may_wait;
}

static void make_boundary(struct serve *s, struct boundary *b)
{
    char text[BOUNDARY_LEN + 1];
    uint64_t half[2];

    for (int i = 0; i < 2; i++, s->boundaries++)
        half[i] = hash(&s->boundary_key, sv_of((const char *)&s->boundaries, sizeof s->boundaries));
    (void)snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64, half[0], half[1]);
    memcpy(b->text, text, BOUNDARY_LEN);
}

static bool send_whole(struct answer *a, enum why why)
{
    return answer_as(a, why, response_file(&a->to, a->e));
}

static bool send_parts(struct answer *a)
{
    struct boundary boundary;

    make_boundary(a->serve, &boundary);
    struct parts *parts = parts_new(a->e, &a->serve->ranges, &boundary);
    if (parts == NULL)
        return answer_page(a, WHY_SHORTAGE);
    return answer_as(a, WHY_RANGE, response_parts(&a->to, a->e, parts, &boundary));
}

static bool send_range(struct answer *a)
{
    struct ranges *ranges = &a->serve->ranges;

    switch (range_read(a->rq->field[FIELD_RANGE], a->e->size, a->serve->ranges_max, ranges)) {
    case RANGE_PARTS:
        if (ranges->n > 1)
            return send_parts(a);
        return answer_as(a, WHY_RANGE, response_part(&a->to, a->e, &ranges->part[0]));
    case RANGE_BEYOND:
        return answer_as(a, WHY_BEYOND, response_beyond(&a->to, a->e));
    case RANGE_NONE:
        break;
    }
    return send_whole(a, a->e->size > 0 ? WHY_RANGE_VOID : WHY_RANGE_EMPTY);
}

/* The order of RFC 9110 13.2.2: the conditions, then If-Range, then the range. */
static bool send_file(struct answer *a)
{
    const struct request *rq = a->rq;
    struct validators v = {.etag = tag_for(a), .modified = a->e->modified, .now = a->serve->clock->wall};
    enum verdict verdict = precondition_check(rq, &v);

    a->to.etag = v.etag;
    if (verdict == VERDICT_FAILED)
        return answer_page(a, precondition_why(rq, verdict));
    if (verdict == VERDICT_NOT_MODIFIED)
        return answer_as(a, precondition_why(rq, verdict), response_not_modified(&a->to, a->e));
    if (!set_digest(a))
        return answer_later(a);
    if (rq->field[FIELD_RANGE].p == NULL)
        return send_whole(a, WHY_FILE);
    if (rq->method != METHOD_GET)
        return send_whole(a, WHY_RANGE_METHOD);
    return precondition_if_range(rq, &v) ? send_range(a) : send_whole(a, WHY_IF_RANGE);
}

bool file_step(struct answer *a)
{
    return a->e->status == 200 && send_file(a);
}
