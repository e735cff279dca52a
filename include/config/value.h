/* SPDX-License-Identifier: MIT */
/* config/value.h: is this text a value of that key, and what is said where it is none? For any type; and what types
 * share to say it.
 *
 * Threads:   any.
 * Errors:    a fault: which part of the text is wrong, and a line that says what to write.
 */
#ifndef BATON_CONFIG_VALUE_H
#define BATON_CONFIG_VALUE_H

#include "config/schema.h"
#include "text/fault.h"

/* Take the next value off the front of a text that was checked: all of it, or a word where several share a line.
 * Returns false when there is none left. */
static inline bool value_next(const struct schema_key *k, struct sv *rest, struct sv *value)
{
    if (k->type->shares_line)
        return sv_next_word(rest, value);
    *value = *rest;
    *rest = sv_skip(*rest, rest->len);
    return value->len > 0;
}

/* May this text be a value of the key, or be several where they share a line? An empty one is for the caller to
 * judge, and faulty here. */
bool value_check(const struct schema_key *k, struct sv text, struct fault *fault);

/* May this value stand in a file without quotes? A log or a socket is made where there is none, so nobody would miss
 * the file that was meant where a further word became a part of its name. */
bool value_check_plain(const struct schema_key *k, struct sv text, struct fault *fault);

/* May '#' or ';' behind white space well be a part of this value, so that it need not start a comment? */
bool value_may_hold_marks(const struct schema_key *k, struct sv text);

/* Append what values the key takes, in words: "auto or 1..1024". Returns 0 or -ENOMEM. */
int value_describe(struct buf *b, const struct schema_key *k);

/* For types: append "a", "a or b", "a, b or c", of the key's words and of `last` where it is not empty. */
int value_describe_words(struct buf *b, const struct schema_key *k, const char *last);

/* For types: "WHAT'key' takes auto or 1..1024", about all of the text. Returns false. */
bool value_fault_takes(struct fault *f, const struct schema_key *k, struct sv text, const char *what);

/* For types: the same about a word that is none of the key's, and which of those was probably meant. Returns false. */
bool value_fault_word(struct fault *f, const struct schema_key *k, struct sv word);

#endif
