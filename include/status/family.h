/* SPDX-License-Identifier: MIT */
/* status/family.h: the families of base/counters.def, with what their numbers stand for.
 *
 * A number of a family is told from its neighbours by up to two labels: number i is word i / n of the first and i % n
 * of the second, which has n words. Labels without a word are those of places that no table of a higher layer fills.
 *
 * Ownership: constants.
 * Threads:   any.
 * Errors:    none.
 */
#ifndef BATON_STATUS_FAMILY_H
#define BATON_STATUS_FAMILY_H

#include <stdbool.h>

#include "base/counters.h"

enum family_kind { FAMILY_COUNTER, FAMILY_GAUGE, FAMILY_TIMES };

enum { FAMILY_LABELS = 2, FAMILY_WORD_MAX = 32 };

struct family_label {
    const char *name;        /* NULL where there is none */
    const char *const *word; /* n of them, in capitals, or not, as written */
    unsigned n;
    bool lower; /* shown in small letters */
};

struct family {
    const char *name;
    const char *help;
    enum family_kind kind;
    unsigned first, slots;
    struct family_label label[FAMILY_LABELS];
};

enum family_id {
#define FAMILY(id, kind, slots, name, help) FAMILY_##id,
#include "base/counters.def"
#undef FAMILY
    FAMILIES
};

extern const struct family families[FAMILIES];

/* How many numbers it shows, and the words of one of them; 1 and none for a family without labels. */
unsigned family_size(const struct family *f);
/* Word of label `which` of number i, in `room` where it has to be written; NULL where the number is not shown. */
const char *family_word(const struct family *f, unsigned i, unsigned which, char room[FAMILY_WORD_MAX]);

#endif
