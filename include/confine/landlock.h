/* SPDX-License-Identifier: MIT */
/* confine/landlock.h: which directories a thread may still read; of files and ports it gets nothing else.
 *
 * What is open stays open: only open(2), bind(2) and their like are refused, with EACCES. stat(2) is not.
 *
 * A rule is about a directory, not about its name: one for a root that a deploy swaps would shut the next release out. So
 * where a root is reached through a symbolic link, the directory that holds the link may be read too, and the one that
 * holds what it leads to; neither where that is /.
 *
 * Ownership: the rules are behind a descriptor, owned from landlock_open to landlock_close.
 * Threads:   open, allow, close: the master. restrict: each thread for itself, for good; the rules are only read.
 * Errors:    0 or -errno; of landlock_open -ENOSYS (the kernel has none) and -EOPNOTSUPP (it is switched off).
 * Source:    landlock(7), and the kernel's Documentation/userspace-api/landlock.rst.
 */
#ifndef BATON_CONFINE_LANDLOCK_H
#define BATON_CONFINE_LANDLOCK_H

struct landlock {
    int abi; /* version of the kernel's Landlock: how much it can refuse */
    int fd;  /* owned; -1 = nothing is restricted */
};

int landlock_open(struct landlock *l);
void landlock_close(struct landlock *l);

/* All below this directory may be read. */
int landlock_allow(const struct landlock *l, const char *directory);
/* The same, and what the next deploys need. */
int landlock_allow_root(const struct landlock *l, const char *root);

/* The calling thread, and those it starts, from now on. It must have PR_SET_NO_NEW_PRIVS. */
int landlock_restrict(const struct landlock *l);

#endif
