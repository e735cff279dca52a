/* SPDX-License-Identifier: MIT */
/* The table of byte classes against the grammars, spelled out here byte by byte as the RFCs print them. */

#include "http/bytes.h"

#include <string.h>

#include "expect.h"

#define DIGITS     "0123456789"
#define LETTERS    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define UNRESERVED DIGITS LETTERS "-._~"
#define SUB_DELIMS "!$&'()*+,;="

static void expect_class(enum byte_class class, const char *ascii, bool high, const char *name)
{
    for (int c = 0; c < 256; c++) {
        bool want = c < 0x80 ? c != 0 && strchr(ascii, c) != NULL : high;
        expect(byte_is((char)c, class) == want, "%s: byte 0x%02x", name, (unsigned)c);
    }
}

static void a_token_is_made_of_tchar(void **state)
{
    (void)state;
    expect_class(BYTE_TOKEN, DIGITS LETTERS "!#$%&'*+-.^_`|~", false, "RFC 9110 5.6.2");
}

static void a_value_holds_no_control_but_tab(void **state)
{
    char ascii[128];
    size_t n = 0;

    (void)state;
    ascii[n++] = '\t';
    for (char c = ' '; c < 0x7f; c++)
        ascii[n++] = c;
    ascii[n] = '\0';
    expect_class(BYTE_VALUE, ascii, true, "RFC 9110 5.5");
}

static void a_target_holds_visible_bytes_but_no_fragment(void **state)
{
    char ascii[128];
    size_t n = 0;

    (void)state;
    for (char c = '!'; c < 0x7f; c++)
        if (c != '#')
            ascii[n++] = c;
    ascii[n] = '\0';
    expect_class(BYTE_TARGET, ascii, true, "RFC 9112 3.2");
}

static void a_host_is_made_of_reg_name_bytes(void **state)
{
    (void)state;
    expect_class(BYTE_HOST, UNRESERVED SUB_DELIMS, false, "RFC 3986 3.2.2");
}

static void a_path_is_made_of_pchar_and_slashes_and_escapes_the_percent(void **state)
{
    (void)state;
    expect_class(BYTE_PATH, UNRESERVED SUB_DELIMS ":@/", false, "RFC 3986 3.3");
}

static void a_plain_byte_is_printable_and_no_quote_or_backslash(void **state)
{
    (void)state;
    expect_class(BYTE_PLAIN, DIGITS LETTERS " !#$%&'()*+,-./:;<=>?@[]^_`{|}~", false, "printable");
}

static void hex_reads_22_bytes_and_refuses_all_others(void **state)
{
    static const char digits[] = "0123456789abcdef";
    static const char capitals[] = "0123456789ABCDEF";
    int found = 0;

    (void)state;
    for (int c = 0; c < 256; c++) {
        const char *at = c != 0 ? strchr(digits, c) : NULL;
        const char *cap = c != 0 ? strchr(capitals, c) : NULL;
        int want = at != NULL ? (int)(at - digits) : cap != NULL ? (int)(cap - capitals) : -1;
        expect(byte_hex((char)c) == want, "byte 0x%02x is %d", (unsigned)c, byte_hex((char)c));
        found += want >= 0;
    }
    assert_int_equal(found, 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_made_of_tchar),
        cmocka_unit_test(a_value_holds_no_control_but_tab),
        cmocka_unit_test(a_target_holds_visible_bytes_but_no_fragment),
        cmocka_unit_test(a_host_is_made_of_reg_name_bytes),
        cmocka_unit_test(a_path_is_made_of_pchar_and_slashes_and_escapes_the_percent),
        cmocka_unit_test(a_plain_byte_is_printable_and_no_quote_or_backslash),
        cmocka_unit_test(hex_reads_22_bytes_and_refuses_all_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
