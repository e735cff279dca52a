/* SPDX-License-Identifier: MIT */
/* Paths in directories that the service manager made. It says where they are in the environment, as a unit may be run
 * several times, or for a user. */

#include "config/directory.h"

#include <stdlib.h>

static const struct {
    struct sv name;
    const char *setting; /* of the unit */
} directories[] = {
    {{"RUNTIME_DIRECTORY", 17}, "RuntimeDirectory="},
    {{"STATE_DIRECTORY", 15}, "StateDirectory="},
    {{"CACHE_DIRECTORY", 15}, "CacheDirectory="},
    {{"LOGS_DIRECTORY", 14}, "LogsDirectory="},
    {{"CONFIGURATION_DIRECTORY", 23}, "ConfigurationDirectory="},
    {{"CREDENTIALS_DIRECTORY", 21}, "LoadCredential="},
};

enum { DIRECTORIES = sizeof directories / sizeof *directories };

/* Which one `text` begins with, -1 for none; *len is the length of "$NAME". */
static int find_directory(struct sv text, size_t *len)
{
    *len = sv_find(text, '/');
    for (int i = 0; text.len > 0 && text.p[0] == '$' && i < DIRECTORIES; i++)
        if (sv_eq(sv_of(text.p + 1, *len - 1), directories[i].name))
            return i;
    return -1;
}

/* Its first path; empty where there is none. */
static struct sv place_of(int i)
{
    const char *value = getenv(directories[i].name.p);
    struct sv all = sv_cstr(value != NULL && value[0] == '/' ? value : "");

    return sv_of(all.p, sv_find(all, ':'));
}

bool directory_check(struct sv text, struct fault *fault)
{
    size_t len;
    int i = find_directory(text, &len);

    if (i < 0)
        return fault_set(fault, 0, len,
                         "not a directory of the service manager: $RUNTIME_DIRECTORY, $LOGS_DIRECTORY, "
                         "$STATE_DIRECTORY, $CACHE_DIRECTORY, $CONFIGURATION_DIRECTORY or $CREDENTIALS_DIRECTORY");
    if (len == text.len)
        return fault_set(fault, 0, len, "a path in this directory: %.*s/name", SV_ARG(text));
    if (place_of(i).len == 0)
        return fault_set(fault, 0, len, "%.*s is not set: systemd sets it where the unit has %s",
                         SV_ARG(directories[i].name), directories[i].setting);
    return true;
}

int directory_expand(struct buf *to, struct sv text)
{
    size_t len;
    int i = find_directory(text, &len);
    int err = i >= 0 ? buf_add(to, place_of(i)) : 0;

    return err == 0 ? buf_add(to, i >= 0 ? sv_skip(text, len) : text) : err;
}
