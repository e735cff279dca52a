/* SPDX-License-Identifier: MIT */
/* A deploy may move a root at any moment, and the configuration may be half written just then. */

#include "daemon/follow.h"

enum { FIRST_MS = 1000, LAST_MS = 30 * 1000 };

void follow_begin(struct follow *f)
{
    *f = (struct follow){.delay_ms = FIRST_MS};
}

bool follow_is_due(struct follow *f, bool beyond, uint64_t now_ms)
{
    if (!beyond || now_ms < f->at_ms)
        return false;
    f->at_ms = now_ms + f->delay_ms;
    f->delay_ms = f->delay_ms * 2 < LAST_MS ? f->delay_ms * 2 : LAST_MS;
    return true;
}

int follow_wait_ms(const struct follow *f, bool beyond, uint64_t now_ms)
{
    if (!beyond)
        return -1;
    return f->at_ms > now_ms ? (int)(f->at_ms - now_ms) : 0;
}
