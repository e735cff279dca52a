/* SPDX-License-Identifier: MIT */
/* Lines of the access log: in both formats no client can forge one, and none is longer than a pipe takes at once. */

#include "access/line.h"

#include <stdlib.h>
#include <string.h>

#include "access/record.h"
#include "base/ip.h"

#include "expect.h"

#define WHEN  UINT64_C(784111777000042)
#define FRONT "{\"time\":\"1994-11-06T08:49:37.000042Z\",\"client\":\"127.0.0.1\","
#define END   ",\"cache\":\"hit\",\"bytes\":1234,\"duration\":1.000250}\n"

static struct access_record some_record(void)
{
    struct in6_addr localhost;

    assert_true(ip_parse(SV("127.0.0.1"), &localhost));
    return (struct access_record){
        .time_us = WHEN,
        .bytes = 1234,
        .duration_us = 1000250,
        .client = peer_of(&localhost),
        .status = 200,
        .text = {SV("GET / HTTP/1.1"), SV("example.org"), SV("http://example.org/"), SV("tester/1.0"), SV("hit")},
    };
}

/* The line, by way of a record in memory of just its size, so that a sanitizer sees a byte too many. */
static struct sv whole(const struct access_format *format, const struct access_record *r)
{
    static char line[ACCESS_LINE_MAX], room[ACCESS_RECORD_MAX];
    struct access_dates dates;
    size_t len = access_record_write(r, room);
    char *record = malloc(len);

    assert_non_null(record);
    memcpy(record, room, len);
    access_dates_init(&dates);
    struct sv s = sv_of(line, format->line(&dates, sv_of(record, len), line));
    free(record);
    return s;
}

static void expect_line(const struct access_format *format, const struct access_record *r, const char *expected)
{
    struct sv got = whole(format, r);

    expect(sv_eq(got, sv_cstr(expected)), "%.*snot %s", SV_ARG(got), expected);
}

static void a_line_is_in_the_combined_format(void **state)
{
    struct access_record r = some_record();

    (void)state;
    expect_line(&access_combined, &r,
                "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" 200 1234 "
                "\"http://example.org/\" \"tester/1.0\"\n");
    r.client = (struct peer){.family = AF_UNIX};
    r.status = 404;
    r.bytes = UINT64_MAX;
    struct sv got = whole(&access_combined, &r);
    expect(sv_eq(got, SV("unix: - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" 404 18446744073709551615 "
                         "\"http://example.org/\" \"tester/1.0\"\n")),
           "%.*s", SV_ARG(got));
}

static void a_line_is_an_object_of_json(void **state)
{
    struct access_record r = some_record();

    (void)state;
    expect_line(&access_json, &r,
                FRONT "\"host\":\"example.org\",\"request\":\"GET / HTTP/1.1\",\"status\":200,"
                      "\"referer\":\"http://example.org/\",\"agent\":\"tester/1.0\"" END);
}

static void what_was_not_sent_is_a_dash_or_null(void **state)
{
    struct access_record r = some_record();

    (void)state;
    r.status = 408;
    for (size_t i = 0; i < ACCESS_TEXTS; i++)
        r.text[i] = i == ACCESS_AGENT ? SV("") : (struct sv){0};
    expect_line(&access_combined, &r, "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"-\" 408 1234 \"-\" \"-\"\n");
    expect_line(&access_json, &r,
                FRONT "\"host\":null,\"request\":null,\"status\":408,\"referer\":null,\"agent\":null,"
                      "\"cache\":null,\"bytes\":1234,\"duration\":1.000250}\n");
}

static void times_are_written_once_a_second_and_right(void **state)
{
    static const struct {
        uint64_t us;
        const char *text;
    } rows[] = {{0, "1970-01-01T00:00:00.000000Z"},
                {999999, "1970-01-01T00:00:00.999999Z"},
                {1000000, "1970-01-01T00:00:01.000000Z"},
                {UINT64_C(951782400000001), "2000-02-29T00:00:00.000001Z"},
                {0, "1970-01-01T00:00:00.000000Z"}};
    struct access_dates dates;
    char room[ACCESS_LINE_MAX], record[ACCESS_RECORD_MAX];

    (void)state;
    access_dates_init(&dates);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct access_record r = some_record();
        r.time_us = rows[i].us;
        (void)access_json.line(&dates, sv_of(record, access_record_write(&r, record)), room);
        expect(memcmp(room + 9, rows[i].text, strlen(rows[i].text)) == 0, "%.40s, not %s", room, rows[i].text);
    }
}

