/* SPDX-License-Identifier: MIT */
/* http/scan.h: how far a run of harmless bytes goes.
 *
 * Each function returns how many bytes from p on belong to its class, n at most. Sixteen bytes are looked at in one step
 * where that many are left, so nothing at or behind p + n is ever read.
 *
 * The steps are written with the compiler's vector types: SSE2 on x86-64, NEON on arm64. On other targets, or with
 * BATON_SCAN_PORTABLE defined, the same answers come from a table of bytes.
 *
 * Ownership: borrows the bytes.
 * Threads:   any; no state.
 * Errors:    none.
 * Source:    RFC 9110 5.5 (field values) and 5.6.2 (tokens), RFC 9112 3 (request line).
 */
#ifndef BATON_HTTP_SCAN_H
#define BATON_HTTP_SCAN_H

#include <stddef.h>

/* The classes are those of http/bytes.h. */
size_t scan_value(const char *p, size_t n);
size_t scan_target(const char *p, size_t n);
size_t scan_token(const char *p, size_t n);
size_t scan_plain(const char *p, size_t n);

#endif
