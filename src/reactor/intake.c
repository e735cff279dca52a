/* SPDX-License-Identifier: MIT */
/* From the bytes that arrived to requests, and their answers in the row. This is where a request's way goes through
 * the pure modules: parse_head, request_read, body_read, then steps_answer. */

#include "reactor/intake.h"

#include <assert.h>
#include <stdlib.h>

#include "base/poison.h"
#include "http/body.h"
#include "reactor/account.h"
#include "reactor/client.h"
#include "serve/route.h"
#include "serve/steps.h"

/* SUM_WAITS: times that a request waits SUM_MS for a file that is being summed, before the answer goes without its digest;
 * SUM_WAITERS: connections that may do so at once. */
enum { SUM_WAITS = 500, SUM_WAITERS = 64 };

enum stage { KEPT, IN_PROXY, IN_EMPTY_LINES, IN_HEAD, IN_BODY };

struct intake {
    enum stage stage;
    uint32_t passed;   /* bytes of IN_EMPTY_LINES; odd behind a CR */
    uint64_t since_us; /* when its first bytes came */
    struct buf bytes;  /* owned: the head so far, or what is kept */
    struct body body;
    struct parse parse;
    struct parse_field fields[]; /* as many as the limits allow; none before IN_HEAD */
};

static struct intake *intake_new(const struct shard *s, enum stage stage, struct sv bytes, uint32_t fields)
{
    struct intake *in = malloc(sizeof *in + fields * sizeof in->fields[0]);

    if (in == NULL)
        return NULL;
    in->stage = stage;
    in->since_us = s->came_us;
    in->bytes = (struct buf){0};
    if (buf_add(&in->bytes, bytes) < 0)
        intake_free(&in);
    return in;
}

void intake_free(struct intake **in)
{
    if (*in != NULL)
        buf_fini(&(*in)->bytes);
    free(*in);
    *in = NULL;
}

bool intake_keep(struct shard *s, struct conn *c, struct sv bytes)
{
    if (bytes.len == 0)
        return true;
    assert(c->intake == NULL);
    c->intake = intake_new(s, KEPT, bytes, 0);
    return c->intake != NULL;
}

bool intake_is_kept(const struct intake *in)
{
    return in != NULL && in->stage == KEPT;
}

struct sv intake_restore(struct shard *s, struct conn *c)
{
    if (!intake_is_kept(c->intake))
        return (struct sv){0};

    size_t len = c->intake->bytes.len;
    unpoison(s->bytes, SHARD_BYTES);
    memcpy(s->bytes, c->intake->bytes.p, len);
    s->came_us = c->intake->since_us;
    intake_free(&c->intake);
    return sv_of(s->bytes, len);
}

bool intake_is_blank(const struct intake *in)
{
    return in->stage == IN_EMPTY_LINES && in->passed % 2 == 0;
}

enum timeout_kind intake_timeout(const struct intake *in)
{
    return in->stage == IN_BODY ? TIMEOUT_BODY : TIMEOUT_HEADER;
}

enum proxy_result intake_read_proxy(struct shard *s, struct conn *c, struct sv *bytes)
{
    struct sv header = *bytes;
    size_t had = 0;
    size_t used = 0;

    if (c->intake != NULL) {
        had = c->intake->bytes.len;
        if (buf_add(&c->intake->bytes, sv_of(bytes->p, bytes->len < PROXY_MAX - had ? bytes->len : PROXY_MAX - had)) <
            0)
            return PROXY_BAD;
        header = buf_sv(&c->intake->bytes);
    }
    enum proxy_result result = proxy_read(header, &used, &c->peer);
    if (result == PROXY_MORE) {
        used = header.len;
        if (c->intake == NULL && (c->intake = intake_new(s, IN_PROXY, header, 0)) == NULL)
            return PROXY_BAD;
    } else {
        intake_free(&c->intake);
    }
    if (result != PROXY_BAD) {
        poison(bytes->p, used - had);
        *bytes = sv_skip(*bytes, used - had);
    }
    return result;
}

/* Keep a request of which the head, or its beginning, was parsed in the shard's buffer. */
static bool intake_begin(struct shard *s, struct conn *c, enum stage stage, struct sv head)
{
    struct intake *in = intake_new(s, stage, head, s->parse_limits.field_count);

    if (in == NULL)
        return false;
    in->parse = s->parse;
    in->parse.fields = in->fields;
    memcpy(in->fields, s->fields, s->parse.n_fields * sizeof in->fields[0]);
    /* The field being read has its name already. */
    if (s->parse.n_fields < s->parse_limits.field_count)
        in->fields[s->parse.n_fields] = s->fields[s->parse.n_fields];
    c->intake = in;
    return true;
}

/* When the request at hand began to come. */
static uint64_t since_us(const struct shard *s, const struct conn *c)
{
    return c->intake != NULL ? c->intake->since_us : s->came_us;
}

