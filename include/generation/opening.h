/* SPDX-License-Identifier: MIT */
/* generation/opening.h: open all that a configuration names, and start the threads that will serve it, held.
 *
 * It may block, as disks may, and changes nothing that others see, so an errand (daemon/errand) does it.
 * Every mistake is reported, with its place, not only the first: roots, directories, logs, users, addresses.
 *
 * Ownership: takes the configuration over in any case: *config is empty then. The caller owns the generation.
 * Threads:   any, as long as the master keeps off the table of sockets.
 * Errors:    0, -EINVAL for a configuration that is wrong, or -errno, with reasons in the report; then nothing is left open.
 */
#ifndef BATON_GENERATION_OPENING_H
#define BATON_GENERATION_OPENING_H

#include "generation/generation.h"

int opening_run(struct generation **out, struct config *config, const struct generation_home *home,
                struct diagnose *report);

#endif
