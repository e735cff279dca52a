/* SPDX-License-Identifier: MIT */
/* serve/error_page.h: the small pages that come with a status instead of a file.
 *
 * Written once, when the process starts, so that an error costs no more than a file from the cache.
 *
 * Ownership: the pages are constants of the process.
 * Threads:   error_pages_init before the others start; error_page from any.
 * Errors:    error_pages_init returns 0 or -ENOMEM.
 */
#ifndef BATON_SERVE_ERROR_PAGE_H
#define BATON_SERVE_ERROR_PAGE_H

#include "base/sv.h"

struct error_page {
    struct sv head; /* status line, Server, Content-Type, Content-Length, Allow for 405; no Date, no empty line */
    struct sv body;
};

int error_pages_init(void);
void error_pages_fini(void);

/* `status` is one that http/status.def has a text for. */
const struct error_page *error_page(int status);

#endif