static void refuse(struct shard *s, struct conn *c, const struct request *rq, bool head_only, enum why why)
{
    struct served served = steps_refuse(&s->serve, why, head_only, s->out);

    c->last = true;
    c->lingers = true;
    account_answer(s, c, rq, served, since_us(s, c));
}

static void refuse_request(struct shard *s, struct conn *c, const struct request *rq, enum why why)
{
    refuse(s, c, rq, rq->method == METHOD_HEAD, why);
}

/* A head that was read as far as it is one. HEAD is answered without a body, whatever follows it (RFC 9110 9.3.2). */
static void refuse_head(struct shard *s, struct conn *c, const struct parse *ps, const char *bytes, enum why why)
{
    refuse(s, c, NULL, sv_eq(parse_view(bytes, ps->method), SV("HEAD")), why);
}

void intake_refuse_late(struct shard *s, struct conn *c)
{
    const struct intake *in = c->intake;

    if (in->stage == IN_EMPTY_LINES)
        c->last = true;
    else if (in->stage == KEPT)
        refuse(s, c, NULL, false, WHY_LATE);
    else
        refuse_head(s, c, &in->parse, in->bytes.p, WHY_LATE);
}

void intake_leave_sums(struct shard *s, struct conn *c)
{
    s->summing -= c->sum_waits > 0;
    c->sum_waits = 0;
}

bool intake_waits_on(const struct shard *s, struct conn *c)
{
    return !serve_has_sums_since(&s->serve, c->sums_news) && ++c->sum_waits < SUM_WAITS;
}

static bool may_wait_for_sum(const struct shard *s, const struct conn *c)
{
    return c->sum_waits > 0 ? c->sum_waits < SUM_WAITS : s->summing < SUM_WAITERS;
}

/* `again`: the request lies where it can be read once more, if its answer must be put off. */
static void answer(struct shard *s, struct conn *c, const struct request *rq, bool again)
{
    uint64_t most = s->limits->keepalive_requests;
    bool ours = s->ending || (most > 0 && c->requests + 1 >= most);
    bool last = ours || !rq->keep_alive;
    bool may_wait = again && may_wait_for_sum(s, c);

    if (!client_admit(s, c, rq)) {
        refuse_request(s, c, rq, WHY_CROWD);
        return;
    }
    struct served served = steps_answer(&s->serve, rq, serve_persist(rq, ours), may_wait, s->out);

    c->put_off = served.status == 0;
    if (c->put_off) {
        s->summing += c->sum_waits++ == 0;
        c->sums_news = s->serve.sums_news;
        return;
    }
    intake_leave_sums(s, c);
    c->requests++;
    c->last = last;
    c->lingers = ours; /* the peer did not ask for the end, so it may have sent more */
    account_answer(s, c, rq, served, since_us(s, c));
}

/* A head is whole and right, and a body follows it. Returns how many of `bytes` belong to it. */
static size_t read_body(struct shard *s, struct conn *c, const struct request *rq, struct sv head, struct sv bytes)
{
    struct body body;
    size_t used;
    enum why why = route_refuses_100(rq);

    if (why != WHY_NONE) {
        refuse_request(s, c, rq, why);
        return 0;
    }
    body_init(&body, rq, s->limits->body_size, BODY_META_MAX);
    switch (body_read(&body, bytes.p, bytes.len, &used)) {
    case BODY_DONE:
        answer(s, c, rq, false);
        return used;
    case BODY_BAD:
        refuse_request(s, c, rq, (enum why)body.why);
        return used;
    case BODY_MORE:
        break;
    }
    if (c->intake == NULL && !intake_begin(s, c, IN_BODY, head)) {
        refuse_request(s, c, rq, WHY_UNKEPT);
        return used;
    }
    c->intake->stage = IN_BODY;
    c->intake->body = body;
    if (rq->wants_100 && bytes.len == 0)
        response_continue(s->out);
    conn_wait_for(s, c, TIMEOUT_BODY);
    return used;
}

/* A head is whole; `bytes` are those behind it. Returns how many of them were its body. */
static size_t head_done(struct shard *s, struct conn *c, const struct parse *parse, struct sv head, struct sv bytes)
{
    struct request rq;

    if (request_read(&rq, head.p, parse) != 0) {
        refuse_request(s, c, &rq, (enum why)rq.why);
        return 0;
    }
    if (rq.body != BODY_NONE)
        return read_body(s, c, &rq, head, bytes);
    answer(s, c, &rq, head.len + bytes.len <= SHARD_BYTES);
    return 0;
}

/* Empty lines before a request. They are no part of its head, so they have a bound of their own, as large as that of a
 * head, and are not kept; only the first of them starts a timer. */
