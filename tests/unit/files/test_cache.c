/* SPDX-License-Identifier: MIT */
/* The bounds of the cache: it holds no more bytes and no more open files than it may, keeps what is used, and what an
 * answer refers to. */

#include "files/cache.h"

#include <errno.h>
#include <string.h>

#include "site.h"

enum { FILES = 300, PATHS = 20000, LARGE = BODY_MAX + 500 };

static size_t fds_before;

static int enter(void **state)
{
    int err = scratch_enter(state);

    site_defaults();
    fds_before = count_fds();
    return err < 0 ? err : mkdir("www", 0755);
}

static int leave(void **state)
{
    int err = scratch_leave(state);

    return count_fds() == fds_before ? err : -1;
}

/* Files that are named by `format` and a number, and hold that name and nothing, or zeros up to a length. */
static void make_files(const char *format, size_t n, size_t len)
{
    char path[64] = "www";

    for (size_t i = 0; i < n; i++) {
        (void)snprintf(path + 3, sizeof path - 3, "%s%zu", format, i);
        make_file(path, sv_cstr(path + 3));
        if (len > 0)
            assert_int_equal(truncate(path, (off_t)len), 0);
    }
}

static struct entry *get_numbered(const char *format, size_t i)
{
    char path[64];

    (void)snprintf(path, sizeof path, "%s%zu", format, i);
    return site_get(path);
}

/* The table and the numbers about it must agree, where nobody holds what is not in it. */
static void expect_sums(void)
{
    const struct stock *s = &cache.stock;
    uint64_t memory = 0;
    size_t n = 0, chained = 0;

    for (size_t i = 0; i < STOCK_KINDS; i++) {
        size_t queued = 0;
        for (struct list *l = s->queue[i].order.next; l != &s->queue[i].order; l = l->next) {
            struct entry *e = list_of(l, struct entry, order);
            assert_true(e->cached && (e->fd >= 0) == (i == STOCK_OPEN));
            memory += e->cost;
            queued++;
        }
        assert_int_equal(s->queue[i].n, queued);
        n += queued;
    }
    for (size_t i = 0; i < s->n_buckets; i++)
        for (struct entry *e = s->bucket[i]; e != NULL; e = e->next) {
            assert_int_equal(e->hash & (s->n_buckets - 1), i);
            chained++;
        }
    assert_int_equal(s->n, n);
    assert_int_equal(chained, n);
    assert_true(s->account.memory == memory);
    assert_int_equal(s->account.files, s->queue[STOCK_OPEN].n);
}

static void memory_stays_below_its_bound_under_thousands_of_paths(void **state)
{
    (void)state;
    site_begin(64 * 1024, 10, TTL_MS);
    make_files("/f", FILES, 0);
    for (size_t i = 0; i < PATHS; i++) {
        struct entry *e = get_numbered("/f", i);
        assert_int_equal(e->status, i < FILES ? 200 : 404);
        ref_put(&e->ref);
        assert_true(cache.stock.account.memory <= cache.stock.limits.memory);
        site_later(i % 7 == 0 ? 1 : 0);
    }
    expect_sums();
    assert_true(cache.stock.account.memory > 32 * 1024); /* and it is used */
    site_end();
}

static void open_files_stay_below_their_bound(void **state)
{
    (void)state;
    make_files("/f", FILES, LARGE);
    make_files("/small", 20, 0);
    site_begin(1 << 20, 10, TTL_MS);
    size_t before = count_fds();
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < FILES; i++) {
            struct entry *e = get_numbered("/f", i);
            assert_int_equal(e->status, 200);
            assert_true(e->fd >= 0 && cache.stock.queue[STOCK_OPEN].n <= 10);
            ref_put(&e->ref);
            e = get_numbered("/small", i % 20);
            assert_int_equal(e->status, 200);
            ref_put(&e->ref);
        }
    expect_sums();
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 10);
    assert_int_equal(count_fds(), before + 10);
    assert_int_equal(site_entries(), 30); /* for want of descriptors only what holds one has to go */
    site_end();
}

static void a_thousand_entries_are_all_found_again(void **state)
{
    struct entry *first[1000];

    (void)state;
    site_begin(1 << 24, 10, TTL_MS);
    for (size_t i = 0; i < ROWS(first); i++)
        first[i] = get_numbered("/path", i);
    expect_sums();
    assert_int_equal(site_entries(), ROWS(first));
    for (size_t i = 0; i < ROWS(first); i++) {
        struct entry *again = get_numbered("/path", i);
        assert_ptr_equal(again, first[i]);
        ref_put(&again->ref);
        ref_put(&first[i]->ref);
    }
    site_end();
}

static void entries_that_are_used_survive_those_that_are_not(void **state)
{
    static const char *const used[] = {"/used0", "/used1", "/used2"};
    struct entry *kept[3];

    (void)state;
    site_begin(16 * 1024, 10, TTL_MS);
    make_files("/used", 3, 0);
    for (size_t i = 0; i < ROWS(used); i++) {
        kept[i] = site_get(used[i]);
        ref_put(&kept[i]->ref);
    }
    for (size_t i = 0; i < 5000; i++) {
        struct entry *e = get_numbered("/once", i);
        ref_put(&e->ref);
        e = site_get(used[i % 3]);
        expect(e == kept[i % 3], "%s was evicted after %zu paths", used[i % 3], i);
        ref_put(&e->ref);
    }
    site_end();
}

