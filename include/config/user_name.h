/* SPDX-License-Identifier: MIT */
/* config/user_name.h: the type NAME, the name of a user or a group; NULL where there is none.
 *
 * Whether there is such a user, confine/privs finds out.
 */
#ifndef BATON_CONFIG_USER_NAME_H
#define BATON_CONFIG_USER_NAME_H

#include "config/type.h"

extern const struct value_type type_NAME;

#endif
