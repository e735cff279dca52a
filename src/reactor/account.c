/* SPDX-License-Identifier: MIT */
/* What connections and answers mean for the counters and the log: behind a request's last station. One look at the clock
 * serves all answers of a row. */

#include "reactor/account.h"

#include "reactor/client.h"

_Static_assert((int)METHOD_GET == COUNT_GET && (int)METHOD_HEAD == COUNT_HEAD && (int)METHOD_OPTIONS == COUNT_OPTIONS,
               "the methods that are served come first");

static void add(struct shard *s, unsigned which, uint64_t n)
{
    counters_add(&s->counters, which, n);
}

void account_begin(struct shard *s, const struct conn *c, const struct baton *b)
{
    add(s, b->passed ? COUNTER_ADOPTED : COUNTER_ACCEPTED, 1);
    add(s, COUNTER_STATE + c->waits_for, 1);
    s->connections++;
}

/* The lines of answers in the shard's row are the log's until they are kept. */
static void end_lines(struct shard *s, struct out *o, uint64_t now_us)
{
    if (o == s->out)
        access_log_end(&s->access, now_us);
    else
        access_log_end_held(&s->access, &o->lines, now_us);
}

static void end_all_lines(struct shard *s, struct conn *c)
{
    uint64_t now_us = clock_now_us();

    if (c->out != NULL)
        end_lines(s, c->out, now_us);
    end_lines(s, s->out, now_us);
}

void account_end(struct shard *s, struct conn *c, enum close_reason reason)
{
    if (access_log_is_on(&s->access))
        end_all_lines(s, c);
    add(s, COUNTER_STATE + c->waits_for, (uint64_t)-1);
    add(s, COUNTER_CLOSED + (unsigned)reason, 1);
    s->connections--;
    s->ended++;
}

void account_refused(struct shard *s, enum close_reason reason)
{
    add(s, COUNTER_CLOSED + (unsigned)reason, 1);
    s->ended++;
}

static void add_line(struct shard *s, struct conn *c, const struct request *rq, struct served served, uint64_t since_us)
{
    struct access_answer a = {
        .record = {.client = client_of(c, rq),
                   .status = (uint16_t)served.status,
                   .text[ACCESS_CACHE] = serve_verdict(&s->serve)},
        .since_us = since_us,
        .body = served.bytes,
        .end = s->out->bytes,
    };

    if (rq != NULL) {
        a.record.text[ACCESS_REQUEST] = rq->line;
        a.record.text[ACCESS_HOST] = rq->host;
        a.record.text[ACCESS_REFERER] = rq->field[FIELD_REFERER];
        a.record.text[ACCESS_AGENT] = rq->field[FIELD_USER_AGENT];
    }
    access_log_add(&s->access, &a, s->clock.wall);
}

void account_answer(struct shard *s, struct conn *c, const struct request *rq, struct served served, uint64_t since_us)
{
    enum method method = rq != NULL ? rq->method : METHOD_UNKNOWN;
    unsigned row = (unsigned)method < COUNT_OTHER ? (unsigned)method : COUNT_OTHER;
    unsigned class = (unsigned)served.status / 100 - 2;

    add(s, COUNTER_REQUESTS + row * COUNT_CLASSES + class, 1);
    s->out->body += served.bytes;
    s->out->last_body = served.bytes;
    if (s->out->answers++ == 0)
        s->out->first_us = since_us;
    s->out->others_us = since_us;
    if (access_log_is_on(&s->access))
        add_line(s, c, rq, served, since_us);
}

static void count_times(struct shard *s, const struct out *o, uint32_t answers, uint64_t now_us)
{
    counters_time(&s->counters, COUNTER_DURATION, now_us - o->first_us, 1);
    if (answers > 1)
        counters_time(&s->counters, COUNTER_DURATION, now_us - o->others_us, answers - 1);
}

/* The row is not sent as a whole. What is large is its last body; of small ones before that, which are sent together with their
 * heads, none counts until all are sent. */
static void count_part_of_bodies(struct shard *s, struct out *o, uint64_t unsent)
{
    if (unsent > o->last_body)
        return;
    add(s, COUNTER_BODY_BYTES, o->body - unsent);
    o->body = unsent;
}

enum out_result account_flush(struct shard *s, struct conn *c, struct out *o, size_t *budget)
{
    uint64_t before = o->sent;
    uint32_t answers = o->answers; /* the row forgets them with all else */
    uint64_t body = o->body;
    enum out_result result = out_flush(o, c->fd, c->last, budget);
    uint64_t sent = o->sent - before;

    add(s, COUNTER_SENT_BYTES, sent);
    if (o == s->out)
        access_log_sent(&s->access, sent);
    else if (o->lines != NULL)
        o->lines->sent += sent;
    if (result != OUT_DONE) {
        count_part_of_bodies(s, o, o->bytes - (o == s->out ? sent : o->sent));
        return result;
    }
    add(s, COUNTER_BODY_BYTES, body);
    uint64_t now_us = answers > 0 ? clock_now_us() : 0;
    if (answers > 0)
        count_times(s, o, answers, now_us);
    end_lines(s, o, now_us);
    return result;
}

bool account_keep(struct shard *s, struct out *kept)
{
    return access_log_hold(&s->access, &kept->lines);
}
