/* SPDX-License-Identifier: MIT */
/* What holds for a connection when its section is gone, renamed or changed. */

#include "serve/terms.h"

#include <string.h>

#include "expect.h"

static char *networks[] = {"10.0.0.0/8", "unix:"};
static const struct config_listen mine = {.name = "mine", .proxy_protocol = true, .trusted_proxy = {networks, 2}};

static void open_book(struct terms_book *book, const struct config_listen *listens, const char *const *addresses,
                      size_t n)
{
    *book = (struct terms_book){0};
    for (size_t i = 0; i < n; i++) {
        const struct terms *t = NULL;
        assert_int_equal(terms_add(book, &listens[i], addresses[i], &t), 0);
        assert_string_equal(t->section, listens[i].name);
        assert_int_equal(t->proxy_protocol, listens[i].proxy_protocol);
        assert_int_equal(terms_trust(t) != NULL, listens[i].trusted_proxy.n > 0);
    }
}

static void the_address_decides_and_then_the_name(void **state)
{
    static const struct config_listen listens[] = {{.name = "a"}, {.name = "a"}, {.name = "b"}, {.name = "c"}};
    static const char *const addresses[] = {":1", ":2", ":3", ":4"};
    static const struct {
        const char *section, *address;
        int found; /* -1 = none */
    } rows[] = {
        {"a", ":1", 0},  {"a", ":2", 1},  {"b", ":3", 2}, {"a", ":9", 0}, /* it moved */
        {"b", ":1", 0},                                                   /* names were exchanged */
        {"x", ":2", 1},  {"x", ":4", 3},                                  /* renamed */
        {"x", ":9", -1}, {"A", ":9", -1}, {"x", "", -1},  {"c", "", 3},
    };
    struct terms_book book;

    (void)state;
    open_book(&book, listens, addresses, ROWS(listens));
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct terms terms = {.section = (char *)(uintptr_t)rows[i].section,
                                    .address = (char *)(uintptr_t)rows[i].address};
        const struct terms *want = rows[i].found >= 0 ? book.v[rows[i].found] : NULL;
        expect(terms_find(&book, &terms) == want, "row %zu", i);
    }
    terms_book_fini(&book);
}

static void without_a_section_they_stay_as_they_were(void **state)
{
    static const struct config_listen other = {.name = "other"};
    const char *address = ":1", *elsewhere = ":2";
    struct terms_book first, second, third;
    const struct terms *a, *b, *c;

    (void)state;
    open_book(&first, &mine, &address, 1);
    open_book(&second, &other, &elsewhere, 1);
    open_book(&third, &mine, &elsewhere, 1);
    assert_int_equal(terms_take(&second, first.v[0], &a), 0);
    assert_int_equal(terms_take(&second, first.v[0], &b), 0);
    assert_ptr_equal(a, b); /* one copy, however many connections */
    assert_int_equal(second.n, 2);
    terms_book_fini(&first);
    assert_string_equal(a->section, "mine");
    assert_string_equal(a->address, ":1");
    assert_true(a->proxy_protocol);
    assert_true(terms_trust(a)->local);
    assert_int_equal(terms_trust(a)->n_nets, 1);
    /* A section of that name is there again. */
    assert_int_equal(terms_take(&third, a, &c), 0);
    assert_ptr_equal(c, third.v[0]);
    /* What only came along replaces nothing. */
    const struct terms like_it = {.section = (char *)(uintptr_t) "mine", .address = (char *)(uintptr_t) ":9"};
    assert_null(terms_find(&second, &like_it));
    terms_book_fini(&second);
    terms_book_fini(&third);
}

static void copies_differ_where_terms_do(void **state)
{
    static char *wider[] = {"10.0.0.0/7"};
    struct config_listen listens[] = {mine, mine, mine, mine};
    static const char *const addresses[] = {":1", ":1", ":1", ":2"};
    struct terms_book book = {0};

    (void)state;
    listens[1].proxy_protocol = false;
    listens[2].trusted_proxy = (struct strings){wider, 1};
    for (size_t i = 0; i < ROWS(listens); i++) {
        struct terms_book theirs;
        const struct terms *t;
        open_book(&theirs, &listens[i], &addresses[i], 1);
        for (int twice = 0; twice < 2; twice++)
            assert_int_equal(terms_take(&book, theirs.v[0], &t), 0);
        expect(book.n == i + 1 && t == book.v[i], "row %zu", i);
        terms_book_fini(&theirs);
    }
    terms_book_fini(&book);
}

static void no_terms_stay_none(void **state)
{
    struct terms_book book = {0};
    const struct terms *t = (const struct terms *)(const void *)&book;

    (void)state;
    assert_int_equal(terms_take(&book, NULL, &t), 0);
    assert_null(t);
    assert_null(terms_trust(NULL));
    terms_book_fini(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_decides_and_then_the_name),
        cmocka_unit_test(without_a_section_they_stay_as_they_were),
        cmocka_unit_test(copies_differ_where_terms_do),
        cmocka_unit_test(no_terms_stay_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
