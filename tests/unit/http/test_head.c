/* SPDX-License-Identifier: MIT */
/* Heads of answers: what is written is what the RFC has, in rooms of every size. */

#include "http/head.h"

#include <string.h>

#include "expect.h"
#include "guard.h"

static struct guard guard;

/* The sum of nothing, as the shell's tools give it. */
static const uint8_t nothing[SHA256_LEN] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                            0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                            0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

static const char all[] = "HTTP/1.1 206 Partial Content\r\n"
                          "Server: baton\r\n"
                          "Content-Length: 18446744073709551615\r\n"
                          "Content-Range: bytes 0-9/1234567890\r\n"
                          "Content-Range: bytes */0\r\n"
                          "Content-Type: text/html; charset=utf-8\r\n"
                          "ETag: \"a\"\r\n"
                          "Repr-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\r\n"
                          "\r\n";

enum { ALL = sizeof all - 1 };

static void write_all(struct head *h)
{
    head_begin(h, STATUS_INDEX_206);
    head_content_length(h, UINT64_MAX);
    head_content_range(h, &(struct range){0, 10}, 1234567890);
    head_content_range(h, NULL, 0);
    head_field(h, SV("Content-Type"), SV("text/html; charset=utf-8"));
    head_field(h, SV("Cache-Control"), SV(""));
    head_open(h, SV("ETag"));
    head_put(h, SV("\"a"));
    head_put(h, SV(""));
    head_put(h, SV("\""));
    head_close(h);
    head_digest(h, nothing);
    head_end(h);
}

static void it_is_what_the_rfc_has(void **state)
{
    char *room = guard_room(&guard, ALL);
    struct head h = head_in(room, ALL);

    (void)state;
    write_all(&h);
    assert_true(head_is_whole(&h));
    assert_int_equal(h.len, ALL);
    assert_memory_equal(room, all, ALL);
}

/* Each room ends at a page that faults. */
static void in_less_room_it_has_its_length_and_a_front_of_itself(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < ALL; cap++) {
        char *room = guard_room(&guard, cap);
        memset(room, 'x', cap);
        struct head h = head_in(room, cap);
        write_all(&h);
        expect(h.len == ALL && !head_is_whole(&h), "%zu: %zu", cap, h.len);
        size_t front = 0;
        while (front < cap && room[front] == all[front])
            front++;
        while (front < cap && room[front] == 'x')
            front++;
        expect(front == cap, "%zu: something else at %zu", cap, front);
    }
}

static void to_no_room_it_tells_its_length(void **state)
{
    struct head h = head_in(NULL, 0);

    (void)state;
    write_all(&h);
    assert_int_equal(h.len, ALL);
}

static void every_status_has_its_start(void **state)
{
    (void)state;
    for (int i = 0; i < STATUS_COUNT; i++) {
        char text[128];
        int len = snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\nServer: baton\r\n", status_table[i].code,
                           status_table[i].phrase);
        expect(sv_eq(head_starts[i], sv_of(text, (size_t)len)), "%d: %.*s", status_table[i].code,
               SV_ARG(head_starts[i]));
    }
}

static int init(void **state)
{
    (void)state;
    guard = guard_new(4096);
    return 0;
}

static int fini(void **state)
{
    (void)state;
    guard_free(&guard);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_the_rfc_has),
        cmocka_unit_test(in_less_room_it_has_its_length_and_a_front_of_itself),
        cmocka_unit_test(to_no_room_it_tells_its_length),
        cmocka_unit_test(every_status_has_its_start),
    };

    return cmocka_run_group_tests(tests, init, fini);
}
