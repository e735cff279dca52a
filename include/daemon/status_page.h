/* SPDX-License-Identifier: MIT */
/* daemon/status_page.h: the live page, src/daemon/status_page.html, as CMake puts it into the binary (header only).
 *
 * Ownership: a constant.
 * Threads:   any.
 * Errors:    none.
 */
#ifndef BATON_DAEMON_STATUS_PAGE_H
#define BATON_DAEMON_STATUS_PAGE_H

#include <stddef.h>

extern const unsigned char status_page[];
extern const size_t status_page_len;

#endif
