/* SPDX-License-Identifier: MIT */
/* http/authority.h: is this a host, with or without a port?
 *
 * User information ("user@host") is refused: RFC 9110 4.2.4 forbids it in http URIs.
 *
 * Ownership: borrows the view.
 * Threads:   any; no state.
 * Errors:    false.
 * Source:    RFC 3986 3.2.2 and 3.2.3, RFC 9110 7.2.
 */
#ifndef BATON_HTTP_AUTHORITY_H
#define BATON_HTTP_AUTHORITY_H

#include <stdbool.h>

#include "base/sv.h"

/* host [ ":" port ], host not empty. */
bool authority_valid(struct sv authority);

#endif
