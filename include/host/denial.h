/* SPDX-License-Identifier: MIT */
/* host/denial.h: why we, as the user that we are, may not get at what a path names.
 *
 * Ownership: the text is the caller's.
 * Threads:   any; it may block, as disks may.
 * Errors:    none.
 */
#ifndef BATON_HOST_DENIAL_H
#define BATON_HOST_DENIAL_H

#include <limits.h>
#include <stdbool.h>

enum { DENIAL_SIZE = PATH_MAX + 512 };

/* False only for a directory that is closed to us: what is no directory, or is not there, others complain of. */
bool denial_may_enter(const char *path);

/* The first directory on the way, or the last, that is: "the user baton may not enter /srv/site (mode 0750, root:www-data);
 * ..." Empty where no directory is to blame. */
void denial_explain(const char *path, char hint[DENIAL_SIZE]);

#endif
