/* SPDX-License-Identifier: MIT */
/* The parser's limits: at a bound a head passes, one over it gets its status, in whatever pieces it comes, and whatever
 * else is wrong with it further on. */

#include "base/sv.h"
#include "feed.h"

enum { ROOM = 4096, AMPLE = 4000, OK = 0, MORE = 1 };

static int outcome(const struct fed *fed)
{
    if (fed->result == PARSE_BAD)
        return fed->ps.status;
    return fed->result == PARSE_DONE ? OK : MORE;
}

static void expect_outcome(const struct parse_limits *limits, struct sv input, int want, const char *name)
{
    struct feed f = feed_new(limits, ROOM);
    struct fed fed;

    feed_whole(&f, &fed, input);
    expect(outcome(&fed) == want, "%s: got %d, want %d", name, outcome(&fed), want);
    expect_same_in_all_ways(&f, &fed, input, name);
    feed_free(&f);
}

/* before + n times c + after */
static struct sv build(char *room, const char *before, char c, size_t n, const char *after)
{
    size_t a = strlen(before);
    size_t b = strlen(after);

    expect(a + n + b <= ROOM, "%zu bytes do not fit", a + n + b);
    memcpy(room, before, a);
    memset(room + a, c, n);
    memcpy(room + a + n, after, b);
    return sv_of(room, a + n + b);
}

static void a_head_may_have_head_size_bytes_and_not_one_more(void **state)
{
    static const struct {
        const char *name, *before, *after;
        char fill;
    } rows[] = {
        {"a value", "GET / HTTP/1.1\r\nA: ", "\r\n\r\n", 'v'},
        {"white space before a value", "GET / HTTP/1.1\r\nA:", "v\r\n\r\n", ' '},
        {"white space behind a value", "GET / HTTP/1.1\r\nA: v", "\r\n\r\n", '\t'},
        {"a name", "GET / HTTP/1.1\r\nN", ":\r\n\r\n", 'n'},
        {"a target", "GET /", " HTTP/1.1\r\n\r\n", 't'},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (uint32_t size = 40; size < 90; size++) {
            struct parse_limits limits = {.head_size = size, .target_size = AMPLE, .field_count = 4};
            size_t fixed = strlen(rows[i].before) + strlen(rows[i].after);
            char room[ROOM];
            struct sv at = build(room, rows[i].before, rows[i].fill, size - fixed, rows[i].after);
            expect_outcome(&limits, at, OK, rows[i].name);
            struct sv over = build(room, rows[i].before, rows[i].fill, size - fixed + 1, rows[i].after);
            expect_outcome(&limits, over, 431, rows[i].name);
            /* What another request adds to the buffer is not of this head. */
            at = build(room, rows[i].before, rows[i].fill, size - fixed, rows[i].after);
            memset(room + at.len, 'x', 100);
            expect_outcome(&limits, sv_of(room, at.len + 100), OK, rows[i].name);
        }
    }
}

static void a_head_that_does_not_end_is_refused_one_byte_over_the_limit(void **state)
{
    static const struct {
        const char *before;
        char fill;
        int status;
    } rows[] = {
        {"GET / HTTP/1.1\r\nA: ", 'v', 431},      {"GET / HTTP/1.1\r\nA:", ' ', 431},
        {"GET / HTTP/1.1\r\nA: v", '\t', 431},    {"GET / HTTP/1.1\r\n", 'n', 431},
        {"GET / HTTP/1.1\r\nA: v\r\n", 'n', 431}, {"GET /", 't', 414},
    };
    struct parse_limits limits = {.head_size = 100, .target_size = 1000, .field_count = 4};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char room[ROOM];
        size_t fixed = strlen(rows[i].before);
        expect_outcome(&limits, build(room, rows[i].before, rows[i].fill, 100 - fixed, ""), MORE, rows[i].before);
        expect_outcome(&limits, build(room, rows[i].before, rows[i].fill, 101 - fixed, ""), rows[i].status,
                       rows[i].before);
        expect_outcome(&limits, build(room, rows[i].before, rows[i].fill, 400, ""), rows[i].status, rows[i].before);
    }
}