static void what_is_used_no_more_goes_in_the_end(void **state)
{
    (void)state;
    site_begin(16 * 1024, 10, TTL_MS);
    make_files("/used", 1, 0);
    make_files("/once", 100, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(site_status("/used0"), 200);
    assert_non_null(site_kept("/used0"));
    for (size_t i = 0; i < 100; i++) {
        struct entry *e = get_numbered("/once", i);
        ref_put(&e->ref);
    }
    assert_null(site_kept("/used0"));
    site_end();
}

static void what_is_being_sent_keeps_its_place(void **state)
{
    (void)state;
    site_begin(16 * 1024, 1, TTL_MS);
    make_files("/large", 3, LARGE);
    make_files("/small", 1, 0);
    make_files("/once", 100, 0);
    struct entry *large = site_get("/large0"), *small = site_get("/small0");
    for (size_t i = 0; i < 100; i++) {
        struct entry *e = get_numbered("/once", i);
        ref_put(&e->ref);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(site_status(i % 2 == 0 ? "/large1" : "/large2"), 200);
    assert_ptr_equal(site_kept("/large0"), large);
    assert_ptr_equal(site_kept("/small0"), small);
    ref_put(&large->ref);
    ref_put(&small->ref);
    assert_int_equal(site_status("/large2"), 200);
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 1); /* what was too much goes with the next */
    site_end();
}

static void what_fits_in_no_way_is_served_and_not_kept(void **state)
{
    (void)state;
    make_files("/large", 1, LARGE);
    make_files("/small", 1, 0);
    for (int kind = 0; kind < 2; kind++) {
        site_begin(kind == 0 ? 100 : 1 << 20, 0, TTL_MS);
        struct entry *e = site_get(kind == 0 ? "/small0" : "/large0");
        assert_int_equal(e->status, 200);
        assert_false(e->cached);
        assert_int_equal(e->ref.count, 1);
        assert_int_equal(site_entries(), 0);
        ref_put(&e->ref);
        site_end();
    }
}

static void room_is_not_made_for_what_does_not_fit(void **state)
{
    (void)state;
    make_files("/small", 5, 0);
    make_files("/large", 1, LARGE);
    site_begin(1 << 20, 0, TTL_MS);
    for (size_t i = 0; i < 5; i++) {
        struct entry *e = get_numbered("/small", i);
        ref_put(&e->ref);
    }
    assert_int_equal(site_status("/large0"), 200);
    assert_int_equal(site_entries(), 5);
    site_end();
}

static void a_shortage_is_not_remembered(void **state)
{
    (void)state;
    make_files("/small", 1, 0);
    site_begin(1 << 20, 10, TTL_MS);
    rlim_t before = limit_fds(0);
    struct entry *e = site_get("/small0");
    (void)set_fd_limit(before);
    assert_int_equal(e->status, 503);
    assert_false(e->cached);
    assert_int_equal(site_entries(), 0);
    ref_put(&e->ref);
    assert_int_equal(site_status("/small0"), 200);
    site_end();
}

static void without_descriptors_the_cache_gives_up_its_own(void **state)
{
    (void)state;
    make_files("/large", 6, LARGE);
    site_begin(1 << 20, 100, TTL_MS);
    for (size_t i = 0; i < 5; i++) {
        struct entry *e = get_numbered("/large", i);
        ref_put(&e->ref);
    }
    rlim_t before = limit_fds(0);
    struct entry *e = site_get("/large5");
    (void)set_fd_limit(before);
    assert_int_equal(e->status, 200);
    assert_int_equal(cache.stock.queue[STOCK_OPEN].n, 5);
    ref_put(&e->ref);
    expect_sums();
    site_end();
}

static void a_root_that_is_none_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    site.root = (char *)(uintptr_t) "missing";
    site_compile();
    assert_int_equal(tree_init(&tree, &site_compiled, NULL), -ENOENT);
    assert_int_equal(tree.root.fd, -1);
    tree_fini(&tree);
    site_fini(&site_compiled);
}

#define cache_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cache_test(memory_stays_below_its_bound_under_thousands_of_paths),
        cache_test(open_files_stay_below_their_bound),
        cache_test(a_thousand_entries_are_all_found_again),
        cache_test(entries_that_are_used_survive_those_that_are_not),
        cache_test(what_is_used_no_more_goes_in_the_end),
        cache_test(what_is_being_sent_keeps_its_place),
        cache_test(what_fits_in_no_way_is_served_and_not_kept),
        cache_test(room_is_not_made_for_what_does_not_fit),
        cache_test(a_shortage_is_not_remembered),
        cache_test(without_descriptors_the_cache_gives_up_its_own),
        cache_test(a_root_that_is_none_is_an_error_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
