/* SPDX-License-Identifier: MIT */
/* text/ini.h: take the text of a configuration apart into tokens.
 *
 *     [section]   [kind name]   key = value   key = "value"   # comment   ; comment
 *
 * One token a line that says anything. A comment starts at the start of a line or after white space; text/ini_value
 * says what a value is. What a key means, and whether there is one of that name, is config/schema's to say.
 *
 * A line that is wrong gives a token with a fault, and reading goes on with the next one. Where it is clear what was
 * meant (a missing ']'), the token is what was meant, so that one mistake is reported once.
 *
 * Ownership: tokens borrow the source's text.
 * Threads:   one. Pure: no system call, no allocation.
 * Errors:    faults, as above. No input makes it read outside the text, or return more tokens than there are lines.
 */
#ifndef BATON_TEXT_INI_H
#define BATON_TEXT_INI_H

#include "text/ini_value.h"
#include "text/place.h"

enum { INI_LINE_MAX = 8192 };

enum ini_kind { INI_SECTION, INI_KEY, INI_BAD };

struct ini_part {
    struct sv text;
    struct place place; /* of a quoted value: what is between the quotes */
    enum ini_form form;
};

struct ini_token {
    enum ini_kind kind;
    struct ini_part name;     /* the key, or the section's kind; its length is 0 where a section cannot be made out */
    struct ini_part value;    /* the value, or the section's name; its length is 0 where there is none */
    struct place comment;     /* the mark of one behind a value without quotes; no source where there is none */
    const char *fault;        /* NULL where the line is well formed; static */
    struct place fault_place; /* of the wrong part */
    struct sv meant;          /* what to write instead, where the fault does not say it */
};

struct ini {
    const struct source *source; /* borrowed */
    size_t at;
    size_t line;
};

void ini_init(struct ini *ini, const struct source *source);

/* Read on to the next token. Returns false at the end. */
bool ini_next(struct ini *ini, struct ini_token *token);

/* May this be a section's name? One word, and nothing that is another program's syntax; and what to say where it may not. */
bool ini_is_name(struct sv name);
extern const char ini_name_fault[];

/* Can a file hold this value, in quotes at least? */
bool ini_can_hold(struct sv value);

/* Where a part of the text of a part is: all of it, where something was made of what is written. */
struct place ini_place(const struct ini_part *part, size_t at, size_t len);

/* Offset of the first control byte (a tab is none), or the length where there is none. */
size_t ini_find_control(struct sv s);

#endif
