/* SPDX-License-Identifier: MIT */
/* What is kept, and what counts although it is kept no more: the bounds hold however slow those are who are sent it, and
 * nothing stays open that nobody needs. */

#include "files/cache.h"

#include <errno.h>
#include <string.h>

#include "site.h"

enum { MANY = 400, LARGE = BODY_MAX + 500, MEMORY = 128 * 1024 };

static struct seats seats;
static size_t fds_before;

static int enter(void **state)
{
    int err = scratch_enter(state);

    site_defaults();
    seats_init(&seats, 1000, 64);
    site_seats = &seats;
    fds_before = count_fds();
    return err < 0 ? err : mkdir("www", 0755);
}

static int leave(void **state)
{
    int err = scratch_leave(state);

    site_seats = NULL;
    return count_fds() == fds_before && atomic_load(&seats.files) == 0 ? err : -1;
}

static const char *name(const char *format, size_t i)
{
    static char path[64];

    (void)snprintf(path, sizeof path, "%s%zu", format, i);
    return path;
}

static void make_files(const char *format, size_t n, size_t len)
{
    for (size_t i = 0; i < n; i++) {
        char path[80];
        (void)snprintf(path, sizeof path, "www%s", name(format, i));
        make_file(path, SV("content"));
        assert_int_equal(truncate(path, (off_t)len), 0);
    }
}

static void get_and_put(const char *path, int status)
{
    expect(site_status(path) == status, "%s is not a %d", path, status);
}

static void turn(void)
{
    do
        cache_tend(&cache, site_clock.now_ms);
    while (cache.stock.to_sweep > 0);
}

/* Heads of what is being sent from descriptors come on top. */
static void expect_bound(size_t open)
{
    uint64_t most = MEMORY + open * 1024;

    expect(cache.stock.account.memory <= most, "%" PRIu64 " bytes", cache.stock.account.memory);
}

static void contents_that_nobody_reads_stay_within_the_memory(void **state)
{
    struct entry *sent[MANY];
    size_t open = 0;

    (void)state;
    seats_init(&seats, 1000, 4 * MANY);
    make_files("/f", MANY, BODY_MAX);
    site_begin(MEMORY, 10, TTL_MS);
    for (size_t i = 0; i < MANY; i++) {
        sent[i] = site_get(name("/f", i));
        assert_int_equal(sent[i]->status, 200);
        assert_int_equal(sent[i]->size, BODY_MAX);
        open += sent[i]->fd >= 0;
    }
    expect_bound(open);
    assert_int_equal(cache.stock.account.files, open);
    assert_true(open > MANY / 2); /* what finds no memory is sent from its descriptor */
    for (size_t i = 0; i < MANY; i++)
        ref_put(&sent[i]->ref);
    for (size_t i = 0; i < 3; i++) /* what was open too long goes, and memory is found again */
        get_and_put(name("/f", i), 200);
    struct entry *again = site_get(name("/f", MANY - 1));
    site_later(TTL_MS);
    turn();
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 10);
    ref_put(&again->ref);
    site_end();
}

/* It is replaced while it is sent, again and again. */
static void what_is_no_longer_found_counts_until_its_end(void **state)
{
    struct entry *sent[MANY];

    (void)state;
    seats_init(&seats, 1000, 4 * MANY);
    site_begin(MEMORY, 10, 0);
    for (size_t i = 0; i < MANY; i++) {
        make_file("www/next", SV(""));
        assert_int_equal(truncate("www/next", BODY_MAX), 0);
        assert_int_equal(rename("www/next", "www/page"), 0);
        sent[i] = site_get("/page");
    }
    expect_bound(cache.stock.account.files);
    for (size_t i = 0; i < MANY; i++)
        ref_put(&sent[i]->ref);
    get_and_put("/page", 200);
    assert_non_null(site_kept("/page"));
    site_end();
}

