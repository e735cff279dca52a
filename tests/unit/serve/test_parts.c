/* SPDX-License-Identifier: MIT */
/* Bodies of several parts, byte for byte: of files in memory and behind a descriptor, and as many parts as can be asked for;
 * and digests, which parts share with whole files. */

#include "serve/parts.h"

#include <sys/socket.h>

#include "answers.h"
#include "scarce.h"

/* As serve/file answers a Range of several parts. */
static uint64_t put_parts(const struct response *r, struct entry *e, const struct ranges *ranges)
{
    struct parts *parts = parts_new(e, ranges, &bound);

    assert_non_null(parts);
    return response_parts(r, e, parts, &bound);
}

#define BOUND "0123456789abcdef0123456789ABCDEF"
#define PARTS_HEAD                                                             \
    "HTTP/1.1 206 Partial Content\r\nServer: baton\r\nContent-Length: %zu\r\n" \
    "Content-Type: multipart/byteranges; boundary=" BOUND "\r\n"
#define PART(range) "\r\n--" BOUND "\r\nContent-Type: text/plain\r\nContent-Range: bytes " range "/10\r\n\r\n"

static void several_parts_have_a_length_to_the_byte(void **state)
{
    static const struct ranges three = {3, {{8, 2}, {0, 1}, {3, 4}}};
    static const char body[] = PART("8-9") "89" PART("0-0") "0" PART("3-6") "3456\r\n--" BOUND "--\r\n";
    char head[1024];

    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        int persist = kind / 2;
        bool no_body = kind % 2 == 1;
        struct response r = response(persist, no_body);
        (void)snprintf(head, sizeof head,
                       PARTS_HEAD "Accept-Ranges: bytes\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                                  "ETag: \"tag\"\r\n",
                       sizeof body - 1);
        assert_int_equal(put_parts(&r, small, &three), no_body ? 0 : sizeof body - 1);
        expect_row(answer(head, persist, no_body, body));
    }
}

static void parts_of_a_large_file_stand_between_their_heads(void **state)
{
    static const struct ranges two = {2, {{8, 2}, {0, 5}}};
    struct response r = response(PERSIST, false);
    char head[1024];

    (void)state;
    (void)snprintf(head, sizeof head,
                   PARTS_HEAD "Accept-Ranges: bytes\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                              "ETag: \"tag\"\r\n",
                   (sizeof PART("8-9") - 1) * 2 + 7 + sizeof "\r\n--" BOUND "--\r\n" - 1);
    (void)put_parts(&r, large, &two);
    assert_int_equal(out->n_parts, 2);
    expect_part(0, 8, 2);
    expect_part(1, 0, 5);
    expect_row(answer(head, PERSIST, false, PART("8-9") PART("0-4") "\r\n--" BOUND "--\r\n"));
}

/* The longest numbers: a row that out_has_room let through holds what the answer puts in at once, and a saved one what
 * comes next. */
static void the_longest_answer_fits_the_room_that_was_asked_for(void **state)
{
    static struct ranges most = {.n = RANGES_MAX};
    struct entry_file f = {.path = SV("/p"),
                           .name = SV("p"),
                           .type = SV("a/b"),
                           .stamp = {.size = UINT64_MAX},
                           .modified = INT64_MAX,
                           .fd = open("/dev/null", O_RDONLY | O_CLOEXEC),
                           .coding = CODING_IDENTITY,
                           .encoded = CODING_IDENTITY};
    struct entry *e = entry_new_file(&f);
    uint8_t sum[SHA256_LEN] = {0};

    (void)state;
    for (size_t i = 0; i < RANGES_MAX; i++)
        most.part[i] = (struct range){UINT64_MAX - 2 * i - 2, 1};
    assert_true(entry_set_sum(e, sum));
    for (uint32_t before = 0; before + OUT_ANSWER_PIECES <= OUT_PIECES; before += OUT_PIECES - OUT_ANSWER_PIECES) {
        struct response r = response(PERSIST_SAID, false);
        r.sum = e->sum;
        for (uint32_t i = 0; i < before; i++)
            out_piece(out, SV("x"), NULL);
        assert_true(out_has_room(out, OUT_ANSWER_TEXT));
        (void)put_parts(&r, e, &most);
        assert_in_range(out->n - before, 4 * OUT_SOURCE_PARTS, OUT_ANSWER_PIECES);
        assert_true(out->text_len <= OUT_ANSWER_TEXT);
        assert_int_equal(out->n_parts, OUT_SOURCE_PARTS);
        uint32_t text = out->text_len;
        struct out_source *source = out->source;
        out->source = NULL; /* as out_flush asks it, in a saved row */
        out_clear(out);
        source->more(source, out);
        assert_in_range(out->n, 4 * OUT_SOURCE_PARTS, OUT_SOURCE_PIECES);
        assert_in_range(out->text_len, 1, OUT_SOURCE_TEXT);
        assert_true(out->text_len < text && out->n_parts == OUT_SOURCE_PARTS);
        out_clear(out);
        source->end(source);
    }
    assert_int_equal(e->ref.count, 1);
    ref_put(&e->ref);
}

