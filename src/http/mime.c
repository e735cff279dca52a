/* SPDX-License-Identifier: MIT */
/* Which media type a file has. Asked once for each cache entry, when its head is rendered. */

#include "http/mime.h"

static const struct type {
    struct sv extension;
    struct sv type;
} types[] = {
#define MIME(extension, type) {{extension, sizeof(extension) - 1}, {type, sizeof(type) - 1}},
#include "http/mime.def"
#undef MIME
};

enum { EXTENSION_MAX = 16 };

struct sv mime_extension(struct sv path)
{
    for (size_t i = path.len; i > 0 && path.p[i - 1] != '/'; i--)
        if (path.p[i - 1] == '.')
            return sv_skip(path, i);
    return sv_of(path.p + path.len, 0);
}

/* The order of the table: bytes, a shorter name before a longer one that begins with it. */
static int compare(struct sv a, struct sv b)
{
    int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

struct sv mime_of_extension(struct sv extension)
{
    char lower[EXTENSION_MAX] = {0};
    size_t from = 0;
    size_t to = sizeof types / sizeof types[0];

    if (extension.len > EXTENSION_MAX)
        return SV("application/octet-stream");
    for (size_t i = 0; i < extension.len; i++)
        lower[i] = sv_lower(extension.p[i]);
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare(sv_of(lower, extension.len), types[middle].extension);
        if (order == 0)
            return types[middle].type;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return SV("application/octet-stream");
}
