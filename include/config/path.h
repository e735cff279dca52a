/* SPDX-License-Identifier: MIT */
/* config/path.h: types of values that are paths.
 *
 *     PATH     an absolute path of what is there
 *     DIRS     several of them, one a line and each once
 *     TARGET   one of the key's words, or an absolute path of what is made where there is none; "off" is kept as NULL
 *     GLOB     a file or a pattern (text/matches) to read; what is relative is so to the file that says it
 *
 * All but the last may begin with a directory of the service manager (config/directory), and are kept with what that
 * stands for.
 */
#ifndef BATON_CONFIG_PATH_H
#define BATON_CONFIG_PATH_H

#include "config/type.h"

extern const struct value_type type_PATH;
extern const struct value_type type_DIRS;
extern const struct value_type type_TARGET;
extern const struct value_type type_GLOB;

#endif
