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

#include "config/config.h"
#include "config/type.h"

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
    const struct value_type *type;
    size_t offset; /* of the member in struct config_SECTION */
    const char *default_text;
    uint64_t least;
    uint64_t most;
    const char *words; /* separated by a space; NULL = none */
    const char *unit;  /* NULL = none */
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

/* May its value be empty? That clears a list, and is the value of a scalar that is nothing unless set. */
static inline bool schema_may_be_empty(const struct schema_key *k)
{
    return k->type->is_list || k->default_text[0] == '\0';
}

/* The place of a word among the key's, or -1; and the word at a place, which must be one. */
int schema_word_index(const struct schema_key *k, struct sv word);
struct sv schema_word(const struct schema_key *k, uint64_t index);

#endif
