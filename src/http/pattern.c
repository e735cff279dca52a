/* SPDX-License-Identifier: MIT */
/* Which paths a pattern stands for. Asked for the rules of a site when a cache entry is made, not for each request. */

#include "http/pattern.h"

/* Take off the front of *path what there is before and within the first `part`. */
static bool take_through(struct sv *path, struct sv part)
{
    const char *at;

    if (part.len == 0 || path->len == 0)
        return part.len == 0;
    at = memmem(path->p, path->len, part.p, part.len);
    if (at == NULL)
        return false;
    *path = sv_skip(*path, (size_t)(at - path->p) + part.len);
    return true;
}

/* What stands between two stars is taken where it is met first: a later place could only leave less for the rest, so
 * there is nothing to go back to. */
bool pattern_matches(struct sv pattern, struct sv path)
{
    size_t star = sv_find(pattern, '*');

    if (star == pattern.len)
        return sv_eq(path, pattern);
    if (!sv_starts(path, sv_of(pattern.p, star)))
        return false;
    if (star > 0)
        path = sv_skip(path, star);
    for (;;) {
        pattern = sv_skip(pattern, star + 1);
        star = sv_find(pattern, '*');
        if (star == pattern.len)
            return sv_ends(path, pattern);
        if (!take_through(&path, sv_of(pattern.p, star)))
            return false;
    }
}
