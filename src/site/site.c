/* SPDX-License-Identifier: MIT */
/* Sites, made of their keys. No request comes here. */

#include "site/site.h"

#include <errno.h>
#include <stdlib.h>

/* The keys whose values are rules, and where they stand in struct config_site. */
static const struct {
    enum key_id key;
    size_t offset;
} rule_keys[RULE_KINDS] = {
#define RULE(key) [RULE_##key] = {KEY_site_##key, offsetof(struct config_site, key)},
#include "site/rule.def"
#undef RULE
};

static int compile_rules(struct site *s, const struct config_site *config)
{
    int err = 0;

    for (size_t i = 0; err == 0 && i < RULE_KINDS; i++) {
        const void *values = (const char *)config + rule_keys[i].offset;
        err = rules_init(&s->rules[i], values, rule_keys[i].key, s->section);
    }
    return err;
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
    return compile_rules(s, config);
}

void site_fini(struct site *s)
{
    for (size_t i = 0; i < RULE_KINDS; i++)
        rules_fini(&s->rules[i]);
}

/* The sections' names are those of hosts. To one that is alone every name leads. */
static int name_hosts(struct sites *all)
{
    size_t n = all->n > 1 ? all->n : 0;
    struct host_name *names = calloc(n + 1, sizeof *names);

    if (names == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        names[i] = (struct host_name){sv_cstr(all->v[i].name), i};
    int err = hosts_init(&all->hosts, names, n, 0);
    free(names);
    return err;
}

int sites_init(struct sites *all, const struct config *config)
{
    int err = 0;

    *all = (struct sites){.v = calloc(config->n_sites, sizeof *all->v)};
    if (all->v == NULL)
        return config->n_sites > 0 ? -ENOMEM : 0;
    for (; err == 0 && all->n < config->n_sites; all->n++)
        err = site_init(&all->v[all->n], &config->sites[all->n], all->n);
    return err == 0 ? name_hosts(all) : err;
}

void sites_fini(struct sites *all)
{
    hosts_fini(&all->hosts);
    while (all->n > 0)
        site_fini(&all->v[--all->n]);
    free(all->v);
    all->v = NULL;
}
