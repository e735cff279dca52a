/* SPDX-License-Identifier: MIT */
/* Empty lines before a request: all of them are passed over and nothing else is, in whatever pieces they come. */

#include "http/parse.h"

#include "expect.h"
#include "guard.h"

enum { ROOM = 256 };

/* What several calls came to. */
struct passing {
    bool lines;
    size_t used;
    uint32_t passed;
};

/* Where it returns true, all of the piece was used, or the LF of a line was the last byte of it that was. */
static void give(struct guard *g, struct passing *p, struct sv piece)
{
    size_t used = 0xa5a5;

    p->lines = parse_empty_lines(guard_put(g, piece.p, piece.len), piece.len, &used, &p->passed);
    expect(used <= piece.len, "%zu bytes used of %zu", used, piece.len);
    p->used += used;
}

/* All of `text`, cut after `first` bytes and then every `step` bytes, up to what is no empty line. */
static struct passing pass(struct guard *g, struct sv text, size_t first, size_t step)
{
    struct passing p = {.lines = true};
    size_t at = first < text.len ? first : text.len;

    give(g, &p, sv_of(text.p, at));
    while (p.lines && p.used == at && at < text.len) {
        size_t n = text.len - at < step ? text.len - at : step;
        give(g, &p, sv_of(text.p + at, n));
        at += n;
    }
    return p;
}

static const struct {
    const char *text;
    size_t used;
    bool lines;
} rows[] = {
    {"", 0, true},
    {"\r", 1, true},
    {"\r\n", 2, true},
    {"\r\n\r", 3, true},
    {"\r\n\r\n", 4, true},
    {"\r\nGET / HTTP/1.1\r\n", 2, true},
    {"\r\n\r\n\r\nG", 6, true},
    {"GET / HTTP/1.1\r\n\r\n", 0, true},
    {"\n", 0, true}, /* a line's end, but no empty line: parse_head refuses it */
    {"\n\r\n", 0, true},
    {"\r\n\n", 2, true},
    {" \r\n", 0, true},
    {"\r\n \r\n", 2, true},
    {"\rG", 1, false},
    {"\r\r\n", 1, false},
    {"\r\n\rGET", 3, false},
    {"\r\n\r\r\n", 3, false},
    {"\r \n", 1, false},
};

static void empty_lines_are_passed_over_and_nothing_else_is(void **state)
{
    struct guard g = guard_new(ROOM);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct passing p = pass(&g, sv_cstr(rows[i].text), ROOM, ROOM);
        expect(p.used == rows[i].used && p.passed == p.used && p.lines == rows[i].lines, "row %zu: %zu used, %d", i,
               p.used, p.lines);
    }
    guard_free(&g);
}

static void it_is_the_same_in_whatever_pieces_they_come(void **state)
{
    struct guard g = guard_new(ROOM);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t first = 0; first <= strlen(rows[i].text); first++) {
            for (size_t step = 1; step <= 3; step++) {
                struct passing p = pass(&g, sv_cstr(rows[i].text), first, step);
                expect(p.used == rows[i].used && p.passed == p.used && p.lines == rows[i].lines,
                       "row %zu, cut at %zu, then by %zu: %zu used, %d", i, first, step, p.used, p.lines);
            }
        }
    }
    guard_free(&g);
}

static void they_are_counted_from_call_to_call(void **state)
{
    char many[200];
    struct guard g = guard_new(ROOM);

    (void)state;
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = "\r\n"[i % 2];
    for (size_t len = 0; len <= sizeof many; len++) {
        struct passing p = pass(&g, sv_of(many, len), len / 3, 7);
        expect(p.lines && p.used == len && p.passed == len, "%zu: %zu used", len, p.used);
    }
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_lines_are_passed_over_and_nothing_else_is),
        cmocka_unit_test(it_is_the_same_in_whatever_pieces_they_come),
        cmocka_unit_test(they_are_counted_from_call_to_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
