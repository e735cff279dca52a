/* SPDX-License-Identifier: MIT */
/* Accept-Encoding: which qualities it gives, and which coding is chosen by them. */

#include "http/negotiate.h"

#include <stdio.h>

#include "guard.h"
#include "make_request.h"

static struct guard guard;

static int init(void **state)
{
    (void)state;
    guard = guard_new(4096);
    return 0;
}

static int fini(void **state)
{
    (void)state;
    guard_free(&guard);
    return 0;
}

/* `lines` are those of the field, each with its name and CRLF. */
static struct acceptable read_lines(const char *lines)
{
    struct made_request m;
    struct acceptable a;
    char head[2048];
    int len = snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", lines);

    assert_in_range(len, 1, sizeof head - 1);
    assert_int_equal(make_request(&m, sv_of(guard_put(&guard, head, (size_t)len), (size_t)len)), 0);
    memset(&a, 0xa5, sizeof a);
    negotiate_read(&a, &m.rq);
    return a;
}

struct quality {
    const char *value;
    uint16_t br, zstd, gzip, identity;
};

static void expect_qualities(const struct quality *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char line[1024];
        (void)snprintf(line, sizeof line, "Accept-Encoding: %s\r\n", rows[i].value);
        struct acceptable a = read_lines(line);
        const uint16_t *q = a.quality;
        expect(q[CODING_BR] == rows[i].br && q[CODING_ZSTD] == rows[i].zstd && q[CODING_GZIP] == rows[i].gzip &&
                   q[CODING_IDENTITY] == rows[i].identity,
               "\"%s\": br %u, zstd %u, gzip %u, identity %u", rows[i].value, q[CODING_BR], q[CODING_ZSTD],
               q[CODING_GZIP], q[CODING_IDENTITY]);
    }
}

static void codings_have_the_weights_that_are_said(void **state)
{
    static const struct quality rows[] = {
        {"", 0, 0, 0, 1},
        {"gzip", 0, 0, 1000, 1},
        {"br", 1000, 0, 0, 1},
        {"zstd", 0, 1000, 0, 1},
        {"identity", 0, 0, 0, 1000},
        {"deflate, compress", 0, 0, 0, 1},
        {"gzip, deflate, br, zstd", 1000, 1000, 1000, 1},
        {"gzip;q=0.5", 0, 0, 500, 1},
        {"gzip;q=0.001", 0, 0, 1, 1},
        {"gzip;q=0.123", 0, 0, 123, 1},
        {"gzip;q=0.12", 0, 0, 120, 1},
        {"gzip;q=1.000", 0, 0, 1000, 1},
        {"gzip;q=1.", 0, 0, 1000, 1},
        {"gzip;q=0.", 0, 0, 0, 1},
        {"gzip;q=0", 0, 0, 0, 1},
        {"gzip;Q=0.3", 0, 0, 300, 1},
        {"gzip ; q=0.3", 0, 0, 300, 1},
        {"gzip;\tq=0.3\t", 0, 0, 300, 1},
        {"GZip", 0, 0, 1000, 1},
        {"x-gzip", 0, 0, 1000, 1},
        {"X-GZIP;q=0.2", 0, 0, 200, 1},
        {"x-br", 0, 0, 0, 1},
        {"gz", 0, 0, 0, 1},
        {"zst", 0, 0, 0, 1},
        {"gzipp", 0, 0, 0, 1},
        {"identity;q=0.5, gzip;q=0.2", 0, 0, 200, 500},
        {"Identity;q=0.5", 0, 0, 0, 500},
        {",,gzip,, br,", 1000, 0, 1000, 1},
    };

    (void)state;
    expect_qualities(rows, ROWS(rows));
}

static void the_asterisk_speaks_for_what_is_not_listed(void **state)
{
    static const struct quality rows[] = {
        {"*", 1000, 1000, 1000, 1000},  {"*;q=0.5", 500, 500, 500, 500},          {"*;q=0", 0, 0, 0, 0},
        {"gzip, *;q=0", 0, 0, 1000, 0}, {"*;q=0, gzip;q=0.2", 0, 0, 200, 0},      {"br;q=0, *", 0, 1000, 1000, 1000},
        {"identity;q=0", 0, 0, 0, 0},   {"identity;q=0, *", 1000, 1000, 1000, 0}, {"identity, *;q=0", 0, 0, 0, 1000},
    };

    (void)state;
    expect_qualities(rows, ROWS(rows));
}

static void what_is_malformed_is_not_there(void **state)
{
    static const struct quality rows[] = {
        {"gzip;q=", 0, 0, 0, 1},         {"gzip;q=2", 0, 0, 0, 1},     {"gzip;q=1.001", 0, 0, 0, 1},
        {"gzip;q=0.1234", 0, 0, 0, 1},   {"gzip;q=-1", 0, 0, 0, 1},    {"gzip;q=.5", 0, 0, 0, 1},
        {"gzip;q=0,5", 0, 0, 0, 1},      {"gzip;q=0.5x", 0, 0, 0, 1},  {"gzip;q =1", 0, 0, 0, 1},
        {"gzip;q= 1", 0, 0, 0, 1},       {"gzip;level=9", 0, 0, 0, 1}, {"gzip;q=1;q=0", 0, 0, 0, 1},
        {"gzip;", 0, 0, 0, 1},           {"gzip br", 0, 0, 0, 1},      {";q=1", 0, 0, 0, 1},
        {"gzip;q=a, br", 1000, 0, 0, 1}, {"*;q=x", 0, 0, 0, 1},        {"identity;q=no", 0, 0, 0, 1},
        {"gzip;q=00", 0, 0, 0, 1},       {"gzip;q=0:5", 0, 0, 0, 1},   {"gzip;q=0./", 0, 0, 0, 1},
        {"gzip;q=0.:", 0, 0, 0, 1},      {"gzip;p=0.5", 0, 0, 0, 1},   {"gzip;q:0.5", 0, 0, 0, 1},
        {"gzip;q=0.5/", 0, 0, 0, 1},     {"gzip;q=1./", 0, 0, 0, 1},   {"gzip;q=0.5+", 0, 0, 0, 1},
    };

    (void)state;
    expect_qualities(rows, ROWS(rows));
}

