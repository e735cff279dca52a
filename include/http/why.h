/* SPDX-License-Identifier: MIT */
/* http/why.h: why a request is answered as it is.
 *
 * The status says what a client is to do; the reason says which step decided it. It is kept beside the status on a request's
 * whole way, costs a byte, and is what --explain prints.
 *
 * Ownership: the texts are constants.
 * Threads:   any.
 * Errors:    none.
 */
#ifndef BATON_HTTP_WHY_H
#define BATON_HTTP_WHY_H

#include <stdint.h>

enum why {
    WHY_NONE, /* nothing was decided yet; its status is 0 */
#define WHY(id, status, text) WHY_##id,
#include "http/why.def"
#undef WHY
    WHY_COUNT
};

extern const uint16_t why_statuses[WHY_COUNT];

static inline int why_status(enum why why)
{
    return why_statuses[why];
}

/* For people. */
const char *why_text(enum why why);

#endif
