/* SPDX-License-Identifier: MIT */
/* What stands at a path, and in which coding it is sent: the two steps by themselves. */

#include "serve/lookup.h"

#include "answering.h"
#include "scarce.h"

static int enter(void **state)
{
    int err = answering_enter(state);

    make_file("one/plain", SV("plain"));
    make_file("one/page", SV("page"));
    make_file("one/page.br", SV("page in br"));
    make_file("one/page.gz", SV("page in gzip"));
    make_file("one/packed.gz", SV("only in gzip"));
    return err;
}

#define lookup_test(f) cmocka_unit_test_setup_teardown(f, enter, answering_leave)
#define ACCEPTS(what)  "Accept-Encoding: " what "\r\n"

static void a_path_has_its_entry(void **state)
{
    static const struct {
        const char *line;
        int status;
        bool varies;
    } rows[] = {
        {"GET /plain", 200, false},   {"GET /page", 200, true}, {"GET /packed", 404, true},
        {"GET /missing", 404, false}, {"GET /", 404, false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct answer *a = answer_begin(rows[i].line, "");
        assert_false(entry_step(a));
        expect(a->e->status == rows[i].status && sv_eq(a->e->path, a->path), "%s: %d", rows[i].line, a->e->status);
        expect(a->to.varies == rows[i].varies, "%s", rows[i].line);
        assert_null(a->to.policy);
        assert_int_equal(out->n, 0);
        answer_end();
    }
}

static void the_entry_is_of_the_tree_that_is_asked(void **state)
{
    (void)state;
    make_file("two/plain", SV("of two"));
    for (size_t i = 0; i < ANSWERING_SITES; i++) {
        struct answer *a = answer_begin("GET /plain", "");
        a->tree = &serve.trees[i];
        assert_false(entry_step(a));
        assert_ptr_equal(a->e->tree, a->tree);
        assert_int_equal(a->e->size, i == 0 ? 5 : 6);
        answer_end();
    }
}

static void without_memory_for_an_entry_the_answer_is_503(void **state)
{
    struct answer *a = answer_begin("GET /plain", "");

    (void)state;
    scarce_after = 0;
    bool answered = entry_step(a);
    scarce_after = SCARCE_NOT;
    assert_true(answered);
    assert_null(a->e);
    expect_status("GET /plain", &a->served, 503);
    assert_int_equal(a->served.why, WHY_SHORTAGE);
}

static const struct {
    const char *line;
    const char *fields;
    enum coding coding; /* CODING_NONE: 406 */
    uint16_t status;    /* of the entry */
} choices[] = {
    {"GET /page", "", CODING_IDENTITY, 200},
    {"GET /page", ACCEPTS(""), CODING_IDENTITY, 200},
    {"GET /page", ACCEPTS("gzip"), CODING_GZIP, 200},
    {"GET /page", ACCEPTS("gzip, br"), CODING_BR, 200}, /* the site's order */
    {"GET /page", ACCEPTS("gzip, br;q=0.5"), CODING_GZIP, 200},
    {"GET /page", ACCEPTS("zstd"), CODING_IDENTITY, 200},
    {"GET /page", ACCEPTS("zstd, identity;q=0"), CODING_NONE, 200},
    {"GET /page", ACCEPTS("*;q=0"), CODING_NONE, 200},
    {"GET /plain", ACCEPTS("gzip"), CODING_IDENTITY, 200},
    {"GET /plain", ACCEPTS("*;q=0"), CODING_IDENTITY, 200},
    {"GET /packed", ACCEPTS("gzip"), CODING_GZIP, 200},
    {"GET /packed", ACCEPTS("br"), CODING_NONE, 404},
    {"GET /packed", "", CODING_IDENTITY, 404},
    {"GET /missing", ACCEPTS("*;q=0"), CODING_IDENTITY, 404},
};

static void the_coding_is_the_one_that_the_client_likes_best(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(choices); i++) {
        struct answer *a = answer_begin(choices[i].line, choices[i].fields);
        assert_false(entry_step(a));
        bool answered = coding_step(a);
        expect(answered == (choices[i].coding == CODING_NONE), "%s, %s", choices[i].line, choices[i].fields);
        if (answered)
            expect_status(choices[i].line, &a->served, 406);
        else
            expect(a->e->coding == choices[i].coding, "%s, %s", choices[i].line, choices[i].fields);
        assert_int_equal(a->e->status, choices[i].status);
        answer_end();
        out_clear(out);
        expect_references_back();
    }
}

/* What was seen beside a file is a hint. Where it is gone, the next best is taken, and the file itself at the end. */
static void a_coding_that_is_gone_gives_way_to_the_next(void **state)
{
    static const struct {
        const char *gone;
        enum coding coding;
    } rows[] = {{NULL, CODING_BR}, {"one/page.br", CODING_GZIP}, {"one/page.gz", CODING_IDENTITY}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct answer *a = answer_begin("GET /page", ACCEPTS("br, gzip, identity;q=0.1"));
        assert_false(entry_step(a));
        if (i > 0) {
            assert_int_equal(unlink(rows[i].gone), 0);
            answering_clock.now_ms +=
                ANSWERING_TTL_MS; /* since the step before: the coded entries are looked at again */
        }
        assert_false(coding_step(a));
        expect(a->e->coding == rows[i].coding, "%zu: %d", i, a->e->coding);
        answer_end();
    }
}

static void what_is_said_of_it_is_what_is_said_of_the_entry_that_is_sent(void **state)
{
    struct answer *a;

    (void)state;
    (void)ask("GET /page", ACCEPTS("gzip"));
    out_clear(out);
    say_of_all("/page", CODING_IDENTITY, "X-Of: all\r\n");
    say_of_all("/page", CODING_GZIP, "X-Of: gzip\r\n");
    a = answer_begin("GET /page", ACCEPTS("gzip"));
    assert_false(entry_step(a));
    assert_true(sv_eq(a->to.policy->all, SV("X-Of: all\r\n")));
    assert_false(coding_step(a));
    assert_true(sv_eq(a->to.policy->all, SV("X-Of: gzip\r\n")));
    answer_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        lookup_test(a_path_has_its_entry),
        lookup_test(the_entry_is_of_the_tree_that_is_asked),
        lookup_test(without_memory_for_an_entry_the_answer_is_503),
        lookup_test(the_coding_is_the_one_that_the_client_likes_best),
        lookup_test(a_coding_that_is_gone_gives_way_to_the_next),
        lookup_test(what_is_said_of_it_is_what_is_said_of_the_entry_that_is_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
