/* SPDX-License-Identifier: MIT */
/* Lists in fields: their elements from either end, without the empty ones, or one by one with them. */

#include "http/elements.h"

#include "expect.h"
#include "guard.h"

/* The elements of a list, each with a '|' behind it. */
static const struct {
    const char *list;
    const char *forward;
    const char *backward;
    const char *taken; /* with the empty ones; what is behind the last comma is one only if there is something */
} rows[] = {
    {"", "", "", ""},
    {"a", "a|", "a|", "a|"},
    {"a,b", "a|b|", "b|a|", "a|b|"},
    {" a\t, \tb c ", "a|b c|", "b c|a|", "a|b c|"},
    {",", "", "", "|"},
    {", ,a,\t,,b , ", "a|b|", "b|a|", "||a|||b||"},
    {"a,", "a|", "a|", "a|"},
    {",a", "a|", "a|", "|a|"},
    {"\"a,b\"", "\"a|b\"|", "b\"|\"a|", "\"a|b\"|"}, /* quotes mean nothing */
};

static size_t add(char *text, size_t n, struct sv element)
{
    memcpy(text + n, element.p, element.len);
    text[n + element.len] = '|';
    return n + element.len + 1;
}

static void a_list_is_walked_from_either_end(void **state)
{
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = strlen(rows[i].list);
        struct sv list = sv_of(guard_put(&g, rows[i].list, len), len);
        char text[64];
        size_t n = 0;
        struct sv element;
        for (struct sv rest = list; element_next(&rest, &element);)
            n = add(text, n, element);
        expect(sv_eq(sv_of(text, n), sv_cstr(rows[i].forward)), "\"%s\": %.*s", rows[i].list, (int)n, text);
        n = 0;
        for (struct sv rest = list; element_last(&rest, &element);)
            n = add(text, n, element);
        expect(sv_eq(sv_of(text, n), sv_cstr(rows[i].backward)), "\"%s\": %.*s", rows[i].list, (int)n, text);
        n = 0;
        for (struct sv rest = list; rest.len > 0;)
            n = add(text, n, element_take(&rest));
        expect(sv_eq(sv_of(text, n), sv_cstr(rows[i].taken)), "\"%s\": %.*s", rows[i].list, (int)n, text);
    }
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_list_is_walked_from_either_end)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
