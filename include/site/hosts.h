/* SPDX-License-Identifier: MIT */
/* site/hosts.h: which site a request is for, by its Host.
 *
 * An exact name wins over a wildcard, the longest wildcard over shorter ones, and all over the default. "*.example.com" is
 * a.example.com and a.b.example.com, but neither example.com nor notexample.com. Case, a port, and a dot at the end do not
 * count.
 *
 * Ownership: struct hosts owns its table; the names are views of the configuration, which must outlive it.
 * Threads:   made by one, read by all.
 * Errors:    hosts_init returns 0 or -ENOMEM; hosts_fini is due in both cases. Names longer than HOST_MAX never match.
 * Source:    RFC 9110 7.2 (Host), 4.2.3; RFC 3986 3.2.2, 6.2.2.1 (case), 6.2.3 (port).
 */
#ifndef BATON_SITE_HOSTS_H
#define BATON_SITE_HOSTS_H

#include <stddef.h>

#include "base/hash.h"
#include "base/sv.h"

enum { HOST_MAX = 255 };

struct host_name {
    struct sv name; /* or "*.name" */
    size_t site;
};

struct hosts {
    struct host_row
        *row; /* owned: a table of n_rows, a power of two, at most half full; NULL where there are no names */
    size_t n_rows;
    struct hash_key key;
    size_t fallback; /* the site for all other names */
};

/* Of two equal names the first counts. */
int hosts_init(struct hosts *h, const struct host_name *names, size_t n, size_t fallback);
void hosts_fini(struct hosts *h);

/* Where there are names. Kept out of the callers, which with one site never come here. */
__attribute__((noinline)) size_t hosts_search(const struct hosts *h, struct sv authority);

/* The site for the authority of a request, as http/authority takes it for valid; empty: there was none. */
static inline size_t hosts_find(const struct hosts *h, struct sv authority)
{
    return h->row == NULL ? h->fallback : hosts_search(h, authority);
}

#endif
