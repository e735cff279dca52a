/* SPDX-License-Identifier: MIT */
/* Which times are believed: by what they are, by what their neighbours have, and by what became of a file that kept one. */

#include "files/times.h"

#include <sys/stat.h>

#include "files/caught.h"
#include "files/sums.h"

#include "scratch.h"

#define SECOND INT64_C(1000000000)
#define DAY    (INT64_C(86400) * SECOND)
#define Y2010  (INT64_C(1262304000) * SECOND)
#define FIRST  (INT64_C(631152000) * SECOND) /* 1990 */

static struct root root;
static struct times times;
static struct clock now_is;

static int enter(void **state)
{
    int err = scratch_enter(state);

    caught_forget();
    times_init(&times);
    now_is.now_ms += 3600000; /* nothing is remembered of the test before */
    if (err < 0 || mkdir("www", 0755) < 0)
        return -1;
    return root_init(&root, "www", NULL);
}

static int leave(void **state)
{
    root_fini(&root);
    times_fini(&times);
    return scratch_leave(state);
}

static struct stamp make_at(const char *name, int64_t ns)
{
    struct timespec when[2] = {{ns / SECOND, ns % SECOND}, {ns / SECOND, ns % SECOND}};
    char path[256];
    struct stamp stamp;

    (void)snprintf(path, sizeof path, "www/%s", name);
    make_file(path, sv_cstr(name));
    assert_int_equal(utimensat(AT_FDCWD, path, when, 0), 0);
    assert_int_equal(root_stamp_at(&root, name, &stamp), 0);
    return stamp;
}

/* `n` files with this time, each its own where `step` is not 0. */
static void make_many(const char *form, int n, int64_t ns, int64_t step)
{
    for (int i = 0; i < n; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, form, i);
        (void)make_at(name, ns + i * step);
    }
}

static enum time_verdict judge(const char *name)
{
    struct stamp stamp;

    assert_int_equal(root_stamp_at(&root, name, &stamp), 0);
    now_is.now_ms += 10000; /* the directory is read anew */
    return times_judge(&times, &root, sv_cstr(name), &stamp, &now_is);
}

/* Changed so many days after its time. */
static enum time_verdict judge_alone(int64_t ns, int64_t days)
{
    struct stamp stamp = {.inode = 1, .modified_ns = ns, .changed_ns = ns > 0 ? ns + days * DAY : days * DAY};

    return times_judge(&times, &root, SV("page"), &stamp, &now_is);
}

static void no_file_is_older_than_the_web(void **state)
{
    static const int64_t early[] = {
        INT64_MIN, -1, 0, 1, SECOND, 312768000 * SECOND, 315532800 * SECOND, 499162500 * SECOND, 499162500 * SECOND + 5,
        FIRST - 1};

    (void)state;
    for (size_t i = 0; i < ROWS(early); i++)
        expect(judge_alone(early[i], 0) == TIME_EARLY, "row %zu", i);
    assert_int_equal(judge_alone(FIRST, 0), TIME_TRUSTED);
    assert_int_equal(judge_alone(FIRST + 1, 10000), TIME_TRUSTED);
    assert_int_equal(judge_alone(INT64_MAX, 0), TIME_TRUSTED);
    for (size_t v = 0; v <= TIME_CAUGHT; v++)
        assert_int_equal(strlen(times_reason((enum time_verdict)v)) == 0, v == TIME_TRUSTED);
}

static void alone_a_whole_second_that_is_a_year_older_than_the_change_is_doubted(void **state)
{
    struct stamp stamp = {.inode = 1, .modified_ns = Y2010, .changed_ns = INT64_MIN};

    (void)state;
    assert_int_equal(judge_alone(Y2010, 364), TIME_TRUSTED);
    assert_int_equal(judge_alone(Y2010, 365), TIME_LONE);
    assert_int_equal(judge_alone(Y2010, 5000), TIME_LONE);
    assert_int_equal(judge_alone(Y2010 + 1, 5000), TIME_TRUSTED); /* a clock's */
    assert_int_equal(judge_alone(Y2010, -5), TIME_TRUSTED);
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &now_is), TIME_TRUSTED);
    stamp.changed_ns = INT64_MAX;
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &now_is), TIME_LONE);
    assert_int_equal(times_judge(NULL, &root, SV("page"), &stamp, &now_is), TIME_TRUSTED);
}

