/* SPDX-License-Identifier: MIT */
/* What a worker answers from: its sites are opened, what it kept is let go of, and it knows what the cache did. */

#include "serve/serve.h"

#include <errno.h>

#include "answering.h"
#include "scarce.h"

static void each_site_has_a_tree_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(serve.n_trees, ANSWERING_SITES);
    for (size_t i = 0; i < serve.n_trees; i++) {
        assert_ptr_equal(serve.trees[i].site, &answering_sites.v[i]);
        assert_true(serve.trees[i].root.fd >= 0);
    }
}

/* The others are opened, and closed again. */
static void a_root_that_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    answering_close();
    size_t fds = count_fds();
    answering_keys[1].root = (char *)(uintptr_t) "nowhere";
    assert_int_equal(answering_open(), -ENOENT);
    serve_fini(&serve);
    sites_fini(&answering_sites);
    assert_int_equal(count_fds(), fds);
    answering_keys[1].root = (char *)(uintptr_t) "two";
    assert_int_equal(answering_open(), 0);
}

static void without_memory_it_is_an_error_and_all_that_was_made_goes(void **state)
{
    const struct serve_options options = {
        .config = &answering_config,
        .clock = &answering_clock,
        .sites = &answering_sites,
        .cache = {.stock = {.memory = 1 << 20, .fds = 8, .counters = &answering_counters}},
    };
    size_t fds = count_fds();
    int err = -ENOMEM;
    int n = 0;

    (void)state;
    for (; err < 0 && n < 20; n++) {
        struct serve s;
        scarce_after = n;
        err = serve_init(&s, &options);
        scarce_after = SCARCE_NOT;
        expect(err == 0 || err == -ENOMEM, "%d: %d", n, err);
        serve_fini(&s);
        assert_int_equal(count_fds(), fds);
    }
    assert_int_equal(err, 0);
    assert_in_range(n, 4, 19); /* trees, the cache, room for a path */
}

static void one_without_sites_has_nothing_to_look_after(void **state)
{
    struct serve_options options = {.config = &answering_config, .clock = &answering_clock};
    struct serve s;

    (void)state;
    options.cache.stock.counters = &answering_counters;
    assert_int_equal(serve_init(&s, &options), 0);
    assert_int_equal(s.n_trees, 0);
    assert_int_equal(serve_wait_ms(&s), -1);
    serve_tend(&s);
    serve_retire(&s);
    serve_let_go(&s);
    assert_false(s.let_go);
    serve_fini(&s);
}

static void keep(size_t n)
{
    char name[32];

    for (size_t i = 0; i < n; i++) {
        (void)snprintf(name, sizeof name, "GET /%zu", i);
        (void)ask(name, "");
    }
    out_clear(out);
    assert_int_equal(serve.cache.stock.n, n);
}

static void one_that_retires_lets_go_of_all_that_it_kept(void **state)
{
    enum { KEPT = 300, TURNS = 1000 };
    int turns = 1;

    (void)state;
    keep(KEPT);
    serve_tend(&serve);
    assert_in_range(serve_wait_ms(&serve), 1, 60000);
    serve_retire(&serve);
    assert_int_equal(serve_wait_ms(&serve), 0); /* there is more */
    assert_in_range(serve.cache.stock.n, 1, KEPT - 1);
    for (; serve.letting_go && turns < TURNS; turns++)
        serve_retire(&serve);
    assert_in_range(turns, 2, TURNS - 1);
    assert_true(serve.let_go);
    assert_int_equal(serve.cache.stock.n, 0);
    assert_int_equal(serve_wait_ms(&serve), -1);
    (void)ask("GET /missing", "");
    assert_int_equal(serve.cache.stock.n, 0); /* and keeps nothing any more */
}

static void all_can_be_let_go_of_at_once(void **state)
{
    (void)state;
    keep(300);
    serve_let_go(&serve);
    assert_true(serve.let_go && !serve.letting_go);
    assert_int_equal(serve.cache.stock.n, 0);
}

static void expect_verdict(const char *line, const char *fields, const char *verdict)
{
    (void)ask(line, fields);
    struct sv got = serve_verdict(&serve);
    expect(sv_eq(got, sv_cstr(verdict)), "%s: %.*s", line, SV_ARG(got));
}

static void the_verdict_is_the_worst_look_of_the_last_request(void **state)
{
    (void)state;
    make_file("one/a", SV("a"));
    make_file("one/a.gz", SV("gz"));
    expect_verdict("GET /a", "", "miss");
    expect_verdict("GET /a", "", "hit");
    answering_clock.now_ms += ANSWERING_TTL_MS;
    expect_verdict("GET /a", "", "revalidated");
    expect_verdict("GET /a", "Accept-Encoding: gzip\r\n", "miss"); /* a hit, and then its coding */
    expect_verdict("GET /a", "Accept-Encoding: gzip\r\n", "hit");
    expect_verdict("OPTIONS /a", "", "");
    expect_verdict("BREW /a", "", "");
}

static void what_an_answer_says_of_the_connection(void **state)
{
    static const struct {
        bool http11, keep_alive, ours;
        enum persist persist;
    } rows[] = {
        {true, true, false, PERSIST},       {true, true, true, PERSIST_NOT},  {true, false, false, PERSIST_NOT},
        {false, true, false, PERSIST_SAID}, {false, true, true, PERSIST_NOT}, {false, false, false, PERSIST_NOT},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct request rq = {.http11 = rows[i].http11, .keep_alive = rows[i].keep_alive};
        expect(serve_persist(&rq, rows[i].ours) == rows[i].persist, "row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        answering_test(each_site_has_a_tree_of_its_own),
        answering_test(a_root_that_cannot_be_opened_is_an_error),
        answering_test(without_memory_it_is_an_error_and_all_that_was_made_goes),
        answering_test(one_without_sites_has_nothing_to_look_after),
        answering_test(one_that_retires_lets_go_of_all_that_it_kept),
        answering_test(all_can_be_let_go_of_at_once),
        answering_test(the_verdict_is_the_worst_look_of_the_last_request),
        answering_test(what_an_answer_says_of_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
