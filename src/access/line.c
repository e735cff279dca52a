/* SPDX-License-Identifier: MIT */
/* What the access log says of one answer. Every request passes here where there is a log, though in another thread than it was
 * served by; so nothing is formatted by printf, and runs of harmless bytes are copied as they are. */

#include "access/line.h"

#include "access/record.h"
#include "base/decimal.h"
#include "base/escape.h"
#include "http/scan.h"

enum {
    REST_MAX = 320, /* of all in a line but the client's texts */
    SECOND = 1000000,
    FRACTION_LEN = 6, /* digits of the microseconds in a second */
};

/* A text may take as many bytes when it is escaped as a record keeps of it before. */
_Static_assert((int)ACCESS_REQUEST_MAX + ACCESS_HOST_MAX + 2 * ACCESS_FIELD_MAX + REST_MAX <= (int)ACCESS_LINE_MAX,
               "the longest texts make a line that is short enough");
_Static_assert((int)DATE_ISO_LEN <= (int)DATE_LOG_LEN, "the room for either date");

static char *put(char *p, struct sv text)
{
    memcpy(p, text.p, text.len);
    return p + text.len;
}

static char *put_number(char *p, uint64_t n)
{
    char room[DECIMAL_MAX];

    return put(p, decimal_write(n, room));
}

/* What is at the front of `field` cannot stand for itself, or perhaps not. Writes at most ESCAPE_JSON_MAX bytes for it to *p,
 * which moves on, and returns how many bytes of the field that was. */
typedef size_t escape(char **p, struct sv field);

static size_t escape_for_combined(char **p, struct sv field)
{
    *p = escape_hex(put(*p, SV("\\x")), (unsigned char)field.p[0], 2);
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

static char *put_client(char *p, const struct peer *client)
{
    char room[PEER_TEXT_MAX];

    return put(p, peer_text(client, room));
}

void access_dates_init(struct access_dates *dates)
{
    dates->second = INT64_MIN;
}

/* A date is worked out once a second; the lines of a second share it. */
static char *put_log_date(char *p, struct access_dates *d, int64_t second)
{
    if (d->second != second)
        date_write_log(second, d->text);
    d->second = second;
    return put(p, sv_of(d->text, DATE_LOG_LEN));
}

static char *put_iso_time(char *p, struct access_dates *d, uint64_t time_us)
{
    int64_t second = (int64_t)(time_us / SECOND);

    if (d->second != second)
        date_write_iso(second, d->text);
    d->second = second;
    p = put(p, sv_of(d->text, DATE_ISO_LEN));
    *p++ = '.';
    p = decimal_pad(p, (uint32_t)(time_us % SECOND), FRACTION_LEN);
    *p++ = 'Z';
    return p;
}

static size_t line_combined(struct access_dates *dates, struct sv record, char *room)
{
    struct access_record r;

    access_record_read(record, &r);
    char *p = put_client(room, &r.client);
    p = put(p, SV(" - - ["));
    p = put_log_date(p, dates, (int64_t)(r.time_us / SECOND));
    p = put(p, SV("] "));
    p = put_quoted(p, r.text[ACCESS_REQUEST], ACCESS_REQUEST_MAX);
    *p++ = ' ';
    p = put_number(p, r.status);
    *p++ = ' ';
    p = put_number(p, r.bytes);
    *p++ = ' ';
    p = put_quoted(p, r.text[ACCESS_REFERER], ACCESS_FIELD_MAX);
    *p++ = ' ';
    p = put_quoted(p, r.text[ACCESS_AGENT], ACCESS_FIELD_MAX);
    *p++ = '\n';
    return (size_t)(p - room);
}

static size_t line_json(struct access_dates *dates, struct sv record, char *room)
{
    struct access_record r;

    access_record_read(record, &r);
    char *p = put(room, SV("{\"time\":\""));
    p = put_iso_time(p, dates, r.time_us);
    p = put(p, SV("\",\"client\":\""));
    p = put_client(p, &r.client);
    p = put_member(p, SV("\",\"host\":"), r.text[ACCESS_HOST], ACCESS_HOST_MAX);
    p = put_member(p, SV(",\"request\":"), r.text[ACCESS_REQUEST], ACCESS_REQUEST_MAX);
    p = put(p, SV(",\"status\":"));
    p = put_number(p, r.status);
    p = put_member(p, SV(",\"referer\":"), r.text[ACCESS_REFERER], ACCESS_FIELD_MAX);
    p = put_member(p, SV(",\"agent\":"), r.text[ACCESS_AGENT], ACCESS_FIELD_MAX);
    p = put_member(p, SV(",\"cache\":"), r.text[ACCESS_CACHE], ACCESS_CACHE_MAX);
    p = put(p, SV(",\"bytes\":"));
    p = put_number(p, r.bytes);
    p = put(p, SV(",\"duration\":"));
    p = put_number(p, r.duration_us / SECOND);
    *p++ = '.';
    p = decimal_pad(p, (uint32_t)(r.duration_us % SECOND), FRACTION_LEN);
    p = put(p, SV("}\n"));
    return (size_t)(p - room);
}

static size_t note_json(struct access_dates *dates, uint64_t time_us, uint64_t missing, char *room)
{
    char *p = put(room, SV("{\"time\":\""));

    p = put_iso_time(p, dates, time_us);
    p = put(p, SV("\",\"dropped\":"));
    p = put_number(p, missing);
    p = put(p, SV("}\n"));
    return (size_t)(p - room);
}

const struct access_format access_combined = {line_combined, NULL};
const struct access_format access_json = {line_json, note_json};
