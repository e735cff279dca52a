/* SPDX-License-Identifier: MIT */
/* text/diagnose.h: the report of everything that is wrong with a configuration.
 *
 *     /etc/baton/conf.d/a.ini:7:1: error: unknown key 'cahce' in [site example.com]; did you mean 'cache'?
 *       cahce = /assets/ * 1y
 *       ^~~~~
 *
 * Collected in the order met, written in one go. No byte of a configuration reaches the terminal that could steer it:
 * control bytes, invalid UTF-8 and characters that turn the reading direction are written as \x1b or \u202e.
 *
 * Ownership: the report copies what it is told.
 * Threads:   one.
 * Errors:    out of memory is remembered, not returned: `oom` is what is left to be told then.
 * Units:     a printed column counts bytes from 1, as a compiler's does; the caret counts terminal columns.
 */
#ifndef BATON_TEXT_DIAGNOSE_H
#define BATON_TEXT_DIAGNOSE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "text/place.h"

enum { DIAGNOSE_MAX = 100 }; /* printed; the others are counted */

struct diagnose {
    struct buf text;
    size_t errors;
    size_t misuses; /* of the errors: in the command line */
    size_t warnings;
    bool colour;
    bool oom;
};

/* What is to be said where `oom` is set. */
extern const char diagnose_no_memory[];

void diagnose_init(struct diagnose *d, bool colour);
void diagnose_fini(struct diagnose *d);

/* Colours only for a terminal that has them, and where NO_COLOR is unset or empty (no-color.org). */
bool diagnose_wants_colour(FILE *to);

/* One mistake. A place of line 0 is the file as a whole, one without a source is nowhere. */
void diagnose_error(struct diagnose *d, struct place at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void diagnose_warning(struct diagnose *d, struct place at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Is what comes now counted, and not printed? Then no guess at what was meant is worth its time. */
static inline bool diagnose_is_full(const struct diagnose *d)
{
    return d->errors + d->warnings >= DIAGNOSE_MAX;
}

/* So many of them are counted only. */
static inline size_t diagnose_left_out(const struct diagnose *d)
{
    return d->errors + d->warnings > DIAGNOSE_MAX ? d->errors + d->warnings - DIAGNOSE_MAX : 0;
}

/* More about the last one, at a second place: "first set here". Nothing, where that is nowhere. */
void diagnose_note(struct diagnose *d, struct place at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

void diagnose_print(const struct diagnose *d, FILE *to);

/* Append text with what could steer a terminal escaped. */
int diagnose_escape(struct buf *b, struct sv text);

/* As much of a word as a message should quote. */
struct sv diagnose_cut(struct sv word);

#endif