/* Read what the row sends, while it sends it; the length of all. */
static size_t send_and_read(char *room, size_t size)
{
    enum out_result result;
    size_t n = 0;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    do {
        size_t budget = 1 << 20;
        result = out_flush(out, ends[0], false, &budget);
        for (ssize_t got; (got = read(ends[1], room + n, size - n)) > 0;)
            n += (size_t)got;
    } while (result == OUT_BLOCKED || result == OUT_YIELD);
    assert_int_equal(result, OUT_DONE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return n;
}

static void as_many_parts_as_can_be_asked_for_are_sent_as_they_were_counted(void **state)
{
    static const uint32_t counts[] = {
        2, OUT_SOURCE_PARTS - 1, OUT_SOURCE_PARTS, OUT_SOURCE_PARTS + 1, 2 * OUT_SOURCE_PARTS, 256, RANGES_MAX};
    static struct ranges ranges;
    static char got[256 * RANGES_MAX], want[256 * RANGES_MAX];

    (void)state;
    for (size_t i = 0; i < ROWS(counts); i++) {
        struct response r = response(PERSIST, false);
        size_t len = 0;
        ranges.n = counts[i];
        for (uint32_t k = 0; k < ranges.n; k++) {
            struct range part = {k % 10, 1 + (k / 10) % (10 - k % 10)};
            ranges.part[k] = part;
            len += (size_t)snprintf(
                want + len, sizeof want - len,
                "\r\n--" BOUND "\r\nContent-Type: text/plain\r\nContent-Range: bytes %d-%d/10\r\n\r\n%.*s",
                (int)part.first, (int)(part.first + part.len - 1), (int)part.len, small->body.p + part.first);
        }
        len += (size_t)snprintf(want + len, sizeof want - len, "\r\n--" BOUND "--\r\n");
        assert_int_equal(put_parts(&r, small, &ranges), len);
        uint64_t all = out->bytes;
        size_t sent = send_and_read(got, sizeof got);
        expect(sent == all, "%u parts: %zu bytes, %zu were counted", ranges.n, sent, (size_t)all);
        expect(memcmp(got + sent - len, want, len) == 0, "%u parts: other bytes", ranges.n);
        assert_int_equal(small->ref.count, 1);
    }
}

static void a_digest_that_is_wanted_is_a_line_of_the_head(void **state)
{
    static const char line[] = "Repr-Digest: sha-256=:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=:\r\n";
    static const struct range one = {0, 1};
    static const struct ranges two = {2, {{8, 2}, {0, 5}}};
    struct response r = response(PERSIST, true);
    uint8_t sum[SHA256_LEN];

    (void)state;
    for (int i = 0; i < SHA256_LEN; i++)
        sum[i] = (uint8_t)i;
    assert_true(entry_set_sum(small, sum));
    r.sum = small->sum;
    for (int i = 0; i < 3; i++) {
        if (i == 0)
            (void)response_file(&r, small);
        else if (i == 1)
            (void)response_part(&r, small, &one);
        else
            (void)put_parts(&r, small, &two);
        assert_non_null(strstr(joined(), line));
        out_clear(out);
    }
    (void)response_not_modified(&r, small);
    assert_null(strstr(joined(), "Repr-Digest"));
    out_clear(out);
}

static void without_memory_there_are_no_parts_and_no_reference(void **state)
{
    static const struct ranges two = {2, {{8, 2}, {0, 5}}};

    (void)state;
    scarce_after = 0;
    struct parts *parts = parts_new(small, &two, &bound);
    scarce_after = SCARCE_NOT;
    assert_null(parts);
    assert_int_equal(small->ref.count, 1);
    parts_free(&parts);
}

static void parts_that_nobody_sends_give_the_entry_back(void **state)
{
    static const struct ranges two = {2, {{8, 2}, {0, 5}}};
    struct parts *parts = parts_new(small, &two, &bound);

    (void)state;
    assert_non_null(parts);
    assert_int_equal(small->ref.count, 2);
    assert_int_equal(parts_len(parts), sizeof(PART("8-9") PART("0-4") "\r\n--" BOUND "--\r\n") - 1 + 7);
    parts_free(&parts);
    assert_null(parts);
    assert_int_equal(small->ref.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_parts_have_a_length_to_the_byte),
        cmocka_unit_test(parts_of_a_large_file_stand_between_their_heads),
        cmocka_unit_test(the_longest_answer_fits_the_room_that_was_asked_for),
        cmocka_unit_test(as_many_parts_as_can_be_asked_for_are_sent_as_they_were_counted),
        cmocka_unit_test(a_digest_that_is_wanted_is_a_line_of_the_head),
        cmocka_unit_test(without_memory_there_are_no_parts_and_no_reference),
        cmocka_unit_test(parts_that_nobody_sends_give_the_entry_back),
    };

    return cmocka_run_group_tests(tests, answers_init, answers_fini);
}