static void what_is_said_twice_counts_at_its_lower_weight(void **state)
{
    static const struct quality rows[] = {
        {"gzip;q=0.5, gzip", 0, 0, 500, 1}, {"gzip, gzip;q=0.5", 0, 0, 500, 1}, {"x-gzip;q=0, gzip", 0, 0, 0, 1},
        {"*, *;q=0.1", 100, 100, 100, 100}, {"*;q=0.1, *", 100, 100, 100, 100},
    };

    (void)state;
    expect_qualities(rows, ROWS(rows));
}

static void all_lines_are_one_list(void **state)
{
    struct acceptable a = read_lines("Accept-Encoding: gzip;q=0.5\r\nX: y\r\naccept-encoding: br, *;q=0\r\n");

    (void)state;
    assert_int_equal(a.quality[CODING_GZIP], 500);
    assert_int_equal(a.quality[CODING_BR], 1000);
    assert_int_equal(a.quality[CODING_ZSTD], 0);
    assert_int_equal(a.quality[CODING_IDENTITY], 0);
}

static void who_says_nothing_accepts_no_coding(void **state)
{
    struct acceptable a = read_lines("Accept: */*\r\n");

    (void)state;
    for (int c = 0; c < CODING_COUNT; c++)
        assert_int_equal(a.quality[c], 0);
    assert_true(a.quality[CODING_IDENTITY] > 0);
}

static void the_best_of_what_is_there_is_chosen(void **state)
{
    enum { B = 1 << CODING_BR, Z = 1 << CODING_ZSTD, G = 1 << CODING_GZIP, I = 1 << CODING_IDENTITY };
    static const struct choice {
        struct acceptable a; /* br, zstd, gzip, identity */
        uint32_t available;
        enum coding chosen;
    } rows[] = {
        {{{1000, 1000, 1000, 1}}, B | Z | G | I, CODING_GZIP},
        {{{1000, 1000, 1000, 1}}, B | Z | I, CODING_BR},
        {{{1000, 1000, 1000, 1}}, Z | I, CODING_ZSTD},
        {{{1000, 1000, 1000, 1}}, I, CODING_IDENTITY},
        {{{1000, 1000, 1000, 1000}}, B | Z | G | I, CODING_GZIP},
        {{{1000, 1000, 999, 1}}, B | Z | G | I, CODING_BR},
        {{{998, 1000, 999, 1}}, B | Z | G | I, CODING_ZSTD},
        {{{300, 0, 500, 400}}, B | Z | I, CODING_IDENTITY},
        {{{300, 0, 500, 400}}, B | Z | G | I, CODING_GZIP},
        {{{0, 0, 0, 1}}, B | Z | G | I, CODING_IDENTITY},
        {{{0, 0, 0, 1}}, B | Z | G, CODING_NONE},
        {{{0, 0, 0, 0}}, B | Z | G | I, CODING_NONE},
        {{{1, 0, 0, 0}}, B | I, CODING_BR},
        {{{1000, 1000, 1000, 1000}}, 0, CODING_NONE},
    };
    static const uint8_t order[] = {CODING_GZIP, CODING_BR, CODING_ZSTD};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum coding c = negotiate_choose(&rows[i].a, rows[i].available, order, ROWS(order));
        expect(c == rows[i].chosen, "row %zu: %d", i, (int)c);
    }
}

static void a_coding_that_is_not_in_the_order_is_not_chosen(void **state)
{
    static const struct acceptable all = {{1000, 1000, 1000, 1}};
    static const uint8_t order[] = {CODING_ZSTD};

    (void)state;
    assert_int_equal(negotiate_choose(&all, 0xf, order, 1), CODING_ZSTD);
    assert_int_equal(negotiate_choose(&all, 0xf, order, 0), CODING_IDENTITY);
}

static void suffixes_name_codings(void **state)
{
    (void)state;
    assert_int_equal(coding_of_suffix(SV("br")), CODING_BR);
    assert_int_equal(coding_of_suffix(SV("zst")), CODING_ZSTD);
    assert_int_equal(coding_of_suffix(SV("gz")), CODING_GZIP);
    assert_int_equal(coding_of_suffix(SV("gzip")), CODING_NONE);
    assert_int_equal(coding_of_suffix(SV("")), CODING_NONE);
    for (int c = 0; c < CODING_COUNT; c++)
        assert_int_equal(coding_of_suffix(coding_names[c].suffix), c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codings_have_the_weights_that_are_said),
        cmocka_unit_test(the_asterisk_speaks_for_what_is_not_listed),
        cmocka_unit_test(what_is_malformed_is_not_there),
        cmocka_unit_test(what_is_said_twice_counts_at_its_lower_weight),
        cmocka_unit_test(all_lines_are_one_list),
        cmocka_unit_test(who_says_nothing_accepts_no_coding),
        cmocka_unit_test(the_best_of_what_is_there_is_chosen),
        cmocka_unit_test(a_coding_that_is_not_in_the_order_is_not_chosen),
        cmocka_unit_test(suffixes_name_codings),
    };

    return cmocka_run_group_tests(tests, init, fini);
}
