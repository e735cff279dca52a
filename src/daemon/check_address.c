/* SPDX-License-Identifier: MIT */
/* Can the addresses of a configuration be listened on? Tried without listening there, so that nobody notices. */

#include "daemon/check_address.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/blame.h"
#include "config/written.h"
#include "daemon/file_place.h"
#include "daemon/listeners.h"
#include "daemon/process.h"
#include "daemon/systemd.h"

enum { LINK_SIZE = 32, LINKS_MAX = 16, LINE_SIZE = 512 };

static const char scheme[] = "unix:";

/* A process that listens where we would. */
struct owner {
    long pid; /* 0 = it cannot be told */
    char name[PROCESS_NAME_SIZE];
};

static bool is_ours(const struct owner *o)
{
    return o->pid > 0 && process_is_batond(o->name);
}

/* The names that /proc gives to sockets which listen on a port, "socket:[123]". */
struct links {
    char name[LINKS_MAX][LINK_SIZE];
    size_t n;
};

static void find_links(const char *table, unsigned port, struct links *links)
{
    char line[LINE_SIZE];
    FILE *f = fopen(table, "re");

    while (f != NULL && links->n < LINKS_MAX && fgets(line, sizeof line, f) != NULL) {
        unsigned local, state;
        unsigned long inode;
        /* sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode */
        if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*d %lu", &local, &state,
                   &inode) == 3 &&
            state == 0x0A && local == port)
            (void)snprintf(links->name[links->n++], LINK_SIZE, "socket:[%lu]", inode);
    }
    if (f != NULL)
        (void)fclose(f);
}

static bool has_link(long pid, const struct links *links)
{
    char path[64], target[LINK_SIZE];
    const struct dirent *e;
    bool found = false;

    (void)snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *dir = opendir(path);
    while (dir != NULL && !found && (e = readdir(dir)) != NULL) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        for (size_t i = 0; i < links->n && !found; i++)
            found = strcmp(target, links->name[i]) == 0;
    }
    if (dir != NULL)
        (void)closedir(dir);
    return found;
}

/* One that we may look into. A batond is preferred: with SO_REUSEPORT, and in an upgrade, there may be several. */
static struct owner find_owner(unsigned port)
{
    struct links links = {.n = 0};
    struct owner found = {.pid = 0};
    const struct dirent *e;
    DIR *proc = opendir("/proc");

    find_links("/proc/net/tcp", port, &links);
    find_links("/proc/net/tcp6", port, &links);
    while (proc != NULL && links.n > 0 && !is_ours(&found) && (e = readdir(proc)) != NULL) {
        struct owner one = {.pid = strtol(e->d_name, NULL, 10)};
        if (one.pid <= 0 || !has_link(one.pid, &links))
            continue;
        process_name(one.pid, one.name);
        found = one;
    }
    if (proc != NULL)
        (void)closedir(proc);
    return found;
}

static int blame_owner(const struct listeners_reporter *r, struct config_at at, const char *address,
                       const struct owner *o)
{
    if (o->pid > 0)
        config_blame(r->config, r->report, at, "cannot listen on %s: process %ld (%s) does", address, o->pid, o->name);
    else
        listeners_blame(r, at, -EADDRINUSE);
    return -EADDRINUSE;
}

/* Good for the server that is to take this configuration in a reload. Whoever was started with another one is not it. */
static int accept_owner(const struct listeners_reporter *r, struct config_at at, const char *address,
                        const struct owner *o)
{
    const struct written *w = r->config->written;
    struct stat root = {0};
    bool has_file = w != NULL && w->sources.n > 0 && w->sources.v[0]->tier == SOURCE_FILE;

    if (!has_file && (r->config->n_sites == 0 || stat(r->config->sites[0].root, &root) < 0))
        return 0;
    dev_t dev = has_file ? w->sources.v[0]->dev : root.st_dev;
    ino_t ino = has_file ? w->sources.v[0]->ino : root.st_ino;
    if (process_names(o->pid, dev, ino) == PROCESS_NAMES_OTHERS)
        config_warn(
            r->config, r->report, at,
            "process %ld (%s) listens on %s, started with another configuration: this one is good for its reload, "
            "but not to be started beside it",
            o->pid, o->name, address);
    return 0;
}

static int check_tcp(const struct listeners_reporter *r, struct config_at at, const char *address)
{
    static const struct listen_options options = {.backlog = 1};
    const char *colon = strrchr(address, ':');
    struct listener l;
    int err = listener_bind(&l, address, &options);

    if (err == 0)
        listener_close(&l);
    if (err == 0)
        return 0;
    if (err != -EADDRINUSE || colon == NULL) {
        listeners_blame(r, at, err);
        return err;
    }
    struct owner owner = find_owner((unsigned)strtoul(colon + 1, NULL, 10));
    return is_ours(&owner) ? accept_owner(r, at, address, &owner) : blame_owner(r, at, address, &owner);
}

