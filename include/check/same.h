/* SPDX-License-Identifier: MIT */
/* check/same.h: are two unix sockets, or a socket and a log, one file that is written in two ways?
 *
 * The configuration knows words; that /d/s, /d//s and /link/s are one file only the file system does. What it does not have yet
 * is none of the same: others say so.
 *
 * Threads: one; it may block, as disks may.
 * Errors:  0, -EINVAL or -ENOMEM; reasons are in the report.
 */
#ifndef BATON_CHECK_SAME_H
#define BATON_CHECK_SAME_H

#include "config/config.h"
#include "text/diagnose.h"

int check_same(const struct config *c, struct diagnose *report);

#endif
