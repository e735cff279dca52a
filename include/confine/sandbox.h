/* SPDX-License-Identifier: MIT */
/* confine/sandbox.h: what the threads that serve may still do, by [server] sandbox.
 *
 * Read below the roots and sandbox_path, talk on sockets that they are given, and nothing else: no writing, no other
 * file, no new socket, no program, no capability.
 *
 * Ownership: sandbox_open borrows nothing beyond the call; the sandbox owns a descriptor until sandbox_fini.
 * Threads:   open, fini: the master. enter: each thread for itself, for good, as what thread_start calls first; the sandbox
 *            is only read, and must live until all have entered.
 * Errors:    sandbox_open tries everything in a thread of its own. What this kernel, or the service manager's own filter, does
 *            not have is a warning in the report, and an error with sandbox = require. What it has, as this process had it
 *            before, and what failed now, for want of a descriptor or a thread, is an error in any case: less than was asked
 *            for is not taken. sandbox_enter returns 0 or -errno, and a thread that gets an error must not serve.
 * Source:    confine/landlock, confine/seccomp, confine/privs.
 */
#ifndef BATON_CONFINE_SANDBOX_H
#define BATON_CONFINE_SANDBOX_H

#include "config/config.h"
#include "confine/landlock.h"
#include "confine/seccomp.h"
#include "text/diagnose.h"

struct sandbox {
    bool keeps_capabilities; /* they cannot be given up here */
    struct landlock landlock;
    struct seccomp seccomp;
    struct seccomp seccomp_logger; /* for the thread that writes the access log */
};

/* Which walls this process has had by now, in words; and, at the start of a successor, which its predecessor had, which it is
 * told in the environment. A successor that cannot have them all does not serve, so the old one goes on. */
#define SANDBOX_WALLS "SANDBOX_WALLS"
enum { SANDBOX_WALLS_SIZE = 64 };
void sandbox_walls(char text[SANDBOX_WALLS_SIZE]);
void sandbox_inherit(void);

int sandbox_open(struct sandbox *s, const struct config *config, struct diagnose *report);
void sandbox_fini(struct sandbox *s);
/* What is on, for the log. */
void sandbox_say(const struct sandbox *s);

/* `sandbox` is a struct sandbox. */
int sandbox_enter(const void *sandbox);
/* The same, for the thread that writes the access log: it may also shorten the files that it was given. */
int sandbox_enter_logger(const void *sandbox);

#endif
