/* SPDX-License-Identifier: MIT */
/* A deploy may move a root at any moment, and the configuration may be half written just then. */

#include "daemon/follow.h"

#include "base/log.h"
#include "daemon/master.h"

enum { FIRST_MS = 1000, LAST_MS = 30 * 1000 };

static bool is_behind(const struct master *m)
{
    return m->g != NULL && !life_is_stopping(m->life) && !reload_is_opening(&m->reload) && generation_outgrown(m->g);
}

void follow_begin(struct follow *f)
{
    *f = (struct follow){.delay_ms = FIRST_MS};
}

void follow_run(struct master *m)
{
    struct follow *f = &m->follow;
    uint64_t now = master_now_ms();

    if (!is_behind(m) || now < f->at_ms)
        return;
    log_notice("a root has been put beyond what its sandbox lets the workers read: reloading");
    f->at_ms = now + f->delay_ms;
    f->delay_ms = f->delay_ms * 2 < LAST_MS ? f->delay_ms * 2 : LAST_MS;
    reload_ask(m, NULL);
}

int follow_wait_ms(const struct master *m, uint64_t now_ms)
{
    if (!is_behind(m))
        return -1;
    return m->follow.at_ms > now_ms ? (int)(m->follow.at_ms - now_ms) : 0;
}