static void missing_paths_take_an_eighth_and_drive_out_no_file(void **state)
{
    (void)state;
    make_files("/f", 20, BODY_MAX);
    site_begin(MEMORY, 10, TTL_MS);
    for (size_t i = 0; i < 20; i++)
        get_and_put(name("/f", i), 200);
    uint64_t files = cache.stock.account.memory;
    for (size_t i = 0; i < 5000; i++)
        get_and_put(name("/missing", i), 404);
    for (size_t i = 0; i < 20; i++)
        expect(site_kept(name("/f", i)) != NULL, "a file had to go");
    assert_true(cache.stock.missing <= MEMORY / 8);
    assert_true(cache.stock.account.memory == files + cache.stock.missing);
    assert_true(cache.stock.queue[STOCK_MISSING].n > 10);
    site_end();
}

/* With as many of them as the heap's own figures say. */
static void entries_are_charged_what_they_cost(void **state)
{
    (void)state;
    site_begin(1 << 20, 10, TTL_MS);
    struct entry *e = site_get("/missing");
    assert_true(e->cost >= sizeof *e + sizeof "/missing" + sizeof(void *));
    ref_put(&e->ref);
    make_file("www/page", SV("page"));
    e = site_get("/page");
    uint64_t before = cache.stock.account.memory;
    static const uint8_t sum[SHA256_LEN] = {1};
    assert_true(entry_set_sum(e, sum) && entry_set_sum(e, sum));
    assert_true(cache.stock.account.memory >= before + sizeof(struct entry_sum));
    assert_true(cache.stock.account.memory < before + 2 * sizeof(struct entry_sum));
    ref_put(&e->ref);
    site_end();
}

/* Between a quarter of the memory and cache_file_max: such a file would drive out the others, or be read each time. */
static void a_file_too_large_for_this_memory_is_kept_open_and_found_again(void **state)
{
    (void)state;
    make_files("/f", 1, BODY_MAX);
    site_begin(BODY_MAX * 2, 10, TTL_MS);
    struct entry *first = site_get("/f0");
    assert_true(first->fd >= 0);
    for (int i = 0; i < 33; i++) {
        struct entry *again = site_get("/f0");
        assert_ptr_equal(again, first);
        ref_put(&again->ref);
    }
    ref_put(&first->ref);
    site_end();
}

static void files_that_find_no_seat_are_a_503_until_others_leave(void **state)
{
    enum { HALF = 32 };
    struct entry *sent[HALF];

    (void)state;
    make_files("/large", HALF + 1, LARGE);
    site_begin(1 << 20, 4, TTL_MS);
    for (size_t i = 0; i < HALF; i++) {
        sent[i] = site_get(name("/large", i));
        assert_int_equal(sent[i]->status, 200);
    }
    assert_int_equal(atomic_load(&seats.files), HALF);
    size_t before = count_fds();
    get_and_put(name("/large", HALF), 503);
    assert_int_equal(count_fds(), before);
    ref_put(&sent[0]->ref);
    get_and_put(name("/large", HALF), 200); /* the one that nobody is sent any more goes */
    for (size_t i = 1; i < HALF; i++)
        ref_put(&sent[i]->ref);
    site_later(TTL_MS);
    turn();
    assert_int_equal(atomic_load(&seats.files), 4);
    site_end();
}

static void files_that_were_deleted_are_closed_without_being_asked_for(void **state)
{
    (void)state;
    make_files("/large", 5, LARGE);
    site_begin(1 << 20, 10, TTL_MS);
    turn();
    assert_in_range(cache_wait_ms(&cache, site_clock.now_ms), TTL_MS, 10 * 1000); /* for the root alone */
    for (size_t i = 0; i < 5; i++)
        get_and_put(name("/large", i), 200);
    size_t before = count_fds();
    assert_int_equal(unlink("www/large1"), 0);
    make_file("www/next", SV("new"));
    assert_int_equal(rename("www/next", "www/large3"), 0);
    assert_in_range(cache_wait_ms(&cache, site_clock.now_ms), 1, TTL_MS);
    turn();
    assert_int_equal(count_fds(), before); /* not at each turn */
    site_later(TTL_MS);
    assert_int_equal(cache_wait_ms(&cache, site_clock.now_ms), 0);
    turn();
    assert_int_equal(count_fds(), before - 2);
    assert_non_null(site_kept("/large0"));
    assert_true(site_kept("/large1")->closed && site_kept("/large3")->closed);
    get_and_put("/large1", 404);
    assert_string_equal(site_text("/large3"), "new");
    site_end();
}

