/* SPDX-License-Identifier: MIT */
/* config/numbers.h: types of values that are kept as a number.
 *
 *     BOOL       yes, true or on; no, false or off
 *     COUNT      a plain number
 *     SIZE       bytes, with k, m or g
 *     DURATION   ms, s, m, h, d, w or y behind it; kept in milliseconds
 *
 * The last three have the key's bounds, and take its one word, such as auto: that is kept as a number which is no
 * value of the key, 0 where its least is more, else CONFIG_AUTO.
 *
 * Source: text/units.
 */
#ifndef BATON_CONFIG_NUMBERS_H
#define BATON_CONFIG_NUMBERS_H

#include "config/type.h"

extern const struct value_type type_BOOL;
extern const struct value_type type_COUNT;
extern const struct value_type type_SIZE;
extern const struct value_type type_DURATION;

#endif
