/* SPDX-License-Identifier: MIT */
/* http/elements.h: walk the elements of a field that is a comma-separated list, without quoted strings.
 *
 * Ownership: elements are views of the list.
 * Threads:   any; no state.
 * Source:    RFC 9110 5.6.1.
 */
#ifndef BATON_HTTP_ELEMENTS_H
#define BATON_HTTP_ELEMENTS_H

#include <stdbool.h>

#include "base/sv.h"

/* The element before the next comma, which may be empty; *list goes on behind it. */
struct sv element_take(struct sv *list);

/* *list shrinks; empty elements are passed over. False at its end. */
bool element_next(struct sv *list, struct sv *element);
/* The same from the end. */
bool element_last(struct sv *list, struct sv *element);

#endif
