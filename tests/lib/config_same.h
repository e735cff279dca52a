/* SPDX-License-Identifier: MIT */
/* config_same.h: are two configurations the same? All keys of the schema are compared, but includes, which -T has no need
 * of (header only).
 *
 * Ownership: none.
 * Threads:   any.
 * Errors:    the name of the first key that differs, or of what else does; NULL where nothing does.
 */
#ifndef BATON_TESTS_CONFIG_SAME_H
#define BATON_TESTS_CONFIG_SAME_H

#include <string.h>

#include "config/resolve.h"
#include "config/store.h"

static inline bool is_same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline bool is_same_list(const struct strings *a, const struct strings *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->v[i], b->v[i]) != 0)
            return false;
    return true;
}

/* Two scalars that are printed alike are the same. */
static inline bool is_same_scalar(const struct schema_key *k, const void *a_base, const void *b_base)
{
    struct buf a = {0};
    struct buf b = {0};
    bool same = store_print(&a, k, a_base) == 0 && store_print(&b, k, b_base) == 0 && sv_eq(buf_sv(&a), buf_sv(&b));

    buf_fini(&a);
    buf_fini(&b);
    return same;
}

static inline bool is_same_value(const struct schema_key *k, const void *a_base, const void *b_base)
{
    const void *a = (const char *)a_base + k->offset;
    const void *b = (const char *)b_base + k->offset;

    if (k->type->is_list)
        return k->type->is_followed || is_same_list(a, b);
    return is_same_scalar(k, a_base, b_base);
}

static inline const char *config_difference(struct config *a, struct config *b)
{
    if (a->n_listens != b->n_listens || a->n_sites != b->n_sites)
        return "the number of sections";
    for (size_t i = 0; i < a->n_listens; i++)
        if (!is_same_text(a->listens[i].name, b->listens[i].name))
            return "the name of a listener";
    for (size_t i = 0; i < a->n_sites; i++)
        if (!is_same_text(a->sites[i].name, b->sites[i].name))
            return "the name of a site";
    for (size_t i = 0; i < KEYS; i++) {
        const struct schema_key *k = &schema_keys[i];
        for (size_t j = 0; j < resolve_count(a, k->section); j++)
            if (!is_same_value(k, resolve_base(a, k->section, j), resolve_base(b, k->section, j)))
                return k->name;
    }
    return NULL;
}

#endif
