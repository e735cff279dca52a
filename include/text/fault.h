/* SPDX-License-Identifier: MIT */
/* text/fault.h: what is wrong with the text of a value, for the report to point at.
 *
 * Threads: any.
 * Units:   bytes, from the beginning of the text.
 */
#ifndef BATON_TEXT_FAULT_H
#define BATON_TEXT_FAULT_H

#include <stdbool.h>
#include <stddef.h>

struct fault {
    size_t at; /* the part that is wrong */
    size_t len;
    char why[240]; /* a line that says what to write */
};

/* Returns false, so that a check can end with it. */
bool fault_set(struct fault *f, size_t at, size_t len, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Append to what it says. Returns false as well. */
bool fault_add(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
