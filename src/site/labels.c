/* SPDX-License-Identifier: MIT */
/* What a site puts on a file by rules of its own. Asked once for each entry, before its head is written. */

#include "site/labels.h"

#include "http/pattern.h"

/* Of a row: ".ext", or a whole name. */
static struct sv key_of(struct sv row)
{
    return sv_of(row.p, sv_find(row, ' '));
}

size_t labels_find_mime(const struct config_site *site, struct sv name)
{
    struct sv whole = mime_name(name);
    struct sv extension = mime_extension(name);
    size_t found = site->mime.n;

    for (size_t i = 0; i < site->mime.n; i++) {
        struct sv key = key_of(sv_cstr(site->mime.v[i]));
        bool is_extension = sv_starts(key, SV("."));
        if (!is_extension && sv_eq(key, whole))
            return i;
        if (found == site->mime.n && is_extension && sv_ieq(sv_skip(key, 1), extension))
            found = i;
    }
    return found;
}

/* Without their parameters. */
static bool same_type(struct sv a, struct sv b)
{
    return sv_ieq(sv_trim(sv_of(a.p, sv_find(a, ';'))), sv_trim(sv_of(b.p, sv_find(b, ';'))));
}

struct mime labels_mime(const struct config_site *site, struct sv name)
{
    struct mime known = mime_of(name);
    size_t i = labels_find_mime(site, name);

    if (i == site->mime.n)
        return known;
    struct sv row = sv_cstr(site->mime.v[i]);
    struct sv type = sv_trim(sv_skip(row, key_of(row).len));
    return (struct mime){type, same_type(type, known.type) ? known.coding : CODING_IDENTITY};
}

size_t labels_find_cache(const struct config_site *site, struct sv path, struct sv file)
{
    size_t i = 0;

    for (; i < site->cache.n; i++) {
        struct sv rule = sv_cstr(site->cache.v[i]);
        struct sv pattern = sv_of(rule.p, sv_find(rule, ' '));
        if (pattern_matches(pattern, path) || pattern_matches(pattern, file))
            break;
    }
    return i;
}

struct sv labels_cache_control(const struct config_site *site, struct sv path, struct sv file)
{
    size_t i = labels_find_cache(site, path, file);

    if (i == site->cache.n)
        return SV("");
    struct sv rule = sv_cstr(site->cache.v[i]);
    return sv_skip(rule, sv_find(rule, ' ') + 1);
}
