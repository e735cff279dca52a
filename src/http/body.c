/* SPDX-License-Identifier: MIT */
/* Read past the body of a request: between its head and its answer, for the few that have one. */

#include "http/body.h"

#include "http/why.h"

static enum body_result refuse(struct body *b, uint8_t why, size_t *used)
{
    b->why = why;
    *used = 0;
    return BODY_BAD;
}

void body_init(struct body *b, const struct request *rq, uint64_t size_max, uint32_t meta_max)
{
    *b = (struct body){.kind = rq->body};
    if (rq->body == BODY_CHUNKED)
        chunked_init(&b->of.chunked, size_max, meta_max);
    else if (rq->content_length > size_max)
        b->why = WHY_BODY_LONG;
    else
        b->of.left = rq->content_length;
}

static enum body_result pass_length(struct body *b, size_t len, size_t *used)
{
    *used = b->of.left < len ? (size_t)b->of.left : len;
    b->of.left -= *used;
    return b->of.left == 0 ? BODY_DONE : BODY_MORE;
}

static enum body_result read_chunked(struct body *b, const char *p, size_t len, size_t *used)
{
    switch (chunked_read(&b->of.chunked, p, len, used)) {
    case CHUNKED_DONE:
        return BODY_DONE;
    case CHUNKED_MORE:
        return BODY_MORE;
    case CHUNKED_BAD:
        break;
    }
    return refuse(b, b->of.chunked.why, used);
}

enum body_result body_read(struct body *b, const char *p, size_t len, size_t *used)
{
    *used = 0;
    if (b->why != WHY_NONE)
        return BODY_BAD;
    if (b->kind == BODY_CHUNKED)
        return read_chunked(b, p, len, used);
    return pass_length(b, len, used);
}
