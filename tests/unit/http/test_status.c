/* SPDX-License-Identifier: MIT */
/* The statuses: each is found by its code, has the phrase of RFC 9110 15, and has words for a person where a page may be
 * sent. */

#include "http/status.h"

#include <string.h>

#include "expect.h"

/* The phrases as RFC 9110 15 and RFC 6585 5 print them. */
static const struct {
    int code;
    const char *phrase;
} registered[] = {
    {100, "Continue"},
    {200, "OK"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static void every_status_is_found_by_its_code_with_its_registered_phrase(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(registered); i++) {
        enum status_index index = status_index(registered[i].code);
        expect((int)index < STATUS_COUNT, "%d has no place in the table", registered[i].code);
        expect(status_table[index].code == registered[i].code, "%d is %d", registered[i].code,
               status_table[index].code);
        expect(strcmp(status_table[status_index(registered[i].code)].phrase, registered[i].phrase) == 0, "%d %s",
               registered[i].code, status_table[status_index(registered[i].code)].phrase);
    }
}

static void codes_are_in_their_order_and_indices_are_their_places(void **state)
{
    (void)state;
    for (int i = 0; i < STATUS_COUNT; i++) {
        expect(status_index(status_table[i].code) == (enum status_index)i, "%d is not at %d", status_table[i].code, i);
        expect(i == 0 || status_table[i - 1].code < status_table[i].code, "%d is out of order", status_table[i].code);
    }
    assert_int_equal(status_table[STATUS_INDEX_404].code, 404);
    assert_int_equal(status_table[STATUS_INDEX_200].code, 200);
}

/* A phrase goes into a status line as it is. */
static void phrases_are_plain_text(void **state)
{
    (void)state;
    for (int i = 0; i < STATUS_COUNT; i++) {
        expect(status_table[i].phrase[0] != '\0', "%d has no phrase", status_table[i].code);
        for (const char *c = status_table[i].phrase; *c != '\0'; c++)
            expect(*c >= ' ' && *c < 0x7f, "%d: %s", status_table[i].code, status_table[i].phrase);
    }
}

static void there_are_words_where_a_page_is_sent_and_none_elsewhere(void **state)
{
    (void)state;
    for (int i = 0; i < STATUS_COUNT; i++) {
        bool page = status_table[i].code == 301 || status_table[i].code >= 400;
        expect((status_table[i].text[0] != '\0') == page, "%d: \"%s\"", status_table[i].code, status_table[i].text);
        expect(strpbrk(status_table[i].text, "<>&\"\r\n") == NULL, "%d: bytes that HTML would have to escape",
               status_table[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_is_found_by_its_code_with_its_registered_phrase),
        cmocka_unit_test(codes_are_in_their_order_and_indices_are_their_places),
        cmocka_unit_test(phrases_are_plain_text),
        cmocka_unit_test(there_are_words_where_a_page_is_sent_and_none_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
