/* SPDX-License-Identifier: MIT */
/* The dates of HTTP: Date once a second for each worker, Last-Modified once for each cache entry, and what conditional
 * requests say. */

#include "http/date.h"

#include <stddef.h>

#include "base/decimal.h"

struct civil {
    int64_t year;
    int month; /* 0 .. 11 */
    int day;   /* 1 .. 31 */
    int hour, minute, second;
    int weekday; /* 0 = Sunday */
};

enum { DAY = 24 * 60 * 60 };

static const char weekdays[7][10] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Days before 1 March of a year that begins in March: leap days then stand at the end of a year, and a cycle of 400
 * years has 146,097 days. */
static int64_t days_of_march_year(int64_t year)
{
    return year * 365 + year / 4 - year / 100 + year / 400;
}

/* 1 March of year 0 is 719,468 days before 1970. */
enum { EPOCH_DAYS = 719468, CYCLE_DAYS = 146097 };

/* Days before a month, counted from March: 153 days in every five months. */
static int days_of_march_month(int month)
{
    return (153 * month + 2) / 5;
}

static int64_t days_from_civil(const struct civil *c)
{
    int march_month = (c->month + 10) % 12;
    int64_t march_year = c->month < 2 ? c->year - 1 : c->year;

    /* A cycle later, so that the first months of the year 0 do not lie before it. */
    return days_of_march_year(march_year + 400) - CYCLE_DAYS + days_of_march_month(march_month) + c->day - 1 -
           EPOCH_DAYS;
}

static struct civil civil_from_time(int64_t time)
{
    int64_t days = time / DAY + EPOCH_DAYS;
    int second = (int)(time % DAY);
    int64_t year = days * 400 / CYCLE_DAYS;

    while (days_of_march_year(year) > days)
        year--;
    while (days_of_march_year(year + 1) <= days)
        year++;
    int day = (int)(days - days_of_march_year(year));
    int month = (5 * day + 2) / 153;
    return (struct civil){
        .year = month < 10 ? year : year + 1,
        .month = (month + 2) % 12,
        .day = day - days_of_march_month(month) + 1,
        .hour = second / 3600,
        .minute = second / 60 % 60,
        .second = second % 60,
        .weekday = (int)((days + 3) % 7), /* 1 March of year 0 was a Wednesday */
    };
}

static char *put_two(char *p, int n)
{
    return decimal_pad(p, (uint64_t)n, 2);
}

static char *put_year(char *p, int64_t year)
{
    return decimal_pad(p, (uint64_t)year, 4);
}

static char *put_text(char *p, const char *text, size_t len)
{
    memcpy(p, text, len);
    return p + len;
}

static char *put_clock(char *p, const struct civil *c)
{
    p = put_two(p, c->hour);
    p = put_text(p, ":", 1);
    p = put_two(p, c->minute);
    p = put_text(p, ":", 1);
    return put_two(p, c->second);
}

void date_write(int64_t time, char *room)
{
    char *p = room;
    struct civil c = civil_from_time(time);

    p = put_text(p, weekdays[c.weekday], 3);
    p = put_text(p, ", ", 2);
    p = put_two(p, c.day);
    p = put_text(p, " ", 1);
    p = put_text(p, months[c.month], 3);
    p = put_text(p, " ", 1);
    p = put_year(p, c.year);
    p = put_text(p, " ", 1);
    p = put_clock(p, &c);
    put_text(p, " GMT", 4);
}

void date_write_log(int64_t time, char *room)
{
    char *p = room;
    struct civil c = civil_from_time(time);

    p = put_two(p, c.day);
    p = put_text(p, "/", 1);
    p = put_text(p, months[c.month], 3);
    p = put_text(p, "/", 1);
    p = put_year(p, c.year);
    p = put_text(p, ":", 1);
    p = put_clock(p, &c);
    put_text(p, " +0000", 6);
}

void date_write_iso(int64_t time, char *room)
{
    char *p = room;
    struct civil c = civil_from_time(time);

    p = put_year(p, c.year);
    p = put_text(p, "-", 1);
    p = put_two(p, c.month + 1);
    p = put_text(p, "-", 1);
    p = put_two(p, c.day);
    p = put_text(p, "T", 1);
    put_clock(p, &c);
}

