/* SPDX-License-Identifier: MIT */
/*
 * host/process.h - other processes of this machine, as /proc shows them.
 *
 * Threads: any.
 * Errors:  what cannot be seen (proc(5), hidepid=) is as if it were not there.
 */
#ifndef BATON_HOST_PROCESS_H
#define BATON_HOST_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESS_NAME_SIZE = 32 };

/* The name of its program, as ps shows it; "" where it cannot be seen. */
void process_name(long pid, char name[PROCESS_NAME_SIZE]);

/* Is that a batond's name? Ours is one, whatever the file was called. */
bool process_is_batond(const char *name);

/* Which file or directory its command line names: this one, only others, or none that we can see. */
enum process_names { PROCESS_NAMES_NONE, PROCESS_NAMES_OTHERS, PROCESS_NAMES_IT };

/* Whom it runs as; false where that cannot be seen. */
bool process_identity(long pid, uid_t *uid, gid_t *gid);

enum process_names process_names(long pid, dev_t dev, ino_t ino);

/* The value that a variable of its environment had when it was started, which is the caller's; NULL where it had none, or it
 * cannot be seen. */
char *process_variable(long pid, const char *name);

#endif
