/* SPDX-License-Identifier: MIT */
/* Sums of files: right, once, for every state of a file; and a thread that ends when it is told to. */

#include "files/sums.h"

#include <string.h>

#include "scratch.h"

enum { LARGE = 3 * 1024 * 1024 };

static struct sums *sums;
static size_t fds_before;

static int enter(void **state)
{
    int err = scratch_enter(state);

    fds_before = count_fds();
    return err < 0 ? err : sums_new(&sums, (struct thread_enter){0});
}

static int leave(void **state)
{
    sums_free(&sums);
    int err = scratch_leave(state);

    return sums == NULL && fds_come_to(fds_before) ? err : -1;
}

/* Ask until it is there; a sum that never comes fails the test by its time. */
static void wait_for_sum(int fd, const struct stamp *stamp, uint8_t sum[SHA256_LEN])
{
    static const struct timespec moment = {.tv_nsec = 1000000};

    while (sums_get(sums, fd, stamp, sum) == SUM_LATER)
        (void)nanosleep(&moment, NULL);
}

static int open_file(const char *name, struct stamp *stamp)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(stamp_of_fd(fd, stamp), 0);
    return fd;
}

static void expect_sum(const char *name, struct sv content)
{
    uint8_t sum[SHA256_LEN], right[SHA256_LEN];
    struct sha256 state;
    struct stamp stamp;
    int fd = open_file(name, &stamp);

    sha256_init(&state);
    sha256_add(&state, content);
    sha256_end(&state, right);
    wait_for_sum(fd, &stamp, sum);
    assert_memory_equal(sum, right, SHA256_LEN);
    (void)close(fd);
}

static void a_file_is_summed_whatever_its_length(void **state)
{
    static const size_t lens[] = {0, 1, 63, 64, 65, 128 * 1024 - 1, 128 * 1024, 128 * 1024 + 1, LARGE};

    (void)state;
    for (size_t i = 0; i < ROWS(lens); i++) {
        struct sv content = make_pattern("file", lens[i]);
        expect_sum("file", content);
        free_pattern(content);
    }
}

static void what_was_summed_is_known_at_once(void **state)
{
    uint8_t sum[SHA256_LEN];
    struct stamp stamp;

    (void)state;
    free_pattern(make_pattern("file", LARGE));
    int fd = open_file("file", &stamp);
    assert_int_equal(sums_get(sums, fd, &stamp, sum), SUM_LATER);
    wait_for_sum(fd, &stamp, sum);
    (void)close(fd);
    assert_int_equal(sums_get(sums, -1, &stamp, sum), SUM_READY);
}

static void another_state_of_the_file_is_another_sum(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        char text[] = "content 0";
        text[8] = (char)('0' + i);
        make_file("file", sv_cstr(text));
        expect_sum("file", sv_cstr(text));
    }
}

/* The stamp is not the file's: no sum may ever be told for it. */
static void what_is_not_in_that_state_has_no_sum(void **state)
{
    static const struct timespec moment = {.tv_nsec = 20000000};
    uint8_t sum[SHA256_LEN];
    struct stamp stamp;

    (void)state;
    make_file("file", SV("content"));
    int fd = open_file("file", &stamp);
    for (int kind = 0; kind < 3; kind++) {
        struct stamp other = stamp;
        other.size += kind == 0 ? 1 : 0;
        other.size -= kind == 1 ? 1 : 0;
        other.modified_ns -= kind == 2 ? 1 : 0;
        for (int i = 0; i < 5; i++) {
            assert_int_equal(sums_get(sums, fd, &other, sum), SUM_LATER);
            (void)nanosleep(&moment, NULL);
        }
    }
    (void)close(fd);
}

static void what_is_too_large_is_never_summed(void **state)
{
    struct stamp stamp = {.size = SUM_FILE_MAX + 1ULL};
    uint8_t sum[SHA256_LEN];

    (void)state;
    assert_int_equal(sums_get(sums, -1, &stamp, sum), SUM_NEVER);
    stamp.size = 1;
    assert_int_equal(sums_get(NULL, -1, &stamp, sum), SUM_NEVER);
}

/* More files than the queue takes: all of them are summed in the end, and no descriptor stays open. */
static void many_files_take_their_turns(void **state)
{
    char name[32];

    (void)state;
    for (int i = 0; i < 200; i++) {
        struct stamp stamp;
        uint8_t sum[SHA256_LEN];
        (void)snprintf(name, sizeof name, "file%d", i);
        make_file(name, sv_cstr(name));
        int fd = open_file(name, &stamp);
        (void)sums_get(sums, fd, &stamp, sum);
        (void)close(fd);
    }
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "file%d", i);
        expect_sum(name, sv_cstr(name));
    }
}

static void an_end_in_the_middle_of_the_work_is_clean(void **state)
{
    (void)state;
    free_pattern(make_pattern("file", LARGE));
    assert_int_equal(truncate("file", SUM_FILE_MAX), 0);
    for (int i = 0; i < 20; i++) {
        char name[32];
        struct stamp stamp;
        uint8_t sum[SHA256_LEN];
        (void)snprintf(name, sizeof name, "file%d", i);
        make_file(name, SV(""));
        assert_int_equal(truncate(name, SUM_FILE_MAX), 0);
        int fd = open_file(name, &stamp);
        assert_int_equal(sums_get(sums, fd, &stamp, sum), SUM_LATER);
        (void)close(fd);
    }
    sums_free(&sums);
    assert_null(sums);
    assert_true(fds_come_to(fds_before));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_summed_whatever_its_length, enter, leave),
        cmocka_unit_test_setup_teardown(what_was_summed_is_known_at_once, enter, leave),
        cmocka_unit_test_setup_teardown(another_state_of_the_file_is_another_sum, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_not_in_that_state_has_no_sum, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_never_summed, enter, leave),
        cmocka_unit_test_setup_teardown(many_files_take_their_turns, enter, leave),
        cmocka_unit_test_setup_teardown(an_end_in_the_middle_of_the_work_is_clean, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
