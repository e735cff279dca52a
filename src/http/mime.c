/* SPDX-License-Identifier: MIT */
/* Which media type a file has. Asked once for each cache entry, when its head is rendered. */

#include "http/mime.h"

#include "base/decimal.h"

struct row {
    struct sv name;
    struct mime mime;
};

#define ROW(name, type, coding) {{name, sizeof(name) - 1}, {{type, sizeof(type) - 1}, coding}},

static const struct row by_extension[] = {
#define MIME(extension, type)          ROW(extension, type, CODING_IDENTITY)
#define CODED(extension, type, coding) ROW(extension, type, CODING_##coding)
#define NAMED(name, type)
#include "http/mime.def"
#undef MIME
#undef CODED
#undef NAMED
};

static const struct row by_name[] = {
#define MIME(extension, type)
#define CODED(extension, type, coding)
#define NAMED(name, type) ROW(name, type, CODING_IDENTITY)
#include "http/mime.def"
#undef MIME
#undef CODED
#undef NAMED
};

static const struct mime unknown = {{"application/octet-stream", sizeof "application/octet-stream" - 1},
                                    CODING_IDENTITY};

enum { EXTENSION_MAX = 16 };

struct sv mime_name(struct sv path)
{
    size_t from = path.len;

    while (from > 0 && path.p[from - 1] != '/')
        from--;
    return sv_skip(path, from);
}

struct sv mime_extension(struct sv path)
{
    struct sv name = mime_name(path);

    for (size_t i = name.len; i > 0; i--)
        if (name.p[i - 1] == '.')
            return sv_skip(name, i);
    return sv_skip(name, name.len);
}

/* The order of the table: bytes, a shorter name before a longer one that begins with it. */
static int compare(struct sv a, struct sv b)
{
    int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

struct mime mime_of_extension(struct sv extension)
{
    char lower[EXTENSION_MAX] = {0};
    size_t from = 0;
    size_t to = sizeof by_extension / sizeof by_extension[0];

    if (extension.len > EXTENSION_MAX)
        return unknown;
    for (size_t i = 0; i < extension.len; i++)
        lower[i] = sv_lower(extension.p[i]);
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare(sv_of(lower, extension.len), by_extension[middle].name);
        if (order == 0)
            return by_extension[middle].mime;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return unknown;
}

struct mime mime_of(struct sv path)
{
    struct sv name = mime_name(path);

    for (size_t i = 0; i < sizeof by_name / sizeof by_name[0]; i++)
        if (sv_eq(name, by_name[i].name))
            return by_name[i].mime;
    return mime_of_extension(mime_extension(name));
}

static bool is_name_byte(char c)
{
    return decimal_is_digit(c) || (sv_lower(c) >= 'a' && sv_lower(c) <= 'z') ||
           (c != '\0' && memchr("!#$&-^_.+", c, 9) != NULL);
}

size_t mime_type_name(struct sv s)
{
    size_t n = 0;

    while (n < s.len && is_name_byte(s.p[n]))
        n++;
    return n;
}

bool mime_is_type(struct sv s)
{
    size_t type = mime_type_name(s);
    size_t subtype = type > 0 && type < s.len && s.p[type] == '/' ? mime_type_name(sv_skip(s, type + 1)) : 0;

    if (subtype == 0)
        return false;
    for (s = sv_skip(s, type + 1 + subtype); s.len > 0;) {
        size_t name = s.p[0] == ';' ? mime_type_name(sv_skip(s, 1)) : 0;
        if (name == 0 || name + 1 >= s.len || s.p[name + 1] != '=')
            return false;
        size_t value = mime_type_name(sv_skip(s, name + 2));
        if (value == 0)
            return false;
        s = sv_skip(s, name + 2 + value);
    }
    return true;
}
