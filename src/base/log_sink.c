/* SPDX-License-Identifier: MIT */
/* Where a line of the error log ends up. No request that goes well comes here. */

#include "base/log_sink.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* The end of the line that was torn goes before it, in the same write. */
static bool put(struct log_sink *s, const char *line, size_t len)
{
    struct pollfd p = {.fd = atomic_load(&s->fd), .events = POLLOUT};

    if (poll(&p, 1, 0) != 1)
        return false;
    bool was_torn = atomic_exchange(&s->torn, false);
    const char *from = was_torn ? line - 1 : line;
    size_t most = was_torn ? len + 1 : len;
    ssize_t n = write(p.fd, from, most);
    if (n > 0 ? from[n - 1] != '\n' : was_torn)
        atomic_store(&s->torn, true);
    return n == (ssize_t)most;
}

void log_sink_tell(struct log_sink *s)
{
    uint32_t lost = atomic_load(&s->lost) > 0 ? atomic_exchange(&s->lost, 0) : 0;
    char line[64] = "\n";

    if (lost == 0)
        return;
    int n = snprintf(line + 1, sizeof line - 1, "%serror log: missing lines: %" PRIu32 "\n",
                     atomic_load(&s->journal) ? "<4>" : "batond: warning: ", lost);
    if (!put(s, line + 1, (size_t)n))
        atomic_fetch_add(&s->lost, lost);
}

void log_sink_write(struct log_sink *s, const char *line, size_t len)
{
    log_sink_tell(s);
    if (!put(s, line, len))
        atomic_fetch_add(&s->lost, 1);
}
