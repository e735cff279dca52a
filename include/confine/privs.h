/* SPDX-License-Identifier: MIT */
/* confine/privs.h: whom the daemon runs as, by [server] user and group.
 *
 * Rights go before anything is opened, and for good: what opens at the start, opens at a reload too. One is kept in the
 * master where it was there, CAP_NET_BIND_SERVICE, so that a reload and an upgrade can listen below port 1024.
 *
 * Ownership: none.
 * Threads:   privs_take: the main thread, the first time before all others. privs_shed: each thread for itself.
 * Errors:    0 or -errno, -EINVAL where nobody is called so; the report of privs_take says what is wrong.
 * Source:    credentials(7), capabilities(7), setresuid(2), initgroups(3), prctl(2).
 */
#ifndef BATON_CONFINE_PRIVS_H
#define BATON_CONFINE_PRIVS_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"
#include "text/diagnose.h"

/* The first time: become the user and the group, if there is one to become, and never gain a right again. Later, for a new
 * configuration: 0 where the process is whom it names. */
int privs_take(const struct config *config, struct diagnose *report);

/* Whom they name, for what is not named we ourselves; false where nobody is called so. Asks whoever keeps the names. */
bool privs_look_up(const struct config *config, uid_t *uid, gid_t *gid);

/* The calling thread gives up its capabilities. Root's, which is what privs_take warns of, keep theirs. */
int privs_shed(void);

#endif
