/* SPDX-License-Identifier: MIT */
/* host/plan.h: how many workers and descriptors a configuration asks for, and whether the process can have them.
 *
 * Ownership: values.
 * Threads:   one. The process's limit of descriptors is raised as far as it goes.
 * Errors:    0, or -EMFILE where the workers alone take more than there are; reasons, and warnings of a service that would be
 *            smaller than anybody expects, are in the report.
 */
#ifndef BATON_HOST_PLAN_H
#define BATON_HOST_PLAN_H

#include "config/config.h"
#include "host/budget.h"
#include "text/diagnose.h"

/* As many as are asked for, or one for each CPU. */
size_t plan_workers(const struct config *c);

int plan_make(const struct config *c, struct diagnose *report, size_t *n_workers, struct budget *b);

#endif
