/* SPDX-License-Identifier: MIT */
/* confine/seccomp.h: which system calls a thread may still make.
 *
 * Those of confine/seccomp.def; all others fail with EPERM, and the kernel's audit log says so. A call that is newer than
 * this table fails with ENOSYS, so that a C library that tries it goes on to what it did before.
 *
 * A refused call fails rather than kills: a C library of tomorrow may make one that nobody here thought of.
 *
 * Ownership: none; a filter is plain data.
 * Threads:   seccomp_init, seccomp_init_logger: the master. seccomp_restrict: each thread for itself, for good; the filter is only read.
 * Errors:    seccomp_restrict returns 0 or -errno. On an architecture that is not known here `n` is 0.
 * Source:    seccomp(2), and the kernel's Documentation/userspace-api/seccomp_filter.rst.
 */
#ifndef BATON_CONFINE_SECCOMP_H
#define BATON_CONFINE_SECCOMP_H

#include <linux/filter.h>

enum { SECCOMP_CODE_MAX = 512 };

struct seccomp {
    unsigned short n; /* instructions; 0 = nothing is restricted */
    struct sock_filter code[SECCOMP_CODE_MAX];
};

void seccomp_init(struct seccomp *s);
/* The same, and what the logger's thread may do besides. */
void seccomp_init_logger(struct seccomp *s);

/* The calling thread, and those it starts, from now on. It must have PR_SET_NO_NEW_PRIVS. */
int seccomp_restrict(const struct seccomp *s);

#endif
