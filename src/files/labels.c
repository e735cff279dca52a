/* SPDX-License-Identifier: MIT */
/* What a site puts on a file by rules of its own. Asked once for each entry, before its head is written. */

#include "files/labels.h"

#include "http/mime.h"
#include "http/pattern.h"

size_t labels_find_mime(const struct config_site *site, struct sv name)
{
    struct sv extension = mime_extension(name);
    size_t i = 0;

    for (; i < site->mime.n; i++) {
        struct sv row = sv_cstr(site->mime.v[i]);
        if (row.p[0] == '.' && sv_ieq(sv_skip(sv_of(row.p, sv_find(row, ' ')), 1), extension))
            break;
    }
    return i;
}

struct sv labels_type(const struct config_site *site, struct sv name)
{
    size_t i = labels_find_mime(site, name);

    if (i == site->mime.n)
        return mime_of_extension(mime_extension(name));
    struct sv row = sv_cstr(site->mime.v[i]);
    return sv_trim(sv_skip(row, sv_find(row, ' ')));
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
