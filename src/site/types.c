/* SPDX-License-Identifier: MIT */
/* What type a file has. Asked once for each entry, before its head is written. */

#include "site/types.h"

const struct rule *types_find(const struct site *site, struct sv name)
{
    const struct rules *rules = &site->rules[RULE_mime];
    struct sv whole = mime_name(name);
    struct sv extension = mime_extension(name);
    const struct rule *found = NULL;

    for (size_t i = 0; i < rules->n; i++) {
        const struct rule *rule = &rules->v[i];
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

struct mime types_of(const struct site *site, struct sv name)
{
    struct mime known = mime_of(name);
    const struct rule *rule = types_find(site, name);

    if (rule == NULL)
        return known;
    return (struct mime){rule->says, same_type(rule->says, known.type) ? known.coding : CODING_IDENTITY};
}
