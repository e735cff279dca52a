/* SPDX-License-Identifier: MIT */
/* Policies: what rules say of a path, found once and shared by all entries of which the same is said. */

#include "site/policy.h"

#include "expect.h"

enum { MANY = 100 };

static char *cache[] = {"/a/* max-age=60", "*.css no-cache", "/b no-cache"};
static const struct config_site keys = {.cache = {cache, sizeof cache / sizeof cache[0]}};
static const struct config_site no_keys;
static struct site site, bare;
static struct policies policies;

static struct policy *find(const struct site *s, const char *path, const char *file)
{
    struct policy *p;

    assert_int_equal(policy_find(&policies, s, sv_cstr(path), sv_cstr(file), &p), 0);
    return p;
}

static void the_first_rule_decides_what_caches_are_told(void **state)
{
    struct policy *p = find(&site, "/a/x.css", "/a/x.css");

    (void)state;
    assert_true(sv_eq(p->file, SV("Cache-Control: max-age=60\r\n")));
    assert_int_equal(p->all.len, 0); /* it is no line of a 404 */
    assert_true(p->cost >= sizeof *p + p->file.len);
    ref_put(&p->ref);
}

static void the_file_behind_a_path_counts_too(void **state)
{
    struct policy *p = find(&site, "/x/", "/x/index.css");

    (void)state;
    assert_true(sv_eq(p->file, SV("Cache-Control: no-cache\r\n")));
    ref_put(&p->ref);
}

static void of_what_no_rule_fits_nothing_is_said(void **state)
{
    (void)state;
    assert_null(find(&site, "/c", "/c"));
    assert_null(find(&site, "/c", ""));
    assert_null(find(&bare, "/a/x.css", "/a/x.css"));
}

/* A path without a file has no answer that such a line could stand on. */
static void of_a_path_without_a_file_nothing_is_said_that_is_for_files(void **state)
{
    (void)state;
    assert_null(find(&site, "/a/x.css", ""));
    assert_null(find(&site, "/b", ""));
    assert_true(list_empty(&policies.in_use));
}

static void of_cache_the_first_rule_alone_counts(void **state)
{
    const struct rule *first = policy_next(&policy_kinds[0], &site, SV("/a/x.css"), SV("/a/x.css"), NULL);

    (void)state;
    assert_ptr_equal(first, &site.rules[RULE_cache].v[0]);
    assert_null(policy_next(&policy_kinds[0], &site, SV("/a/x.css"), SV("/a/x.css"), first));
}

static void what_says_the_same_is_one(void **state)
{
    struct policy *first = find(&site, "/x.css", "/x.css");
    struct policy *other = find(&site, "/a/x", "/a/x");
    struct policy *again = find(&site, "/b", "/b");

    (void)state;
    assert_ptr_equal(first, again);
    assert_ptr_not_equal(first, other);
    assert_int_equal(first->ref.count, 2);
    ref_put(&again->ref);
    ref_put(&other->ref);
    ref_put(&first->ref);
    assert_true(list_empty(&policies.in_use));
}

/* A site with as many policies: of /0, /1, and so on. */
static void make_many(struct site *s)
{
    static char text[MANY][48];
    static char *values[MANY];
    const struct config_site many = {.cache = {values, MANY}};

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text[i], sizeof text[i], "/%d max-age=%d", i, i);
        values[i] = text[i];
    }
    assert_int_equal(site_init(s, &many, 0), 0);
}

/* However many there are, a search among them ends soon; what it did not find stands twice. */
static void a_search_is_bounded(void **state)
{
    static struct policy *held[MANY];
    struct site s;
    char path[16];

    (void)state;
    make_many(&s);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(path, sizeof path, "/%d", i);
        held[i] = find(&s, path, path);
    }
    struct policy *last = find(&s, "/99", "/99");
    struct policy *oldest = find(&s, "/0", "/0");
    assert_ptr_equal(last, held[99]);
    assert_ptr_not_equal(oldest, held[0]);
    ref_put(&last->ref);
    ref_put(&oldest->ref);
    for (int i = 0; i < MANY; i++)
        ref_put(&held[i]->ref);
    assert_true(list_empty(&policies.in_use));
    site_fini(&s);
}

/* What many entries have is found among however many others, as it stands in front again each time. */
static void what_is_found_often_is_one(void **state)
{
    static struct policy *held[MANY], *often[MANY];
    struct site s;
    char path[16];

    (void)state;
    make_many(&s);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(path, sizeof path, "/%d", i);
        held[i] = find(&s, path, path);
        often[i] = find(&s, "/0", "/0");
        assert_ptr_equal(often[i], held[0]);
    }
    for (int i = 0; i < MANY; i++) {
        ref_put(&held[i]->ref);
        ref_put(&often[i]->ref);
    }
    assert_true(list_empty(&policies.in_use));
    site_fini(&s);
}

static int begin(void **state)
{
    (void)state;
    policies_init(&policies);
    int err = site_init(&site, &keys, 0);
    return err == 0 ? site_init(&bare, &no_keys, 1) : err;
}

static int end(void **state)
{
    (void)state;
    site_fini(&site);
    site_fini(&bare);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rule_decides_what_caches_are_told),
        cmocka_unit_test(the_file_behind_a_path_counts_too),
        cmocka_unit_test(of_what_no_rule_fits_nothing_is_said),
        cmocka_unit_test(of_a_path_without_a_file_nothing_is_said_that_is_for_files),
        cmocka_unit_test(of_cache_the_first_rule_alone_counts),
        cmocka_unit_test(what_says_the_same_is_one),
        cmocka_unit_test(a_search_is_bounded),
        cmocka_unit_test(what_is_found_often_is_one),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
