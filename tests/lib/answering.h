/* SPDX-License-Identifier: MIT */
/* answering.h: two sites below the scratch directory, one worker's struct serve over both, and requests that are asked of it
 * from their text (header only).
 *
 * Both sites have the same names and other contents: Host tells them apart. What is not one of them is the first.
 *
 * Ownership: answering_enter and answering_leave belong together, as setup and teardown of each test. What was taken on the
 *            way of a request is back when the test ends, or it fails.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_ANSWERING_H
#define BATON_TESTS_ANSWERING_H

#include <time.h>

#include "serve/answer.h"
#include "serve/steps.h"

#include "answers.h"
#include "make_request.h"

enum { ANSWERING_SITES = 2, ANSWERING_BODY_MAX = 4096, ANSWERING_TTL_MS = 1000 };

static char *answering_index[] = {"index.html"};
static char *answering_codings[] = {"br", "gz"};
static struct config_site answering_keys[ANSWERING_SITES];
static struct config answering_config; /* what a test sets, before answering_again */
static struct sites answering_sites;
static struct clock answering_clock;
static struct counters answering_counters;
static struct sums *answering_sums;               /* the test's own */
static const struct reporter *answering_reporter; /* the test's own */
static struct serve serve;

static inline int answering_open(void)
{
    const struct serve_options options = {
        .config = &answering_config,
        .clock = &answering_clock,
        .sites = &answering_sites,
        .reporter = answering_reporter,
        .cache = {.stock = {.memory = 1 << 20, .fds = 8, .counters = &answering_counters}, .ttl_ms = ANSWERING_TTL_MS},
        .sums = answering_sums,
    };
    int err = sites_init(&answering_sites, &answering_config);

    return err == 0 ? serve_init(&serve, &options) : err;
}

/* All entries that are kept, and the policies that they have, are held by the cache alone. */
static inline void expect_references_back(void)
{
    uint32_t held = 0, holders = 0;

    for (size_t i = 0; i < serve.cache.stock.n_buckets; i++)
        for (const struct entry *e = serve.cache.stock.bucket[i]; e != NULL; e = e->next) {
            expect(e->ref.count == 1, "%.*s: %u references", SV_ARG(e->path), e->ref.count);
            holders += e->policy != NULL ? 1 : 0;
        }
    for (size_t i = 0; i < serve.n_trees; i++)
        for (struct list *l = serve.trees[i].policies.in_use.next; l != &serve.trees[i].policies.in_use; l = l->next)
            held += list_of(l, struct policy, link)->ref.count;
    expect(held == holders, "%u entries have policies, which have %u references", holders, held);
}

static inline void answering_close(void)
{
    out_clear(out);
    expect_references_back();
    serve_fini(&serve);
    assert_int_equal(serve.cache.stock.account.memory, 0);
    sites_fini(&answering_sites);
}

/* The configuration was changed. */
static inline void answering_again(void)
{
    answering_close();
    assert_int_equal(answering_open(), 0);
}

/* Files are old, as far as the clock of the worker knows: their stamps tell every change. */
static inline int answering_enter(void **state)
{
    static const struct config_site first = {
        .name = (char *)(uintptr_t) "one.example",
        .root = (char *)(uintptr_t) "one",
        .index = {answering_index, ROWS(answering_index)},
        .precompressed = {answering_codings, ROWS(answering_codings)},
    };

    if (scratch_enter(state) < 0 || answers_init(state) < 0)
        return -1;
    make_dir("one");
    make_dir("two");
    answering_clock = (struct clock){.now_ms = 1000000, .wall = time(NULL) + 1000};
    answering_keys[0] = first;
    answering_keys[1] = first;
    answering_keys[1].name = (char *)(uintptr_t) "*.two.example";
    answering_keys[1].root = (char *)(uintptr_t) "two";
    answering_config = (struct config){.sites = answering_keys, .n_sites = ANSWERING_SITES};
    answering_config.server.cache_file_max = ANSWERING_BODY_MAX;
    answering_config.limits.uri_size = 8192;
    answering_config.limits.ranges = 4;
    answering_sums = NULL;
    answering_reporter = NULL;
    return answering_open();
}

static inline int answering_leave(void **state)
{
    answering_close();
    (void)answers_fini(state);
    return scratch_leave(state);
}

#define answering_test(f) cmocka_unit_test_setup_teardown(f, answering_enter, answering_leave)