static void one_or_two_neighbours_must_share_it(void **state)
{
    (void)state;
    (void)make_at("page", Y2010);
    assert_int_equal(judge("page"), TIME_LONE);
    (void)make_at("other", Y2010);
    assert_int_equal(judge("page"), TIME_LONE);
    (void)make_at("third", Y2010 + SECOND);
    assert_int_equal(judge("page"), TIME_TRUSTED);
    (void)make_at("third", Y2010);
    assert_int_equal(judge("page"), TIME_LONE);
}

static void of_more_neighbours_more_than_two_thirds_must_share_it(void **state)
{
    (void)state;
    (void)make_at("page", Y2010);
    make_many("same%d", 2, Y2010, 0);
    (void)make_at("own", Y2010 + 5 * SECOND);
    assert_int_equal(judge("page"), TIME_TRUSTED); /* 2 of 3 */
    (void)make_at("same2", Y2010);
    assert_int_equal(judge("page"), TIME_SHARED); /* 3 of 4 */
    assert_int_equal(judge("own"), TIME_TRUSTED);
    (void)make_at("own2", Y2010 + 6 * SECOND);
    assert_int_equal(judge("page"), TIME_TRUSTED); /* 3 of 5 */
}

/* An image's files, and those that its entrypoint wrote when the container started. */
static void files_that_a_clock_wrote_do_not_vouch_for_others(void **state)
{
    (void)state;
    (void)make_at("page", Y2010);
    make_many("new%d", 10, Y2010 + 5000 * DAY + 1, SECOND);
    make_many("same%d", 2, Y2010, 0);
    assert_int_equal(judge("page"), TIME_TRUSTED); /* too few of whole seconds, and others differ */
    (void)make_at("same2", Y2010);
    assert_int_equal(judge("page"), TIME_SHARED);
    assert_int_equal(judge("new0"), TIME_TRUSTED);
    make_many("own%d", 2, Y2010 + SECOND, SECOND);
    assert_int_equal(judge("page"), TIME_TRUSTED); /* 3 of 5 */
}

/* A mirror: old, whole seconds, each its own, with a compressed copy of the same time beside it. */
static void files_that_each_have_their_own_time_keep_it(void **state)
{
    (void)state;
    make_many("foo_%d.deb", 40, Y2010, 86413 * SECOND);
    make_many("foo_%d.deb.gz", 40, Y2010, 86413 * SECOND);
    for (int i = 0; i < 40; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "foo_%d.deb", i);
        expect(judge(name) == TIME_TRUSTED, "%s", name);
        (void)snprintf(name, sizeof name, "foo_%d.deb.gz", i);
        expect(judge(name) == TIME_TRUSTED, "%s", name);
    }
}

static void a_sibling_does_not_speak_for_its_original(void **state)
{
    (void)state;
    (void)make_at("a.js", Y2010);
    (void)make_at("a.js.br", Y2010);
    (void)make_at("a.js.gz", Y2010);
    (void)make_at("a.js.zst", Y2010);
    (void)make_at("b.tar.gz", Y2010 + SECOND); /* nobody's sibling */
    assert_int_equal(judge("a.js"), TIME_TRUSTED);
    assert_int_equal(unlink("www/b.tar.gz"), 0);
    assert_int_equal(judge("a.js"), TIME_LONE);
}

static void what_is_no_file_is_no_neighbour(void **state)
{
    (void)state;
    (void)make_at("page", Y2010);
    make_many("same%d", 3, Y2010, 0);
    make_dir("www/dir");
    make_link("dir", "www/link");
    assert_int_equal(mkfifo("www/fifo", 0644), 0);
    assert_int_equal(link("www/page", "www/page-again"), 0); /* the same file */
    assert_int_equal(judge("page"), TIME_SHARED);
    make_dir("www/closed");
    (void)make_at("closed/page", Y2010);
    make_many("closed/own%d", 3, Y2010 + SECOND, SECOND);
    assert_int_equal(judge("closed/page"), TIME_TRUSTED);
    (void)make_at("dir/page", Y2010); /* of the directory's own neighbours nothing is asked */
    assert_int_equal(judge("dir/page"), TIME_LONE);
}