static size_t pass_empty_lines(struct shard *s, struct conn *c, struct sv bytes)
{
    uint32_t passed = c->intake != NULL ? c->intake->passed : 0;
    size_t used;
    bool lines = parse_empty_lines(bytes.p, bytes.len, &used, &passed);

    if (passed > s->parse_limits.head_size) {
        c->last = true;
        c->lingers = true;
    } else if (!lines) {
        refuse(s, c, NULL, false, WHY_LINE_END);
    } else if (used < bytes.len) {
        intake_free(&c->intake);
    } else if (c->intake != NULL) {
        c->intake->passed = passed;
    } else if ((c->intake = intake_new(s, IN_EMPTY_LINES, (struct sv){0}, 0)) != NULL) {
        c->intake->passed = passed;
        conn_wait_for(s, c, TIMEOUT_HEADER);
    } else {
        refuse(s, c, NULL, false, WHY_UNKEPT);
    }
    return used;
}

/* A request that begins at the front of `bytes`. */
static size_t begin_request(struct shard *s, struct conn *c, struct sv bytes)
{
    parse_init(&s->parse, &s->parse_limits, s->fields);
    switch (parse_head(&s->parse, bytes.p, bytes.len)) {
    case PARSE_DONE: {
        size_t head = s->parse.pos;
        size_t body = head_done(s, c, &s->parse, sv_of(bytes.p, head), sv_skip(bytes, head));
        return c->put_off ? 0 : head + body;
    }
    case PARSE_BAD:
        refuse_head(s, c, &s->parse, bytes.p, (enum why)s->parse.why);
        return bytes.len;
    case PARSE_MORE:
        break;
    }
    if (!intake_begin(s, c, IN_HEAD, bytes))
        refuse_head(s, c, &s->parse, bytes.p, WHY_UNKEPT);
    else
        conn_wait_for(s, c, TIMEOUT_HEADER);
    return bytes.len;
}

/* A request of which the head came in pieces was put off: all of it, and what is behind it, will be read anew. */
static size_t keep_for_later(struct shard *s, struct conn *c, struct sv bytes, struct sv behind)
{
    c->intake->stage = KEPT;
    if (buf_add(&c->intake->bytes, behind) == 0)
        return bytes.len;
    c->put_off = false;
    refuse_head(s, c, &c->intake->parse, c->intake->bytes.p, WHY_UNKEPT);
    intake_free(&c->intake);
    return bytes.len;
}

/* More of a head. As much is added as a head may have and a byte more, which shows that it is too long. */
static size_t continue_head(struct shard *s, struct conn *c, struct sv bytes)
{
    struct intake *in = c->intake;
    size_t had = in->bytes.len;
    size_t room = s->parse_limits.head_size + 1 - had;

    if (buf_add(&in->bytes, sv_of(bytes.p, bytes.len < room ? bytes.len : room)) < 0) {
        refuse_head(s, c, &in->parse, in->bytes.p, WHY_UNKEPT);
        return bytes.len;
    }
    switch (parse_head(&in->parse, in->bytes.p, in->bytes.len)) {
    case PARSE_MORE:
        return bytes.len;
    case PARSE_BAD:
        refuse_head(s, c, &in->parse, in->bytes.p, (enum why)in->parse.why);
        return bytes.len;
    case PARSE_DONE:
        break;
    }
    size_t used = in->parse.pos - had;
    in->bytes.len = in->parse.pos;
    struct sv behind = sv_skip(bytes, used);
    used += head_done(s, c, &in->parse, buf_sv(&in->bytes), behind);
    if (c->put_off)
        return keep_for_later(s, c, bytes, behind);
    if (in->stage == IN_HEAD)
        intake_free(&c->intake);
    return used;
}

static size_t continue_body(struct shard *s, struct conn *c, struct sv bytes)
{
    struct intake *in = c->intake;
    struct request rq;
    size_t used;
    enum body_result result = body_read(&in->body, bytes.p, bytes.len, &used);

    if (result == BODY_MORE)
        return used;
    /* The views of the request died with the turn in which its head came; the head is still here. */
    (void)request_read(&rq, in->bytes.p, &in->parse);
    if (result == BODY_DONE)
        answer(s, c, &rq, false);
    else
        refuse_request(s, c, &rq, (enum why)in->body.why);
    intake_free(&c->intake);
    return used;
}

struct sv intake_read(struct shard *s, struct conn *c, struct sv bytes)
{
    size_t text = serve_text_max(s->parse_limits.target_size);

    c->put_off = false;
    while (bytes.len > 0 && !c->last && !c->put_off && out_has_room(s->out, text) && access_log_has_room(&s->access)) {
        size_t used;
        if (c->intake == NULL ? bytes.p[0] == '\r' : c->intake->stage == IN_EMPTY_LINES)
            used = pass_empty_lines(s, c, bytes);
        else if (c->intake == NULL)
            used = begin_request(s, c, bytes);
        else if (c->intake->stage == IN_HEAD)
            used = continue_head(s, c, bytes);
        else
            used = continue_body(s, c, bytes);
        poison(bytes.p, used);
        bytes = sv_skip(bytes, used);
    }
    return bytes;
}
