/* SPDX-License-Identifier: MIT */
/* Which directory on the way is closed to us, whose it is, and what helps. */

#include "host/denial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/names.h"

bool denial_may_enter(const char *path)
{
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 || errno != EACCES;
}

/* The first directory on the way that we may not enter, in `path`, which is cut there; false where there is none. */
static bool find_closed(char *path)
{
    for (char *p = path; *p != '\0'; p++) {
        if (*p != '/' || p == path)
            continue;
        *p = '\0';
        if (!denial_may_enter(path))
            return true;
        *p = '/';
    }
    return !denial_may_enter(path);
}

void denial_explain(const char *path, char hint[DENIAL_SIZE])
{
    char closed[PATH_MAX], user[NAME_SIZE], owner[NAME_SIZE], group[NAME_SIZE];
    struct stat st;

    hint[0] = '\0';
    if (strlen(path) >= sizeof closed)
        return;
    memcpy(closed, path, strlen(path) + 1);
    if (!find_closed(closed))
        return;
    (void)user_name(geteuid(), user);
    if (stat(closed, &st) < 0) {
        (void)snprintf(hint, DENIAL_SIZE, "the user %s may not enter %s", user, closed);
        return;
    }
    (void)group_name(st.st_gid, group);
    (void)snprintf(
        hint, DENIAL_SIZE,
        "the user %s may not enter %s (mode %04o, %s:%s); chmod o+x lets everybody, and a member of the group "
        "%s may too if the mode says so (SupplementaryGroups=%s in the unit)",
        user, closed, st.st_mode & 07777U, user_name(st.st_uid, owner), group, group, group);
}
