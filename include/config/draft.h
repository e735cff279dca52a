/* SPDX-License-Identifier: MIT */
/* config/draft.h: everything that was set, by whom and where, before it becomes a struct config.
 *
 * Settings are added in the order of their precedence, lowest first: the file, the files that it includes, the
 * environment, the command line. A draft keeps for each section and key those that are in effect:
 *     a scalar     the last one
 *     a list (*)   all since the last empty value; the environment's first one puts aside what the files say, and the
 *                  command line's what both say
 *
 * Ownership: a draft owns its sections and settings; they borrow places, and text as it is written, from the sources,
 *            which outlive it.
 * Threads:   one.
 * Errors:    mistakes go to the report, and the call returns 0; -ENOMEM else.
 */
#ifndef BATON_CONFIG_DRAFT_H
#define BATON_CONFIG_DRAFT_H

#include "config/schema.h"
#include "text/diagnose.h"
#include "text/ini.h"

enum { DRAFT_SECTIONS_MAX = 256, DRAFT_VALUES_MAX = 1000 };

struct setting {
    struct ini_part value;
    struct place key;
    bool faulty;          /* it is no value of the key, and was reported */
    struct setting *next; /* of the same section and key */
    char own[];           /* the text of a value whose escapes were undone */
};

struct slot {
    struct setting *first; /* in effect; NULL = none is */
    struct setting *all;   /* owned: every one that was added, in order */
    struct setting *last;  /* of those */
    size_t n;              /* of those */
    bool faulty;           /* one of those is */
};

struct draft_section {
    enum section_id id;
    struct ini_part name; /* text of length 0 where the kind has none */
    struct slot slots[KEYS];
    bool dropped; /* -l puts every [listen] of the files aside, and another site the default one */
    struct draft_section *next;
};

struct draft {
    struct diagnose *report; /* borrowed */
    struct draft_section *first;
    struct draft_section *last;
    size_t n_named;                       /* sections that somebody gave a name */
    const struct source *file;            /* borrowed; the first file, NULL while there is none */
    const struct draft_section *gave_way; /* the site that did; NULL where none */
    bool lost_section;                    /* a section could not be read, so that what it would have held is missing */
};

void draft_init(struct draft *d, struct diagnose *report);
void draft_fini(struct draft *d);

/* The section of that kind and name: the one there is, or a new one. *out is NULL, and the report
 * has it, where there are too many. */
int draft_open(struct draft *d, enum section_id id, struct ini_part name, struct draft_section **out);

/* The next section of a kind that is not dropped, after `prev`, or the first for NULL; NULL where there is none. */
struct draft_section *draft_next(const struct draft *d, enum section_id id, const struct draft_section *prev);

/* The section of that kind and very name that is not dropped; NULL where there is none. */
struct draft_section *draft_find(const struct draft *d, enum section_id id, struct sv name);

/* A site with the default's name is there for as long as there is no other: then it is dropped. To be called whenever
 * there may be others. What the command line or the environment say of one that is dropped is a warning. */
void draft_give_way(struct draft *d);

/* Check a value and set it. `key_at` is where the key is written. What is INI_WRONG is set as a faulty one without a
 * further report. */
int draft_set(struct draft *d, struct draft_section *s, const struct schema_key *k, struct place key_at,
              struct ini_part value);

/* The settings in effect: the first, and the ones behind it in ->next. NULL: the default, unless draft_is_cleared. */
static inline const struct setting *draft_in_effect(const struct draft_section *s, const struct schema_key *k)
{
    return s->slots[schema_key_id(k)].first;
}

/* Does a later setting take the place of this one in its list? */
bool draft_is_replaced(const struct schema_key *k, const struct setting *one);

/* Was the key set, last to nothing? */
static inline bool draft_is_cleared(const struct draft_section *s, const struct schema_key *k)
{
    const struct slot *slot = &s->slots[schema_key_id(k)];

    return slot->n > 0 && slot->first == NULL;
}

#endif
