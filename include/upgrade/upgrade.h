/* SPDX-License-Identifier: MIT */
/* upgrade/upgrade.h: give the work to a new process of the daemon, perhaps of a newer binary.
 *
 *     old                                            new
 *     has it started (upgrade/launcher)        ->     opens its generation, begins to accept
 *                                             <-     READY, with its pid
 *     tells the service manager; GO           ->     is the main process from now on
 *     its own predecessors' sockets           ->     are its predecessors too, until they are done
 *     how many connections it has             ->     counts them: they have seats, too
 *     passes idle connections, one by one     ->     hands them to its workers
 *     closes, once it has none                ->     end of file
 *
 * The sockets are passed as LISTEN_FDS, and so is a socket between the two, under a name of its own. It keeps the
 * boundaries of messages. Each begins with a magic number that changes with struct upgrade_message: a binary that knows
 * another form refuses it, and the old process drains by itself.
 *
 * A connection brings its terms (serve/terms), behind that form: a binary that does not know them reads what it knows, and
 * the kernel drops the rest; of a connection that such a binary passes on only the name of the section is known.
 *
 * Ownership: a baton that was sent, or received, has changed hands.
 * Threads:   the masters.
 * Errors:    0 or -errno; an end of file, -EPIPE, is the death of the other side.
 * Source:    sd_listen_fds(3), unix(7) on SOCK_SEQPACKET and SCM_RIGHTS, recv(2) on messages that are longer than what is asked for.
 */
#ifndef BATON_UPGRADE_UPGRADE_H
#define BATON_UPGRADE_UPGRADE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/cidr.h"
#include "io/baton.h"
#include "serve/terms.h"

#define UPGRADE_NAME "baton-upgrade" /* of the socket among those that are passed */

enum { UPGRADE_SECTION_MAX = 256, UPGRADE_ADDRESS_MAX = 280 };

/* Those behind GO bring a descriptor: a released binary ends a link on which one comes without. */
enum upgrade_kind { UPGRADE_READY, UPGRADE_GO, UPGRADE_PREDECESSOR, UPGRADE_BATON };

/* A baton, as released binaries have it in memory. */
struct upgrade_baton {
    struct peer peer;
    int fd; /* comes beside the message */
    uint32_t since_us;
    uint16_t unused;
    uint8_t served, passed;
};

/* Of the terms of a connection, what its section's name does not say. As many networks are sent as there are. */
struct upgrade_terms {
    uint32_t magic;
    uint16_t n_nets;
    uint8_t local, proxy_protocol;
    char address[UPGRADE_ADDRESS_MAX];
    struct cidr nets[CONFIG_NETWORKS_MAX];
};

struct upgrade_message {
    uint32_t magic;
    uint32_t kind;              /* enum upgrade_kind */
    pid_t pid;                  /* READY: the sender's */
    struct upgrade_baton baton; /* BATON; of PREDECESSOR the descriptor */
    /* BATON: the name of its [listen] section. READY, of a predecessor: in digits, how many connections it has; released
     * binaries pass over that. */
    char section[UPGRADE_SECTION_MAX];
    struct upgrade_terms terms; /* BATON; its magic is 0 where none came */
};

/* No call waits: -EAGAIN, also where the kernel has no memory for a message. -EMFILE: the next message brings a descriptor,
 * and none is free here; it stays where it is. */
int upgrade_send(int fd, enum upgrade_kind kind, const struct baton *b);
int upgrade_send_count(int fd, uint64_t connections);
int upgrade_receive(int fd, struct upgrade_message *m);

/* Does this error mean that the other side is gone, or none of us? Others are of one message alone, or pass. */
bool upgrade_is_gone(int err);

/* True where a message tells how many connections its sender has. */
bool upgrade_count(const struct upgrade_message *m, uint64_t *connections);
/* The connection of a BATON; the descriptor of a PREDECESSOR. Without terms. */
struct baton upgrade_baton(const struct upgrade_message *m);
/* The terms of a BATON, which borrow from the message. False where only the name of the section came. */
bool upgrade_terms(struct upgrade_message *m, struct terms *terms);

#endif
