/* SPDX-License-Identifier: MIT */
/* text/nearest.h: the known word that a misspelt one is nearest to.
 *
 * Letters swapped, missing, added or changed each count one; the case of a letter, and '-' for '_', count nothing. The
 * first letters of a word ('warn') are as near to it as one wrong letter.
 *
 * Ownership: views are borrowed from whoever passes them.
 * Threads:   any. Pure.
 * Errors:    none; words longer than NEAREST_MAX are near to nothing.
 * Source:    Damerau-Levenshtein distance, optimal string alignment.
 */
#ifndef BATON_TEXT_NEAREST_H
#define BATON_TEXT_NEAREST_H

#include "base/sv.h"

enum { NEAREST_MAX = 48 };

struct nearest {
    struct sv wanted;
    struct sv best; /* its length is 0 while nothing is near enough */
    size_t distance;
};

void nearest_init(struct nearest *n, struct sv wanted);
void nearest_try(struct nearest *n, struct sv candidate);

/* Number of edits between two words, or SIZE_MAX where one is too long. */
size_t nearest_distance(struct sv a, struct sv b);

#endif
