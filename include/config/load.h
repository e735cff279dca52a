/* SPDX-License-Identifier: MIT */
/* config/load.h: load a configuration, and free it.
 *
 * Read from, in this order: the defaults, the file, the files it includes, the environment, and the command line; later
 * wins.
 *
 * Ownership: config_load fills a structure that the caller frees with config_fini.
 * Threads:   one for each configuration.
 */
#ifndef BATON_CONFIG_LOAD_H
#define BATON_CONFIG_LOAD_H

#include <stdio.h>

#include "config/config.h"
#include "text/diagnose.h"

/* Load and check. Every mistake goes to the report, which the caller prints when it has added what it finds itself.
 * After an error *c needs no config_fini.
 * Returns: 0
 *          -EINVAL  there are errors in the report that were not there before
 *          -ENOMEM */
int config_load(struct config *c, const struct config_args *args, struct diagnose *report);
void config_fini(struct config *c);

/* --defaults: every key, its default, its unit and its line of help, as a valid INI file. */
void config_print_defaults(FILE *to);

#endif
