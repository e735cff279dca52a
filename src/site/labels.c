/* SPDX-License-Identifier: MIT */
/* What a site puts on a file by rules of its own. Asked once for each entry, before its head is written. */

#include "site/labels.h"

#include "http/pattern.h"

const struct site_rule *labels_find_mime(const struct site *site, struct sv name)
{
    struct sv whole = mime_name(name);
    struct sv extension = mime_extension(name);
    const struct site_rule *found = NULL;

    for (size_t i = 0; i < site->mime.n; i++) {
        const struct site_rule *rule = &site->mime.v[i];
        bool is_extension = sv_starts(rule->of, SV("."));
        if (!is_extension && sv_eq(rule->of, whole))
            return rule;
        if (found == NULL && is_extension && sv_ieq(sv_skip(rule->of, 1), extension))
            found = rule;
    }
    return found;
}

/* Without their parameters. */
static bool same_type(struct sv a, struct sv b)
{
    return sv_ieq(sv_trim(sv_of(a.p, sv_find(a, ';'))), sv_trim(sv_of(b.p, sv_find(b, ';'))));
}

struct mime labels_mime(const struct site *site, struct sv name)
{
    struct mime known = mime_of(name);
    const struct site_rule *rule = labels_find_mime(site, name);

    if (rule == NULL)
        return known;
    return (struct mime){rule->says, same_type(rule->says, known.type) ? known.coding : CODING_IDENTITY};
}

const struct site_rule *labels_find_cache(const struct site *site, struct sv path, struct sv file)
{
    for (size_t i = 0; i < site->cache.n; i++) {
        const struct site_rule *rule = &site->cache.v[i];
        if (pattern_matches(rule->of, path) || pattern_matches(rule->of, file))
            return rule;
    }
    return NULL;
}

struct sv labels_cache_control(const struct site *site, struct sv path, struct sv file)
{
    const struct site_rule *rule = labels_find_cache(site, path, file);

    return rule != NULL ? rule->says : SV("");
}
