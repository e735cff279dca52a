/* SPDX-License-Identifier: MIT */
/* http/coded_size.h: how large the content of a coded file is, as far as its own bytes tell.
 *
 * Ownership: borrows the bytes for the call.
 * Threads:   any; no state.
 * Errors:    CODED_SIZE_UNKNOWN for what does not tell it (Brotli, Zstandard from a pipe), or is not in that coding.
 * Units:     bytes.
 * Source:    RFC 1952 2.3.1 (ISIZE), RFC 8878 3.1.1.1 (Frame_Header).
 */
#ifndef BATON_HTTP_CODED_SIZE_H
#define BATON_HTTP_CODED_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sv.h"
#include "http/negotiate.h"

#define CODED_SIZE_UNKNOWN UINT64_MAX

/* Bytes that are looked at, at either end. */
enum { CODED_SIZE_FRONT = 18, CODED_SIZE_BACK = 4 };

/* `front` and `back` are the first and the last bytes of the file, as many as were said above, or all of a shorter one. */
uint64_t coded_size(enum coding coding, struct sv front, struct sv back);

/* May that be the size of the content? Of gzip's, only 32 bits are told. */
bool coded_size_fits(enum coding coding, uint64_t told, uint64_t size);

#endif
