/* SPDX-License-Identifier: MIT */
/* Other processes of this machine. */

#include "host/process.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usual[] = "batond";

void process_name(long pid, char name[PROCESS_NAME_SIZE])
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *f = fopen(path, "re");
    name[0] = '\0';
    if (f == NULL)
        return;
    if (fgets(name, PROCESS_NAME_SIZE, f) != NULL)
        name[strcspn(name, "\n")] = '\0';
    (void)fclose(f);
}

bool process_is_batond(const char *name)
{
    char own[PROCESS_NAME_SIZE];

    if (strcmp(name, usual) == 0)
        return true;
    process_name((long)getpid(), own);
    return own[0] != '\0' && strcmp(name, own) == 0;
}

bool process_identity(long pid, uid_t *uid, gid_t *gid)
{
    char path[64], line[256];
    bool has_uid = false, has_gid = false;

    (void)snprintf(path, sizeof path, "/proc/%ld/status", pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && !(has_uid && has_gid) && fgets(line, sizeof line, f) != NULL) {
        has_uid = has_uid || sscanf(line, "Uid: %*u %u", uid) == 1; /* the effective one is the second */
        has_gid = has_gid || sscanf(line, "Gid: %*u %u", gid) == 1;
    }
    if (f != NULL)
        (void)fclose(f);
    return has_uid && has_gid;
}

/* A path in an argument: "-c", "--config=" and the like may stand before it. */
static const char *path_in(const char *argument)
{
    const char *equal = strchr(argument, '=');

    if (strncmp(argument, "--", 2) == 0)
        return equal != NULL ? equal + 1 : "";
    return argument[0] == '-' && argument[1] != '\0' ? argument + 2 : argument;
}

static bool find_file(long pid, const char *argument, struct stat *st)
{
    char path[PATH_MAX];
    const char *name = path_in(argument);

    if (name[0] == '/')
        return stat(name, st) == 0;
    int n = snprintf(path, sizeof path, "/proc/%ld/cwd/%s", pid, name);
    return name[0] != '\0' && n < (int)sizeof path && stat(path, st) == 0;
}

enum process_names process_names(long pid, dev_t dev, ino_t ino)
{
    enum process_names names = PROCESS_NAMES_NONE;
    char path[64];
    char *argument = NULL;
    size_t size = 0;
    struct stat st;

    (void)snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
    FILE *f = fopen(path, "re");
    bool is_there = f != NULL && getdelim(&argument, &size, '\0', f) > 0; /* the program */
    while (is_there && names != PROCESS_NAMES_IT && getdelim(&argument, &size, '\0', f) > 0)
        if (find_file(pid, argument, &st))
            names = st.st_dev == dev && st.st_ino == ino ? PROCESS_NAMES_IT : PROCESS_NAMES_OTHERS;
    if (f != NULL)
        (void)fclose(f);
    free(argument);
    return names;
}

char *process_variable(long pid, const char *name)
{
    char path[64];
    char *line = NULL, *value = NULL;
    size_t size = 0, len = strlen(name);

    (void)snprintf(path, sizeof path, "/proc/%ld/environ", pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && value == NULL && getdelim(&line, &size, '\0', f) > 0)
        if (strncmp(line, name, len) == 0 && line[len] == '=')
            value = strdup(line + len + 1);
    if (f != NULL)
        (void)fclose(f);
    free(line);
    return value;
}
