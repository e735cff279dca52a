/* SPDX-License-Identifier: MIT */
/* What the types of values are. Which key has which type, the schema says; where a value goes, config/store. */

#include "config/value.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "config/address.h"
#include "config/cache_rule.h"
#include "config/directory.h"
#include "config/mime_rule.h"
#include "config/network.h"
#include "text/ini.h"
#include "text/nearest.h"

enum { NAME_MAX_LEN = 255 };

/* "WHAT: 'key' takes auto or 1..1024" */
static bool fault_range(struct fault *f, const struct schema_key *k, struct sv text, const char *what)
{
    struct buf takes = {0};

    if (schema_describe(&takes, k) < 0)
        takes.len = 0;
    (void)fault_set(f, 0, text.len, "%s'%s' takes %.*s", what, k->name, SV_ARG(takes));
    buf_fini(&takes);
    return false;
}

static bool fault_more(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool fault_more(struct fault *f, const char *fmt, ...)
{
    size_t n = strlen(f->why);
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(f->why + n, sizeof f->why - n, fmt, ap);
    va_end(ap);
    return false;
}

static const struct {
    struct sv word;
    bool value;
} bools[] = {
    {{"yes", 3}, true},    {{"no", 2}, false}, {{"true", 4}, true},
    {{"false", 5}, false}, {{"on", 2}, true},  {{"off", 3}, false},
};

static bool parse_bool(const struct schema_key *k, struct sv text, uint64_t *out, struct fault *f)
{
    for (size_t i = 0; i < sizeof bools / sizeof *bools; i++)
        if (sv_ieq(text, bools[i].word)) {
            *out = bools[i].value;
            return true;
        }
    return fault_range(f, k, text, "");
}

/* A word that is none of the key's. Meant was perhaps the nearest of them, or the one it begins with: gz by gzip. */
static bool fault_word(struct fault *f, const struct schema_key *k, struct sv text, struct sv wrong)
{
    struct sv rest = schema_words(k);
    struct sv start = {"", 0};
    struct sv word;
    struct nearest near;

    nearest_init(&near, wrong);
    while (schema_next_word(&rest, &word)) {
        nearest_try(&near, word);
        if (sv_starts(wrong, word))
            start = word;
    }
    if (near.best.len == 0)
        near.best = start;
    (void)fault_range(f, k, wrong, "");
    f->at = (size_t)(wrong.p - text.p);
    return near.best.len > 0 ? fault_more(f, "; did you mean '%.*s'?", SV_ARG(near.best)) : false;
}

static bool parse_enum(const struct schema_key *k, struct sv text, uint64_t *out, struct fault *f)
{
    int index = schema_word_index(k, text);

    if (index < 0)
        return fault_word(f, k, text, text);
    *out = (uint64_t)index;
    return true;
}

static bool parse_units(const struct schema_key *k, struct sv text, uint64_t *out, struct fault *f)
{
    size_t unit_at;

    if (schema_word_index(k, text) == 0) {
        *out = schema_word_number(k);
        return true;
    }
    switch (units_parse(schema_units(k), text, out, &unit_at)) {
    case UNITS_NO_NUMBER:
        return fault_range(f, k, text, "not a number: ");
    case UNITS_BAD_UNIT:
        return fault_set(f, unit_at, text.len - unit_at, "unknown unit: %s", units_describe(schema_units(k)));
    case UNITS_OVERFLOW:
        return fault_range(f, k, text, "out of range: ");
    case UNITS_OK:
        break;
    }
    if (*out >= k->least && *out <= k->most)
        return true;
    (void)fault_range(f, k, text, "out of range: ");
    return *out == 0 && k->type == DURATION ? fault_more(f, "; 0 does not switch it off") : false;
}

bool value_number(const struct schema_key *k, struct sv text, uint64_t *out, struct fault *f)
{
    if (k->type == BOOL)
        return parse_bool(k, text, out, f);
    return k->type == ENUM ? parse_enum(k, text, out, f) : parse_units(k, text, out, f);
}

/* `at` is where it stands. */
static bool check_file_name(struct sv name, size_t at, struct fault *f)
{
    size_t len = 0;

    if (name.p[0] == '"' || name.p[0] == '\'')
        return fault_set(f, at, name.len, "a name stands without quotes, and holds no space");
    if (name.p[0] == '/')
        return fault_set(f, at, name.len,
                         "a name relative to the directory that was asked for, so without '/' in front");
    for (size_t start = 0; start <= name.len; start += len + 1) {
        len = sv_find(sv_skip(name, start), '/');
        if (sv_eq(sv_of(name.p + start, len), SV("..")))
            return fault_set(f, at + start, len, "'..' would lead out of the directory that was asked for");
    }
    if (len == 0 || sv_eq(sv_of(name.p + name.len - len, len), SV(".")))
        return fault_set(f, at, name.len, "an index is a file, and this is a directory");
    return true;
}

static bool check_names(struct sv text, struct fault *f)
{
    struct sv rest = text;
    struct sv name;

    while (schema_next_word(&rest, &name))
        if (!check_file_name(name, (size_t)(name.p - text.p), f))
            return false;
    return true;
}

static bool check_words(const struct schema_key *k, struct sv text, struct fault *f)
{
    struct sv rest = text;
    struct sv word;

    while (schema_next_word(&rest, &word)) {
        if (schema_word_index(k, word) < 0)
            return fault_word(f, k, text, word);
    }
    return true;
}

/* A user or a group. What a name may hold is for whoever keeps them to say; no list of users can hold these. */
static bool check_name(const struct schema_key *k, struct sv text, struct fault *f)
{
    static const char never[] = " \t:,/\"'";
    size_t digits = 0;
    size_t invalid = utf8_find_invalid(text);

    if (invalid < text.len)
        return fault_set(f, invalid, 1, "this is not UTF-8");
    if (text.len > NAME_MAX_LEN)
        return fault_set(f, NAME_MAX_LEN, text.len - NAME_MAX_LEN, "a name is at most %d bytes long", NAME_MAX_LEN);
    if (text.p[0] == '-')
        return fault_set(f, 0, 1, "a name does not begin with '-'");
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(never, text.p[i], sizeof never - 1) != NULL)
            return fault_set(f, i, 1, "a name is one word, without quotes, ':', ',' and '/'");
        digits += text.p[i] >= '0' && text.p[i] <= '9';
    }
    if (digits == text.len)
        return fault_set(f, 0, text.len, "'%s' takes a name, and this is a number", k->name);
    return true;
}