/* Of many files the same are looked at, in whatever order their directory gives them. */
static void the_sample_is_the_same_wherever_the_files_lie(void **state)
{
    (void)state;
    make_dir("www/up");
    make_dir("www/down");
    for (int i = 0; i < 100; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "up/%d", i);
        (void)make_at(name, i % 3 == 0 ? Y2010 + i * SECOND : Y2010);
        (void)snprintf(name, sizeof name, "down/%d", 99 - i);
        (void)make_at(name, (99 - i) % 3 == 0 ? Y2010 + (99 - i) * SECOND : Y2010);
    }
    for (int i = 1; i < 100; i += 3) {
        char up[64], down[64];
        (void)snprintf(up, sizeof up, "up/%d", i);
        (void)snprintf(down, sizeof down, "down/%d", i);
        expect(judge(up) == judge(down), "file %d", i);
    }
}

static void a_directory_of_thousands_is_read_in_part(void **state)
{
    (void)state;
    make_many("same%d", 3000, Y2010, 0);
    assert_int_equal(judge("same7"), TIME_SHARED);
    assert_true(times.names.n == TIMES_CANDIDATES);
}

static void a_directory_is_read_again_after_a_while(void **state)
{
    struct stamp stamp = make_at("page", Y2010);

    (void)state;
    make_many("same%d", 5, Y2010, 0);
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &now_is), TIME_SHARED);
    make_many("same%d", 5, Y2010 + SECOND, SECOND);
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &(struct clock){.now_ms = now_is.now_ms + 4999}),
                     TIME_SHARED);
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &(struct clock){.now_ms = now_is.now_ms + 5000}),
                     TIME_TRUSTED);
}

static struct entry *entry_of(struct stamp stamp, struct sv body)
{
    struct entry_file f = {.path = SV("/p"),
                           .name = SV("p"),
                           .type = SV("text/plain"),
                           .stamp = stamp,
                           .modified = INT64_MAX,
                           .body_len = body.len,
                           .fd = body.p != NULL ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC),
                           .coding = CODING_IDENTITY,
                           .encoded = CODING_IDENTITY};
    struct entry *e = entry_new_file(&f);

    assert_non_null(e);
    if (body.p != NULL)
        memcpy(entry_body(e), body.p, body.len);
    return e;
}

/* What was there had this content, which is NULL where it was not in memory. */
static bool catches(struct stamp before, const char *old, struct stamp now, const char *new)
{
    struct entry *e = entry_of(before, sv_of(old, old != NULL ? before.size : 0));

    times_remember(&times, e);
    bool caught = times_caught(&times, &root, SV("p"), &now, sv_of(new, new != NULL ? now.size : 0));
    times_forget(&times);
    assert_int_equal(e->ref.count, 1);
    ref_put(&e->ref);
    return caught;
}

static void a_time_that_outlived_a_change_is_nobody_s_any_more(void **state)
{
    int64_t fraction = FIRST + 12345 * DAY + 7;
    struct stamp before = {.inode = 1, .size = 3, .modified_ns = fraction, .changed_ns = 1};
    struct stamp now = before;

    (void)state;
    assert_false(catches(before, "old", now, "old")); /* nothing happened */
    now.inode = 2;
    assert_false(catches(before, "old", now, "old")); /* copied */
    assert_int_equal(judge_alone(fraction, 0), TIME_TRUSTED);
    now.size = 4;
    assert_false(catches(before, "old", now, "newer"));
    now.size = 3;
    now.modified_ns++;
    assert_false(catches(before, "old", now, "new"));
    now.modified_ns--;
    assert_true(catches(before, "old", now, "new"));
    assert_int_equal(judge_alone(fraction, 0), TIME_CAUGHT);
    assert_int_equal(judge_alone(fraction + 1, 0), TIME_TRUSTED);
    assert_int_equal(times_judge(NULL, &root, SV("x"), &now, &now_is), TIME_CAUGHT);
}

static void a_change_in_place_is_caught_too(void **state)
{
    struct stamp before = {.inode = 1, .size = 3, .modified_ns = Y2010, .changed_ns = 1};
    struct stamp now = before;

    (void)state;
    now.changed_ns = 2;
    assert_false(catches(before, "old", now, "old"));
    assert_true(catches(before, "old", now, "new"));
    assert_int_equal(judge_alone(Y2010, 0), TIME_CAUGHT);
}

