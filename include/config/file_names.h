/* SPDX-License-Identifier: MIT */
/* config/file_names.h: the type NAMES, names of files relative to a directory that was asked for: several a line,
 * each once.
 */
#ifndef BATON_CONFIG_FILE_NAMES_H
#define BATON_CONFIG_FILE_NAMES_H

#include "config/type.h"

extern const struct value_type type_NAMES;

#endif
