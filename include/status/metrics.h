/* SPDX-License-Identifier: MIT */
/* status/metrics.h: the figures as Prometheus reads them.
 *
 * Each family is there twice, under two names, so that sum() counts nothing twice: baton_X is of the whole process, and
 * baton_worker_X{worker="0"} of one worker.
 *
 * Ownership: none.
 * Threads:   any; no state.
 * Errors:    0 or -ENOMEM.
 * Source:    the Prometheus text exposition format 0.0.4, and its rules for names.
 */
#ifndef BATON_STATUS_METRICS_H
#define BATON_STATUS_METRICS_H

#include "status/figures.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

int metrics_write(const struct figures_view *view, bool draining, struct buf *to);

#endif
