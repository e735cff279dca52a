/* SPDX-License-Identifier: MIT */
/* Where does the body of a request end? The table of all the ways to say it, and to say it so that two servers in a row
 * would disagree; each with the other fields before it and behind it. */

#include "http/request.h"

#include "make_request.h"

static const struct framing {
    const char *version, *method, *fields;
    int status;
    enum body_kind body;
    uint64_t length;
} rows[] = {
#define FRAMING(version, method, fields, status, body, length) {version, method, fields, status, body, length},
#include "request_framing.def"
#undef FRAMING
};

static void expect_framing(const struct framing *row, const char *form)
{
    char head[1024];
    struct made_request m;
    int len = snprintf(head, sizeof head, form, row->method, row->version, row->fields);
    int status = make_request(&m, sv_of(head, (size_t)len));

    expect(status == row->status, "%s: status %d, want %d", head, status, row->status);
    if (status != 0)
        return;
    expect(m.rq.body == row->body, "%s: kind %d", head, m.rq.body);
    expect(m.rq.content_length == row->length, "%s: length %llu", head, (unsigned long long)m.rq.content_length);
}

static void a_body_ends_where_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        expect_framing(&rows[i], "%s / HTTP/%s\r\nHost: a\r\n%s\r\n");
        expect_framing(&rows[i], "%s / HTTP/%s\r\n%sHost: a\r\n\r\n");
        expect_framing(&rows[i], "%s / HTTP/%s\r\nA: b\r\nHost: a\r\nConnection: close\r\n%sUser-Agent: x\r\n\r\n");
    }
}

static void what_stands_behind_the_head_says_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        expect_framing(&rows[i],
                       "%s / HTTP/%s\r\nHost: a\r\n%s\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_ends_where_the_table_says),
        cmocka_unit_test(what_stands_behind_the_head_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