/* The request "LINE HTTP/1.1" with these fields, each with its CR LF; where they name no Host, the first site is asked. It
 * lasts until the next. */
static inline const struct request *request_of(const char *line, const char *fields)
{
    static struct made_request m;
    static char head[8192];
    const char *host = strstr(fields, "Host: ") != NULL ? "" : "Host: one.example\r\n";

    (void)snprintf(head, sizeof head, "%s HTTP/1.1\r\n%s%s\r\n", line, host, fields);
    expect(make_request(&m, sv_cstr(head)) == 0, "%s: refused", line);
    return &m.rq;
}

/* Ask it, and have the answer in the row, alone. */
static inline struct served ask_waiting(const char *line, const char *fields, bool may_wait)
{
    out_clear(out);
    serve_turn(&serve);
    return steps_answer(&serve, request_of(line, fields), PERSIST, may_wait, out);
}

static inline struct served ask(const char *line, const char *fields)
{
    return ask_waiting(line, fields, false);
}

/* The row is one answer with that status, and the bytes of its body are those that were told. */
static inline void expect_status(const char *line, const struct served *s, int status)
{
    char start[32];
    const char *text = joined();
    const char *end = strstr(text, "\r\n\r\n");

    (void)snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    expect(s->status == status, "%s: %d, not %d", line, s->status, status);
    expect(sv_starts(sv_cstr(text), sv_cstr(start)), "%s: %.60s, not %s", line, text, start);
    assert_non_null(end);
    expect(out->bytes - (uint64_t)(end + 4 - text) == s->bytes, "%s: a body of %llu bytes is told", line,
           (unsigned long long)s->bytes);
}

/* The request is answered for that reason. */
static inline void expect_why(const char *line, const char *fields, enum why why)
{
    struct served s = ask(line, fields);

    expect_status(line, &s, why_status(why));
    expect(s.why == why, "%s: %s; not: %s", line, why_text((enum why)s.why), why_text(why));
}

/* The same, and it has this body. */
static inline void expect_body(const char *line, const char *fields, enum why why, const char *body)
{
    expect_why(line, fields, why);
    const char *got = strstr(joined(), "\r\n\r\n") + 4;
    expect(strcmp(got, body) == 0, "%s: %.60s, not %s", line, got, body);
}

/* Does a line of the answer's head begin so? */
static inline bool has_line(const char *begin)
{
    const char *text = joined();
    const char *found = strstr(text, begin);

    return found != NULL && found < strstr(text, "\r\n\r\n") + 2 && (found == text || found[-1] == '\n');
}

/* A request on its way, for a test that takes a step of it alone. One at a time, up to answer_end. */
static struct answer answer_begun;

static inline struct answer *answer_begin(const char *line, const char *fields)
{
    const struct request *rq = request_of(line, fields);

    out_clear(out);
    serve_turn(&serve);
    answer_begun = (struct answer){
        .serve = &serve,
        .rq = rq,
        .to = {out, &serve.tails, PERSIST, .head_only = rq->method == METHOD_HEAD},
        .path = rq->path,
        .tree = &serve.trees[0],
    };
    return &answer_begun;
}

static inline void answer_end(void)
{
    if (answer_begun.e != NULL)
        ref_put(&answer_begun.e->ref);
    answer_begun.e = NULL;
}

/* Lines that stand on all answers about a path, as a kind of rule might have them: no kind does today. */
static inline void answering_policy_end(struct ref *ref)
{
    struct policy *p = list_of(ref, struct policy, ref);

    list_remove(&p->link);
    free(p);
}

/* What is kept for the path of the first site says so from now on. */
static inline void say_of_all(const char *path, enum coding coding, const char *lines)
{
    struct cache *c = &serve.cache;
    struct tree *t = &serve.trees[0];
    struct sv key = sv_cstr(path);
    struct entry *e = stock_find(&c->stock, cache_hash(c, t, key, coding), t, key, coding);
    struct policy *p = calloc(1, sizeof *p);

    if (e == NULL || e->policy != NULL || p == NULL) {
        fail_msg("%s: not kept, or has a policy", path);
        return;
    }
    *p = (struct policy){.ref = {1, answering_policy_end}, .all = sv_cstr(lines), .file = sv_cstr(lines)};
    list_init(&p->link);
    list_prepend(&t->policies.in_use, &p->link);
    e->policy = p;
}

#endif
