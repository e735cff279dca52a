/* SPDX-License-Identifier: MIT */
/* Sites, made of their keys. No request comes here. */

#include "site/site.h"

#include <errno.h>
#include <stdlib.h>

/* Of rows as config/store keeps them: one word, a space, and what is behind it. */
static int compile(struct site_rules *rules, const struct strings *rows, struct config_at first)
{
    if (rows->n == 0)
        return 0;
    rules->v = calloc(rows->n, sizeof *rules->v);
    if (rules->v == NULL)
        return -ENOMEM;
    for (; rules->n < rows->n; rules->n++) {
        struct sv row = sv_cstr(rows->v[rules->n]);
        struct sv of = sv_of(row.p, sv_find(row, ' '));
        struct config_at at = {first.key, first.section, rules->n};
        rules->v[rules->n] = (struct site_rule){of, sv_trim(sv_skip(row, of.len)), at};
    }
    return 0;
}

int site_init(struct site *s, const struct config_site *config, size_t section)
{
    *s = (struct site){
        .section = section,
        .name = config->name,
        .root = config->root,
        .index = &config->index,
        .etag = (enum etag_mode)config->etag,
    };
    for (size_t i = 0; i < config->precompressed.n; i++)
        s->codings.order[s->codings.n++] = (uint8_t)coding_of_suffix(sv_cstr(config->precompressed.v[i]));
    int err = compile(&s->mime, &config->mime, site_at(s, KEY_site_mime, 0));
    return err == 0 ? compile(&s->cache, &config->cache, site_at(s, KEY_site_cache, 0)) : err;
}

void site_fini(struct site *s)
{
    free(s->mime.v);
    free(s->cache.v);
    s->mime = s->cache = (struct site_rules){0};
}

int sites_init(struct sites *all, const struct config *config)
{
    int err = 0;

    *all = (struct sites){.v = calloc(config->n_sites, sizeof *all->v)};
    if (all->v == NULL)
        return config->n_sites > 0 ? -ENOMEM : 0;
    for (; err == 0 && all->n < config->n_sites; all->n++)
        err = site_init(&all->v[all->n], &config->sites[all->n], all->n);
    return err;
}

void sites_fini(struct sites *all)
{
    while (all->n > 0)
        site_fini(&all->v[--all->n]);
    free(all->v);
    all->v = NULL;
}
