/* SPDX-License-Identifier: MIT */
/* Which logs end in the middle of a line, and which cannot. */

#include "base/midway.h"

#include <string.h>

#include "scratch.h"

static bool midway(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);

    expect(fd >= 0, "open %s", path);
    bool answer = ends_midway(fd, path);
    (void)close(fd);
    return answer;
}

static void a_file_ends_midway_where_its_last_byte_ends_no_line(void **state)
{
    static const struct {
        const char *text;
        bool answer;
    } files[] = {{"", false},    {"\n", false},    {"a", true},  {"a\n", false},
                 {"a\nb", true}, {"a\n\n", false}, {"a\r", true}};

    (void)state;
    for (size_t i = 0; i < ROWS(files); i++) {
        make_file("log", sv_cstr(files[i].text));
        expect(midway("log") == files[i].answer, "row %zu", i);
    }
}

static void what_cannot_be_read_counts_as_whole(void **state)
{
    size_t fds = count_fds();

    (void)state;
    assert_false(midway("/dev/null"));
    assert_int_equal(mkfifo("fifo", 0600), 0);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_false(midway("fifo"));
    (void)close(reader);
    make_file("log", SV("midway"));
    int fd = open("log", O_WRONLY | O_CLOEXEC);
    assert_int_equal(unlink("log"), 0);
    assert_false(ends_midway(fd, "log"));
    make_file("log", SV("another, midway"));
    assert_false(ends_midway(fd, "log"));
    (void)close(fd);
    assert_false(ends_midway(-1, "log"));
    assert_int_equal(count_fds(), fds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_file_ends_midway_where_its_last_byte_ends_no_line),
        scratch_test(what_cannot_be_read_counts_as_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
