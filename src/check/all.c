/* SPDX-License-Identifier: MIT */
/* All that a start would look at, in its order. */

#include "check/all.h"

#include <stdio.h>
#include <unistd.h>

#include "check/address.h"
#include "check/places.h"
#include "check/same.h"
#include "check/sources.h"
#include "confine/privs.h"
#include "confine/sandbox.h"
#include "host/plan.h"

int check_as_server(const struct config *config, struct diagnose *report)
{
    if (config->server.user != NULL || config->server.group != NULL)
        return privs_take(config, report);
    return 0;
}

/* What cannot be opened has been reported by now. */
static void check_sandbox(const struct config *config, struct diagnose *report)
{
    struct sandbox sandbox;

    if (report->errors == 0 && sandbox_open(&sandbox, config, report) == 0)
        sandbox_fini(&sandbox);
}

void check_all(const struct config *config, struct diagnose *report)
{
    struct budget budget;
    size_t n_workers;

    (void)plan_make(config, report, &n_workers, &budget);
    (void)check_addresses(config, report);
    if (check_as_server(config, report) < 0)
        return;
    if (geteuid() == 0)
        (void)fprintf(stderr, "batond: looked at as root: a service with User= may be denied what root is not\n");
    check_sources(config, report);
    (void)check_places(config, report);
    (void)check_readers(config, report);
    (void)check_socket_places(config, report);
    (void)check_same(config, report);
    check_sandbox(config, report);
}
