/* SPDX-License-Identifier: MIT */
/* Can the addresses of a configuration be listened on? Tried without listening there, so that nobody notices. */

#include "check/address.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/blame.h"
#include "config/written.h"
#include "confine/privs.h"
#include "host/file_place.h"
#include "io/address.h"
#include "io/inherited.h"
#include "listen/listeners.h"
#include "listen/port_owner.h"

enum { LINE_SIZE = 512 };

static int blame_owner(const struct listeners_reporter *r, struct config_at at, const char *address,
                       const struct port_owner *o)
{
    if (o->is_lent)
        config_blame(r->config, r->report, at,
                     "cannot listen on %s: a unit or another user passed process %ld (%s) the socket there; a unit's "
                     "is asked for "
                     "as systemd:NAME",
                     address, o->pid, o->name);
    else if (o->pid > 0)
        config_blame(r->config, r->report, at, "cannot listen on %s: process %ld (%s) does", address, o->pid, o->name);
    else
        listeners_blame(r, at, -EADDRINUSE);
    return -EADDRINUSE;
}

/* What a server that runs with this configuration was started with: the file, or the directory. */
static bool find_source(const struct config *c, dev_t *dev, ino_t *ino)
{
    const struct written *w = c->written;
    struct stat root;

    if (w != NULL && w->sources.n > 0 && w->sources.v[0]->tier == SOURCE_FILE) {
        *dev = w->sources.v[0]->dev;
        *ino = w->sources.v[0]->ino;
        return true;
    }
    if (c->n_sites == 0 || stat(c->sites[0].root, &root) < 0)
        return false;
    *dev = root.st_dev;
    *ino = root.st_ino;
    return true;
}

/* Whom a process runs as is settled for its life. */
static void check_user(const struct listeners_reporter *r, const struct port_owner *o)
{
    const struct config_server *server = &r->config->server;
    uid_t uid, is_uid;
    gid_t gid, is_gid;

    if ((server->user == NULL && server->group == NULL) || !privs_look_up(r->config, &uid, &gid) ||
        !process_identity(o->pid, &is_uid, &is_gid) || ((server->user == NULL || uid == is_uid) && gid == is_gid))
        return;
    config_warn(r->config, r->report,
                (struct config_at){.key = server->user != NULL ? KEY_server_user : KEY_server_group},
                "process %ld (%s) serves as somebody else, and will refuse to reload this: it has to be restarted",
                o->pid, o->name);
}

/* Good for the server that is to take this configuration in a reload. Whoever was started with another one is not it. */
static int accept_owner(const struct listeners_reporter *r, struct config_at at, const char *address,
                        const struct port_owner *o)
{
    dev_t dev;
    ino_t ino;

    if (!find_source(r->config, &dev, &ino))
        return 0;
    if (process_names(o->pid, dev, ino) == PROCESS_NAMES_OTHERS)
        config_warn(
            r->config, r->report, at,
            "process %ld (%s) listens on %s, started with another configuration: this one is good for its reload, "
            "but not to be started beside it",
            o->pid, o->name, address);
    else if (at.key == KEY_listen_address && at.section == 0 && at.value == 0)
        check_user(r, o);
    return 0;
}

/* Who may not look into other processes sees no owner; but which of them was started with this configuration. */
static struct port_owner find_owner(const struct config *c, const char *address)
{
    struct port_owner likely = {.pid = 0};
    dev_t dev;
    ino_t ino;

    if (find_source(c, &dev, &ino))
        likely = port_owner_started_with(dev, ino);
    return port_owner_find(address, &likely);
}

/* Those who share a port are one user's, so whoever is another now cannot find out by trying. */
static bool may_share(const struct listeners_reporter *r, struct config_at at)
{
    uid_t uid;
    gid_t gid;

    return r->config->server.accept == ACCEPT_REUSEPORT && at.key == KEY_listen_address &&
           privs_look_up(r->config, &uid, &gid) && uid == geteuid();
}

static int check_tcp(const struct listeners_reporter *r, struct config_at at, const char *address)
{
    const struct listen_options options = {.backlog = 1, .reuseport = may_share(r, at)};
    struct listener l;
    int err = listener_bind(&l, address, &options);

    if (err == 0)
        listener_close(&l);
    if (err == 0)
        return 0;
    if (err != -EADDRINUSE) {
        listeners_blame(r, at, err);
        return err;
    }
    struct port_owner owner = find_owner(r->config, address);
    return port_owner_is_batond(&owner) && !owner.is_lent ? accept_owner(r, at, address, &owner)
                                                          : blame_owner(r, at, address, &owner);
}

/* Who listens at a unix socket; 0 where nobody does, and the name may be taken over. */
static int find_unix_owner(const char *path, struct port_owner *o)
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

/* A name that a dead process left is taken over, which in a sticky directory only its owner may do. */
static bool may_replace(const char *path)
{
    struct port_owner nobody = {.pid = 0};
    struct stat name, directory;
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    uid_t uid = geteuid();

    (void)snprintf(parent, sizeof parent, "%.*s/", slash != NULL ? (int)(slash - path) : 0, path);
    if (uid == 0 || lstat(path, &name) < 0 || !S_ISSOCK(name.st_mode) || stat(parent, &directory) < 0 ||
        (directory.st_mode & S_ISVTX) == 0)
        return true;
    return name.st_uid == uid || directory.st_uid == uid || find_unix_owner(path, &nobody) != 0;
}

static int check_directory_of(const char *path)
{
    struct file_place place;
    int err = file_place_of_socket(&place, path);

    if (err == 0)
        err = file_place_may_make(&place);
    return err == 0 && !may_replace(path) ? -EADDRINUSE : err;
}

static int check_unix(const struct listeners_reporter *r, struct config_at at, const char *address)
{
    const char *path = address_path(address);
    struct port_owner owner = {.pid = 0};
    struct stat st;
    int err = 0;

    if (lstat(path, &st) == 0)
        err = S_ISSOCK(st.st_mode) ? find_unix_owner(path, &owner) : -EADDRINUSE;
    else if (errno != ENOENT)
        err = -errno;
    if (err == -EADDRINUSE && port_owner_is_batond(&owner))
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
    return address_path(address) != NULL ? check_unix(r, at, address) : check_tcp(r, at, address);
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
    const char *path = address_path(address);
    int err = path != NULL ? check_directory_of(path) : 0;

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
