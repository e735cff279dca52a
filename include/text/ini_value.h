/* SPDX-License-Identifier: MIT */
/* text/ini_value.h: what stands behind the '=' of a line.
 *
 *     value              up to a comment, or the end of the line; white space at its ends is none of it
 *     "value"            all that is between the quotes: \" stands for a quote, \\ for a backslash; but for a comment
 *                        nothing may follow
 *
 * A comment starts at '#' or ';' behind white space. What looks like the syntax of another program in a value without
 * quotes (a ';' at its end, other quotes, braces, a second '=') is a fault; in quotes it is taken as it is.
 *
 * Ownership: all views are of the text.
 * Threads:   any. Pure.
 * Errors:    a fault, and the part of the text that is wrong.
 */
#ifndef BATON_TEXT_INI_VALUE_H
#define BATON_TEXT_INI_VALUE_H

#include "base/buf.h"
#include "base/sv.h"

enum ini_form {
    INI_PLAIN,   /* as it is */
    INI_QUOTED,  /* between quotes, as it is */
    INI_ESCAPED, /* between quotes, with escapes that are not undone yet */
    INI_MADE,    /* something was made of what is written */
    INI_WRONG,   /* no value, which has been reported, or is a fault */
};

struct ini_value {
    struct sv text; /* what was meant, where there is a fault and it is clear */
    enum ini_form form;
    struct sv comment; /* from its mark on; its length is 0 where there is none */
    const char *fault; /* NULL, or static */
    struct sv wrong;
};

/* `rest` is all of a line behind its '='. */
void ini_value_read(struct sv rest, struct ini_value *v);

/* Append a value in quotes, with the escapes that it needs. Returns 0 or -ENOMEM. */
int ini_value_quote(struct buf *b, struct sv value);

/* Undo the escapes of a value. `out` has room for as many bytes; returns how many there are. */
size_t ini_value_unescape(struct sv raw, char *out);

/* Where in a text with escapes the byte is that unescaped stands at `at`. */
size_t ini_value_raw_offset(struct sv raw, size_t at);

/* Does it read back as itself without quotes, whatever key it is for? */
bool ini_value_is_plain(struct sv value);

/* Does it begin with a quote of some kind that is not ours? */
bool ini_begins_with_other_quote(struct sv text);

/* The line up to where a comment starts. `behind_text`: what it is cut from does not begin here. */
struct sv ini_without_comment(struct sv line, bool behind_text);

#endif
