/* SPDX-License-Identifier: MIT */
/* What the access log says of one answer. Every request passes here where there is a log, so nothing is formatted by
 * printf, and runs of harmless bytes are copied as they are. */

#include "access/line.h"

#include "base/escape.h"
#include "http/date.h"
#include "http/scan.h"

enum {
    LINE_ROOM = 2048, /* of the request line, escaped */
    FIELD_ROOM = 736, /* of Referer and of User-Agent */
    HOST_ROOM = 256,
    REST_ROOM = 320, /* of all else in a line */
    NUMBER_MAX = sizeof "18446744073709551615" - 1,
    SECOND = 1000000
};

_Static_assert((int)LINE_ROOM + 2 * FIELD_ROOM + HOST_ROOM + REST_ROOM <= (int)ACCESS_LINE_MAX,
               "the longest fields make a line that is short enough");

static char *put(char *p, struct sv text)
{
    memcpy(p, text.p, text.len);
    return p + text.len;
}

static char *put_number(char *p, uint64_t n)
{
    char digits[NUMBER_MAX];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    return put(p, sv_of(digits + at, sizeof digits - at));
}

/* The microseconds of a second, all six digits. */
static char *put_fraction(char *p, uint32_t us)
{
    for (int i = 5; i >= 0; i--, us /= 10)
        p[i] = (char)('0' + us % 10);
    return p + 6;
}

/* What is at the front of `field` cannot stand for itself, or perhaps not. Writes at most ESCAPE_JSON_MAX bytes for it to *p,
 * which moves on, and returns how many bytes of the field that was. */
typedef size_t escape(char **p, struct sv field);

static size_t escape_for_combined(char **p, struct sv field)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char c = (unsigned char)field.p[0];

    *p = put(*p, SV("\\x"));
    *(*p)++ = hex[c >> 4];
    *(*p)++ = hex[c & 15];
    return 1;
}

static size_t escape_for_json(char **p, struct sv field)
{
    size_t used;

    *p = escape_json(*p, field, &used);
    return used;
}

/* As much of the field as fits into `room` bytes. */
static char *put_field(char *p, struct sv field, size_t room, escape *escape_one)
{
    const char *end = p + room;

    while (field.len > 0) {
        size_t left = (size_t)(end - p);
        size_t n = scan_plain(field.p, field.len < left ? field.len : left);
        p = put(p, sv_of(field.p, n));
        field = sv_skip(field, n);
        if (field.len == 0 || (size_t)(end - p) < ESCAPE_JSON_MAX)
            break;
        field = sv_skip(field, escape_one(&p, field));
    }
    return p;
}

static char *put_quoted(char *p, struct sv field, size_t room)
{
    *p++ = '"';
    if (field.len > 0)
        p = put_field(p, field, room, escape_for_combined);
    else
        *p++ = '-';
    *p++ = '"';
    return p;
}

static char *put_member(char *p, struct sv name, struct sv field, size_t room)
{
    p = put(p, name);
    if (field.len == 0)
        return put(p, SV("null"));
    *p++ = '"';
    p = put_field(p, field, room, escape_for_json);
    *p++ = '"';
    return p;
}

void access_dates_init(struct access_dates *dates)
{
    dates->second = INT64_MIN;
}

/* Worked out once a second; the lines of a second share it. */
static struct sv date_of(enum access_format format, struct access_dates *d, int64_t second)
{
    if (d->second != second && format == ACCESS_JSON)
        date_write_iso(second, d->text);
    else if (d->second != second)
        date_write_log(second, d->text);
    d->second = second;
    return sv_of(d->text, format == ACCESS_JSON ? DATE_ISO_LEN : DATE_LOG_LEN);
}

static size_t front_combined(struct sv date, const struct access_record *r, char *room)
{
    char *p = put(room, r->client);

    p = put(p, SV(" - - ["));
    p = put(p, date);
    p = put(p, SV("] "));
    p = put_quoted(p, r->line, LINE_ROOM);
    *p++ = ' ';
    p = put_number(p, (uint64_t)r->status);
    *p++ = ' ';
    return (size_t)(p - room);
}

static size_t front_json(struct sv date, const struct access_record *r, char *room)
{
    char *p = put(room, SV("{\"time\":\""));

    p = put(p, date);
    *p++ = '.';
    p = put_fraction(p, (uint32_t)(r->time_us % SECOND));
    p = put(p, SV("Z\",\"client\":\""));
    p = put(p, r->client);
    p = put_member(p, SV("\",\"host\":"), r->host, HOST_ROOM);
    p = put_member(p, SV(",\"request\":"), r->line, LINE_ROOM);
    p = put(p, SV(",\"status\":"));
    p = put_number(p, (uint64_t)r->status);
    p = put_member(p, SV(",\"referer\":"), r->referer, FIELD_ROOM);
    p = put_member(p, SV(",\"agent\":"), r->agent, FIELD_ROOM);
    p = put_member(p, SV(",\"cache\":"), r->cache, FIELD_ROOM);
    p = put(p, SV(",\"bytes\":"));
    return (size_t)(p - room);
}

size_t access_line_front(enum access_format format, struct access_dates *dates, const struct access_record *r,
                         char *room)
{
    struct sv date = date_of(format, dates, (int64_t)(r->time_us / SECOND));

    return format == ACCESS_JSON ? front_json(date, r, room) : front_combined(date, r, room);
}

size_t access_line_back(enum access_format format, const struct access_record *r, char *room)
{
    char *p = room;

    if (format == ACCESS_JSON)
        return 0;
    *p++ = ' ';
    p = put_quoted(p, r->referer, FIELD_ROOM);
    *p++ = ' ';
    p = put_quoted(p, r->agent, FIELD_ROOM);
    return (size_t)(p - room);
}

size_t access_line_whole(enum access_format format, struct sv front, struct sv back, uint64_t bytes,
                         uint64_t duration_us, char *room)
{
    char *p = put(room, front);

    p = put_number(p, bytes);
    p = put(p, back);
    if (format == ACCESS_JSON) {
        p = put(p, SV(",\"duration\":"));
        p = put_number(p, duration_us / SECOND);
        *p++ = '.';
        p = put_fraction(p, (uint32_t)(duration_us % SECOND));
        *p++ = '}';
    }
    *p++ = '\n';
    return (size_t)(p - room);
}
