/* SPDX-License-Identifier: MIT */
/* config/environment.h: what variables of the environment add to a draft; they win over the files.
 *
 *     BATON__SECTION__KEY=value            BATON__SERVER__WORKERS=2
 *     BATON__KIND__NAME__KEY=value         BATON__SITE__EXAMPLE_COM__ROOT=/srv/www
 *
 * Section, name and key are written without regard to case. A name stands for the section of the files that has it,
 * where '_' is any byte that is no letter and no digit: EXAMPLE_COM is example.com. A name without '_' that no file has
 * makes a new section, in small letters. It may be left out where there is one section of the kind. A list has one value
 * on each line, or is cleared by an empty value. In a value nothing is a comment, and quotes are a part of it.
 *
 * Every variable that begins with BATON__ is ours. One that begins with BATON_ alone is a warning, as a '_' may be
 * missing.
 *
 * The variables are taken in the order of their names, not in that of the environment, which means nothing.
 *
 * Ownership: the sources keep copies of the variables.
 * Threads:   one; nobody may change the environment meanwhile.
 * Errors:    mistakes go to the draft's report, and the call returns 0; -ENOMEM else.
 */
#ifndef BATON_CONFIG_ENVIRONMENT_H
#define BATON_CONFIG_ENVIRONMENT_H

#include "config/draft.h"
#include "text/source.h"

/* `variables` is NAME=VALUE each, and ends with NULL; or is NULL. */
int environment_apply(struct draft *d, struct sources *sources, const char *const *variables);

#endif
