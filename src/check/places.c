/* SPDX-License-Identifier: MIT */
/* Is everything there that a configuration names? Asked by -t, and by each start and reload before anything is opened, so
 * that all of them say the same. */

#include "check/places.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log_file.h"
#include "config/blame.h"
#include "host/denial.h"
#include "host/file_place.h"
#include "host/names.h"

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

static const char *why_not_opened(int err, const char *path, char hint[DENIAL_SIZE])
{
    if (err == -EACCES)
        denial_explain(path, hint);
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
    char hint[DENIAL_SIZE];
    int err = open_directory(path);

    if (err == 0)
        return;
    config_blame(c->config, c->report, at, "cannot open the %s %s: %s", what, path, why_not_opened(err, path, hint));
    keep(c, err);
}

/* It can be named and not entered: the server starts, and nobody gets anything. */
static void check_may_enter(const struct check *c, const char *root, struct config_at at)
{
    char hint[DENIAL_SIZE];

    if (open_directory(root) < 0 || denial_may_enter(root))
        return;
    denial_explain(root, hint);
    config_warn(c->config, c->report, at, "every answer will be 403: %s", hint);
}

static int try_to_open(const char *path)
{
    int fd = log_file_open(path);

    if (fd >= 0)
        close(fd);
    return fd < 0 ? fd : 0;
}

/* Where there is a file, it is opened as whoever writes to it opens it. A FIFO is not, as its reader would take our leaving
 * for the end. */
static int check_writable(const char *path)
{
    struct file_place place;
    struct stat st;

    if (stat(path, &st) == 0) {
        if (S_ISFIFO(st.st_mode))
            return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 ? -errno : 0;
        return try_to_open(path);
    }
    int err = errno == ENOENT ? file_place_of_file(&place, path) : -errno;
    return err == 0 ? file_place_may_make(&place) : err;
}

/* Does anybody read what is written there? Only a FIFO can be without. */
static int check_reader(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0 || !S_ISFIFO(st.st_mode))
        return 0;
    return try_to_open(path);
}

static const char *why_not_written(int err)
{
    switch (-err) {
    case ENOENT:
        return "there is no such directory";
    case EPERM:
        return "no file can be made there";
    case ENXIO:
        return "nobody reads what is written there";
    default:
        return strerror(-err);
    }
}

static void check_log(struct check *c, const char *what, const char *path, struct config_at at,
                      int (*check)(const char *))
{
    char user[NAME_SIZE];

    if (path == NULL || path[0] != '/')
        return;
    int err = check(path);
    if (err == -EACCES)
        config_blame(c->config, c->report, at, "cannot open the %s %s: the user %s may not write there", what, path,
                     user_name(geteuid(), user));
    else if (err < 0)
        config_blame(c->config, c->report, at, "cannot open the %s %s: %s", what, path, why_not_written(err));
    if (err < 0)
        keep(c, err);
}

static void check_logs(struct check *c, int (*check)(const char *))
{
    check_log(c, "access log", c->config->log.access, (struct config_at){.key = KEY_log_access}, check);
    check_log(c, "error log", c->config->log.error, (struct config_at){.key = KEY_log_error}, check);
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
    check_logs(&c, check_writable);
    return c.err;
}

int check_readers(const struct config *config, struct diagnose *report)
{
    struct check c = {config, report, 0};

    check_logs(&c, check_reader);
    return c.err;
}
