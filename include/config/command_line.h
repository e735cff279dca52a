/* SPDX-License-Identifier: MIT */
/* config/command_line.h: what ROOT, -l and -o add to a draft, in this order; the later wins.
 *
 *     ROOT                       the root of the one site; without -c, the access log goes to stdout too, but
 *                                where the environment says otherwise
 *     -l ADDRESS                 all addresses of the files are put aside for these, in [listen main]
 *     -o SECTION.KEY=VALUE       SECTION.NAME.KEY where the kind has names; the name may be left out where there is one
 *                                a list has one value on each line, and puts aside what others say
 *
 * Ownership: the sources keep copies of the arguments.
 * Threads:   one.
 * Errors:    mistakes go to the draft's report, and the call returns 0; -ENOMEM else.
 */
#ifndef BATON_CONFIG_COMMAND_LINE_H
#define BATON_CONFIG_COMMAND_LINE_H

#include "config/draft.h"
#include "text/source.h"

int command_line_apply(struct draft *d, struct sources *sources, const struct config_args *args);

#endif
