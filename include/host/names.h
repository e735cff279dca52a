/* SPDX-License-Identifier: MIT */
/* host/names.h: what users and groups are called, for messages.
 *
 * Ownership: the caller's room.
 * Threads:   one at a time, and none in a sandbox: the user database is read.
 * Errors:    who has no name is a number.
 */
#ifndef BATON_HOST_NAMES_H
#define BATON_HOST_NAMES_H

#include <sys/types.h>

enum { NAME_SIZE = 64 };

/* They return the room. */
const char *user_name(uid_t uid, char room[NAME_SIZE]);
/* As far as /etc/passwd knows: asks no directory service, which may hang, and which the C library does not survive without
 * memory. */
const char *user_name_at_hand(uid_t uid, char room[NAME_SIZE]);
const char *group_name(gid_t gid, char room[NAME_SIZE]);

#endif
