/* SPDX-License-Identifier: MIT */
/* UTF-8 of those who may send any bytes. A configuration is quoted on a terminal: what could move the cursor or turn the
 * reading direction must be known, and so must the width that a caret has to skip. Of a request, bytes that are not ASCII
 * come here on their way to a log of JSON. */

#include "base/utf8.h"

struct range {
    uint32_t first;
    uint32_t last;
};

/* C0, DEL and C1; marks that are invisible or change the direction; line and paragraph separators; BOM; tags. */
static const struct range unprintable[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x061c, 0x061c}, {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

/* Spaces that are not the one of ASCII. */
static const struct range spaces[] = {
    {0x00a0, 0x00a0}, {0x1680, 0x1680}, {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
};

/* Combining marks, and variation selectors. */
static const struct range narrow[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

/* East Asian wide and fullwidth, and pictographs. */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

static bool is_among(uint32_t point, const struct range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (point >= r[i].first && point <= r[i].last)
            return true;
    return false;
}

size_t utf8_decode(struct sv s, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    if (s.len == 0)
        return 0;
    unsigned char lead = (unsigned char)s.p[0];
    size_t len = lead < 0x80 ? 1 : lead >= 0xf8 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    if (len == 0 || len > s.len)
        return 0;

    uint32_t value = len == 1 ? lead : (uint32_t)lead & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (c & 0x3f);
    }
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *point = value;
    return len;
}

size_t utf8_find_invalid(struct sv s)
{
    size_t at = 0;

    while (at < s.len) {
        uint32_t point;
        size_t len = utf8_decode(sv_skip(s, at), &point);
        if (len == 0)
            break;
        at += len;
    }
    return at;
}

size_t utf8_find_unseen(struct sv s)
{
    size_t at = 0;

    while (at < s.len) {
        uint32_t point = 0;
        size_t len = utf8_decode(sv_skip(s, at), &point);
        bool seen = len == 0 || point < 0x80 ||
                    !(is_among(point, spaces, sizeof spaces / sizeof *spaces) ||
                      is_among(point, unprintable, sizeof unprintable / sizeof *unprintable));
        if (!seen)
            break;
        at += len > 0 ? len : 1;
    }
    return at;
}

bool utf8_is_printable(uint32_t point)
{
    return !is_among(point, unprintable, sizeof unprintable / sizeof *unprintable);
}

unsigned int utf8_width(uint32_t point)
{
    if (point < 0x300)
        return 1;
    if (is_among(point, narrow, sizeof narrow / sizeof *narrow))
        return 0;
    return is_among(point, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}
