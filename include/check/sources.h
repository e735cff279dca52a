/* SPDX-License-Identifier: MIT */
/* check/sources.h: will a reload be able to read the files of a configuration again, as the user that we are now?
 *
 * Who starts reads them as root, before it becomes another user; each reload reads them as that one. What it could not read
 * is a warning, at the include that names it.
 *
 * Threads: one; it may block, as disks may.
 * Errors:  none; without memory nothing is said.
 */
#ifndef BATON_CHECK_SOURCES_H
#define BATON_CHECK_SOURCES_H

#include "config/config.h"
#include "text/diagnose.h"

void check_sources(const struct config *config, struct diagnose *report);

#endif
