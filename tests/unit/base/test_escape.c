/* SPDX-License-Identifier: MIT */
/* What can stand for itself does, and nothing else: in strings of JSON, at a terminal, in a URL. */

#include "base/escape.h"

#include <string.h>

#include "expect.h"

static void each_character_is_itself_or_escaped_in_json(void **state)
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

static void each_character_is_itself_or_escaped_at_a_terminal(void **state)
{
    static const struct {
        const char *text, *shown;
        size_t columns;
    } rows[] = {
        {"", "", 0},
        {"plain ~\"\\", "plain ~\"\\", 9},
        {"\x01\n\t\x1f\x7f", "\\x01\\x0a\\x09\\x1f\\x7f", 20},
        {"caf\xc3\xa9", "caf\xc3\xa9", 4},
        {"\xe4\xb8\xad\xf0\x9f\x98\x80", "\xe4\xb8\xad\xf0\x9f\x98\x80", 4}, /* two columns each */
        {"e\xcc\x81", "e\xcc\x81", 1},                                       /* an accent takes none */
        {"\xc2\x9b", "\\u009b", 6},
        {"\xe2\x80\xae", "\\u202e", 6},
        {"\xf3\xa0\x81\xbf", "\\xf3\\xa0\\x81\\xbf", 16}, /* has more than four digits */
        {"\xff", "\\xff", 4},
        {"\xc3", "\\xc3", 4},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80", 12},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char shown[128];
        size_t len = 0, columns = 0;
        for (struct sv rest = sv_cstr(rows[i].text); rest.len > 0;) {
            struct glyph g = escape_terminal(rest);
            expect(g.text_len <= sizeof g.text && g.bytes > 0 && g.bytes <= rest.len, "row %zu", i);
            memcpy(shown + len, g.text, g.text_len);
            len += g.text_len;
            columns += g.columns;
            rest = sv_skip(rest, g.bytes);
        }
        expect(sv_eq(sv_of(shown, len), sv_cstr(rows[i].shown)), "row %zu: %.*s", i, (int)len, shown);
        expect(columns == rows[i].columns, "row %zu: %zu columns", i, columns);
    }
}

static void a_byte_of_a_url_is_a_percent_sign_and_two_capital_digits(void **state)
{
    char room[] = ".......";

    (void)state;
    assert_ptr_equal(escape_url(room, '/'), room + ESCAPE_URL_LEN);
    assert_string_equal(room, "%2F....");
    (void)escape_url(room + ESCAPE_URL_LEN, '\xe9');
    assert_string_equal(room, "%2F%E9.");
    (void)escape_url(room, '\0');
    assert_string_equal(room, "%00%E9.");
}

static void hex_has_as_many_digits_as_are_asked_for(void **state)
{
    char room[] = "........";

    (void)state;
    assert_ptr_equal(escape_hex(room, 0xa, 2), room + 2);
    assert_string_equal(room, "0a......");
    (void)escape_hex(room, 0xfedcba98, 8);
    assert_string_equal(room, "fedcba98");
    (void)escape_hex(room, 0x12345, 4);
    assert_string_equal(room, "2345ba98");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_character_is_itself_or_escaped_in_json),
        cmocka_unit_test(each_character_is_itself_or_escaped_at_a_terminal),
        cmocka_unit_test(a_byte_of_a_url_is_a_percent_sign_and_two_capital_digits),
        cmocka_unit_test(hex_has_as_many_digits_as_are_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
