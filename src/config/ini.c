/* SPDX-License-Identifier: MIT */
/* The tokenizer of the configuration. It stands before everything: at start-up, and at each reload, every byte of every
 * file passes here first, whoever wrote it and whatever is in it. */

#include "config/ini.h"

#include "config/utf8.h"

void ini_init(struct ini *ini, const struct source *source)
{
    struct sv text = sv_of(source->text, source->len);

    *ini = (struct ini){.source = source, .line = source->first_line};
    if (sv_starts(text, SV("\xef\xbb\xbf")))
        ini->at = 3;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A run of bytes of the text, with its place. line_at is the offset of its line. */
static struct ini_part part_of(const struct ini *ini, size_t line_at, struct sv text)
{
    size_t at = (size_t)(text.p - ini->source->text);

    return (struct ini_part){text, {ini->source, ini->line, line_at, at - line_at, text.len}};
}

/* Up to where a comment starts, or the line ends. */
static struct sv without_comment(struct sv line)
{
    for (size_t i = 0; i < line.len; i++)
        if ((line.p[i] == '#' || line.p[i] == ';') && (i == 0 || is_blank(line.p[i - 1])))
            return sv_of(line.p, i);
    return line;
}

static struct sv word_of(struct sv s)
{
    size_t n = 0;

    while (n < s.len && !is_blank(s.p[n]))
        n++;
    return sv_of(s.p, n);
}

size_t ini_find_control(struct sv s)
{
    size_t i = 0;

    while (i < s.len && ((unsigned char)s.p[i] >= 0x20 || s.p[i] == '\t') && s.p[i] != 0x7f)
        i++;
    return i;
}

bool ini_is_name(struct sv name)
{
    return name.len > 0 && word_of(name).len == name.len && name.p[0] != '#' && name.p[0] != ';' &&
           sv_find(name, '[') == name.len && sv_find(name, ']') == name.len && ini_find_control(name) == name.len &&
           utf8_find_invalid(name) == name.len;
}

bool ini_can_hold(struct sv value)
{
    return without_comment(value).len == value.len && sv_trim(value).len == value.len &&
           ini_find_control(value) == value.len && utf8_find_invalid(value) == value.len;
}

static void fault_at(struct ini_token *t, struct ini_part where, const char *fault)
{
    t->fault = fault;
    t->fault_place = where.place;
}

/* Bytes that no line may hold. Comments are let off all but NUL: they are often in whatever encoding came first. */
static bool check_bytes(const struct ini *ini, size_t line_at, struct sv line, struct sv code, struct ini_token *t)
{
    size_t nul = sv_find(line, '\0');
    size_t control = ini_find_control(code);
    size_t invalid = utf8_find_invalid(code);

    if (line.len > INI_LINE_MAX)
        fault_at(t, part_of(ini, line_at, sv_of(line.p + INI_LINE_MAX, 1)), "this line is longer than 8192 bytes");
    else if (nul < line.len)
        fault_at(t, part_of(ini, line_at, sv_of(line.p + nul, 1)), "a NUL byte; is this a text file?");
    else if (control < code.len)
        fault_at(t, part_of(ini, line_at, sv_of(code.p + control, 1)), "a control byte");
    else if (invalid < code.len)
        fault_at(t, part_of(ini, line_at, sv_of(code.p + invalid, 1)), "this is not UTF-8");
    return t->fault == NULL;
}

/* What stands between the brackets: a kind, and perhaps a name. */
static void read_section_words(const struct ini *ini, size_t line_at, struct sv inside, struct ini_token *t)
{
    struct sv kind = word_of(sv_trim(inside));
    struct sv rest = sv_trim(sv_skip(sv_trim(inside), kind.len));
    struct sv name = word_of(rest);
    struct sv more = sv_trim(sv_skip(rest, name.len));

    t->kind = INI_SECTION;
    t->name = part_of(ini, line_at, kind);
    t->value = part_of(ini, line_at, name);
    if (kind.len == 0)
        fault_at(t, part_of(ini, line_at, inside), "a section needs a kind: [server], or [site NAME]");
    else if (more.len > 0)
        fault_at(t, part_of(ini, line_at, more), "a section is [kind] or [kind name], and a name is one word");
    else if (name.len > 0 && !ini_is_name(name))
        fault_at(t, t->value, "a section's name holds no bracket");
    if (t->fault != NULL)
        t->name.text.len = 0;
}

/* code starts with '['. */
static void read_section(const struct ini *ini, size_t line_at, struct sv code, struct ini_token *t)
{
    struct sv inside = sv_skip(code, 1);
    size_t end = sv_find(inside, ']');
    struct sv after = end < inside.len ? sv_trim(sv_skip(inside, end + 1)) : sv_of(inside.p + inside.len, 0);

    read_section_words(ini, line_at, sv_of(inside.p, end), t);
    if (t->fault != NULL)
        return;
    if (end == inside.len)
        fault_at(t, part_of(ini, line_at, after), "']' is missing");
    else if (after.len > 0)
        fault_at(t, part_of(ini, line_at, after), "only a comment may follow ']', after a space");
}

static void read_key(const struct ini *ini, size_t line_at, struct sv code, struct ini_token *t)
{
    size_t eq = sv_find(code, '=');
    struct sv key = sv_trim(sv_of(code.p, eq));

    t->kind = INI_KEY;
    t->name = part_of(ini, line_at, key);
    if (eq < code.len)
        t->value = part_of(ini, line_at, sv_trim(sv_skip(code, eq + 1)));
    if (eq == code.len)
        fault_at(t, t->name, "'=' is missing; a line is [section], key = value, or a comment");
    else if (key.len == 0)
        fault_at(t, part_of(ini, line_at, sv_of(code.p + eq, 1)), "there is no key before '='");
    if (t->fault != NULL)
        t->kind = INI_BAD;
}

/* The next line, without its end; false when there is none. */
static bool take_line(struct ini *ini, struct sv *line)
{
    struct sv rest = sv_skip(sv_of(ini->source->text, ini->source->len), ini->at);

    if (rest.len == 0)
        return false;
    size_t end = sv_find(rest, '\n');
    ini->at += end < rest.len ? end + 1 : end;
    *line = sv_of(rest.p, end);
    if (line->len > 0 && line->p[line->len - 1] == '\r')
        line->len--;
    return true;
}

/* One fault for the whole file instead of one for each of its lines. */
static bool check_encoding(struct ini *ini, size_t line_at, struct sv line, struct ini_token *t)
{
    if (line_at != 0 || !(sv_starts(line, SV("\xff\xfe")) || sv_starts(line, SV("\xfe\xff"))))
        return true;
    fault_at(t, part_of(ini, line_at, sv_of(line.p, 2)), "this file is UTF-16; save it as UTF-8");
    ini->at = ini->source->len;
    return false;
}

bool ini_next(struct ini *ini, struct ini_token *token)
{
    struct sv line;

    for (; take_line(ini, &line); ini->line++) {
        size_t line_at = (size_t)(line.p - ini->source->text);
        struct sv raw = without_comment(line);
        struct sv code = sv_trim(raw);

        *token = (struct ini_token){.kind = INI_BAD};
        bool good = check_encoding(ini, line_at, line, token) && check_bytes(ini, line_at, line, raw, token);
        if (good && code.len == 0)
            continue;
        if (good && code.p[0] == '[')
            read_section(ini, line_at, code, token);
        else if (good)
            read_key(ini, line_at, code, token);
        ini->line++;
        return true;
    }
    return false;
}
