/* SPDX-License-Identifier: MIT */
/* status/page.h: the live page, src/status/page.html, as CMake puts it into the binary (header only).
 *
 * Ownership: a constant.
 * Threads:   any.
 * Errors:    none.
 */
#ifndef BATON_STATUS_PAGE_H
#define BATON_STATUS_PAGE_H

#include <stddef.h>

extern const unsigned char status_page[];
extern const size_t status_page_len;

#endif
