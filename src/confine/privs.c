/* SPDX-License-Identifier: MIT */
/* Whom the daemon runs as: the first thing that happens once the configuration is read. */

#include "confine/privs.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "config/blame.h"

struct identity {
    uid_t uid;
    gid_t gid;
};

enum { BIND = CAP_NET_BIND_SERVICE };

/* Permitted capabilities are masks of 32 bits, the low ones first. */
struct caps {
    struct __user_cap_data_struct half[2];
};

static int caps_get(struct caps *c)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

    memset(c, 0, sizeof *c);
    return syscall(SYS_capget, &header, c->half) < 0 ? -errno : 0;
}

/* The calling thread has this one from now on, or none. */
static int caps_set(bool bind)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    uint32_t mask = bind ? 1U << BIND : 0;
    struct caps c = {.half = {{.effective = mask, .permitted = mask, .inheritable = mask}}};

    return syscall(SYS_capset, &header, c.half) < 0 ? -errno : 0;
}

static bool has_bind(void)
{
    struct caps c;

    return caps_get(&c) == 0 && (c.half[0].permitted & 1U << BIND) != 0;
}

static int blame(const struct config *c, struct diagnose *report, enum key_id key, const char *what, int err)
{
    config_blame(c, report, (struct config_at){.key = key}, "cannot %s: %s", what, strerror(-err));
    return err;
}

bool privs_look_up(const struct config *c, uid_t *uid, gid_t *gid)
{
    const struct config_server *server = &c->server;
    const struct passwd *user = server->user != NULL ? getpwnam(server->user) : NULL;
    const struct group *group = server->group != NULL ? getgrnam(server->group) : NULL;

    *uid = user != NULL ? user->pw_uid : geteuid();
    *gid = group != NULL ? group->gr_gid : user != NULL ? user->pw_gid : getegid();
    return (server->user == NULL || user != NULL) && (server->group == NULL || group != NULL);
}

/* Names to numbers; false after reporting those that nobody has. */
static bool look_up(const struct config *c, struct diagnose *report, struct identity *id)
{
    const struct config_server *server = &c->server;

    if (privs_look_up(c, &id->uid, &id->gid))
        return true;
    if (server->user != NULL && getpwnam(server->user) == NULL)
        config_blame(c, report, (struct config_at){.key = KEY_server_user}, "there is no user '%s' on this machine",
                     server->user);
    if (server->group != NULL && getgrnam(server->group) == NULL)
        config_blame(c, report, (struct config_at){.key = KEY_server_group}, "there is no group '%s' on this machine",
                     server->group);
    return false;
}

/* The kernel takes capabilities away with the last user id of 0, unless it is told to keep them; then only those that are
 * in effect. Ambient ones last over exec(2), that of an upgrade. */
static int become(const char *user, const struct identity *id)
{
    bool bind = has_bind();

    if (user != NULL && initgroups(user, id->gid) < 0)
        return -errno;
    if (setresgid(id->gid, id->gid, id->gid) < 0)
        return -errno;
    if (id->uid == 0)
        return 0;
    if (prctl(PR_SET_KEEPCAPS, bind ? 1 : 0, 0, 0, 0) < 0 || setresuid(id->uid, id->uid, id->uid) < 0)
        return -errno;
    int err = caps_set(bind);
    if (err < 0)
        return err;
    if (bind && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, BIND, 0, 0) < 0)
        log_warning("CAP_NET_BIND_SERVICE will not outlive an upgrade: %s", strerror(errno));
    (void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
    return setuid(0) < 0 ? 0 : -EPERM; /* who could come back has not left */
}

static int check(const struct config *c, struct diagnose *report)
{
    const struct config_server *server = &c->server;
    struct identity id;

    if (server->user == NULL && server->group == NULL)
        return 0;
    if (!look_up(c, report, &id))
        return -EINVAL;
    if (id.uid == geteuid() && id.gid == getegid())
        return 0;
    config_blame(c, report, (struct config_at){.key = server->user != NULL ? KEY_server_user : KEY_server_group},
                 "cannot become %s%s%s; only root can, and only when it starts",
                 server->user != NULL ? server->user : "", server->group != NULL ? ":" : "",
                 server->group != NULL ? server->group : "");
    return -EPERM;
}

static int drop(const struct config *c, struct diagnose *report)
{
    const struct config_server *server = &c->server;
    struct config_at at = {.key = server->user != NULL ? KEY_server_user : KEY_server_group};
    struct identity id;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return blame(c, report, KEY_server_user, "give up the gaining of privileges", -errno);
    if (geteuid() == 0 && server->user == NULL)
        log_warning("serving as root; [server] user says whom to become instead");
    if (geteuid() != 0 || (server->user == NULL && server->group == NULL))
        return check(c, report);
    if (!look_up(c, report, &id))
        return -EINVAL;
    int err = become(server->user, &id);
    return err < 0 ? blame(c, report, at.key, "become this user or group", err) : 0;
}

/* Whom a process runs as is the process's, and so is that it has been settled. Once there are confined threads, to try
 * would abort it: the C library has all of them change together, and their filter refuses. */
int privs_take(const struct config *config, struct diagnose *report)
{
    static bool settled;

    if (settled)
        return check(config, report);
    int err = drop(config, report);
    settled = err == 0;
    return err;
}

int privs_shed(void)
{
    struct caps c;

    if (geteuid() == 0)
        return 0;
    int err = caps_get(&c);
    bool has_any = (c.half[0].permitted | c.half[1].permitted) != 0;
    return err == 0 && has_any ? caps_set(false) : err;
}
