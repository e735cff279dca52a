/* SPDX-License-Identifier: MIT */
/* Numbers of users and groups to names. No request comes here. */

#include "host/names.h"

#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>

const char *user_name(uid_t uid, char room[NAME_SIZE])
{
    const struct passwd *user = getpwuid(uid);

    if (user != NULL)
        (void)snprintf(room, NAME_SIZE, "%s", user->pw_name);
    else
        (void)snprintf(room, NAME_SIZE, "%ju", (uintmax_t)uid);
    return room;
}

const char *user_name_at_hand(uid_t uid, char room[NAME_SIZE])
{
    FILE *users = fopen("/etc/passwd", "re");
    const struct passwd *user = NULL;

    (void)snprintf(room, NAME_SIZE, "%ju", (uintmax_t)uid);
    while (users != NULL && (user = fgetpwent(users)) != NULL && user->pw_uid != uid)
        continue;
    if (user != NULL)
        (void)snprintf(room, NAME_SIZE, "%s", user->pw_name);
    if (users != NULL)
        (void)fclose(users);
    return room;
}

const char *group_name(gid_t gid, char room[NAME_SIZE])
{
    const struct group *group = getgrgid(gid);

    if (group != NULL)
        (void)snprintf(room, NAME_SIZE, "%s", group->gr_name);
    else
        (void)snprintf(room, NAME_SIZE, "%ju", (uintmax_t)gid);
    return room;
}
