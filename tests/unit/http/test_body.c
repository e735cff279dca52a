/* SPDX-License-Identifier: MIT */
/* The end of a request's body is found, however it is framed and in whatever pieces it comes. */

#include "http/body.h"

#include <string.h>

#include "http/why.h"

#include "expect.h"
#include "guard.h"

enum { SIZE_MAX_HERE = 20, META_MAX_HERE = 16 };

static const struct {
    enum body_kind kind;
    uint64_t length; /* of BODY_LENGTH */
    const char *bytes;
    size_t body; /* as many of them are its */
    enum body_result result;
    uint8_t why;
} rows[] = {
    {BODY_LENGTH, 0, "GET", 0, BODY_DONE, 0},
    {BODY_LENGTH, 5, "helloGET", 5, BODY_DONE, 0},
    {BODY_LENGTH, 5, "hell", 4, BODY_MORE, 0},
    {BODY_LENGTH, SIZE_MAX_HERE, "12345678901234567890GET", SIZE_MAX_HERE, BODY_DONE, 0},
    {BODY_LENGTH, SIZE_MAX_HERE + 1, "", 0, BODY_BAD, WHY_BODY_LONG},
    {BODY_LENGTH, UINT64_MAX, "", 0, BODY_BAD, WHY_BODY_LONG},
    {BODY_CHUNKED, 0, "0\r\n\r\nGET", 5, BODY_DONE, 0},
    {BODY_CHUNKED, 0, "5\r\nhello\r\n0\r\n\r\nGET", 15, BODY_DONE, 0},
    {BODY_CHUNKED, 0, "5\r\nhello\r\n0\r\n", 13, BODY_MORE, 0},
    {BODY_CHUNKED, 0, "14\r\n12345678901234567890\r\n0\r\n\r\n", 31, BODY_DONE, 0},
    {BODY_CHUNKED, 0, "15\r\n", 0, BODY_BAD, WHY_BODY_LONG},
    {BODY_CHUNKED, 0, "x\r\n", 0, BODY_BAD, WHY_CHUNK_SIZE},
    {BODY_CHUNKED, 0, "1\r\nabc", 0, BODY_BAD, WHY_CHUNK_END},
    {BODY_CHUNKED, 0, "0\r\nA: 12345678901234567\r\n\r\n", 0, BODY_BAD, WHY_CHUNK_META_LONG},
};

static struct body begin(size_t i)
{
    const struct request rq = {.body = rows[i].kind, .content_length = rows[i].length};
    struct body b;

    body_init(&b, &rq, SIZE_MAX_HERE, META_MAX_HERE);
    return b;
}

/* What has been found after pieces of so many bytes. */
static void read_in_pieces(size_t i, struct guard *guard, size_t piece)
{
    struct body b = begin(i);
    struct sv left = sv_cstr(rows[i].bytes);
    enum body_result result = BODY_MORE;
    size_t all = 0;
    size_t used;

    do {
        size_t n = left.len < piece ? left.len : piece;
        result = body_read(&b, guard_put(guard, left.p, n), n, &used);
        expect(used <= n && (result == BODY_DONE || result == BODY_BAD || used == n), "row %zu: %zu of %zu bytes", i,
               used, n);
        all += used;
        left = sv_skip(left, used);
    } while (result == BODY_MORE && left.len > 0);
    expect(result == rows[i].result, "row %zu, by %zu: result %d", i, piece, (int)result);
    expect(b.why == rows[i].why, "row %zu, by %zu: why %d", i, piece, b.why);
    expect(result == BODY_BAD || all == rows[i].body, "row %zu, by %zu: %zu bytes", i, piece, all);
}

static void its_end_is_found_in_whatever_pieces_it_comes(void **state)
{
    struct guard guard = guard_new(100);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        for (size_t piece = 1; piece <= strlen(rows[i].bytes) + 1; piece++)
            read_in_pieces(i, &guard, piece);
    guard_free(&guard);
}

/* May be asked before any of it has come: is there one at all, and is it too large? */
static void without_bytes_it_says_what_it_knows(void **state)
{
    size_t used = 1;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct body b = begin(i);
        enum body_result result = body_read(&b, NULL, 0, &used);
        bool known = rows[i].kind == BODY_LENGTH && (rows[i].length == 0 || rows[i].length > SIZE_MAX_HERE);
        expect(result == (known ? rows[i].result : BODY_MORE), "row %zu: result %d", i, (int)result);
        assert_int_equal(used, 0);
    }
}

static void what_was_bad_stays_so(void **state)
{
    size_t used = 1;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        if (rows[i].result != BODY_BAD)
            continue;
        struct body b = begin(i);
        (void)body_read(&b, rows[i].bytes, strlen(rows[i].bytes), &used);
        expect(body_read(&b, "0\r\n\r\n", 5, &used) == BODY_BAD && used == 0 && b.why == rows[i].why, "row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_end_is_found_in_whatever_pieces_it_comes),
        cmocka_unit_test(without_bytes_it_says_what_it_knows),
        cmocka_unit_test(what_was_bad_stays_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
