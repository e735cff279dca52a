/* SPDX-License-Identifier: MIT */
/* roots/trouble.h: what an error of a system call means for an answer; and tell the operator of what cannot be served,
 * for a reason that is theirs to mend.
 *
 * A file or a directory on its way that the daemon's user may not read or enter (403), a link that leads outside the root
 * (404), a file system that fails (500): clients are told the status, the error log which path, and why. Lines of one reason
 * are few, however many are asked for (base/log), and what was left out is counted. Asked when the cache does not know a
 * path, so that what is known costs nothing.
 *
 * Ownership: trouble_init borrows the name for good.
 * Threads:   trouble_init: one, before the others. trouble_tell: any.
 * Errors:    none. Nothing is told before trouble_init.
 */
#ifndef BATON_ROOTS_TROUBLE_H
#define BATON_ROOTS_TROUBLE_H

#include "http/why.h"
#include "roots/root.h"

/* What a path is answered with when a system call for it failed with -errno `err`. */
enum why trouble_why(int err);

/* Whom the process serves as. */
void trouble_init(const char *name);

/* `name` below the root could not be looked at, opened or read: error `err`, answered as `why` says. */
void trouble_tell(const struct root *root, const char *name, enum why why, int err);

#endif
