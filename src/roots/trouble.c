/* SPDX-License-Identifier: MIT */
/* Files that cannot be served, told to the operator. A request comes here where its file could not be loaded. */

#include "roots/trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/log.h"

/* A client can have lines written: of each reason as many as this in LOG_CAUSE_SECONDS, and so much of a path. */
enum { LINES = 10, PATH_ROOM = 400, DETAIL_ROOM = PATH_ROOM + 256 };

static const char *user; /* borrowed; NULL = nothing is told */

static struct trouble {
    enum why why;
    enum log_level level;
    struct log_cause cause;
} troubles[] = {
    {WHY_DENIED, LOG_LEVEL_WARNING, {.most = LINES}},
    {WHY_OUTSIDE, LOG_LEVEL_WARNING, {.most = LINES}},
    {WHY_LINKS, LOG_LEVEL_WARNING, {.most = LINES}},
    {WHY_UNREADABLE, LOG_LEVEL_ERROR, {.most = LINES}},
};

enum why trouble_why(int err)
{
    switch (-err) {
    case ENOENT:
        return WHY_MISSING;
    case ENOTDIR:
        return WHY_NO_DIRECTORY;
    case ELOOP:
        return WHY_LINKS;
    case EXDEV:
        return WHY_OUTSIDE;
    case ENAMETOOLONG:
        return WHY_NAME_LONG;
    case ENXIO:
        return WHY_NOT_REGULAR;
    case EACCES:
    case EPERM:
        return WHY_DENIED;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
        return WHY_SHORTAGE;
    default:
        return WHY_UNREADABLE;
    }
}

void trouble_init(const char *name)
{
    user = name;
}

/* The path of a name below the root, with what could steer a terminal escaped, and cut where it is long. */
static void show_path(const struct root *root, struct sv name, char room[PATH_ROOM])
{
    const struct sv parts[] = {sv_cstr(root->path), SV("/"), name};
    size_t n = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (struct sv rest = parts[i]; rest.len > 0 && n + sizeof(struct glyph) < PATH_ROOM;) {
            struct glyph g = escape_terminal(rest);
            memcpy(room + n, g.text, g.text_len);
            n += g.text_len;
            rest = sv_skip(rest, g.bytes);
        }
    memcpy(room + n, n + sizeof(struct glyph) < PATH_ROOM ? "" : "...", n + sizeof(struct glyph) < PATH_ROOM ? 1 : 4);
}

/* All that leads to it may be entered, or there would be nothing to look at. */
static bool look_at(const struct root *root, const char *name, struct statx *sx)
{
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name[0] == '\0' ? AT_EMPTY_PATH : 0);

    return statx(root->fd, name, flags, STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID, sx) == 0;
}

/* May the directory that the first `len` bytes of a name lead to be entered? */
static bool may_enter(const struct root *root, const char *name, size_t len)
{
    char room[PATH_MAX + 2];

    memcpy(room, name, len);
    memcpy(room + len, len > 0 ? "/." : ".", len > 0 ? 3 : 2);
    int fd = root_open_at(root, room, O_PATH);
    if (fd >= 0)
        close(fd);
    return fd != -EACCES;
}

/* How much of a name leads to a directory that may not be entered; -1 where all may be. */
static ssize_t find_closed(const struct root *root, const char *name)
{
    if (!may_enter(root, name, 0))
        return 0;
    for (size_t len = 1; name[len - 1] != '\0'; len++)
        if ((name[len] == '/' || name[len] == '\0') && name[len - 1] != '/' && !may_enter(root, name, len))
            return (ssize_t)len;
    return -1;
}

/* Which directory or file is to be opened up, and for whom. */
static void explain_denial(const struct root *root, const char *name, char room[DETAIL_ROOM])
{
    char part[PATH_MAX], path[PATH_ROOM];
    ssize_t closed = strlen(name) < sizeof part ? find_closed(root, name) : -1;
    size_t len = closed >= 0 ? (size_t)closed : strlen(name);
    struct statx sx;

    room[0] = '\0';
    if (len >= sizeof part)
        return;
    memcpy(part, name, len);
    part[len] = '\0';
    show_path(root, sv_of(part, len), path);
    if (look_at(root, part, &sx) && !S_ISLNK(sx.stx_mode))
        (void)snprintf(room, DETAIL_ROOM, "; the user %s may not %s %s (mode %04o, owner %u:%u)", user,
                       closed >= 0 ? "enter" : "read", path, sx.stx_mode & 07777U, sx.stx_uid, sx.stx_gid);
    else
        (void)snprintf(room, DETAIL_ROOM, "; the user %s may not go where %s leads", user, path);
}

void trouble_tell(const struct root *root, const char *name, enum why why, int err)
{
    struct trouble *t = troubles;
    char path[PATH_ROOM], detail[DETAIL_ROOM] = "";

    while (t->why != why)
        if (++t == troubles + sizeof troubles / sizeof *troubles)
            return;
    if (user == NULL || !log_has_turn(&t->cause, t->level))
        return;
    show_path(root, sv_cstr(name), path);
    if (why == WHY_DENIED)
        explain_denial(root, name, detail);
    else if (why == WHY_UNREADABLE)
        (void)snprintf(detail, sizeof detail, ": %s", strerror(-err));
    log_write(&t->cause, t->level, "%s is answered with %d: %s%s", path, why_status(why), why_text(why), detail);
}
