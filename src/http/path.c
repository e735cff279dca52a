/* SPDX-License-Identifier: MIT */
/* From the path of a target to a path below a root: what the cache is asked for. Most paths are plain and pass
 * untouched after one look at each byte. */

#include "http/path.h"

#include <stdint.h>
#include <string.h>

#include "base/escape.h"
#include "http/bytes.h"

/* No escape, no NUL, and no slash that is followed by another one or by a dot. */
static bool is_plain(struct sv raw)
{
    char before = 0;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.p[i];
        if (c == '%' || c == '\0' || (before == '/' && (c == '/' || c == '.')))
            return false;
        before = c;
    }
    return true;
}

static enum why decode(struct sv raw, char *room, size_t *len)
{
    size_t n = 0;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.p[i];
        if (c == '%') {
            if (raw.len - i < 3)
                return WHY_PATH_ESCAPE;
            int high = byte_hex(raw.p[i + 1]);
            int low = byte_hex(raw.p[i + 2]);
            if (high < 0 || low < 0)
                return WHY_PATH_ESCAPE;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0')
            return WHY_PATH_NUL;
        room[n++] = c;
    }
    *len = n;
    return WHY_NONE;
}

/* Where the segment behind `from` ends. */
static size_t segment_end(const char *p, size_t from, size_t len)
{
    while (from < len && p[from] != '/')
        from++;
    return from;
}

/* Drop the last segment of p[0 .. n), which ends in a slash: "/a/b/" becomes "/a/". */
static size_t drop_segment(const char *p, size_t n)
{
    n--;
    while (p[n - 1] != '/')
        n--;
    return n;
}

/* In place: what is written never overtakes what is read. */
static enum why remove_dots(char *p, size_t *len)
{
    size_t n = 1;

    for (size_t i = 1, end; i <= *len; i = end + 1) {
        end = segment_end(p, i, *len);
        struct sv segment = sv_of(p + i, end - i);
        if (sv_eq(segment, SV("..")) && n == 1)
            return WHY_PATH_CLIMB;
        if (sv_eq(segment, SV("..")))
            n = drop_segment(p, n);
        if (segment.len == 0 || sv_eq(segment, SV(".")) || sv_eq(segment, SV("..")))
            continue;
        memmove(p + n, segment.p, segment.len);
        n += segment.len;
        if (end < *len)
            p[n++] = '/';
    }
    *len = n;
    return WHY_NONE;
}

enum why path_read(struct sv raw, char *room, struct sv *path)
{
    size_t len = 0;

    *path = raw;
    if (is_plain(raw))
        return WHY_NONE;

    enum why why = decode(raw, room, &len);
    if (why == WHY_NONE)
        why = remove_dots(room, &len);
    *path = sv_of(room, len);
    return why;
}

bool path_is_hidden(struct sv path)
{
    static const char known[] = "/.well-known";
    size_t from = 0;

    if (sv_starts(path, SV("/.well-known")) && (path.len == sizeof known - 1 || path.p[sizeof known - 1] == '/'))
        from = 1;
    for (size_t i = from; i + 1 < path.len; i++)
        if (path.p[i] == '/' && path.p[i + 1] == '.')
            return true;
    return false;
}

/* `escaped`: a '%' begins an escape, and stays. */
static size_t encode(struct sv text, bool escaped, char *room)
{
    char *p = room;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (byte_is(c, BYTE_PATH) || (c == '%' && escaped))
            *p++ = c;
        else
            p = escape_url(p, c);
    }
    return (size_t)(p - room);
}

/* May ".." in it mean another place to a client than to path_read? */
static bool is_ambiguous(struct sv raw)
{
    return memmem(raw.p, raw.len, "/../", 4) != NULL &&
           (sv_find(raw, '%') < raw.len || memmem(raw.p, raw.len, "//", 2) != NULL);
}

size_t path_to_slash(struct sv raw, struct sv path, char *room)
{
    bool whole = is_ambiguous(raw);
    size_t from = raw.len;
    size_t n = 0;

    while (from > 0 && raw.p[from - 1] != '/')
        from--;
    struct sv to = whole ? path : sv_skip(raw, from);
    if (!whole && sv_find(to, ':') < to.len) { /* else what stands before the colon would be a scheme */
        room[n++] = '.';
        room[n++] = '/';
    }
    n += encode(to, !whole, room + n);
    room[n++] = '/';
    return n;
}
