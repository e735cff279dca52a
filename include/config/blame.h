/* SPDX-License-Identifier: MIT */
/* config/blame.h: where the values of a configuration were written, and what turns out to be wrong with them once it is
 * loaded: that is reported as its own mistakes are.
 *
 *     /etc/baton/baton.ini:14:8: error: cannot open the root /srv/www: there is no such directory
 *       root = /srv/www
 *              ^~~~~~~~
 *
 * For whoever opens, binds or looks up what a value names: nobody can know while reading whether that will do. A value
 * of the command line or the environment is shown as it was written there, a default as the line that would set it.
 *
 * Ownership: none; the report copies what it is told.
 * Threads:   any, for reports of their own: a configuration is const.
 * Errors:    as text/diagnose. A configuration that config_load did not make knows no places, and every value of it
 *            is taken for a default.
 */
#ifndef BATON_CONFIG_BLAME_H
#define BATON_CONFIG_BLAME_H

#include "config/config.h"
#include "config/schema.h"
#include "text/diagnose.h"

/* One mistake, or warning, about a value. Of a line that holds several values, the place is that of the one. */
void config_blame(const struct config *c, struct diagnose *report, struct config_at at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void config_warn(const struct config *c, struct diagnose *report, struct config_at at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Append where a value came from, as -T says it: "/etc/baton/baton.ini:7", "environment:NAME", "command line" or
 * "default". Returns 0 or -ENOMEM. */
int config_origin(const struct config *c, struct config_at at, struct buf *to);

/* A value as it was written, or the default. A view, for as long as the configuration lives. */
struct sv config_text(const struct config *c, struct config_at at);

#endif
