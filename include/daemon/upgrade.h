/* SPDX-License-Identifier: MIT */
/* daemon/upgrade.h: give the work to a new process of the daemon, perhaps of a newer binary.
 *
 *     old                                            new
 *     has it started (daemon/launcher)        ->     opens its generation, begins to accept
 *                                             <-     READY, with its pid
 *     tells the service manager; GO           ->     is the main process from now on
 *     its own predecessors' sockets           ->     are its predecessors too, until they are done
 *     how many connections it has             ->     counts them: they have seats, too
 *     passes idle connections, one by one     ->     hands them to its workers
 *     closes, once it has none                ->     end of file
 *
 * The sockets are passed as LISTEN_FDS, and so is a socket between the two, under a name of its own. It keeps the
 * boundaries of messages; each begins with a magic number that changes with their form, so that a binary to which they
 * mean something else gets none, and the old process ends its connections by itself.
 *
 * Ownership: a baton that was sent, or received, has changed hands.
 * Threads:   the masters.
 * Errors:    0 or -errno; an end of file, -EPIPE, is the death of the other side.
 * Source:    sd_listen_fds(3), unix(7) on SOCK_SEQPACKET and SCM_RIGHTS.
 */
#ifndef BATON_DAEMON_UPGRADE_H
#define BATON_DAEMON_UPGRADE_H

#include <stdint.h>
#include <sys/types.h>

#include "io/baton.h"

#define UPGRADE_NAME "baton-upgrade" /* of the socket among those that are passed */

enum { UPGRADE_SECTION_MAX = 256 };

enum upgrade_kind { UPGRADE_READY, UPGRADE_GO, UPGRADE_PREDECESSOR, UPGRADE_BATON, UPGRADE_COUNT };

struct upgrade_message {
    uint32_t magic;
    uint32_t kind;      /* enum upgrade_kind */
    pid_t pid;          /* READY: the sender's */
    struct baton baton; /* BATON; its descriptor, as PREDECESSOR's, comes beside the message */
    union {
        char section
            [UPGRADE_SECTION_MAX]; /* BATON: the name of its [listen] section, which the new process may have too */
        uint64_t connections;      /* COUNT: that the sender has */
    };
};

/* Neither call waits: -EAGAIN. -EMFILE: the next message brings a descriptor, and none is free here; it stays where it is. */
int upgrade_send(int fd, enum upgrade_kind kind, const struct baton *b, const char *section);
int upgrade_send_count(int fd, uint64_t connections);
int upgrade_receive(int fd, struct upgrade_message *m);

#endif
