/* SPDX-License-Identifier: MIT */
/*
 * daemon/process.h - other processes of this machine, as /proc shows them.
 *
 * Threads: any.
 * Errors:  what cannot be seen (proc(5), hidepid=) is as if it were not there.
 */
#ifndef BATON_DAEMON_PROCESS_H
#define BATON_DAEMON_PROCESS_H

#include <stdbool.h>

enum { PROCESS_NAME_SIZE = 32 };

/* The name of its program, as ps shows it; "" where it cannot be seen. */
void process_name(long pid, char name[PROCESS_NAME_SIZE]);

/* Is that a batond's name? Ours is one, whatever the file was called. */
bool process_is_batond(const char *name);

#endif
