/* SPDX-License-Identifier: MIT */
/* The end of every connection. */

#include "reactor/close.h"

#include <stdlib.h>
#include <unistd.h>

#include "reactor/account.h"
#include "reactor/client.h"
#include "reactor/intake.h"

void conn_close(struct shard *s, struct conn *c, enum close_reason reason)
{
    conn_assert_owner(s);
    account_end(s, c, reason);
    client_leave(s, c);
    intake_leave_sums(s, c);
    timeouts_disarm(&c->timer);
    list_remove(&c->ready);
    intake_free(&c->intake);
    out_free(&c->out);
    if (c->fd >= 0)
        close(c->fd);
    free(c);
}
