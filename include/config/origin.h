/* SPDX-License-Identifier: MIT */
/* config/origin.h: where a value in effect came from, as -T says it.
 *
 * Ownership: the views are of config->effective.
 * Threads:   any.
 * Errors:    none.
 */
#ifndef BATON_CONFIG_ORIGIN_H
#define BATON_CONFIG_ORIGIN_H

#include "config/config.h"

struct origin {
    struct sv value; /* as it was written */
    struct sv from;  /* "/etc/baton/baton.ini:7", "command line", "default" */
    struct sv rest;  /* of the section, behind this line */
};

/* The first line for `key` in the section whose header is "[kind]" or "[kind name]". False where there is none, and then
 * *o is empty. */
bool origin_first(const struct config *c, struct sv header, const char *key, struct origin *o);

/* The next of a key that is there several times. */
bool origin_next(const char *key, struct origin *o);

#endif
