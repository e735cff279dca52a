/* SPDX-License-Identifier: MIT */
/* text/place.h: where a piece of configuration stands (header only).
 *
 * Everything that is read keeps its place, so that an error, and each line of -T, can say where it came from. An option
 * of the command line is a source of its own: its argument is the text, and its ordinal the line. So is a variable of
 * the environment, whose text is NAME=VALUE.
 *
 * Ownership: a source owns its name and text; a place borrows the source. Sources outlive all places: config_load frees
 *            them last.
 * Threads:   one.
 * Errors:    none.
 * Units:     lines count from 1; columns and lengths are bytes, columns from 0 (printed from 1).
 */
#ifndef BATON_TEXT_PLACE_H
#define BATON_TEXT_PLACE_H

#include <sys/types.h>

#include "base/sv.h"

struct source;

struct place {
    const struct source *source; /* borrowed */
    size_t line;                 /* 0 = the source as a whole */
    size_t line_at;              /* of the line's first byte in the source's text */
    size_t col;
    size_t len;
};

/* What a source of a later tier sets wins. */
enum source_tier { SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_COMMAND_LINE };

struct source {
    char *name;            /* owned; a path as it was given, "environment:VARIABLE", or "command line" */
    char *text;            /* owned */
    size_t len;            /* of the text */
    size_t first_line;     /* number of the text's first line */
    enum source_tier tier; /* of all but files the text is one line, whatever bytes it holds */
    dev_t dev;             /* with ino: the file's identity */
    ino_t ino;
    struct place from;  /* of the include that names this file; source NULL for the first file */
    unsigned int depth; /* number of includes on the way here */
};

/* The part of a place that starts `at` bytes into it. */
static inline struct place place_part(struct place p, size_t at, size_t len)
{
    p.col += at;
    p.len = len;
    return p;
}

/* No place at all: what is reported there is about the whole. */
static inline struct place place_nowhere(void)
{
    return (struct place){.source = NULL};
}

/* A source as a whole. */
static inline struct place place_whole(const struct source *s)
{
    return (struct place){.source = s};
}

#endif
