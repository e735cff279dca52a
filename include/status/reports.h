/* SPDX-License-Identifier: MIT */
/* status/reports.h: what the [status] listener answers.
 *
 *     /             the live page
 *     /metrics      status/metrics
 *     /status.json  status/json
 *     /healthz      200 "ok", or 503 and why not
 *
 * Ownership: borrows the figures, which must outlive the workers that report.
 * Threads:   init and fini: the master. The reporter may be called by several workers at once.
 * Errors:    0 or -ENOMEM.
 * Source:    CSP level 3 (hash sources): the page may run the script and use the style that are in it, and may ask this
 *            server and nobody else.
 */
#ifndef BATON_STATUS_REPORTS_H
#define BATON_STATUS_REPORTS_H

#include "serve/report.h"
#include "status/figures.h"

struct reports {
    struct figures *figures;  /* borrowed */
    struct reporter reporter; /* for the workers */
    struct buf page_policy;   /* owned: the page's Content-Security-Policy */
};

int reports_init(struct reports *r, struct figures *figures);
void reports_fini(struct reports *r);

#endif
