/* SPDX-License-Identifier: MIT */
/* loading.h: the tree of lib/site.h without a cache, from which paths are loaded, and every descriptor is closed again
 * (header only).
 *
 * Ownership: load_test enters and leaves; entries are the caller's to put.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_LOADING_H
#define BATON_TESTS_LOADING_H

#include <string.h>

#include "files/load.h"

#include "site.h"

static struct load_options options;
static size_t fds_before;

static inline int enter(void **state)
{
    int err = scratch_enter(state);

    site_defaults();
    options = (struct load_options){.body_max = BODY_MAX};
    if (err < 0 || mkdir("www", 0755) < 0)
        return -1;
    fds_before = count_fds();
    site_compile();
    return tree_init(&tree, &site_compiled, NULL);
}

static inline int leave(void **state)
{
    int err = scratch_leave(state);

    tree_fini(&tree);
    site_fini(&site_compiled);
    return count_fds() == fds_before ? err : -1;
}

static inline struct entry *load(const char *path)
{
    struct entry *e = load_path(&options, &tree, sv_cstr(path), &site_clock);

    assert_non_null(e);
    assert_int_equal(e->ref.count, 1);
    return e;
}

/* Is that in the head of the file? */
static inline void expect_head(const char *path, const char *line, bool there)
{
    struct entry *e = load(path);

    assert_int_equal(e->status, 200);
    bool found = memmem(e->fields.p, e->fields.len, line, strlen(line)) != NULL;
    expect(found == there, "%s: \"%s\" in:\n%.*s", path, line, SV_ARG(e->fields));
    ref_put(&e->ref);
}

#define load_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

#endif
