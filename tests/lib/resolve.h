/* SPDX-License-Identifier: MIT */
/* resolve.h: where a client goes that follows a reference (header only).
 *
 * Written from RFC 3986 5.2 for a reader; of a URL, only its path is known here, which is enough to see that a reference
 * stays on its host.
 *
 * Ownership: the result is in the caller's room, of base.len + reference.len bytes.
 * Threads:   any; no state.
 * Errors:    false where the reference names a scheme or a host.
 */
#ifndef BATON_TESTS_RESOLVE_H
#define BATON_TESTS_RESOLVE_H

#include <stdbool.h>
#include <string.h>

#include "base/sv.h"

/* 5.2.4: the dot segments are removed from `in`, which is spoiled, and what remains is in `room`. */
static inline size_t resolve_dots(struct sv in, char *room)
{
    size_t n = 0;

    while (in.len > 0) {
        struct sv segment = sv_of(in.p, 1 + sv_find(sv_skip(in, 1), '/'));
        bool last = segment.len == in.len;
        bool up = sv_eq(segment, SV("/.."));
        in = sv_skip(in, segment.len);
        if (up || sv_eq(segment, SV("/."))) {
            while (up && n > 0 && room[--n] != '/')
                ;
            if (last)
                room[n++] = '/';
            continue;
        }
        memcpy(room + n, segment.p, segment.len);
        n += segment.len;
    }
    return n;
}

/* 4.2 and 5.2.2: `base` is the path that was asked for, which begins with a slash. */
static inline bool resolve(struct sv base, struct sv reference, char *room, size_t *len)
{
    struct sv path = sv_of(reference.p, sv_find(reference, '?'));
    size_t colon = sv_find(path, ':');
    size_t front = base.len;
    char merged[32768];

    if (colon < path.len && colon < sv_find(path, '/'))
        return false; /* a scheme, or none that is right */
    if (sv_starts(path, SV("//")))
        return false;
    while (base.p[front - 1] != '/')
        front--;
    if (sv_starts(path, SV("/")) || path.len == 0)
        front = 0;
    if (path.len == 0)
        path = base;
    if (front + path.len > sizeof merged)
        return false;
    memcpy(merged, base.p, front);
    memcpy(merged + front, path.p, path.len);
    *len = resolve_dots(sv_of(merged, front + path.len), room);
    return true;
}

#endif
