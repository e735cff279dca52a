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
#include "config/schema.h"

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

static inline bool is_same_value(const struct schema_key *k, const void *a_base, const void *b_base)
{
    const void *a = (const char *)a_base + k->offset;
    const void *b = (const char *)b_base + k->offset;

    if (k->repeats)
        return k->type == GLOB || is_same_list(a, b);
    if (!schema_is_number(k))
        return is_same_text(*(char *const *)a, *(char *const *)b);
    return memcmp(a, b, k->type == BOOL ? sizeof(bool) : k->type == ENUM ? sizeof(int) : sizeof(uint64_t)) == 0;
}

static inline size_t count_of(const struct config *c, enum section_id id)
{
    return id == SECTION_listen ? c->n_listens : id == SECTION_site ? c->n_sites : 1;
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
        for (size_t j = 0; j < count_of(a, k->section); j++)
            if (!is_same_value(k, resolve_base(a, k->section, j), resolve_base(b, k->section, j)))
                return k->name;
    }
    return NULL;
}

#endif
