/* SPDX-License-Identifier: MIT */
/* config/schema.h: the table of all sections and keys, made from config/schema.def.
 *
 * Ownership: everything here is static and const.
 * Threads:   any.
 * Errors:    look-ups return NULL for what is not there.
 */
#ifndef BATON_CONFIG_SCHEMA_H
#define BATON_CONFIG_SCHEMA_H

#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "text/units.h"

enum key_type {
    BOOL,
    COUNT,
    SIZE,
    DURATION,
    ENUM,
    TARGET,
    PATH,
    NAME,
    GLOB,
    ADDRESS,
    DIRS,
    CIDR,
    NAMES,
    WORDS,
    MIME,
    CACHE
};

/* clang-format off */
#define SECTION(kind, default_name, help) SECTION_##kind,
#define KEY(...)
enum section_id {
#include "config/schema.def"
    SECTIONS
};
#undef SECTION
#undef KEY

#define SECTION(...)
#define KEY(section, key, ...) KEY_##section##_##key,
enum key_id {
#include "config/schema.def"
    KEYS
};
#undef SECTION
#undef KEY
/* clang-format on */

/* A value: sites[section].root, listens[section].address.v[value], log.access. */
struct config_at {
    enum key_id key;
    size_t section; /* 0 where the kind has no names */
    size_t value;   /* of a list; 0 else */
};

struct schema_section {
    const char *kind;
    const char *default_name; /* "" where the kind has no names */
    const char *help;
};

struct schema_key {
    enum section_id section;
    const char *name;
    enum key_type type;
    size_t offset; /* of the member in struct config_SECTION */
    const char *default_text;
    uint64_t least;
    uint64_t most;
    const char *words; /* separated by a space; NULL = none */
    const char *unit;  /* NULL = none */
    bool repeats;
    const char *help;
};

extern const struct schema_section schema_sections[SECTIONS];
extern const struct schema_key schema_keys[KEYS]; /* indexed by enum key_id; a section's stand together */

const struct schema_section *schema_find_section(struct sv kind);
const struct schema_key *schema_find_key(enum section_id section, struct sv name);

/* Are two names of keys the same? '-' and '_' are. */
bool schema_same_key(struct sv a, struct sv b);

static inline enum section_id schema_section_id(const struct schema_section *s)
{
    return (enum section_id)(s - schema_sections);
}

static inline enum key_id schema_key_id(const struct schema_key *k)
{
    return (enum key_id)(k - schema_keys);
}

static inline struct sv schema_words(const struct schema_key *k)
{
    return k->words != NULL ? sv_cstr(k->words) : SV("");
}

/* Is its member a number (uint64_t, int for ENUM, bool for BOOL) rather than text? */
static inline bool schema_is_number(const struct schema_key *k)
{
    return k->type <= ENUM;
}

/* What the word of a COUNT, SIZE or DURATION ("auto") is kept as: a number that is no value of the key. */
static inline uint64_t schema_word_number(const struct schema_key *k)
{
    return k->least > 0 ? 0 : CONFIG_AUTO;
}

/* May several of its values stand in one line, parted by white space? */
static inline bool schema_has_words(const struct schema_key *k)
{
    return k->type == CIDR || k->type == NAMES || k->type == WORDS;
}

/* Are its values paths, or may they be? Then white space in them counts, and '#' and ';' may well be a part of them. */
bool schema_is_path(const struct schema_key *k);

/* May '#' or ';' behind white space well be a part of this value, so that it need not start a comment? */
bool schema_may_hold_marks(const struct schema_key *k, struct sv value);

/* May its value be empty? That clears a list, and is the value of a scalar that is nothing unless set. */
static inline bool schema_may_be_empty(const struct schema_key *k)
{
    return k->repeats || k->default_text[0] == '\0';
}

/* How a number of this key is written. */
enum units_kind schema_units(const struct schema_key *k);

/* Take the next of the words, separated by blanks, off the front of *rest. Returns false when there is none left. */
bool schema_next_word(struct sv *rest, struct sv *word);

/* The place of a word among the key's, or -1; and the word at a place, which must be one. */
int schema_word_index(const struct schema_key *k, struct sv word);
struct sv schema_word(const struct schema_key *k, uint64_t index);

/* Append what values the key takes, in words: "auto or 1..1024". Returns 0 or -ENOMEM. */
int schema_describe(struct buf *b, const struct schema_key *k);

#endif