/* Who listens at a unix socket; 0 where nobody does, and the name may be taken over. */
static int find_unix_owner(const char *path, struct owner *o)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct ucred peer = {.pid = 0};
    socklen_t len = sizeof peer;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int err = connect(fd, (const struct sockaddr *)&a, sizeof a) < 0 ? -errno : -EADDRINUSE;
    if (err == -EADDRINUSE && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0)
        o->pid = peer.pid;
    if (o->pid > 0)
        process_name(o->pid, o->name);
    close(fd);
    return err == -ECONNREFUSED ? 0 : err == -EAGAIN ? -EADDRINUSE : err;
}

static int check_directory_of(const char *path)
{
    struct file_place place;
    int err = file_place_of_socket(&place, path);

    return err == 0 ? file_place_may_make(&place) : err;
}

static int check_unix(const struct listeners_reporter *r, struct config_at at, const char *address)
{
    const char *path = address + sizeof scheme - 1;
    struct owner owner = {.pid = 0};
    struct stat st;
    int err = 0;

    if (lstat(path, &st) == 0)
        err = S_ISSOCK(st.st_mode) ? find_unix_owner(path, &owner) : -EADDRINUSE;
    else if (errno != ENOENT)
        err = -errno;
    if (err == -EADDRINUSE && is_ours(&owner))
        return accept_owner(r, at, address, &owner);
    if (err == -EADDRINUSE)
        return blame_owner(r, at, address, &owner);
    if (err < 0)
        listeners_blame(r, at, err);
    return err;
}

/* "FileDescriptorName=http", or a unit that is called so. */
static bool unit_names(const char *path, const char *name)
{
    static const char key[] = "FileDescriptorName=";
    const char *slash = strrchr(path, '/');
    char line[LINE_SIZE];
    bool found = slash != NULL && strcmp(slash + 1, name) == 0;
    FILE *f = fopen(path, "re");

    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        found = strncmp(line, key, sizeof key - 1) == 0 && strcmp(line + sizeof key - 1, name) == 0;
    }
    if (f != NULL)
        (void)fclose(f);
    return found;
}

/* Outside of a service nobody passes a socket; a unit that will is as good. */
static bool some_unit_passes(const char *name)
{
    static const char *const places[] = {
        "/etc/systemd/system/*.socket",           "/etc/systemd/system/*.socket.d/*.conf",
        "/run/systemd/system/*.socket",           "/run/systemd/system/*.socket.d/*.conf",
        "/usr/local/lib/systemd/system/*.socket", "/usr/lib/systemd/system/*.socket",
        "/lib/systemd/system/*.socket",
    };
    bool found = false;

    for (size_t i = 0; i < sizeof places / sizeof places[0] && !found; i++) {
        glob_t all;
        if (glob(places[i], GLOB_NOSORT, NULL, &all) != 0)
            continue;
        for (size_t k = 0; k < all.gl_pathc && !found; k++)
            found = unit_names(all.gl_pathv[k], name);
        globfree(&all);
    }
    return found;
}

static int check_passed(const struct listeners_reporter *r, struct config_at at, const char *address,
                        const struct inherited *passed)
{
    const char *name = strchr(address, ':') + 1;

    for (size_t i = 0; i < passed->n; i++)
        if (strcmp(passed->v[i].name, name) == 0)
            return 0;
    if (passed->n == 0 && some_unit_passes(name))
        return 0;
    config_blame(r->config, r->report, at,
                 "no socket of that name is passed to us, and no socket unit has FileDescriptorName=%s", name);
    return -ENOENT;
}

static int check_one(const struct listeners_reporter *r, struct config_at at, const char *address,
                     const struct inherited *passed)
{
    if (sockets_is_passed(address))
        return check_passed(r, at, address, passed);
    return strncmp(address, scheme, sizeof scheme - 1) == 0 ? check_unix(r, at, address) : check_tcp(r, at, address);
}

/* Do something to each address; the first error. */
static int for_each(const struct config *c, struct diagnose *report, const struct inherited *passed,
                    int (*check)(const struct listeners_reporter *, struct config_at, const char *,
                                 const struct inherited *))
{
    const struct listeners_reporter r = {c, report};
    int first = 0;

    for (size_t i = 0; i < c->n_listens; i++)
        for (size_t k = 0; k < c->listens[i].address.n; k++) {
            int err = check(&r, (struct config_at){KEY_listen_address, i, k}, c->listens[i].address.v[k], passed);
            first = first < 0 ? first : err;
        }
    for (size_t k = 0; k < c->status.address.n; k++) {
        int err = check(&r, (struct config_at){KEY_status_address, 0, k}, c->status.address.v[k], passed);
        first = first < 0 ? first : err;
    }
    return first;
}

static int check_socket_place(const struct listeners_reporter *r, struct config_at at, const char *address,
                              const struct inherited *passed)
{
    int err = strncmp(address, scheme, sizeof scheme - 1) == 0 ? check_directory_of(address + sizeof scheme - 1) : 0;

    (void)passed;
    if (err < 0)
        listeners_blame(r, at, err);
    return err;
}

int check_socket_places(const struct config *c, struct diagnose *report)
{
    return for_each(c, report, NULL, check_socket_place);
}

int check_addresses(const struct config *c, struct diagnose *report)
{
    struct inherited passed;
    int err = inherited_init(&passed);

    if (err == 0)
        err = for_each(c, report, &passed, check_one);
    inherited_fini(&passed);
    return err;
}