static void no_byte_can_end_a_field_or_a_line(void **state)
{
    struct access_record r = some_record();

    (void)state;
    r.text[ACCESS_REQUEST] = SV("GET /\"\\ \t\r\n\x1b[31m\x7f\xc3\xa4\0 ~");
    r.text[ACCESS_AGENT] = SV("\" 200 0 \"-\" \"x\"\n1.2.3.4");
    expect_line(&access_combined, &r,
                "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] "
                "\"GET /\\x22\\x5c \\x09\\x0d\\x0a\\x1b[31m\\x7f\\xc3\\xa4\\x00 ~\" 200 1234 "
                "\"http://example.org/\" \"\\x22 200 0 \\x22-\\x22 \\x22x\\x22\\x0a1.2.3.4\"\n");
    r.text[ACCESS_AGENT] = SV("\",\"status\":500}\n{\"");
    r.text[ACCESS_HOST] = SV("a\"b");
    expect_line(
        &access_json, &r,
        FRONT
        "\"host\":\"a\\\"b\",\"request\":\"GET /\\\"\\\\ \\u0009\\u000d\\u000a\\u001b[31m\\u007f\xc3\xa4\\u0000 ~\","
        "\"status\":200,\"referer\":\"http://example.org/\","
        "\"agent\":\"\\\",\\\"status\\\":500}\\u000a{\\\"\"" END);
}

static void every_byte_is_itself_or_four_printable_ones(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char byte = (char)c, expected[256], shown[8];
        struct access_record r = some_record();
        bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        (void)snprintf(shown, sizeof shown, plain ? "%c" : "\\x%02x", c);
        (void)snprintf(expected, sizeof expected,
                       "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"%s\" 200 1234 \"%s\" \"%s\"\n", shown, shown,
                       shown);
        r.text[ACCESS_REQUEST] = r.text[ACCESS_REFERER] = r.text[ACCESS_AGENT] = sv_of(&byte, 1);
        expect_line(&access_combined, &r, expected);
    }
}

/* What stands in a string of JSON for some bytes of a client. */
static void only_valid_utf8_that_prints_is_kept(void **state)
{
    static const struct {
        const char *bytes, *shown;
    } rows[] = {
        {"\xc3\xa4", "\xc3\xa4"},
        {"\xe2\x82\xac", "\xe2\x82\xac"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xc2\x9b", "\\u009b"}, /* the terminal's CSI */
        {"\xc2\xa0", "\xc2\xa0"},
        {"\xe2\x80\xae", "\\u202e"}, /* turns the reading direction, as these do */
        {"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"}, /* end a line for some readers */
        {"\xef\xbb\xbf", "\\ufeff"},
        {"\xe2\x80\x8d", "\\u200d"},
        {"\xef\xbf\xbd", "\xef\xbf\xbd"},
        {"\xf3\xa0\x80\x81z", "\\udb40\\udc01z"}, /* a tag, which nobody sees */
        {"\xf3\xa0\x81\xbf", "\\udb40\\udc7f"},
        {"\x80", "\\u0080"},
        {"\xff\xfe", "\\u00ff\\u00fe"},
        {"\xc3", "\\u00c3"}, /* cut off */
        {"\xe2\x82", "\\u00e2\\u0082"},
        {"\xc0\xaf", "\\u00c0\\u00af"}, /* too long a form of '/' */
        {"\xc1\xbf", "\\u00c1\\u00bf"},
        {"\xed\xa0\x80", "\\u00ed\\u00a0\\u0080"},            /* a surrogate */
        {"\xf4\x90\x80\x80", "\\u00f4\\u0090\\u0080\\u0080"}, /* beyond U+10FFFF */
        {"\xe2\"\x82", "\\u00e2\\\"\\u0082"},
        {"a\xc3\xa4z\xe4z", "a\xc3\xa4z\\u00e4z"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char expected[512];
        struct access_record r = some_record();
        r.text[ACCESS_AGENT] = sv_cstr(rows[i].bytes);
        (void)snprintf(expected, sizeof expected,
                       FRONT "\"host\":\"example.org\",\"request\":\"GET / HTTP/1.1\",\"status\":200,"
                             "\"referer\":\"http://example.org/\",\"agent\":\"%s\"" END,
                       rows[i].shown);
        expect_line(&access_json, &r, expected);
    }
}

/* Is the string that begins behind p[0] well formed and ended? Returns what follows it. */
static const char *pass_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++) {
        if (*p != '\\')
            continue;
        size_t more = p[1] == 'u' ? 5 : 1;
        expect(p + more < end && (more == 5 || p[1] == '"' || p[1] == '\\'), "a broken escape");
        p += more;
    }
    expect(p < end, "a string without an end");
    return p + 1;
}

