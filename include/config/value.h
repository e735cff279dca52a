/* SPDX-License-Identifier: MIT */
/* config/value.h: is this text a value of that key, and what number does it stand for?
 *
 * Ownership: none.
 * Threads:   any.
 * Errors:    a fault: which part of the text is wrong, and a line that says what to write.
 */
#ifndef BATON_CONFIG_VALUE_H
#define BATON_CONFIG_VALUE_H

#include "config/schema.h"
#include "text/fault.h"

/* May this text be a value of the key? An empty one is for the caller to judge, and faulty here. */
bool value_check(const struct schema_key *k, struct sv text, struct fault *fault);

/* May this value stand in a file without quotes? A log or a socket is made where there is none, so nobody would miss
 * the file that was meant where a further word became a part of its name. */
bool value_check_plain(const struct schema_key *k, struct sv text, struct fault *fault);

/* The number that the text of a key with schema_is_number stands for. */
bool value_number(const struct schema_key *k, struct sv text, uint64_t *out, struct fault *fault);

#endif