static bool check_address(struct sv text, struct fault *f)
{
    static const struct sv scheme = {"unix:", 5};
    struct sv path = sv_starts(text, scheme) ? sv_skip(text, scheme.len) : (struct sv){"", 0};

    if (path.len == 0 || path.p[0] != '$')
        return address_check(text, f);
    if (!directory_check(path, f)) {
        f->at += scheme.len;
        return false;
    }
    struct buf whole = {0};
    bool good = buf_add(&whole, scheme) == 0 && directory_expand(&whole, path) == 0 && address_check(buf_sv(&whole), f);
    f->at = scheme.len;
    f->len = path.len;
    buf_fini(&whole);
    return good;
}

static bool check_path(const struct schema_key *k, struct sv text, struct fault *f)
{
    if (text.p[0] == '/')
        return true;
    if (text.p[0] == '$')
        return directory_check(text, f);
    return fault_set(f, 0, text.len, "'%s' takes an absolute path, one that starts with '/'%s", k->name,
                     text.p[0] == '~'   ? "; '~' stands for nothing here"
                     : text.p[0] == '"' ? "; only in a file it may stand in quotes"
                                        : "");
}

/* Two directories in one line would be one whose name has a space or a comma at the end of a segment. */
static bool check_one_path(const struct schema_key *k, struct sv text, struct fault *f)
{
    for (size_t i = 1; i < text.len; i++)
        if (text.p[i] == '/' && memchr(" \t,", text.p[i - 1], 3) != NULL)
            return fault_set(f, i, text.len - i, "one directory a line; '%s' may be there several times", k->name);
    return true;
}

static bool check_text(const struct schema_key *k, struct sv text, struct fault *f)
{
    struct cache_rule unused_cache;
    struct mime_rule unused_mime;

    switch (k->type) {
    case ADDRESS:
        return check_address(text, f);
    case NAME:
        return check_name(k, text, f);
    case CIDR:
        return network_check(text, f);
    case NAMES:
        return check_names(text, f);
    case WORDS:
        return check_words(k, text, f);
    case MIME:
        return mime_rule_read(text, &unused_mime, f);
    case CACHE:
        return cache_rule_read(text, &unused_cache, f);
    case TARGET:
        if (schema_word_index(k, text) >= 0 || sv_starts(text, SV("/")))
            return true;
        return text.p[0] == '$' ? directory_check(text, f) : fault_range(f, k, text, "");
    case PATH:
        return check_path(k, text, f);
    case DIRS:
        return check_one_path(k, text, f) && check_path(k, text, f);
    default:
        return true;
    }
}

bool value_check(const struct schema_key *k, struct sv text, struct fault *f)
{
    uint64_t number;
    size_t control = ini_find_control(text);
    size_t comma = schema_has_words(k) ? sv_find(text, ',') : text.len;

    if (control < text.len)
        return fault_set(f, control, 1, "a control byte");
    if (text.len == 0)
        return fault_range(f, k, text, "no value: ");
    if (comma < text.len)
        return fault_set(f, comma, 1, "a space, and no comma, parts the words of '%s'", k->name);
    return schema_is_number(k) ? value_number(k, text, &number, f) : check_text(k, text, f);
}

bool value_check_plain(const struct schema_key *k, struct sv text, struct fault *f)
{
    size_t end = 0;
    size_t at = 0;

    if ((k->type != TARGET && k->type != ADDRESS) || !schema_may_hold_marks(k, text))
        return true;
    while (end < text.len && memchr(" \t", text.p[end], 2) == NULL)
        end++;
    at = end;
    while (at < text.len && memchr(" \t", text.p[at], 2) != NULL)
        at++;
    if (end > 0 && text.p[end - 1] == ',')
        at = end - 1;
    if (at == text.len)
        return true;
    return fault_set(
        f, at, text.len - at,
        "'%s' takes one path, and other settings stand in lines of their own; quote the value if this is a "
        "part of the name",
        k->name);
}