/* Content that nobody has in memory: another file of the same whole second counts as another content. */
static void what_is_not_in_memory_counts_as_another_where_the_file_is(void **state)
{
    struct stamp before = {.inode = 1, .size = 3, .modified_ns = Y2010, .changed_ns = 1};
    struct stamp now = before;

    (void)state;
    now.changed_ns = 2;
    assert_false(catches(before, NULL, now, NULL)); /* a link was made to it */
    now.inode = 2;
    before.modified_ns = now.modified_ns = Y2010 + 1;
    assert_false(catches(before, NULL, now, NULL)); /* a clock's */
    before.modified_ns = now.modified_ns = Y2010;
    before.size = now.size = SUM_FILE_MAX + 1ULL;
    assert_false(catches(before, NULL, now, NULL)); /* too large for anything else */
    before.size = now.size = 3;
    assert_true(catches(before, NULL, now, NULL));
    assert_int_equal(judge_alone(Y2010, 0), TIME_CAUGHT);
    caught_forget();
    assert_true(catches(before, "old", now, NULL));
    caught_forget();
    assert_true(catches(before, NULL, now, "new"));
}

static void nothing_is_remembered_but_of_files_and_once(void **state)
{
    struct stamp stamp = {.inode = 1, .size = 3, .modified_ns = Y2010};
    struct stamp now = {.inode = 2, .size = 3, .modified_ns = Y2010};
    struct entry *status = entry_new_status(SV("/p"), SV("p"), CODING_IDENTITY, WHY_MISSING);
    struct entry *e = entry_of(stamp, SV("old"));

    (void)state;
    assert_false(times_caught(&times, &root, SV("p"), &now, SV("new"))); /* nothing was there */
    times_remember(&times, status);
    assert_false(times_caught(&times, &root, SV("p"), &now, SV("new")));
    times_remember(&times, e);
    times_remember(&times, status);
    assert_int_equal(e->ref.count, 1);
    assert_false(times_caught(&times, &root, SV("p"), &now, SV("new")));
    times_remember(&times, e);
    assert_int_equal(e->ref.count, 2);
    assert_true(times_caught(&times, &root, SV("p"), &now, SV("new")));
    assert_int_equal(e->ref.count, 1);
    assert_false(times_caught(&times, &root, SV("p"), &now, SV("new")));
    times_remember(NULL, e);
    assert_false(times_caught(NULL, &root, SV("p"), &now, SV("new")));
    times_forget(NULL);
    ref_put(&status->ref);
    ref_put(&e->ref);
}

/* squashfs and others: the change has the file's own time. */
static void where_a_change_has_no_time_of_its_own_age_is_measured_from_now(void **state)
{
    struct stamp stamp = {.inode = 1, .modified_ns = Y2010, .changed_ns = Y2010};
    struct clock later = now_is;

    (void)state;
    later.wall = Y2010 / SECOND + 364 * 86400;
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &later), TIME_TRUSTED);
    later.wall += 86400;
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &later), TIME_LONE);
    stamp.changed_ns++; /* one that is told counts */
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &later), TIME_TRUSTED);
    stamp.changed_ns = ++stamp.modified_ns; /* a clock's */
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &later), TIME_TRUSTED);
    stamp.changed_ns = --stamp.modified_ns;
    later.wall = INT64_MAX;
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &later), TIME_LONE);
    later.wall = 0;
    assert_int_equal(times_judge(&times, &root, SV("page"), &stamp, &later), TIME_TRUSTED);
}

#define times_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        times_test(no_file_is_older_than_the_web),
        times_test(alone_a_whole_second_that_is_a_year_older_than_the_change_is_doubted),
        times_test(one_or_two_neighbours_must_share_it),
        times_test(of_more_neighbours_more_than_two_thirds_must_share_it),
        times_test(files_that_a_clock_wrote_do_not_vouch_for_others),
        times_test(files_that_each_have_their_own_time_keep_it),
        times_test(a_sibling_does_not_speak_for_its_original),
        times_test(what_is_no_file_is_no_neighbour),
        times_test(the_sample_is_the_same_wherever_the_files_lie),
        times_test(a_directory_of_thousands_is_read_in_part),
        times_test(a_directory_is_read_again_after_a_while),
        times_test(a_time_that_outlived_a_change_is_nobody_s_any_more),
        times_test(a_change_in_place_is_caught_too),
        times_test(what_is_not_in_memory_counts_as_another_where_the_file_is),
        times_test(nothing_is_remembered_but_of_files_and_once),
        times_test(where_a_change_has_no_time_of_its_own_age_is_measured_from_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
