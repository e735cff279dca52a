/* SPDX-License-Identifier: MIT */
/* Dates: what is read is what the C library would have written of that time, but for the day's name, and every time that
 * it writes is read. The input: "NOW TIME " and a date. */

#include <time.h>

#include "fuzz.h"
#include "http/date.h"

#define LAST 253402300799 /* of the year 9999 */

enum { TEXT_MAX = 64 };

enum form { FIXDATE, RFC850, ASCTIME, ASCTIME_0, FORMS };

static const char *const forms[FORMS] = {
    [FIXDATE] = "%a, %d %b %Y %H:%M:%S GMT",
    [RFC850] = "%A, %d-%b-%y %H:%M:%S GMT",
    [ASCTIME] = "%a %b %e %H:%M:%S %Y",
    [ASCTIME_0] = "%a %b %d %H:%M:%S %Y", /* by the letter of the grammar this is one too */
};

static struct sv written(int64_t when, enum form form, char *room)
{
    time_t t = (time_t)when;
    struct tm tm;

    check(gmtime_r(&t, &tm) != NULL, "no time");
    return sv_of(room, strftime(room, TEXT_MAX, forms[form], &tm));
}

/* Behind the day's name, which nobody checks. */
static struct sv without_day(struct sv text)
{
    return sv_skip(text, sv_find(text, ' '));
}

/* A leap second is the first of the next minute, so it is looked at as the one before it. */
static bool back_from_leap_second(struct sv *text, char *room)
{
    for (size_t i = 3; i + 2 < text->len; i++) {
        if (text->p[i - 1] != ':' || text->p[i - 3] == ' ' || text->p[i] != '6' || text->p[i + 1] != '0')
            continue;
        memcpy(room, text->p, text->len);
        room[i] = '5';
        room[i + 1] = '9';
        text->p = room;
        return true;
    }
    return false;
}

/* The years of which two digits may speak: none is more than 50 years from now, and none further back than it need be. */
static void check_century(int64_t when, int64_t now)
{
    time_t t = (time_t)now;
    struct tm ahead;

    (void)gmtime_r(&t, &ahead);
    ahead.tm_year += 50;
    check(when <= timegm(&ahead), "a date of two digits is more than 50 years ahead");
    t = (time_t)when;
    struct tm later;
    (void)gmtime_r(&t, &later);
    later.tm_year += 100;
    check(timegm(&later) > timegm(&ahead), "a date of two digits could be a century later");
}

static void check_read(struct sv text, int64_t now)
{
    char room[TEXT_MAX];
    char text_room[TEXT_MAX];
    int64_t when;
    bool known = false;

    if (!date_read(text, now, &when))
        return;
    check(text.len < TEXT_MAX, "a date of %zu bytes", text.len);
    if (back_from_leap_second(&text, text_room))
        when--;
    for (enum form form = 0; form < FORMS && !known; form++) {
        /* The C library pads no year before 1000. */
        known = sv_eq(without_day(written(when, form, room)), without_day(text));
        if (known && form == RFC850)
            check_century(when, now);
    }
    check(known || when < -30610224000, "'%.*s' is read as %lld", SV_ARG(text), (long long)when);
}

static void check_written(int64_t when, int64_t now)
{
    char room[TEXT_MAX];
    char ours[DATE_LEN];
    int64_t read;

    for (enum form form = 0; form < FORMS; form++) {
        struct sv text = written(when, form, room);
        if (form == RFC850 && (when > now || now - when > 49 * INT64_C(31556952)))
            continue;
        check(date_read(text, now, &read) && read == when, "%.*s is read as %lld", SV_ARG(text), (long long)read);
    }
    date_write(when, ours);
    check(sv_eq(sv_of(ours, DATE_LEN), written(when, FIXDATE, room)), "%.*s for %lld", DATE_LEN, ours, (long long)when);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv in = fuzz_input(data, len);
    int64_t now = (int64_t)(fuzz_number(&in) % LAST);
    int64_t when = (int64_t)(fuzz_number(&in) % LAST);
    struct sv copy = sv_of(fuzz_copy(in), in.len);

    check_read(copy, now);
    check_written(when, now);
    fuzz_free(copy.p);
    return 0;
}
