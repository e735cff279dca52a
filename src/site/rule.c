/* SPDX-License-Identifier: MIT */
/* Rules as the configuration keeps them are taken apart here, once. */

#include "site/rule.h"

#include <errno.h>
#include <stdlib.h>

#include "http/pattern.h"

/* A value is one word, a space, and the rest. */
int rules_init(struct rules *r, const struct strings *values, enum key_id key, size_t section)
{
    *r = (struct rules){0};
    if (values->n == 0)
        return 0;
    r->v = calloc(values->n, sizeof *r->v);
    if (r->v == NULL)
        return -ENOMEM;
    for (; r->n < values->n; r->n++) {
        struct sv value = sv_cstr(values->v[r->n]);
        struct sv of = sv_of(value.p, sv_find(value, ' '));
        r->v[r->n] = (struct rule){of, sv_trim(sv_skip(value, of.len)), {key, section, r->n}};
    }
    return 0;
}

void rules_fini(struct rules *r)
{
    free(r->v);
    *r = (struct rules){0};
}

const struct rule *rules_next(const struct rules *r, const struct rule *last, struct sv path, struct sv file)
{
    for (size_t i = last != NULL ? (size_t)(last - r->v) + 1 : 0; i < r->n; i++)
        if (pattern_matches(r->v[i].of, path) || pattern_matches(r->v[i].of, file))
            return &r->v[i];
    return NULL;
}
