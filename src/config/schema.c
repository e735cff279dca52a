/* SPDX-License-Identifier: MIT */
/* The tables that the configuration is made from, and the look-ups in them. Rows stand in the .def files: a new one
 * changes nothing here, but for a type whose members end in a unit. */

#include "config/schema.h"

#include <stddef.h>

#include "http/range.h"

#define KIB  UINT64_C(1024)
#define MIB  (1024 * KIB)
#define GIB  (1024 * MIB)
#define HOUR UINT64_C(3600000) /* ms */
#define YEAR UINT64_C(31536000000)

/* clang-format off */
/* The words of site.precompressed. */
#define CODING(id, token, suffix, x_name) " " suffix
static const char coding_suffixes[] =
#include "http/coding.def"
    ;
#undef CODING

#define SECTION(kind, default_name, help) [SECTION_##kind] = {#kind, default_name, help},
#define KEY(...)
const struct schema_section schema_sections[SECTIONS] = {
#include "config/schema.def"
};
#undef SECTION
#undef KEY

/* The types, and what a member of each is. */
#define TYPE(id, member) \
    extern const struct value_type type_##id; \
    typedef member member_##id;
#include "config/types.def"
#undef TYPE

/* A member has the name of its key, with the unit of its type behind it if there is one: MEMBER(x, BOOL) is x,
 * MEMBER(x, DURATION) is x_ms. Only a UNIT_ that is defined brings a comma, and so moves a unit to where MEMBER_PASTE
 * takes one. */
#define UNIT_DURATION                   , _ms
#define MEMBER(key, id)                 MEMBER_OF(key, UNIT_##id, , )
#define MEMBER_OF(key, ...)             MEMBER_PASTE(key, __VA_ARGS__)
#define MEMBER_PASTE(key, _, unit, ...) key##unit

#define SECTION(...)
/* What is behind the default begins with the help. */
#define KEY(in, key, id, def, ...) \
    [KEY_##in##_##key] = {.section = SECTION_##in, .name = #key, .type = &type_##id, \
                          .offset = offsetof(struct config_##in, MEMBER(key, id)), \
                          .default_text = def, .help = __VA_ARGS__},
const struct schema_key schema_keys[KEYS] = {
#include "config/schema.def"
};
#undef KEY

/* A row whose member has another type than `store` of its type writes there would corrupt memory: it does not
 * compile. */
#define KEY(in, key, id, ...) \
    _Static_assert(_Generic(((struct config_##in *)NULL)->MEMBER(key, id), member_##id: 1, default: 0), \
                   "member of another type: " #in "." #key);
#include "config/schema.def"
#undef SECTION
#undef KEY
/* clang-format on */

const struct schema_section *schema_find_section(struct sv kind)
{
    for (size_t i = 0; i < SECTIONS; i++)
        if (sv_eq(kind, sv_cstr(schema_sections[i].kind)))
            return &schema_sections[i];
    return NULL;
}

bool schema_same_key(struct sv a, struct sv b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if ((a.p[i] == '-' ? '_' : a.p[i]) != (b.p[i] == '-' ? '_' : b.p[i]))
            return false;
    return true;
}

const struct schema_key *schema_find_key(enum section_id section, struct sv name)
{
    for (size_t i = 0; i < KEYS; i++)
        if (schema_keys[i].section == section && schema_same_key(name, sv_cstr(schema_keys[i].name)))
            return &schema_keys[i];
    return NULL;
}

int schema_word_index(const struct schema_key *k, struct sv word)
{
    struct sv rest = schema_words(k);
    struct sv one;

    for (int i = 0; sv_next_word(&rest, &one); i++)
        if (sv_eq(one, word))
            return i;
    return -1;
}

struct sv schema_word(const struct schema_key *k, uint64_t index)
{
    struct sv rest = schema_words(k);
    struct sv word = {"", 0};

    for (uint64_t i = 0; i <= index && sv_next_word(&rest, &word); i++)
        continue;
    return word;
}
