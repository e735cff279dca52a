/* SPDX-License-Identifier: MIT */
/* config/mime_rule.h: the type MIME, a row of a site's `mime`: which files, and what type they have.
 *
 *     .ext type/subtype      files with this extension, in any case of letters
 *     name type/subtype      files of exactly this name, which has no '/' and begins with no dot
 *
 * The type may have parameters, without white space: text/plain;charset=utf-8. Of two for the same files the later
 * counts. Kept as "NAME TYPE", with one space; an extension in lower case.
 *
 * Source: RFC 9110 8.3.1 (media types), RFC 6838 4.2 (their names).
 */
#ifndef BATON_CONFIG_MIME_RULE_H
#define BATON_CONFIG_MIME_RULE_H

#include "config/type.h"

extern const struct value_type type_MIME;

#endif
