/* SPDX-License-Identifier: MIT */
/* The rows of a site's `mime`. An extension is the usual case; a whole name is for the files that clients ask for
 * without one. */

#include "config/mime_rule.h"

#include "base/utf8.h"
#include "config/schema.h"
#include "http/mime.h"
#include "text/diagnose.h"

static bool is_mime_byte(char c)
{
    return (c >= '0' && c <= '9') || (sv_lower(c) >= 'a' && sv_lower(c) <= 'z') ||
           (c != '\0' && memchr("!#$&-^_.+", c, 9) != NULL);
}

static size_t mime_run(struct sv s)
{
    size_t n = 0;

    while (n < s.len && is_mime_byte(s.p[n]))
        n++;
    return n;
}

static bool is_media_type(struct sv s)
{
    size_t type = mime_run(s);
    size_t subtype = type > 0 && type < s.len && s.p[type] == '/' ? mime_run(sv_skip(s, type + 1)) : 0;

    if (subtype == 0)
        return false;
    for (s = sv_skip(s, type + 1 + subtype); s.len > 0;) {
        size_t name = s.p[0] == ';' ? mime_run(sv_skip(s, 1)) : 0;
        if (name == 0 || name + 1 >= s.len || s.p[name + 1] != '=')
            return false;
        size_t value = mime_run(sv_skip(s, name + 2));
        if (value == 0)
            return false;
        s = sv_skip(s, name + 2 + value);
    }
    return true;
}

static bool check_extension(struct sv ext, struct fault *f)
{
    if (ext.len < 2 || mime_run(sv_skip(ext, 1)) < ext.len - 1 || sv_find(sv_skip(ext, 1), '.') < ext.len - 1)
        return fault_set(f, 0, ext.len, "an extension is one dot, and letters, digits, '-', '_' or '+': .ext");
    return true;
}

static bool check_name(struct sv name, struct sv type, struct fault *f)
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
    if (type.p[0] == '.' && is_media_type(name))
        return fault_set(f, 0, name.len, "the type comes last: %.*s %.*s", SV_ARG(diagnose_cut(type)),
                         SV_ARG(diagnose_cut(name)));
    return fault_set(f, 0, name.len, "a file's name alone, without '/'");
}

bool mime_rule_read(struct sv text, struct mime_rule *rule, struct fault *f)
{
    struct sv rest = text;

    if (!schema_next_word(&rest, &rule->name) || !schema_next_word(&rest, &rule->type))
        return fault_set(f, 0, text.len, "a line is an extension or a name, and its type: .ext type/subtype");
    if (!(rule->name.p[0] == '.' ? check_extension(rule->name, f) : check_name(rule->name, rule->type, f)))
        return false;
    if (!is_media_type(rule->type))
        return fault_set(f, (size_t)(rule->type.p - text.p), rule->type.len,
                         "this is not a media type: text/plain, or text/plain;charset=utf-8");
    rest = sv_trim(rest);
    if (rest.len > 0)
        return fault_set(f, (size_t)(rest.p - text.p), rest.len, "one type a line, and no space within it");
    return true;
}

bool mime_rule_same_files(struct sv a, struct sv b)
{
    struct sv a_name;
    struct sv b_name;

    if (!schema_next_word(&a, &a_name) || !schema_next_word(&b, &b_name))
        return false;
    return a_name.p[0] == '.' ? sv_ieq(a_name, b_name) : sv_eq(a_name, b_name);
}

int mime_rule_print(struct buf *b, const struct mime_rule *rule)
{
    size_t start = b->len;
    int err = buf_addf(b, "%.*s %.*s", SV_ARG(rule->name), SV_ARG(rule->type));

    for (size_t i = 0; err == 0 && rule->name.p[0] == '.' && i < rule->name.len; i++)
        b->p[start + i] = sv_lower(b->p[start + i]);
    return err;
}

bool mime_rule_lacks_dot(const struct mime_rule *rule)
{
    struct sv unknown = mime_of_extension(SV("")).type;

    return rule->name.p[0] != '.' && !sv_eq(mime_of_extension(rule->name).type, unknown);
}