/* It may be a mount that is to go. */
static void a_root_that_was_replaced_is_let_go_without_being_asked_for(void **state)
{
    (void)state;
    make_files("/small", 1, 10);
    site_begin(1 << 20, 10, TTL_MS);
    turn();
    get_and_put("/small0", 200);
    assert_int_equal(rename("www", "old"), 0);
    make_dir("www");
    ino_t before = tree.root.stamp.inode;
    site_later(TTL_MS);
    turn();
    assert_int_not_equal(tree.root.stamp.inode, before);
    site_end();
}

static void however_long_an_answer_stays_fresh(void **state)
{
    (void)state;
    make_files("/large", 1, LARGE);
    site_begin(1 << 20, 10, 3600 * 1000);
    turn();
    get_and_put("/large0", 200);
    assert_int_equal(unlink("www/large0"), 0);
    site_later(1000);
    turn();
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 0);
    site_end();
}

static void files_that_nobody_asks_for_are_closed_in_the_end(void **state)
{
    (void)state;
    make_files("/large", 2, LARGE);
    site_begin(1 << 20, 10, TTL_MS);
    get_and_put("/large0", 200);
    get_and_put("/large1", 200);
    for (int second = 0; second < 70; second++) {
        site_later(1000);
        get_and_put("/large1", 200);
        turn();
    }
    assert_null(site_kept("/large0"));
    assert_non_null(site_kept("/large1"));
    site_end();
}

static void files_of_a_root_that_was_replaced_are_closed(void **state)
{
    (void)state;
    make_files("/large", 1, LARGE);
    make_file("www/page", SV("page"));
    site_begin(1 << 20, 10, TTL_MS);
    get_and_put("/large0", 200);
    assert_int_equal(rename("www", "old"), 0);
    make_dir("www");
    site_later(TTL_MS);
    get_and_put("/page", 404);
    turn();
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 0);
    site_end();
}

static void what_is_closed_goes_in_slices_and_takes_nothing_in(void **state)
{
    size_t turns = 1;

    (void)state;
    make_files("/f", 300, 10);
    site_begin(1 << 20, 10, TTL_MS);
    for (size_t i = 0; i < 300; i++)
        get_and_put(name("/f", i), 200);
    struct entry *sent = site_get("/f7");
    while (stock_close(&cache.stock))
        turns++;
    assert_true(turns > 3);
    assert_int_equal(cache.stock.n, 0);
    assert_true(cache.stock.account.memory == sent->cost);
    assert_true(memcmp(sent->body.p, "content", 7) == 0);
    struct entry *later = site_get("/f8");
    assert_true(later->fd >= 0 && !later->cached); /* for those who are served still */
    ref_put(&later->ref);
    ref_put(&sent->ref);
    site_end();
}

#define stock_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        stock_test(contents_that_nobody_reads_stay_within_the_memory),
        stock_test(what_is_no_longer_found_counts_until_its_end),
        stock_test(missing_paths_take_an_eighth_and_drive_out_no_file),
        stock_test(entries_are_charged_what_they_cost),
        stock_test(a_file_too_large_for_this_memory_is_kept_open_and_found_again),
        stock_test(files_that_find_no_seat_are_a_503_until_others_leave),
        stock_test(files_that_were_deleted_are_closed_without_being_asked_for),
        stock_test(a_root_that_was_replaced_is_let_go_without_being_asked_for),
        stock_test(however_long_an_answer_stays_fresh),
        stock_test(files_that_nobody_asks_for_are_closed_in_the_end),
        stock_test(files_of_a_root_that_was_replaced_are_closed),
        stock_test(what_is_closed_goes_in_slices_and_takes_nothing_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
