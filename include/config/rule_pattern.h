/* SPDX-License-Identifier: MIT */
/* config/rule_pattern.h: the pattern that a rule of a site begins with; for the types of such rules.
 *
 * A pattern (http/pattern) begins with '/' or '*' and holds no white space. It is compared with the path as http/path
 * gives it: percent-encoding is undone, and the query is no part of it.
 *
 * Threads: any. Pure.
 */
#ifndef BATON_CONFIG_RULE_PATTERN_H
#define BATON_CONFIG_RULE_PATTERN_H

#include "base/sv.h"
#include "text/fault.h"

/* Take the pattern off the front of a rule, which is not empty. Returns false, and a fault, where the word there is
 * none. */
bool rule_pattern_read(struct sv *rest, struct sv *pattern, struct fault *fault);

/* Does this word begin as a pattern does? */
static inline bool rule_pattern_begins(struct sv word)
{
    return sv_starts(word, SV("/")) || sv_starts(word, SV("*"));
}

#endif
