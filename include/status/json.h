/* SPDX-License-Identifier: MIT */
/* status/json.h: the figures as JSON, for scripts and for the live page.
 *
 *     {"version": "0.1.0", "health": "ok", "uptime_seconds": 12.5, ..., "listeners": ["http://127.0.0.1:80"],
 *      "total": {"requests": {"GET": {"2xx": 3, ...}, ...}, "sent_bytes": 700,
 *                "request_duration_seconds": {"count": 3, "sum": ..., "p50": ..., "p99": ..., "buckets": [[us, n], ...]}},
 *      "workers": [the same, ...]}
 *
 * A bucket holds the n values that lie below `us` microseconds and not in the one before; empty ones are left out.
 *
 * Ownership: none.
 * Threads:   any; no state.
 * Errors:    0 or -ENOMEM.
 * Source:    RFC 8259.
 */
#ifndef BATON_STATUS_JSON_H
#define BATON_STATUS_JSON_H

#include "status/figures.h"

/* `illness` as figures_illness tells it. */
int status_json_write(const struct figures_view *view, const char *illness, struct buf *to);

#endif
