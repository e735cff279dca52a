/* SPDX-License-Identifier: MIT */
/* The rows of a site's `mime`. An extension is the usual case; a whole name is for the files that clients ask for
 * without one. */

#include "config/mime_rule.h"

#include "base/utf8.h"
#include "config/draft.h"
#include "config/store.h"
#include "http/mime.h"

/* A line, taken apart. */
struct mime_rule {
    struct sv name; /* of an extension with its dot */
    struct sv type;
};

static bool check_extension(struct sv ext, struct fault *f)
{
    if (ext.len < 2 || mime_type_name(sv_skip(ext, 1)) < ext.len - 1 || sv_find(sv_skip(ext, 1), '.') < ext.len - 1)
        return fault_set(f, 0, ext.len, "an extension is one dot, and letters, digits, '-', '_' or '+': .ext");
    return true;
}

static bool check_whole_name(struct sv name, struct sv type, struct fault *f)
{
    size_t invalid = utf8_find_invalid(name);

    if (invalid < name.len)
        return fault_set(f, invalid, 1, "this is not UTF-8");
    if (sv_find(name, '*') < name.len)
        return fault_set(f, 0, name.len,
                         "this is no pattern, but an extension, such as .md, or the whole name of a file");
    if (memchr(",:;=", name.p[name.len - 1], 4) != NULL)
        return fault_set(f, name.len - 1, 1, "a space alone parts a name from its type");
    if (sv_find(name, '/') == name.len)
        return true;
    if (type.p[0] == '.' && mime_is_type(name))
        return fault_set(f, 0, name.len, "the type comes last: %.*s %.*s", SV_ARG(diagnose_cut(type)),
                         SV_ARG(diagnose_cut(name)));
    return fault_set(f, 0, name.len, "a file's name alone, without '/'");
}

static bool read_mime_rule(struct sv text, struct mime_rule *rule, struct fault *f)
{
    struct sv rest = text;

    if (!sv_next_word(&rest, &rule->name) || !sv_next_word(&rest, &rule->type))
        return fault_set(f, 0, text.len, "a line is an extension or a name, and its type: .ext type/subtype");
    if (!(rule->name.p[0] == '.' ? check_extension(rule->name, f) : check_whole_name(rule->name, rule->type, f)))
        return false;
    if (!mime_is_type(rule->type))
        return fault_set(f, (size_t)(rule->type.p - text.p), rule->type.len,
                         "this is not a media type: text/plain, or text/plain;charset=utf-8");
    rest = sv_trim(rest);
    if (rest.len > 0)
        return fault_set(f, (size_t)(rest.p - text.p), rest.len, "one type a line, and no space within it");
    return true;
}

static bool check_mime_rule(const struct schema_key *k, struct sv text, struct fault *f)
{
    struct mime_rule unused;

    (void)k;
    return read_mime_rule(text, &unused, f);
}

/* As "NAME TYPE", with one space; an extension in lower case. */
static int store_mime_rule(const struct schema_key *k, void *member, struct sv text)
{
    struct mime_rule rule;
    struct fault unused;
    struct buf row = {0};

    (void)read_mime_rule(text, &rule, &unused);
    int err = buf_addf(&row, "%.*s %.*s", SV_ARG(rule.name), SV_ARG(rule.type));
    for (size_t i = 0; err == 0 && rule.name.p[0] == '.' && i < rule.name.len; i++)
        row.p[i] = sv_lower(row.p[i]);
    return store_made(k, member, &row, err);
}

/* Are two lines, as they are written, for the same files? */
static bool for_same_files(struct sv a, struct sv b)
{
    struct sv a_name;
    struct sv b_name;

    if (!sv_next_word(&a, &a_name) || !sv_next_word(&b, &b_name))
        return false;
    return a_name.p[0] == '.' ? sv_ieq(a_name, b_name) : sv_eq(a_name, b_name);
}

/* Of two types for the same files the later counts: in another file that is meant, in the same one it is a slip. */
static void check_type_again(struct diagnose *report, const struct setting *first, const struct setting *one,
                             struct sv name)
{
    for (const struct setting *other = first; other != one; other = other->next) {
        if (other->faulty || other->key.source != one->key.source ||
            !for_same_files(other->value.text, one->value.text))
            continue;
        diagnose_error(report, ini_place(&one->value, 0, name.len), "there is a type for '%.*s' already",
                       SV_ARG(diagnose_cut(name)));
        diagnose_note(report, ini_place(&other->value, 0, name.len), "here");
        return;
    }
}

/* Is it a name that is a known extension but for its dot, such as "wasm"? */
static bool lacks_dot(struct sv name)
{
    struct sv unknown = mime_of_extension(SV("")).type;

    return name.p[0] != '.' && !sv_eq(mime_of_extension(name).type, unknown);
}

/* A name is taken as it is; whoever forgot the dot of an extension is told. */
static void agree_mime_rules(struct agreement *a, const struct setting *first)
{
    struct mime_rule rule;
    struct fault unused;

    for (const struct setting *one = first; one != NULL; one = one->next) {
        if (one->faulty || !read_mime_rule(one->value.text, &rule, &unused))
            continue;
        check_type_again(a->report, first, one, rule.name);
        if (lacks_dot(rule.name))
            diagnose_warning(a->report, ini_place(&one->value, 0, rule.name.len),
                             "this is a file with the name '%.*s'; the extension is '.%.*s'",
                             SV_ARG(diagnose_cut(rule.name)), SV_ARG(diagnose_cut(rule.name)));
    }
}

const struct value_type type_MIME = {
    .takes = ".ext type/subtype, or name type/subtype",
    .shape = SHAPE_RULE,
    .is_list = true,
    .check = check_mime_rule,
    .store = store_mime_rule,
    .clear = store_clear_list,
    .replaces = for_same_files,
    .agree = agree_mime_rules,
};
