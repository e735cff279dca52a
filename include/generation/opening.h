/* SPDX-License-Identifier: MIT */
/* generation/opening.h: open all that a configuration names, and start the threads that will serve it.
 *
 * Every mistake is reported, with its place, not only the first: roots, directories, logs, users, addresses.
 *
 * Ownership: what is opened belongs to the generation, whose configuration and home are set.
 * Threads:   one; it may block.
 * Errors:    0, -EINVAL or -errno, with reasons in the report; generation_free is due in all cases.
 */
#ifndef BATON_GENERATION_OPENING_H
#define BATON_GENERATION_OPENING_H

#include "generation/generation.h"

int opening_run(struct generation *g, struct diagnose *report);

#endif
