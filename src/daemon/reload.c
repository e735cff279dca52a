/* SPDX-License-Identifier: MIT */
/* SIGHUP: read, open and bind everything a second time, then let the new generation go on where the old one stops. */

#include "daemon/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/diagnose.h"
#include "daemon/retired.h"

/* Every line of a report to the log; the first one is what the service manager is told. */
static void log_report(enum log_level level, char *text, char *first)
{
    char *rest = text;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line != '\0')
            log_write(NULL, level, "%s", line);
        if (*first == '\0')
            (void)snprintf(first, MASTER_REFUSED_MAX, "%s", line);
    }
}

int reload_read(struct master *m, struct config *config)
{
    char *text = NULL;
    size_t len = 0;
    FILE *report = open_memstream(&text, &len);

    struct config_args args = m->args->config;
    struct diagnose found;

    if (report == NULL)
        return -ENOMEM;
    args.may_wait = args.may_wait && m->g == NULL;
    diagnose_init(&found, false);
    int err = config_load(config, &args, &found);
    diagnose_print(&found, report);
    diagnose_fini(&found);
    (void)fclose(report);
    m->refused[0] = '\0';
    log_report(err < 0 ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, text, m->refused);
    free(text);
    if (err == 0)
        m->refused[0] = '\0'; /* what it reported were warnings */
    return err;
}

/* A new generation, started; NULL where the old one has to go on, and then the log has every reason. */
static struct generation *replace(struct master *m)
{
    struct config config;
    struct generation *g;

    if (reload_read(m, &config) < 0 || generation_new(&g, &config, &m->sockets, &m->acceptor.gate, &m->reports) < 0)
        return NULL;
    if (generation_start(g) < 0)
        generation_free(&g);
    return g;
}

void reload(struct master *m)
{
    if (m->stopping.how != STOP_NOT || m->succeeded)
        return;
    systemd_reloading(&m->systemd);
    struct generation *old = m->g;
    struct generation *g = replace(m);
    figures_reloaded(&m->figures, g != NULL);
    if (g == NULL) {
        log_write(NULL, LOG_LEVEL_ERROR, "the configuration was not reloaded; the old one goes on");
        if (m->refused[0] == '\0')
            (void)snprintf(m->refused, sizeof m->refused, "see the log");
        master_say(m, "Serving");
        systemd_notify(&m->systemd, "READY=1");
        return;
    }
    m->g = g;
    acceptor_use(&m->acceptor, g);
    master_watch_workers(m);
    retired_add(m, old);
    sockets_store(&m->sockets);
    log_notice("reloaded");
    master_say(m, "Reloaded");
    systemd_notify(&m->systemd, "READY=1");
}
