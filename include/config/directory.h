/* SPDX-License-Identifier: MIT */
/* config/directory.h: paths in a directory that the service manager made, such as $LOGS_DIRECTORY/access.log.
 *
 * A path may begin with one of RUNTIME, STATE, CACHE, LOGS, CONFIGURATION and CREDENTIALS, each with '$' in front and
 * _DIRECTORY behind, and a slash. It stands for what that variable of the environment says; for its first directory, where
 * it names several. No other variable is looked at.
 *
 * Ownership: none; the environment is read where the value is.
 * Threads:   one; config_load only.
 * Errors:    a fault, which says what is missing; directory_expand: -ENOMEM.
 * Source:    systemd.exec(5) on RuntimeDirectory= and LoadCredential=.
 */
#ifndef BATON_CONFIG_DIRECTORY_H
#define BATON_CONFIG_DIRECTORY_H

#include "base/buf.h"
#include "base/sv.h"
#include "text/fault.h"

/* `text` begins with '$'. */
bool directory_check(struct sv text, struct fault *fault);

/* Append the path that a text stands for: any other than those above for itself. */
int directory_expand(struct buf *to, struct sv text);

#endif
