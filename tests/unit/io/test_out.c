/* SPDX-License-Identifier: MIT */
/* Rows of pieces on their way through sockets that take little at a time: the bytes that arrive are those that were
 * meant, and every reference comes back. */

#include "io/out.h"

#include <signal.h>

#include "out_row.h"

enum { FILE_LEN = 60000, RUNS = 300 / (SLOWER > 1 ? 3 : 1), BUDGET = 1 << 20 };

static struct row row;

/* Pieces of each kind behind one that ends `tail` bytes before the only page of the pipe; returns their length. */
static size_t fill_around(size_t page, size_t tail)
{
    row_owned(&row, 0, 0, page - tail);
    row_borrowed(&row, 5);
    row_owned(&row, 1, 100, 7);
    row_text(&row, 3);
    row_text(&row, 4);
    row_borrowed(&row, 1);
    row_borrowed(&row, 6);
    row_owned(&row, 1, 0, 0);
    row_owned(&row, 2, 0, 8);
    row_text(&row, 2);
    return 36;
}

static void a_row_may_be_split_at_every_byte(void **state)
{
    struct out *first = out_new();
    int ends[2];

    (void)state;
    assert_non_null(first);
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    int page = fcntl(ends[1], F_SETPIPE_SZ, 4096);
    assert_in_range(page, 4096, BLOB_LEN);
    for (size_t tail = 0; tail <= 36; tail++) {
        row_begin(&row, first);
        size_t len = fill_around((size_t)page, tail);
        enum out_result result = flush_row(row.out, ends[1], false, BUDGET);
        assert_int_equal(result, tail < len ? OUT_BLOCKED : OUT_DONE);
        if (result == OUT_BLOCKED) {
            row_save(&row, false);
            assert_int_equal(row.blob[0].ref.count, 1);
            assert_int_equal(row.blob[1].ref.count, tail < 12 ? 3 : tail < 26 ? 2 : 1);
            assert_int_equal(row_read(&row, ends[0], 65536), page);
            assert_int_equal(flush_row(row.out, ends[1], false, BUDGET), OUT_DONE);
            assert_true(out_empty(row.out));
            out_free(&row.out);
        }
        while (row_read(&row, ends[0], 65536) > 0)
            continue;
        row_end(&row);
    }
    out_free(&first);
    close_pair(ends);
}

static void fill_at_random(uint64_t *seed, int fd, struct sv content)
{
    size_t pieces = random_below(seed, 60);
    size_t files = 0;

    for (size_t i = 0; i < pieces; i++) {
        size_t len = random_below(seed, random_below(seed, 4) == 0 ? 2000 : 60);
        switch (random_below(seed, 4)) {
        case 0:
            row_owned(&row, random_below(seed, ROW_BLOBS), random_below(seed, BLOB_LEN - len), len);
            break;
        case 1:
            row_borrowed(&row, len);
            break;
        case 2:
            if (++files < OUT_ANSWER_PARTS)
                row_file(&row, fd, content, random_below(seed, FILE_LEN - len), len);
            break;
        default:
            row_text(&row, len);
        }
    }
    if (random_below(seed, 2) == 0) {
        size_t at = random_below(seed, FILE_LEN);
        row_file(&row, fd, content, at, random_below(seed, FILE_LEN - at));
    }
}

/* Until all is sent: flush, save now and then, and let the peer take a little. */
static void send_slowly(uint64_t *seed, const int ends[2], const struct out *first)
{
    enum out_result result;
    uint64_t stop = 100000;

    while ((result = flush_row(row.out, ends[0], random_below(seed, 2) == 0, 1 + random_below(seed, 30000))) !=
           OUT_DONE) {
        assert_true(result == OUT_BLOCKED || result == OUT_YIELD);
        assert_false(out_empty(row.out));
        if (row.out == first || random_below(seed, 3) == 0)
            row_save(&row, row.out != first);
        for (size_t reads = random_below(seed, 4); reads > 0; reads--)
            (void)row_read(&row, ends[1], 1 + random_below(seed, 3000));
        assert_true(--stop > 0);
    }
    assert_true(out_empty(row.out));
    while (row.got < row.meant_len && readable_within(ends[1], NEVER_MS))
        (void)row_read(&row, ends[1], 65536);
}

static void random_rows_arrive(void (*make_pair)(int[2], bool), uint64_t seed)
{
    struct sv content = make_pattern("file", FILE_LEN);
    struct out *first = out_new();
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    int ends[2];

    make_pair(ends, true);
    for (int run = 0; run < RUNS; run++) {
        row_begin(&row, first);
        fill_at_random(&seed, fd, content);
        send_slowly(&seed, ends, first);
        row_end(&row);
        if (row.out != first)
            out_free(&row.out);
    }
    assert_false(readable_within(ends[1], 0));
    out_free(&first);
    close_pair(ends);
    (void)close(fd);
    free_pattern(content);
}

