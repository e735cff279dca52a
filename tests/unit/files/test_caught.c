/* SPDX-License-Identifier: MIT */
/* Times that files kept while they changed: what is known of them in the whole process, whichever worker saw it. */

#include "files/caught.h"

#include <inttypes.h>

#include "files/sums.h"
#include "files/times.h"

#include "expect.h"

#define SECOND INT64_C(1000000000)
#define Y2010  (INT64_C(1262304000) * SECOND)

/* Only its path is asked for. */
static const struct root root = {.path = "www", .fd = -1};

static int enter(void **state)
{
    (void)state;
    caught_forget();
    return 0;
}

static enum time_verdict judge(int64_t ns)
{
    struct stamp stamp = {.modified_ns = ns, .changed_ns = ns};
    struct clock clock = {0};

    return times_judge(NULL, &root, SV("page"), &stamp, &clock);
}

/* What any worker knows of the file by this name, as the next one loads it: another one than this test's `times`. */
static bool caught_by_another(const char *name, struct stamp now, const char *content)
{
    static struct times worker;

    times_init(&worker);
    bool caught = times_caught(&worker, &root, sv_cstr(name), &now, sv_of(content, content != NULL ? now.size : 0));
    times_fini(&worker);
    return caught;
}

static void the_latest_times_that_were_caught_are_known_and_counted(void **state)
{
    uint32_t count = caught_count();
    int known = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_false(caught_has(Y2010 + i));
        caught_add(Y2010 + i);
        assert_true(caught_has(Y2010 + i));
        assert_int_equal(caught_count(), ++count);
        caught_add(Y2010 + i);
        assert_int_equal(caught_count(), count);
    }
    for (int i = 0; i < 1000; i++)
        known += caught_has(Y2010 + i);
    assert_in_range(known, 10, 100);
}

static void what_one_worker_served_tells_all_others(void **state)
{
    struct stamp before = {.inode = 1, .size = 3, .modified_ns = Y2010, .changed_ns = 1};
    struct stamp now = {.inode = 2, .size = 3, .modified_ns = Y2010, .changed_ns = 2};

    (void)state;
    assert_false(caught_by_another("a", before, "old"));
    assert_false(caught_by_another("b", now, "new")); /* another name */
    now.size = 4;
    assert_false(caught_by_another("a", now, "newer"));
    now.size = 3;
    now.modified_ns = Y2010 + SECOND;
    assert_false(caught_by_another("a", now, "new"));
    assert_int_equal(judge(Y2010), TIME_TRUSTED);
    now.modified_ns = Y2010;
    assert_true(caught_by_another("a", now, "new"));
    assert_int_equal(judge(Y2010), TIME_CAUGHT);
    assert_int_equal(judge(Y2010 + SECOND), TIME_TRUSTED);
}

/* An identical tree that is put in the place of the one before, a file that is touched, or gets another name or rights. */
static void the_same_content_in_another_file_is_no_change(void **state)
{
    struct stamp stamp = {.device = 1, .inode = 1, .size = 3, .modified_ns = Y2010, .changed_ns = 1, .mode = 0644};

    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        stamp.inode += i;
        stamp.device += i % 3;
        stamp.changed_ns++;
        stamp.mode ^= 0111;
        assert_false(caught_by_another("a", stamp, "old"));
    }
    assert_int_equal(judge(Y2010), TIME_TRUSTED);
}

