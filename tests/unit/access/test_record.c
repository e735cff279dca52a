/* SPDX-License-Identifier: MIT */
/* Records of answers: what is written is what is read, but for what no line would show; and what is known last takes no
 * more room. */

#include "access/record.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"

static struct access_record some_record(void)
{
    return (struct access_record){
        .time_us = UINT64_C(784111777000042),
        .client = {.family = AF_INET6, .address.s6_addr = {0x20, 1, 0xd, 0xb8, [15] = 1}},
        .status = 206,
        .text = {SV("GET / HTTP/1.1"), SV("example.org"), SV("http://example.org/"), SV("tester/1.0"), SV("hit")},
    };
}

/* In memory of just its size, so that a sanitizer sees a byte too many; the caller frees it. */
static struct sv write_record(const struct access_record *r)
{
    char room[ACCESS_RECORD_MAX];
    size_t len = access_record_write(r, room);
    char *p = malloc(len);

    assert_non_null(p);
    memcpy(p, room, len);
    return sv_of(p, len);
}

static void free_record(struct sv written)
{
    free((char *)(uintptr_t)written.p);
}

static void expect_same(const struct access_record *a, const struct access_record *b)
{
    assert_int_equal(a->time_us, b->time_us);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->client.family, b->client.family);
    assert_memory_equal(&a->client.address, &b->client.address, sizeof a->client.address);
    for (size_t i = 0; i < ACCESS_TEXTS; i++)
        expect(sv_eq(a->text[i], b->text[i]), "text %zu: '%.*s', not '%.*s'", i, SV_ARG(a->text[i]),
               SV_ARG(b->text[i]));
}

static void what_is_written_is_what_is_read(void **state)
{
    struct access_record r = some_record(), got;

    (void)state;
    for (unsigned without = 0; without < 1U << ACCESS_TEXTS; without++) {
        r = some_record();
        for (unsigned i = 0; i < ACCESS_TEXTS; i++)
            if ((without >> i & 1) != 0)
                r.text[i] = (struct sv){0};
        struct sv written = write_record(&r);
        access_record_read(written, &got);
        expect_same(&got, &r);
        free_record(written);
    }
}

static void bytes_stay_as_the_client_sent_them(void **state)
{
    struct access_record r = some_record(), got;
    char bytes[256];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    r.text[ACCESS_REQUEST] = r.text[ACCESS_HOST] = r.text[ACCESS_REFERER] = r.text[ACCESS_AGENT] =
        sv_of(bytes, sizeof bytes);
    struct sv written = write_record(&r);
    access_record_read(written, &got);
    expect_same(&got, &r);
    free_record(written);
}

static void it_does_not_need_what_it_was_written_of(void **state)
{
    struct access_record r = some_record(), got;
    char request[] = "GET /secret HTTP/1.1";

    (void)state;
    r.text[ACCESS_REQUEST] = sv_cstr(request);
    struct sv written = write_record(&r);
    memset(request, '?', sizeof request);
    access_record_read(written, &got);
    assert_true(sv_eq(got.text[ACCESS_REQUEST], SV("GET /secret HTTP/1.1")));
    free_record(written);
}

static void the_end_fills_in_two_numbers_and_nothing_else(void **state)
{
    static const uint64_t rows[][2] = {{0, 0}, {1234, 1000250}, {UINT64_MAX, 1}, {1, UINT64_MAX}};
    struct access_record r = some_record(), got;
    char room[ACCESS_RECORD_MAX];

    (void)state;
    size_t len = access_record_write(&r, room);
    for (size_t i = 0; i < ROWS(rows); i++) {
        access_record_end(room, rows[i][0], rows[i][1]);
        access_record_read(sv_of(room, len), &got);
        expect_same(&got, &r);
        assert_int_equal(got.bytes, rows[i][0]);
        assert_int_equal(got.duration_us, rows[i][1]);
    }
}

static void of_a_long_text_the_front_is_kept(void **state)
{
    static const size_t most[ACCESS_TEXTS] = {ACCESS_REQUEST_MAX, ACCESS_HOST_MAX, ACCESS_FIELD_MAX, ACCESS_FIELD_MAX,
                                              ACCESS_CACHE_MAX};
    static char bytes[100000];
    struct access_record r = some_record(), got;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)('!' + i % 89);
    for (size_t more = 0; more < 4; more++) {
        for (size_t i = 0; i < ACCESS_TEXTS; i++)
            r.text[i] = sv_of(bytes + i, more < 3 ? most[i] - 1 + more : sizeof bytes - i);
        struct sv written = write_record(&r);
        assert_true(written.len <= ACCESS_RECORD_MAX);
        access_record_read(written, &got);
        for (size_t i = 0; i < ACCESS_TEXTS; i++)
            r.text[i].len = r.text[i].len < most[i] ? r.text[i].len : most[i];
        expect_same(&got, &r);
        free_record(written);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_what_is_read),
        cmocka_unit_test(bytes_stay_as_the_client_sent_them),
        cmocka_unit_test(it_does_not_need_what_it_was_written_of),
        cmocka_unit_test(the_end_fills_in_two_numbers_and_nothing_else),
        cmocka_unit_test(of_a_long_text_the_front_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
