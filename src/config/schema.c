/* SPDX-License-Identifier: MIT */
/* The table that the configuration is made from, and the look-ups in it. Adding a key changes the .def, not this. */

#include "config/schema.h"

#include <stddef.h>
#include <stdio.h>

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

#define SECTION(...)
/* What is behind the default begins with the help. */
#define KEY(section_, key, type_, def, ...) \
    [KEY_##section_##_##key] = {.section = SECTION_##section_, .name = #key, .type = type_, \
                                .offset = offsetof(struct config_##section_, MEMBER_##type_(key)), \
                                .default_text = def, .help = __VA_ARGS__},
#define MEMBER_BOOL(key)     key
#define MEMBER_COUNT(key)    key
#define MEMBER_SIZE(key)     key
#define MEMBER_DURATION(key) key##_ms
#define MEMBER_ENUM(key)     key
#define MEMBER_TARGET(key)   key
#define MEMBER_PATH(key)     key
#define MEMBER_NAME(key)     key
#define MEMBER_GLOB(key)     key
#define MEMBER_ADDRESS(key)  key
#define MEMBER_DIRS(key)     key
#define MEMBER_CIDR(key)     key
#define MEMBER_NAMES(key)    key
#define MEMBER_WORDS(key)    key
#define MEMBER_MIME(key)     key
#define MEMBER_CACHE(key)    key
const struct schema_key schema_keys[KEYS] = {
#include "config/schema.def"
};
#undef KEY

/* A row whose member has another type than value.c writes there would corrupt memory: it does not compile. */
#define C_BOOL     bool
#define C_COUNT    uint64_t
#define C_SIZE     uint64_t
#define C_DURATION uint64_t
#define C_ENUM     int
#define C_TARGET   char *
#define C_PATH     char *
#define C_NAME     char *
#define C_GLOB     struct strings
#define C_ADDRESS  struct strings
#define C_DIRS     struct strings
#define C_CIDR     struct strings
#define C_NAMES    struct strings
#define C_WORDS    struct strings
#define C_MIME     struct strings
#define C_CACHE    struct strings
#define KEY(section, key, type, ...) \
    _Static_assert(_Generic(((struct config_##section *)NULL)->MEMBER_##type(key), C_##type: 1, default: 0), \
                   "member of another type: " #section "." #key);
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

enum units_kind schema_units(const struct schema_key *k)
{
    return k->type == SIZE ? UNITS_SIZE : k->type == DURATION ? UNITS_DURATION : UNITS_COUNT;
}

bool schema_next_word(struct sv *rest, struct sv *word)
{
    struct sv s = sv_trim(*rest);
    size_t n = 0;

    while (n < s.len && s.p[n] != ' ' && s.p[n] != '\t')
        n++;
    *word = sv_of(s.p, n);
    *rest = sv_skip(s, n);
    return n > 0;
}

int schema_word_index(const struct schema_key *k, struct sv word)
{
    struct sv rest = schema_words(k);
    struct sv one;

    for (int i = 0; schema_next_word(&rest, &one); i++)
        if (sv_eq(one, word))
            return i;
    return -1;
}

struct sv schema_word(const struct schema_key *k, uint64_t index)
{
    struct sv rest = schema_words(k);
    struct sv word = {"", 0};

    for (uint64_t i = 0; i <= index && schema_next_word(&rest, &word); i++)
        continue;
    return word;
}

/* "a", "a or b", "a, b or c": the key's words, and `last` where it is not empty. */
static int describe_words(struct buf *b, struct sv words, const char *last)
{
    struct sv word;
    int err = 0;

    for (bool first = true; err == 0 && schema_next_word(&words, &word); first = false) {
        bool is_last = sv_trim(words).len == 0 && last[0] == '\0';
        err = buf_addf(b, "%s%.*s", first ? "" : is_last ? " or " : ", ", SV_ARG(word));
        if (err == 0 && sv_trim(words).len == 0 && !is_last)
            err = buf_add(b, SV(" or "));
    }
    return err == 0 ? buf_add(b, sv_cstr(last)) : err;
}

/* What a type takes, in words, behind the key's own; and whether '#' and ';' may stand in it behind white space. */
static const struct {
    const char *takes;
    enum { NO_PATH, PATH_OR_WORD, ONLY_PATH, RULE } kind;
} types[] = {
    [BOOL] = {"yes or no", NO_PATH},
    [COUNT] = {"", NO_PATH},
    [SIZE] = {"", NO_PATH},
    [DURATION] = {"", NO_PATH},
    [ENUM] = {"", NO_PATH},
    [TARGET] = {"/path", PATH_OR_WORD},
    [PATH] = {"an absolute path", ONLY_PATH},
    [NAME] = {"a name", NO_PATH},
    [GLOB] = {"a file, or conf.d/*.ini", ONLY_PATH},
    [ADDRESS] = {"IPv4:port, [IPv6]:port, unix:/path or systemd:NAME", PATH_OR_WORD},
    [DIRS] = {"an absolute path", ONLY_PATH},
    [CIDR] = {"addresses, networks such as 192.0.2.0/24, or unix:", NO_PATH},
    [NAMES] = {"file names", NO_PATH},
    [WORDS] = {"", NO_PATH},
    [MIME] = {".ext type/subtype, or name type/subtype", RULE},
    [CACHE] = {"PATTERN, then AGE [immutable], no-cache or no-store", RULE},
};

bool schema_is_path(const struct schema_key *k)
{
    return types[k->type].kind == PATH_OR_WORD || types[k->type].kind == ONLY_PATH;
}

bool schema_may_hold_marks(const struct schema_key *k, struct sv value)
{
    if (types[k->type].kind != PATH_OR_WORD)
        return types[k->type].kind != NO_PATH;
    return sv_starts(value, SV("/")) || sv_starts(value, SV("$")) || sv_starts(value, SV("unix:"));
}

int schema_describe(struct buf *b, const struct schema_key *k)
{
    char range[2 * UNITS_TEXT + 2 + 32] = "";

    if (k->type == COUNT || k->type == SIZE || k->type == DURATION) {
        char least[UNITS_TEXT];
        char most[UNITS_TEXT];

        units_format(schema_units(k), k->least, least);
        units_format(schema_units(k), k->most, most);
        (void)snprintf(range, sizeof range, "%s..%s%s", least, most, k->unit != NULL ? k->unit : "");
        return describe_words(b, schema_words(k), range);
    }
    return describe_words(b, schema_words(k), types[k->type].takes);
}