/* Each row: what is known of the file that was there, and of the one that is. */
static void what_no_worker_has_in_memory_counts_as_another_where_the_file_is(void **state)
{
    static const struct {
        const char *old;
        const char *new;
        uint64_t size;
        uint64_t inode;
        int64_t ns;
        bool caught;
    } rows[] = {
        {NULL, NULL, 3, 2, Y2010, true},
        {"old", NULL, 3, 2, Y2010, true},
        {NULL, "new", 3, 2, Y2010, true},
        {NULL, NULL, 3, 1, Y2010, false},
        {"old", NULL, 3, 1, Y2010, false},
        {NULL, "new", 3, 1, Y2010, false},
        {"old", "new", 3, 1, Y2010, true},
        {NULL, NULL, 0, 2, Y2010, false},
        {NULL, NULL, 3, 2, Y2010 + 1, false},
        {NULL, NULL, SUM_FILE_MAX + 1ULL, 2, Y2010, false},
        {NULL, NULL, SUM_FILE_MAX, 2, Y2010, true},
        {NULL, NULL, 3, 2, 315532800 * SECOND, false}, /* early anyway */
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct stamp stamp = {.inode = 1, .size = rows[i].size, .modified_ns = rows[i].ns};
        caught_forget();
        expect(!caught_by_another("a", stamp, rows[i].old), "row %zu: the first one", i);
        stamp.inode = rows[i].inode;
        expect(caught_by_another("a", stamp, rows[i].new) == rows[i].caught, "row %zu", i);
        expect(!caught_by_another("a", stamp, rows[i].new), "row %zu: again", i);
    }
}

/* Content stays known while the file is sent from its descriptor. */
static void what_was_in_memory_once_is_compared_later(void **state)
{
    struct stamp stamp = {.inode = 1, .size = 3, .modified_ns = Y2010};

    (void)state;
    assert_false(caught_by_another("a", stamp, "old"));
    assert_false(caught_by_another("a", stamp, NULL));
    stamp.inode = 2;
    assert_false(caught_by_another("a", stamp, "old"));
    assert_false(caught_by_another("a", stamp, NULL));
    assert_true(caught_by_another("a", stamp, "new"));
}

static void of_more_files_than_are_remembered_none_is_taken_for_another(void **state)
{
    struct stamp stamp = {.inode = 1, .size = 3, .modified_ns = Y2010};
    int caught = 0;
    int missed = 0;

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < 40000; i++) {
            char name[32] = ""; /* its first bytes are the content */
            (void)snprintf(name, sizeof name, "%" PRIu64, i);
            stamp.inode = i;
            caught += caught_by_another(name, stamp, name);
        }
    }
    assert_int_equal(caught, 0);
    for (uint64_t i = 39000; i < 40000; i++) {
        char name[32] = "";
        (void)snprintf(name, sizeof name, "%" PRIu64, i);
        missed += !caught_by_another(name, stamp, "new");
    }
    assert_in_range(missed, 0, 500); /* of the latest most are still known */
}

static void an_entry_stands_until_its_time_is_caught(void **state)
{
    struct stamp stamp = {.inode = 1, .size = 3, .modified_ns = Y2010};
    struct entry_file f = {.path = SV("/p"), .name = SV("p"), .stamp = stamp, .modified = INT64_MAX, .fd = -1};
    struct entry *e = entry_new_file(&f);

    (void)state;
    assert_non_null(e);
    e->catches = caught_count();
    assert_true(times_stands(e));
    caught_add(Y2010 + SECOND);
    assert_int_not_equal(e->catches, caught_count());
    assert_true(times_stands(e));
    assert_int_equal(e->catches, caught_count());
    caught_add(Y2010);
    assert_false(times_stands(e));
    assert_false(times_stands(e));
    e->time = TIME_CAUGHT; /* as it is when it is loaded anew */
    assert_true(times_stands(e));
    ref_put(&e->ref);
}

#define caught_test(f) cmocka_unit_test_setup(f, enter)

int main(void)
{
    const struct CMUnitTest tests[] = {
        caught_test(the_latest_times_that_were_caught_are_known_and_counted),
        caught_test(what_one_worker_served_tells_all_others),
        caught_test(the_same_content_in_another_file_is_no_change),
        caught_test(what_no_worker_has_in_memory_counts_as_another_where_the_file_is),
        caught_test(what_was_in_memory_once_is_compared_later),
        caught_test(of_more_files_than_are_remembered_none_is_taken_for_another),
        caught_test(an_entry_stands_until_its_time_is_caught),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
