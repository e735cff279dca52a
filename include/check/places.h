/* SPDX-License-Identifier: MIT */
/* check/places.h: are the directories and logs there that a configuration names, for the user that we are?
 *
 * Roots and sandbox_path are directories that can be opened, logs can be opened, or made. Whatever cannot is in the report, with its
 * place; and so is a root that can be opened but not entered, as a warning, since then every answer would be 403. Nothing
 * is made or kept. For addresses see check/address.
 *
 * Threads: one; it may block, as disks may.
 * Errors:  0, or the first -errno; reasons are in the report.
 */
#ifndef BATON_CHECK_PLACES_H
#define BATON_CHECK_PLACES_H

#include "config/config.h"
#include "text/diagnose.h"

int check_places(const struct config *config, struct diagnose *report);

/* Is a log that is a FIFO read by anybody? For -t only: whoever reads it while nobody else writes sees its end. */
int check_readers(const struct config *config, struct diagnose *report);

#endif
