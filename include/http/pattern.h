/* SPDX-License-Identifier: MIT */
/* http/pattern.h: which paths a pattern stands for.
 *
 * '*' is any run of bytes, the empty one and one with slashes in it too; every other byte is itself. The whole path must
 * match: "*.html" is "/a/b.html" and not "/a.html.gz".
 *
 * Ownership: borrows both for the call.
 * Threads:   any; no state.
 * Errors:    none; any bytes are a pattern, and any are a path.
 * Cost:      a few steps for each byte of the two.
 */
#ifndef BATON_HTTP_PATTERN_H
#define BATON_HTTP_PATTERN_H

#include <stdbool.h>

#include "base/sv.h"

bool pattern_matches(struct sv pattern, struct sv path);

#endif
