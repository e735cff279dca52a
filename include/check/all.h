/* SPDX-License-Identifier: MIT */
/* check/all.h: would a start with this configuration succeed? What -t asks, without opening anything for long.
 *
 * Threads: the only one of its process, which may be another user's afterwards, for good; it may block, as disks may.
 * Errors:  reasons are in the report.
 */
#ifndef BATON_CHECK_ALL_H
#define BATON_CHECK_ALL_H

#include "config/config.h"
#include "text/diagnose.h"

void check_all(const struct config *config, struct diagnose *report);

/* From now on with the eyes of the user that it would serve as, where that can be known: 0, or -errno where we may not become
 * it. */
int check_as_server(const struct config *config, struct diagnose *report);

#endif
