/* SPDX-License-Identifier: MIT */
/* config/words.h: types of values that are words of the key.
 *
 *     ENUM    one of them, kept as its place: an enum of config/config.h
 *     WORDS   several of them, each once, in an order that counts
 */
#ifndef BATON_CONFIG_WORDS_H
#define BATON_CONFIG_WORDS_H

#include "config/type.h"

extern const struct value_type type_ENUM;
extern const struct value_type type_WORDS;

#endif
