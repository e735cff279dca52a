/* SPDX-License-Identifier: MIT */
/* Why a request is answered as it is: the table from which the status of every answer is taken, but for those of
 * [status]. */

#include "http/why.h"

const uint16_t why_statuses[WHY_COUNT] = {
#define WHY(id, status, text) [WHY_##id] = (status),
#include "http/why.def"
#undef WHY
};

static const char *const texts[WHY_COUNT] = {
    [WHY_NONE] = "",
#define WHY(id, status, text) [WHY_##id] = (text),
#include "http/why.def"
#undef WHY
};

const char *why_text(enum why why)
{
    return texts[why];
}