/* The readers below take their piece from the front of *s and say whether it was there. */

static bool take_text(struct sv *s, struct sv text)
{
    if (!sv_starts(*s, text))
        return false;
    *s = sv_skip(*s, text.len);
    return true;
}

static bool take_digits(struct sv *s, size_t width, int *n)
{
    if (s->len < width)
        return false;
    *n = 0;
    for (size_t i = 0; i < width; i++) {
        if (!decimal_is_digit(s->p[i]))
            return false;
        *n = *n * 10 + (s->p[i] - '0');
    }
    *s = sv_skip(*s, width);
    return true;
}

static bool take_month(struct sv *s, int *month)
{
    for (*month = 0; *month < 12; ++*month)
        if (take_text(s, sv_of(months[*month], 3)))
            return true;
    return false;
}

static bool take_weekday(struct sv *s, bool whole)
{
    for (int i = 0; i < 7; i++)
        if (take_text(s, whole ? sv_cstr(weekdays[i]) : sv_of(weekdays[i], 3)))
            return true;
    return false;
}

static bool take_clock(struct sv *s, struct civil *c)
{
    return take_digits(s, 2, &c->hour) && take_text(s, SV(":")) && take_digits(s, 2, &c->minute) &&
           take_text(s, SV(":")) && take_digits(s, 2, &c->second);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static bool take_fixdate(struct sv s, struct civil *c)
{
    int year;
    bool ok = take_weekday(&s, false) && take_text(&s, SV(", ")) && take_digits(&s, 2, &c->day) &&
              take_text(&s, SV(" ")) && take_month(&s, &c->month) && take_text(&s, SV(" ")) &&
              take_digits(&s, 4, &year) && take_text(&s, SV(" ")) && take_clock(&s, c) && take_text(&s, SV(" GMT"));

    if (ok)
        c->year = year;
    return ok && s.len == 0;
}

static int64_t time_from_civil(const struct civil *c)
{
    return days_from_civil(c) * DAY + (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
}

/* A year of two digits is the latest that does not put the time more than 50 years ahead (RFC 9110 5.6.7). */
static void set_century(struct civil *c, int year, int64_t now)
{
    struct civil latest = civil_from_time(now);

    latest.year += 50;
    c->year = latest.year - latest.year % 100 + year;
    if (time_from_civil(c) > time_from_civil(&latest))
        c->year -= 100;
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static bool take_rfc850(struct sv s, int64_t now, struct civil *c)
{
    int year;
    bool ok = take_weekday(&s, true) && take_text(&s, SV(", ")) && take_digits(&s, 2, &c->day) &&
              take_text(&s, SV("-")) && take_month(&s, &c->month) && take_text(&s, SV("-")) &&
              take_digits(&s, 2, &year) && take_text(&s, SV(" ")) && take_clock(&s, c) && take_text(&s, SV(" GMT"));

    if (ok)
        set_century(c, year, now);
    return ok && s.len == 0;
}

/* Sun Nov  6 08:49:37 1994 */
static bool take_asctime(struct sv s, struct civil *c)
{
    int year;
    bool ok = take_weekday(&s, false) && take_text(&s, SV(" ")) && take_month(&s, &c->month) && take_text(&s, SV(" "));

    if (ok)
        ok = take_text(&s, SV(" ")) ? take_digits(&s, 1, &c->day) : take_digits(&s, 2, &c->day);
    ok = ok && take_text(&s, SV(" ")) && take_clock(&s, c) && take_text(&s, SV(" ")) && take_digits(&s, 4, &year);
    if (ok)
        c->year = year;
    return ok && s.len == 0;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month] + (month == 1 && leap ? 1 : 0);
}

bool date_read(struct sv text, int64_t now, int64_t *time)
{
    struct civil c = {0};

    if (!take_fixdate(text, &c) && !take_rfc850(text, now, &c) && !take_asctime(text, &c))
        return false;
    if (c.day < 1 || c.day > days_in_month(c.year, c.month) || c.hour > 23 || c.minute > 59 || c.second > 60)
        return false;
    *time = time_from_civil(&c);
    return true;
}
