/* SPDX-License-Identifier: MIT */
/* The bytes of an entry: just as many as it has room for, or the reason. */

#include "files/content.h"

#include <errno.h>

#include "http/coded_size.h"

#include "scratch.h"

static struct entry *entry_for(size_t body_len, int fd, uint64_t size, enum coding coding)
{
    struct entry_file f = {.path = SV("/p"),
                           .name = SV("p"),
                           .type = SV("text/plain"),
                           .stamp = {.size = size},
                           .modified = INT64_MAX,
                           .body_len = body_len,
                           .fd = fd,
                           .coding = coding,
                           .encoded = coding};
    struct entry *e = entry_new_file(&f);

    assert_non_null(e);
    return e;
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
    static const struct {
        size_t file, room;
        int result;
    } rows[] = {{0, 0, 0},       {5, 5, 0},       {60000, 60000, 0}, {5, 4, -ERANGE},
                {5, 6, -ERANGE}, {0, 1, -ERANGE}, {1, 0, -ERANGE}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv bytes = make_pattern("file", rows[i].file);
        int fd = open("file", O_RDONLY | O_CLOEXEC);
        struct entry *e = entry_for(rows[i].room, -1, rows[i].room, CODING_IDENTITY);
        int result = content_read(e, fd);
        expect(result == rows[i].result, "row %zu: %d", i, result);
        expect(result != 0 || sv_eq(e->body, bytes), "row %zu: other bytes", i);
        ref_put(&e->ref);
        (void)close(fd);
        free_pattern(bytes);
    }
}

static void what_cannot_be_read_says_why(void **state)
{
    struct entry *e = entry_for(1, -1, 1, CODING_IDENTITY);
    int dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    assert_int_equal(content_read(e, -1), -EBADF);
    assert_int_equal(content_read(e, dir), -EISDIR);
    assert_int_equal(content_read(e, ends[0]), -ESPIPE);
    (void)close(dir);
    (void)close(ends[0]);
    (void)close(ends[1]);
    ref_put(&e->ref);
}

static void a_sibling_tells_the_size_of_its_original_wherever_its_bytes_are(void **state)
{
    static const char gzip[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\xcc\x29\xc8\x48\xe4\x02\0\xec\x6e\x60\x9f\x06\0\0\0";
    struct sv bytes = sv_of(gzip, sizeof gzip - 1);

    (void)state;
    make_file("file", bytes);
    for (int open_file = 0; open_file < 2; open_file++) {
        int fd = open("file", O_RDONLY | O_CLOEXEC);
        struct entry *e = entry_for(open_file == 0 ? bytes.len : 0, open_file == 0 ? -1 : fd, bytes.len, CODING_GZIP);
        if (open_file == 0) {
            assert_int_equal(content_read(e, fd), 0);
            (void)close(fd);
        }
        assert_int_equal(content_of_original(e), 6);
        e->status = 404;
        assert_int_equal(content_of_original(e), CODED_SIZE_UNKNOWN);
        ref_put(&e->ref);
    }
    struct entry *short_one = entry_for(17, -1, 17, CODING_GZIP);
    assert_int_equal(content_of_original(short_one), CODED_SIZE_UNKNOWN);
    ref_put(&short_one->ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_file_is_read_whole_or_not_at_all),
        scratch_test(what_cannot_be_read_says_why),
        scratch_test(a_sibling_tells_the_size_of_its_original_wherever_its_bytes_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
