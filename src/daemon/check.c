/* SPDX-License-Identifier: MIT */
/* Is everything there that a configuration names? Asked by -t, and by each start and reload before anything is opened, so
 * that all of them say the same. */

#include "daemon/check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/blame.h"
#include "daemon/names.h"

enum { HINT_SIZE = PATH_MAX + 512 };

struct check {
    const struct config *config;
    struct diagnose *report;
    int err; /* the first */
};

static void keep(struct check *c, int err)
{
    if (c->err == 0)
        c->err = err;
}

static bool may_enter(const char *path)
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
        if (!may_enter(path))
            return true;
        *p = '/';
    }
    return !may_enter(path);
}

/* "the user baton may not enter /srv/site (mode 0750, root:www-data); ..." Empty where no directory is to blame. */
static void explain_denial(const char *path, char hint[HINT_SIZE])
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
        (void)snprintf(hint, HINT_SIZE, "the user %s may not enter %s", user, closed);
        return;
    }
    (void)group_name(st.st_gid, group);
    (void)snprintf(
        hint, HINT_SIZE,
        "the user %s may not enter %s (mode %04o, %s:%s); chmod o+x lets everybody, and a member of the group "
        "%s may too if the mode says so (SupplementaryGroups=%s in the unit)",
        user, closed, st.st_mode & 07777U, user_name(st.st_uid, owner), group, group, group);
}

static const char *why_not_opened(int err, const char *path, char hint[HINT_SIZE])
{
    if (err == -EACCES)
        explain_denial(path, hint);
    else
        hint[0] = '\0';
    if (hint[0] != '\0')
        return hint;
    return err == -ENOENT ? "there is no such directory" : err == -ENOTDIR ? "it is not a directory" : strerror(-err);
}

static int open_directory(const char *path)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static void check_directory(struct check *c, const char *what, const char *path, struct config_at at)
{
    char hint[HINT_SIZE];
    int err = open_directory(path);

    if (err == 0)
        return;
    config_blame(c->config, c->report, at, "cannot open the %s %s: %s", what, path, why_not_opened(err, path, hint));
    keep(c, err);
}

/* It can be named and not entered: the server starts, and nobody gets anything. */
static void check_may_enter(const struct check *c, const char *root, struct config_at at)
{
    char hint[HINT_SIZE];

    if (open_directory(root) < 0 || may_enter(root))
        return;
    explain_denial(root, hint);
    config_warn(c->config, c->report, at, "every answer will be 403: %s", hint);
}

/* Can it be written to, or made? It is not made here. */
static int check_file(const char *path)
{
    char directory[PATH_MAX];
    struct stat st;

    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return -EISDIR;
        return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 ? -errno : 0;
    }
    const char *slash = strrchr(path, '/');
    if (errno != ENOENT || slash == NULL || strlen(path) >= sizeof directory)
        return -errno;
    (void)snprintf(directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

static void check_log(struct check *c, const char *what, const char *path, struct config_at at)
{
    char user[NAME_SIZE];

    if (path == NULL || path[0] != '/')
        return;
    int err = check_file(path);
    if (err == -EACCES)
        config_blame(c->config, c->report, at, "cannot open the %s %s: the user %s may not write there", what, path,
                     user_name(geteuid(), user));
    else if (err < 0)
        config_blame(c->config, c->report, at, "cannot open the %s %s: %s", what, path,
                     err == -ENOENT ? "there is no such directory" : strerror(-err));
    if (err < 0)
        keep(c, err);
}

int check_places(const struct config *config, struct diagnose *report)
{
    struct check c = {config, report, 0};

    for (size_t i = 0; i < config->n_sites; i++) {
        struct config_at at = {KEY_site_root, i, 0};
        check_directory(&c, "root", config->sites[i].root, at);
        check_may_enter(&c, config->sites[i].root, at);
    }
    for (size_t i = 0; i < config->server.sandbox_path.n; i++)
        check_directory(&c, "sandbox_path", config->server.sandbox_path.v[i],
                        (struct config_at){KEY_server_sandbox_path, 0, i});
    check_log(&c, "access log", config->log.access, (struct config_at){.key = KEY_log_access});
    check_log(&c, "error log", config->log.error, (struct config_at){.key = KEY_log_error});
    return c.err;
}