static void random_rows_arrive_through_a_unix_socket(void **state)
{
    (void)state;
    random_rows_arrive(make_unix_pair, 21);
}

static void random_rows_arrive_through_tcp(void **state)
{
    (void)state;
    random_rows_arrive(make_tcp_pair, 22);
}

static void sent_counts_every_byte(void **state)
{
    struct sv content = make_pattern("file", FILE_LEN);
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    struct out *out = out_new();
    int ends[2];

    (void)state;
    make_unix_pair(ends, false);
    row_begin(&row, out);
    row_owned(&row, 0, 0, 1000);
    row_text(&row, 10);
    row_file(&row, fd, content, 5, 2000);
    assert_int_equal(flush_row(out, ends[0], true, BUDGET), OUT_DONE);
    assert_int_equal(out->sent, 3010);
    while (row_read(&row, ends[1], 65536) > 0)
        continue;
    row_end(&row);
    out_free(&out);
    close_pair(ends);
    (void)close(fd);
    free_pattern(content);
}

/* A file of 50000 bytes in turns of 20000 at most. */
static void a_file_yields_when_its_budget_is_spent(void **state)
{
    struct sv content = make_pattern("file", FILE_LEN);
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    struct out *out = out_new();
    int ends[2];

    (void)state;
    make_unix_pair(ends, false);
    row_begin(&row, out);
    row_text(&row, 100);
    row_file(&row, fd, content, 1000, 50000);
    assert_int_equal(flush_row(out, ends[0], false, 0), OUT_YIELD);
    assert_int_equal(out->sent, 100);
    for (uint64_t sent = 20100; sent < 50000; sent += 20000) {
        assert_int_equal(flush_row(out, ends[0], false, 20000), OUT_YIELD);
        assert_int_equal(out->sent, sent);
        while (row_read(&row, ends[1], 65536) > 0)
            continue;
    }
    assert_int_equal(flush_row(out, ends[0], false, 10000), OUT_DONE);
    while (row_read(&row, ends[1], 65536) > 0)
        continue;
    row_end(&row);
    out_free(&out);
    close_pair(ends);
    (void)close(fd);
    free_pattern(content);
}

static void a_file_that_shrank_is_told_and_never_padded(void **state)
{
    static const off_t left[] = {0, 1, 999, 30000};

    (void)state;
    for (size_t i = 0; i < ROWS(left); i++) {
        struct sv content = make_pattern("file", FILE_LEN);
        int fd = open("file", O_RDONLY | O_CLOEXEC);
        struct out *out = out_new();
        int ends[2];
        make_unix_pair(ends, false);
        row_begin(&row, out);
        row_text(&row, 50);
        row_file(&row, fd, content, 0, FILE_LEN);
        assert_int_equal(truncate("file", left[i]), 0);
        assert_int_equal(flush_row(out, ends[0], false, BUDGET), OUT_SHRANK);
        while (row_read(&row, ends[1], 65536) > 0)
            continue;
        assert_int_equal(row.got, 50 + left[i]);
        assert_int_equal(row.blob[0].ref.count, 2);
        out_clear(out);
        row.meant_len = row.got;
        row_end(&row);
        out_free(&out);
        close_pair(ends);
        (void)close(fd);
        free_pattern(content);
    }
}

static void a_peer_that_is_gone_is_a_failure(void **state)
{
    struct sv content = make_pattern("file", FILE_LEN);
    int fd = open("file", O_RDONLY | O_CLOEXEC);

    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        struct out *out = out_new();
        int ends[2];
        if (kind < 3)
            make_unix_pair(ends, false);
        else
            make_tcp_pair(ends, false);
        row_begin(&row, out);
        if (kind % 3 != 2)
            row_owned(&row, 1, 0, 100);
        if (kind % 3 != 0)
            row_file(&row, fd, content, 0, FILE_LEN);
        assert_int_equal(send(ends[0], "x", 1, MSG_NOSIGNAL), 1); /* unread when closed: a reset */
        (void)close(ends[1]);
        assert_int_equal(flush_row(out, ends[0], false, BUDGET), OUT_FAILED);
        out_free(&out);
        row.meant_len = 0;
        row_end(&row);
        (void)close(ends[0]);
    }
    (void)close(fd);
    free_pattern(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_may_be_split_at_every_byte),   scratch_test(random_rows_arrive_through_a_unix_socket),
        scratch_test(random_rows_arrive_through_tcp),         scratch_test(sent_counts_every_byte),
        scratch_test(a_file_yields_when_its_budget_is_spent), scratch_test(a_file_that_shrank_is_told_and_never_padded),
        scratch_test(a_peer_that_is_gone_is_a_failure),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
