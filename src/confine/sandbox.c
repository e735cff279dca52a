/* SPDX-License-Identifier: MIT */
/* What the threads that serve may still do. The master keeps its rights: a reload opens other roots, binds other ports
 * and starts threads with other rules. */

#include "confine/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "base/thread.h"
#include "config/blame.h"
#include "confine/privs.h"

static int enter(const struct sandbox *s, const struct seccomp *seccomp)
{
    int err = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;

    if (err == 0 && !s->keeps_capabilities)
        err = privs_shed();
    if (err == 0 && s->landlock.fd >= 0)
        err = landlock_restrict(&s->landlock);
    if (err == 0 && seccomp->n > 0)
        err = seccomp_restrict(seccomp);
    return err;
}

int sandbox_enter(const void *sandbox)
{
    const struct sandbox *s = sandbox;

    return enter(s, &s->seccomp);
}

int sandbox_enter_logger(const void *sandbox)
{
    const struct sandbox *s = sandbox;

    return enter(s, &s->seccomp_logger);
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
    int err = thread_start(&thread, "trial", (struct thread_enter){call, s}, end, NULL);

    if (err == 0)
        (void)pthread_join(thread, NULL);
    return err;
}

/* Who is told what is missing. */
struct walls {
    struct sandbox *sandbox;
    const struct config *config;
    struct diagnose *report;
};

static int blame_place(const struct walls *w, struct config_at at, const char *path, int err)
{
    config_blame(w->config, w->report, at, "cannot open %s: %s", path, strerror(-err));
    return err;
}

static int allow_all(const struct walls *w)
{
    const struct landlock *l = &w->sandbox->landlock;
    const struct config *c = w->config;
    const struct strings *more = &c->server.sandbox_path;
    int err;

    for (size_t i = 0; i < c->n_sites; i++)
        if ((err = landlock_allow_root(l, c->sites[i].root)) < 0)
            return blame_place(w, (struct config_at){KEY_site_root, i, 0}, c->sites[i].root, err);
    for (size_t i = 0; i < more->n; i++)
        if ((err = landlock_allow(l, more->v[i])) < 0)
            return blame_place(w, (struct config_at){KEY_server_sandbox_path, 0, i}, more->v[i], err);
    return 0;
}

/* What this process, or its predecessor, has had by now. The kernel has it, so that no error of a reload or of an upgrade means
 * that it does not. */
static struct {
    bool landlock, seccomp, shedding;
} seen;

static const struct {
    const char *word;
    bool *seen;
} walls[] = {{"landlock", &seen.landlock}, {"seccomp", &seen.seccomp}, {"capset", &seen.shedding}};

void sandbox_walls(char text[SANDBOX_WALLS_SIZE])
{
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++)
        if (*walls[i].seen)
            len += (size_t)snprintf(text + len, SANDBOX_WALLS_SIZE - len, "%s ", walls[i].word);
}

void sandbox_inherit(void)
{
    const char *text = getenv(SANDBOX_WALLS);

    for (size_t i = 0; text != NULL && i < sizeof walls / sizeof walls[0]; i++)
        *walls[i].seen |= strstr(text, walls[i].word) != NULL;
    (void)unsetenv(SANDBOX_WALLS);
}

/* Does this error mean that the kernel, or a filter that was there before us, does not have it, and will not have it the
 * next time either? A shortage passes, and whatever is not known is taken for one: then the answer is no, not less. */
static bool is_missing(int err)
{
    static const int errors[] = {ENOSYS, EOPNOTSUPP, EPERM, EACCES, EINVAL, E2BIG};

    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (err == -errors[i])
            return true;
    return false;
}

/* A wall could not be had: returns what is wrong with going on without it. */
static int miss(const struct walls *w, const char *what, int err, bool was_there, const char *so)
{
    struct config_at at = {.key = KEY_server_sandbox};

    if (was_there || !is_missing(err)) {
        diagnose_error(w->report, place_nowhere(), "the sandbox cannot be made now: %s: %s", what, strerror(-err));
        return err;
    }
    if (w->config->server.sandbox == SANDBOX_REQUIRE) {
        config_blame(w->config, w->report, at, "sandbox = require, and there is no %s here: %s", what, strerror(-err));
        return err;
    }
    diagnose_warning(w->report, place_nowhere(), "sandbox: there is no %s here (%s), so workers may %s", what,
                     strerror(-err), so);
    return 0;
}

/* 0, or why there is none. */
static int open_landlock(struct landlock *l)
{
    int err = landlock_open(l);

    if (err == 0)
        err = try_to(sandbox_enter, &(struct sandbox){.keeps_capabilities = true, .landlock = *l});
    if (err < 0)
        landlock_close(l);
    return err;
}

static int open_seccomp(struct sandbox *s)
{
    struct sandbox alone = {.keeps_capabilities = true, .landlock = {.fd = -1}};

    seccomp_init(&alone.seccomp);
    int err = alone.seccomp.n > 0 ? try_to(sandbox_enter, &alone) : -ENOSYS;
    if (err < 0)
        return err;
    s->seccomp = alone.seccomp;
    seccomp_init_logger(&s->seccomp_logger);
    return 0;
}

static int open_walls(const struct walls *w)
{
    struct sandbox *s = w->sandbox;
    int landlock = open_landlock(&s->landlock);
    int seccomp = open_seccomp(s);
    int err =
        landlock == 0 ? allow_all(w) : miss(w, "Landlock", landlock, seen.landlock, "open whatever their user may");

    if (err == 0 && seccomp < 0)
        err = miss(w, "seccomp filter", seccomp, seen.seccomp, "make any system call");
    if (err < 0)
        return err;
    seen.landlock |= landlock == 0;
    seen.seccomp |= seccomp == 0;
    return 0;
}

/* Capabilities go in any case. A service manager that gives one and forbids capset(2) has it stay. */
static int open_shedding(const struct walls *w)
{
    int err = try_to(shed, w->sandbox);

    seen.shedding |= err == 0;
    if (err == 0)
        return 0;
    w->sandbox->keeps_capabilities = true;
    return miss(w, "way to give up capabilities", err, seen.shedding,
                "use them; in a unit with SystemCallFilter=, a line SystemCallFilter=capset allows it");
}

int sandbox_open(struct sandbox *s, const struct config *config, struct diagnose *report)
{
    struct walls w = {s, config, report};

    *s = (struct sandbox){.landlock = {.fd = -1}};
    int err = open_shedding(&w);
    if (err == 0 && config->server.sandbox != SANDBOX_NO)
        err = open_walls(&w);
    if (err < 0)
        sandbox_fini(s);
    return err;
}

void sandbox_say(const struct sandbox *s)
{
    if (s->landlock.fd >= 0)
        log_notice("sandbox: Landlock (version %d)%s", s->landlock.abi, s->seccomp.n > 0 ? ", seccomp" : "");
    else if (s->seccomp.n > 0)
        log_notice("sandbox: seccomp");
}

void sandbox_fini(struct sandbox *s)
{
    landlock_close(&s->landlock);
    s->seccomp.n = 0;
    s->seccomp_logger.n = 0;
}
