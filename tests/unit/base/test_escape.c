/* SPDX-License-Identifier: MIT */
/* Strings of JSON: what can stand for itself does, and nothing else. */

#include "base/escape.h"

#include <string.h>

#include "expect.h"

static void each_character_is_itself_or_escaped(void **state)
{
    static const struct {
        const char *text, *json;
    } rows[] = {
        {"", ""},
        {"plain ~", "plain ~"},
        {"a\"b\\c", "a\\\"b\\\\c"},
        {"\x01\n\t\x1f\x7f", "\\u0001\\u000a\\u0009\\u001f\\u007f"},
        {"caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80"},
        {"\xc2\x9b", "\\u009b"},                   /* a control character of ISO 6429 */
        {"\xe2\x80\xae", "\\u202e"},               /* turns the order of the line */
        {"\xf3\xa0\x81\xbf", "\\udb40\\udc7f"},    /* a tag, which is not seen */
        {"\xff", "\\u00ff"},                       /* no UTF-8 */
        {"\xc3", "\\u00c3"},                       /* half a character */
        {"\xc0\xaf", "\\u00c0\\u00af"},            /* longer than need be */
        {"\xed\xa0\x80", "\\u00ed\\u00a0\\u0080"}, /* half of one of UTF-16 */
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv rest = sv_cstr(rows[i].text);
        char json[128];
        char *p = json;
        size_t used;
        for (; rest.len > 0; rest = sv_skip(rest, used)) {
            char *next = escape_json(p, rest, &used);
            expect(next - p <= ESCAPE_JSON_MAX && used > 0 && used <= rest.len, "row %zu", i);
            p = next;
        }
        expect(sv_eq(sv_of(json, (size_t)(p - json)), sv_cstr(rows[i].json)), "row %zu: %.*s", i, (int)(p - json),
               json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_character_is_itself_or_escaped)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
