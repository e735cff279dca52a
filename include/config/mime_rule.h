/* SPDX-License-Identifier: MIT */
/* config/mime_rule.h: one row of a site's `mime`: which files, and what type they have.
 *
 *     .ext type/subtype      files with this extension, in any case of letters
 *     name type/subtype      files of exactly this name, which has no '/' and begins with no dot
 *
 * The type may have parameters, without white space: text/plain;charset=utf-8.
 *
 * Ownership: a rule borrows the text that it was read from.
 * Threads:   any. Pure.
 * Errors:    a fault, which says what to write instead; mime_rule_print: -ENOMEM.
 * Source:    RFC 9110 8.3.1 (media types), RFC 6838 4.2 (their names).
 */
#ifndef BATON_CONFIG_MIME_RULE_H
#define BATON_CONFIG_MIME_RULE_H

#include "base/buf.h"
#include "base/sv.h"
#include "text/fault.h"

struct mime_rule {
    struct sv name; /* of an extension with its dot */
    struct sv type;
};

/* `text` is trimmed, and not empty. */
bool mime_rule_read(struct sv text, struct mime_rule *rule, struct fault *fault);

/* Are two rows, as they are written, for the same files? */
bool mime_rule_same_files(struct sv a, struct sv b);

/* Append "NAME TYPE", with one space; an extension in lower case. */
int mime_rule_print(struct buf *b, const struct mime_rule *rule);

/* Is it a name that is a known extension but for its dot, such as "wasm"? */
bool mime_rule_lacks_dot(const struct mime_rule *rule);

#endif
