/* SPDX-License-Identifier: MIT */
/* roots/root.h: a document root, and the wall around it.
 *
 * Every name is resolved from the root's descriptor by roots/beneath, so neither "..", nor an absolute link, nor a link
 * that leaves the tree, nor a race between two of them reaches a file outside.
 *
 * Those who look at one root tell each other: once one of them has seen that another directory is there, none answers from
 * the one before.
 *
 * Ownership: root_init borrows the path and what is shared; the root owns its descriptor until root_fini.
 * Threads:   the owning thread; what is shared: any.
 * Errors:    -errno of open(2) and statx(2); -EXDEV is what leaving the root gives.
 * Source:    statx(2).
 */
#ifndef BATON_ROOTS_ROOT_H
#define BATON_ROOTS_ROOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* What tells one state of a file from another. */
struct stamp {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t modified_ns; /* since 1970 */
    int64_t changed_ns;
    uint32_t mode;
};

/* How often the path was seen to lead to another directory. */
struct root_swaps {
    _Atomic uint32_t n;
};

struct root {
    const char *path; /* borrowed */
    int fd;           /* owned */
    struct stamp stamp;
    uint64_t checked_ms;
    struct root_swaps *swaps; /* borrowed: shared with others who look at the path; NULL = there are none */
    uint32_t seen;            /* of them */
    bool by_kernel;           /* names may be opened by openat2(2) */
    bool walled_off;          /* the path leads where this thread may not read; the old directory stays */
    uint32_t version;         /* counts the directories that the path has meant */
};

int root_init(struct root *r, const char *path, struct root_swaps *swaps);
void root_fini(struct root *r);

/* Look again where the path leads, if the last look is ttl_ms old or somebody has seen a change: a link that was turned to another release is
 * followed, and `version` grows. While the path leads nowhere, or where the thread may not read, the old directory
 * stays. */
void root_refresh(struct root *r, uint64_t now_ms, uint64_t ttl_ms);

/* Open a name below the root ("" is the root itself). Flags as for open(2); O_CLOEXEC, O_NONBLOCK, O_NOCTTY are added. */
int root_open_at(const struct root *r, const char *name, uint64_t flags);

/* The stamp of what a descriptor is open on, or of a name below the root, without opening it. */
int stamp_of_fd(int fd, struct stamp *stamp);
int root_stamp_at(const struct root *r, const char *name, struct stamp *stamp);

/* Has it no name any more? Its space is given back once nobody has it open. */
bool file_is_deleted(int fd);

bool stamp_same(const struct stamp *a, const struct stamp *b);

#endif
