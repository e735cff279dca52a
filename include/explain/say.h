/* SPDX-License-Identifier: MIT */
/* explain/say.h: a line of --explain: a label, and what is said, with what could steer a terminal escaped.
 *
 * Ownership: none.
 * Threads:   one.
 * Errors:    none; what there is no memory for is left out, and the stream keeps its own errors.
 */
#ifndef BATON_EXPLAIN_SAY_H
#define BATON_EXPLAIN_SAY_H

#include <stdio.h>

#include "base/sv.h"

/* An empty label goes on below the line before. */
void say(FILE *to, const char *label, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A line of bytes as they are, but for the escapes. */
void say_bytes(FILE *to, struct sv bytes);

#endif
