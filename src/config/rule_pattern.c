/* SPDX-License-Identifier: MIT */
/* Patterns of rules, and what somebody who wrote a path or the end of one probably meant. */

#include "config/rule_pattern.h"

#include "base/utf8.h"
#include "text/diagnose.h"

bool rule_pattern_read(struct sv *rest, struct sv *pattern, struct fault *f)
{
    (void)sv_next_word(rest, pattern);
    struct sv word = *pattern;
    size_t invalid = utf8_find_invalid(word);
    bool no_path = sv_find(word, ':') < word.len || word.p[0] == '"' || word.p[0] == '\'';

    if (invalid < word.len)
        return fault_set(f, invalid, 1, "this is not UTF-8");
    if (rule_pattern_begins(word))
        return true;
    if (no_path || diagnose_cut(word).len < word.len)
        return fault_set(f, 0, word.len, "a pattern begins with '/' or '*': /assets/*, or *.html");
    return fault_set(f, 0, word.len, "a pattern begins with '/' or '*'; did you mean '%c%.*s'?",
                     word.p[0] == '.' ? '*' : '/', SV_ARG(word));
}
