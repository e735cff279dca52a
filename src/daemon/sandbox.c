/* SPDX-License-Identifier: MIT */
/* What the threads that serve may still do. The master keeps its rights: a reload opens other roots, binds other ports
 * and starts threads with other rules. */

#include "daemon/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "base/thread.h"
#include "daemon/privs.h"

int sandbox_enter(const void *sandbox)
{
    const struct sandbox *s = sandbox;
    int err = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;

    (void)privs_shed(); /* sandbox_open has said so where it fails */
    if (err == 0 && s->landlock.fd >= 0)
        err = landlock_restrict(&s->landlock);
    if (err == 0 && s->seccomp.n > 0)
        err = seccomp_restrict(&s->seccomp);
    return err;
}

static int shed(const void *of)
{
    (void)of;
    return privs_shed();
}

static void *end(void *arg)
{
    return arg;
}

/* What a thread would get; this one keeps its rights. */
static int try_to(int (*call)(const void *), const struct sandbox *s)
{
    pthread_t thread;
    int err = thread_start(&thread, (struct thread_enter){call, s}, end, NULL);

    if (err == 0)
        (void)pthread_join(thread, NULL);
    return err;
}

static int say(const char *what, const char *path, int err)
{
    log_error("cannot open the %s %s: %s", what, path, strerror(-err));
    return err;
}

static int allow_all(const struct landlock *l, const struct config *config)
{
    const struct strings *more = &config->server.sandbox_path;
    int err;

    for (size_t i = 0; i < config->n_sites; i++)
        if ((err = landlock_allow_root(l, config->sites[i].root)) < 0)
            return say("root", config->sites[i].root, err);
    for (size_t i = 0; i < more->n; i++)
        if ((err = landlock_allow(l, more->v[i])) < 0)
            return say("sandbox_path", more->v[i], err);
    return 0;
}

/* 0, or why this kernel does not have it. */
static int open_landlock(struct landlock *l)
{
    int err = landlock_open(l);

    if (err == 0)
        err = try_to(sandbox_enter, &(struct sandbox){.landlock = *l});
    if (err < 0)
        landlock_close(l);
    return err;
}

static int open_seccomp(struct sandbox *s)
{
    struct sandbox alone = {.landlock = {.fd = -1}};

    seccomp_init(&alone.seccomp);
    int err = alone.seccomp.n > 0 ? try_to(sandbox_enter, &alone) : -ENOSYS;
    if (err == 0)
        s->seccomp = alone.seccomp;
    return err;
}

/* Returns what is wrong with going on without it. */
static int miss(const struct config *config, const char *what, int err, const char *so)
{
    if (config->server.sandbox == SANDBOX_REQUIRE) {
        log_error("sandbox = require, and there is no %s here: %s", what, strerror(-err));
        return err;
    }
    log_warning("sandbox: there is no %s here (%s), so workers may %s", what, strerror(-err), so);
    return 0;
}

static int open_walls(struct sandbox *s, const struct config *config)
{
    int landlock = open_landlock(&s->landlock);
    int seccomp = open_seccomp(s);
    int err = landlock == 0 ? allow_all(&s->landlock, config)
                            : miss(config, "Landlock", landlock, "open whatever their user may");

    if (err == 0 && seccomp < 0)
        err = miss(config, "seccomp filter", seccomp, "make any system call");
    if (err < 0)
        return err;
    if (landlock == 0)
        log_notice("sandbox: Landlock (version %d)%s", s->landlock.abi, seccomp == 0 ? ", seccomp" : "");
    else if (seccomp == 0)
        log_notice("sandbox: seccomp");
    return 0;
}

int sandbox_open(struct sandbox *s, const struct config *config)
{
    *s = (struct sandbox){.landlock = {.fd = -1}};
    int err = try_to(shed, s);
    if (err < 0)
        log_warning("workers keep their capabilities: %s", strerror(-err));
    if (config->server.sandbox == SANDBOX_NO)
        return 0;
    err = open_walls(s, config);
    if (err < 0)
        sandbox_fini(s);
    return err;
}

void sandbox_fini(struct sandbox *s)
{
    landlock_close(&s->landlock);
    s->seccomp.n = 0;
}
