/* SPDX-License-Identifier: MIT */
/* Several trees in one cache: each path has one entry in each, and one bound holds them all. */

#include "files/tree.h"

#include "files/cache.h"

#include "scratch.h"

enum { TREES = 2, TTL_MS = 1000, MEMORY = 64 * 1024 };

static char *const names[TREES] = {"one", "two"};
static struct config_site keys[TREES];
static struct site sites[TREES];
static struct tree trees[TREES];
static struct cache cache;
static struct clock now;
static struct counters counters;

static int enter(void **state)
{
    const struct load_options load = {.body_max = 4096};
    const struct cache_limits limits = {.stock = {.memory = MEMORY, .fds = 4, .counters = &counters}, .ttl_ms = TTL_MS};
    int err = scratch_enter(state);

    now = (struct clock){.now_ms = 1000000, .wall = time(NULL) + 1000};
    for (size_t i = 0; i < TREES && err == 0; i++) {
        keys[i] = (struct config_site){.root = names[i]};
        err = mkdir(names[i], 0755);
        if (err == 0)
            err = site_init(&sites[i], &keys[i], i);
        if (err == 0)
            err = tree_init(&trees[i], &sites[i], NULL);
    }
    return err == 0 ? cache_init(&cache, &limits, &load, trees, TREES) : err;
}

static int leave(void **state)
{
    cache_fini(&cache);
    for (size_t i = 0; i < TREES; i++) {
        tree_fini(&trees[i]);
        site_fini(&sites[i]);
    }
    return scratch_leave(state);
}

static void write_both(const char *name, const char *first, const char *second)
{
    char path[64];

    (void)snprintf(path, sizeof path, "one/%s", name);
    make_file(path, sv_cstr(first));
    (void)snprintf(path, sizeof path, "two/%s", name);
    make_file(path, sv_cstr(second));
}

static struct entry *get(size_t tree, const char *path)
{
    struct entry *e;

    (void)cache_get(&cache, &trees[tree], sv_cstr(path), false, &now, &e);
    return e;
}

static void expect_body(size_t tree, const char *path, const char *text)
{
    struct entry *e = get(tree, path);

    assert_non_null(e);
    expect(e->tree == &trees[tree] && e->status == 200 && sv_eq(e->body, sv_cstr(text)), "%zu%s: %d, %.*s", tree, path,
           e->status, SV_ARG(e->body));
    ref_put(&e->ref);
}

static uint64_t hits(void)
{
    return counters_get(&counters, COUNTER_LOOKUPS + COUNT_HIT);
}

static void one_path_is_another_file_in_each(void **state)
{
    (void)state;
    write_both("a", "of one", "of two");
    uint64_t before = hits();
    for (int i = 0; i < 3; i++) {
        expect_body(0, "/a", "of one");
        expect_body(1, "/a", "of two");
    }
    assert_int_equal(hits() - before, 4);
    assert_int_equal(cache.stock.n, 2);
}

static void what_is_in_one_is_missing_in_the_other(void **state)
{
    (void)state;
    make_file("one/a", SV("of one"));
    for (int i = 0; i < 2; i++) {
        expect_body(0, "/a", "of one");
        struct entry *e = get(1, "/a");
        assert_int_equal(e->status, 404);
        ref_put(&e->ref);
    }
}

/* A deploy of one is seen there, and takes nothing from the other. */
static void each_has_a_root_of_its_own(void **state)
{
    (void)state;
    write_both("a", "of one", "of two");
    expect_body(0, "/a", "of one");
    expect_body(1, "/a", "of two");
    assert_int_equal(rename("one", "old"), 0);
    make_dir("one");
    make_file("one/a", SV("of one, anew"));
    now.now_ms += TTL_MS;
    uint32_t version = trees[1].root.version;
    expect_body(0, "/a", "of one, anew");
    expect_body(1, "/a", "of two");
    assert_int_equal(trees[1].root.version, version);
    assert_int_not_equal(trees[0].root.version, version);
}

static void their_settings_are_each_their_own(void **state)
{
    char *rows[] = {"/* max-age=60"};

    (void)state;
    write_both("a", "of one", "of two");
    keys[1].cache = (struct strings){rows, 1};
    site_fini(&sites[1]);
    assert_int_equal(site_init(&sites[1], &keys[1], 1), 0);
    struct entry *first = get(0, "/a");
    struct entry *second = get(1, "/a");
    assert_null(memmem(first->fields.p, first->fields.len, "max-age", 7));
    assert_non_null(memmem(second->fields.p, second->fields.len, "max-age=60", 10));
    ref_put(&first->ref);
    ref_put(&second->ref);
}

/* What is missing is asked for too, but today's rules are for files only. */
static void entries_of_which_the_same_is_said_share_a_policy(void **state)
{
    char *rows[] = {"*.css max-age=60", "/b* max-age=60", "/gone* max-age=60"};

    (void)state;
    make_file("two/a.css", SV("x"));
    make_file("two/b", SV("x"));
    make_file("two/plain", SV("x"));
    keys[1].cache = (struct strings){rows, ROWS(rows)};
    site_fini(&sites[1]);
    assert_int_equal(site_init(&sites[1], &keys[1], 1), 0);
    struct entry *file = get(1, "/a.css");
    struct entry *other = get(1, "/b");
    struct entry *gone = get(1, "/gone");
    struct entry *plain = get(1, "/plain");
    assert_int_equal(gone->status, 404);
    assert_null(gone->policy);
    assert_non_null(file->policy);
    assert_ptr_equal(file->policy, other->policy);
    assert_int_equal(file->policy->ref.count, 2);
    assert_null(plain->policy);
    assert_true(other->cost >= plain->cost + other->policy->cost);
    ref_put(&file->ref);
    ref_put(&other->ref);
    ref_put(&gone->ref);
    ref_put(&plain->ref);
    assert_false(list_empty(&trees[1].policies.in_use));
    cache_fini(&cache);
    assert_true(list_empty(&trees[1].policies.in_use));
    const struct load_options load = {.body_max = 4096};
    const struct cache_limits limits = {.stock = {.counters = &counters}};
    assert_int_equal(cache_init(&cache, &limits, &load, trees, TREES), 0);
}

static void one_bound_holds_them_all(void **state)
{
    static char text[2048];
    char name[32];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 64; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        write_both(name, text, text);
    }
    for (int i = 0; i < 64; i++) {
        (void)snprintf(name, sizeof name, "/%d", i);
        expect_body(0, name, text);
        expect_body(1, name, text);
        expect(cache.stock.account.memory <= MEMORY, "%d: %llu bytes", i,
               (unsigned long long)cache.stock.account.memory);
    }
}

#define tree_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        tree_test(one_path_is_another_file_in_each),
        tree_test(what_is_in_one_is_missing_in_the_other),
        tree_test(each_has_a_root_of_its_own),
        tree_test(their_settings_are_each_their_own),
        tree_test(entries_of_which_the_same_is_said_share_a_policy),
        tree_test(one_bound_holds_them_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