static void a_target_may_have_target_size_bytes_and_not_one_more(void **state)
{
    (void)state;
    for (uint32_t size = 1; size < 70; size++) {
        struct parse_limits limits = {.head_size = AMPLE, .target_size = size, .field_count = 4};
        char room[ROOM];
        expect_outcome(&limits, build(room, "GET ", '/', size, " HTTP/1.1\r\n\r\n"), OK, "at the bound");
        expect_outcome(&limits, build(room, "GET ", '/', size, ""), MORE, "at the bound, unfinished");
        expect_outcome(&limits, build(room, "GET ", '/', size + 1, " HTTP/1.1\r\n\r\n"), 414, "one over");
        expect_outcome(&limits, build(room, "GET ", '/', size + 1, ""), 414, "one over, unfinished");
        expect_outcome(&limits, build(room, "GET ", '/', size + 1, "\n"), 414, "one over, and bad behind");
        expect_outcome(&limits, build(room, "GET ", '/', size, "\n"), 400, "at the bound, and bad behind");
    }
}

static void field_count_fields_pass_and_not_one_more(void **state)
{
    (void)state;
    for (uint32_t count = 0; count <= FEED_FIELDS_MAX; count++) {
        struct parse_limits limits = {.head_size = AMPLE, .target_size = 100, .field_count = count};
        char room[ROOM];
        size_t n = (size_t)snprintf(room, sizeof room, "GET / HTTP/1.1\r\n");
        for (uint32_t i = 0; i < count; i++)
            n += (size_t)snprintf(room + n, sizeof room - n, "A:b\r\n");
        expect_outcome(&limits, sv_of(room, n), MORE, "fields at the bound, unfinished");
        memcpy(room + n, "\r\n", 2);
        expect_outcome(&limits, sv_of(room, n + 2), OK, "fields at the bound");
        memcpy(room + n, "A:b\r\n\r\n", 7);
        expect_outcome(&limits, sv_of(room, n + 7), 431, "one field more");
        expect_outcome(&limits, sv_of(room, n + 1), 431, "one byte of a field more");
    }
}

static void a_method_of_33_bytes_is_not_implemented(void **state)
{
    struct parse_limits limits = {.head_size = AMPLE, .target_size = 100, .field_count = 4};
    char room[ROOM];

    (void)state;
    expect_outcome(&limits, build(room, "", 'M', 32, " / HTTP/1.1\r\n\r\n"), OK, "32 bytes");
    expect_outcome(&limits, build(room, "", 'M', 32, ""), MORE, "32 bytes so far");
    expect_outcome(&limits, build(room, "", 'M', 33, " / HTTP/1.1\r\n\r\n"), 501, "33 bytes");
    expect_outcome(&limits, build(room, "", 'M', 33, ""), 501, "33 bytes so far");
    expect_outcome(&limits, build(room, "", 'M', 3000, ""), 501, "no end");
}

/* The largest limit that the header allows, in few pieces: all of them would take hours. */
static void the_largest_limits_hold_at_their_bounds(void **state)
{
    struct parse_limits limits = {.head_size = 65536, .target_size = 65536, .field_count = 64};
    static const size_t cuts[] = {0, 1, 4, 16, 65517, 65535, 65536, 65537};
    static char head[65537];
    struct feed f = feed_new(&limits, sizeof head);

    (void)state;
    memset(head, 't', sizeof head);
    memcpy(head, "GET /", 5);
    memcpy(head + 65536 - 13, " HTTP/1.1\r\n\r\n", 13);
    for (size_t i = 0; i < ROWS(cuts); i++) {
        struct fed fed;
        feed_cut(&f, &fed, sv_of(head, sizeof head), cuts[i]);
        expect(outcome(&fed) == OK && fed.ps.pos == 65536, "cut at %zu: %d", cuts[i], outcome(&fed));
        expect(fed.ps.target.len == 65536 - 13 - 4, "cut at %zu: target of %u", cuts[i], fed.ps.target.len);
    }
    memmove(head + 6, head + 5, sizeof head - 6);
    for (size_t i = 0; i < ROWS(cuts); i++) {
        struct fed fed;
        feed_cut(&f, &fed, sv_of(head, sizeof head), cuts[i]);
        expect(outcome(&fed) == 431, "one over, cut at %zu: %d", cuts[i], outcome(&fed));
    }
    feed_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_may_have_head_size_bytes_and_not_one_more),
        cmocka_unit_test(a_head_that_does_not_end_is_refused_one_byte_over_the_limit),
        cmocka_unit_test(a_target_may_have_target_size_bytes_and_not_one_more),
        cmocka_unit_test(field_count_fields_pass_and_not_one_more),
        cmocka_unit_test(a_method_of_33_bytes_is_not_implemented),
        cmocka_unit_test(the_largest_limits_hold_at_their_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