static void long_fields_are_cut_and_lines_stay_whole(void **state)
{
    static const char *const fills[] = {
        "\n", "x", "\"", "\\", "\xc3\xa4", "\xff", "x\xe2\x82\xac\n", "\xf3\xa0\x81\xbf"};
    static char bytes[100000];

    (void)state;
    for (size_t f = 0; f < ROWS(fills); f++) {
        for (size_t shift = 0; shift < 13; shift++) {
            struct access_record r = some_record();
            memset(bytes, 'y', shift);
            for (size_t i = shift; i < sizeof bytes; i++)
                bytes[i] = fills[f][(i - shift) % strlen(fills[f])];
            r.text[ACCESS_REQUEST] = r.text[ACCESS_HOST] = r.text[ACCESS_REFERER] = r.text[ACCESS_AGENT] =
                sv_of(bytes, sizeof bytes);
            r.client = (struct peer){.family = AF_INET6};
            memset(&r.client.address, 0xff, sizeof r.client.address);
            r.time_us = (UINT64_C(253402300799) + 1) * 1000000 - 1;
            r.bytes = r.duration_us = UINT64_MAX;
            r.status = UINT16_MAX;
            for (int json = 0; json <= 1; json++) {
                struct sv line = whole(json ? &access_json : &access_combined, &r);
                expect(line.len > 2000 && line.len <= ACCESS_LINE_MAX, "%zu bytes", line.len);
                expect(sv_find(line, '\n') == line.len - 1, "not one line");
                const char *p = line.p, *end = line.p + line.len;
                int strings = 0;
                for (; json && p < end; strings += *p++ == ':')
                    while (p < end && *p == '"')
                        p = pass_string(p, end);
                expect(!json || strings == 10, "%d members", strings);
            }
        }
    }
}

static void only_json_can_say_that_lines_are_missing(void **state)
{
    static const struct {
        uint64_t time_us, missing;
        const char *text;
    } rows[] = {{WHEN, 3, "{\"time\":\"1994-11-06T08:49:37.000042Z\",\"dropped\":3}\n"},
                {UINT64_C(253402300799999999), UINT64_MAX,
                 "{\"time\":\"9999-12-31T23:59:59.999999Z\",\"dropped\":18446744073709551615}\n"}};
    struct access_dates dates;
    char room[ACCESS_NOTE_MAX];

    (void)state;
    assert_null(access_combined.note);
    access_dates_init(&dates);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv got = sv_of(room, access_json.note(&dates, rows[i].time_us, rows[i].missing, room));
        expect(sv_eq(got, sv_cstr(rows[i].text)), "%.*snot %s", SV_ARG(got), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_in_the_combined_format),
        cmocka_unit_test(a_line_is_an_object_of_json),
        cmocka_unit_test(what_was_not_sent_is_a_dash_or_null),
        cmocka_unit_test(times_are_written_once_a_second_and_right),
        cmocka_unit_test(no_byte_can_end_a_field_or_a_line),
        cmocka_unit_test(every_byte_is_itself_or_four_printable_ones),
        cmocka_unit_test(only_valid_utf8_that_prints_is_kept),
        cmocka_unit_test(long_fields_are_cut_and_lines_stay_whole),
        cmocka_unit_test(only_json_can_say_that_lines_are_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
