/* SPDX-License-Identifier: MIT */
/* Which validators of a file can be trusted. Asked once for each entry, before its head is written. */

#include "files/tag.h"

#include "config/config.h"
#include "files/sums.h"

enum { SECOND_NS = 1000000000, YOUNG_S = 2 };

static int64_t seconds_of(const struct stamp *stamp)
{
    return stamp->modified_ns / SECOND_NS;
}

static bool is_trusted(const struct tag_file *f)
{
    return f->time == TIME_TRUSTED || (!time_is_false(f->time) && f->stamp->size > SUM_FILE_MAX);
}

int64_t tag_modified(const struct tag_file *f)
{
    return f->etag != ETAG_CONTENT && is_trusted(f) && seconds_of(f->stamp) < f->now ? seconds_of(f->stamp) : INT64_MAX;
}

bool tag_is_young(const struct stamp *stamp, int64_t now)
{
    return seconds_of(stamp) >= now - YOUNG_S;
}

bool tag_is_ahead(const struct stamp *stamp, int64_t now)
{
    return seconds_of(stamp) > now;
}

enum tag_source tag_source(const struct tag_file *f, bool at_hand)
{
    bool old = at_hand ? !tag_is_young(f->stamp, f->now) : seconds_of(f->stamp) < f->now;
    bool settled = is_trusted(f) && old;

    if (f->etag == ETAG_OFF)
        return TAG_NONE;
    if (!at_hand && f->etag == ETAG_STAT && seconds_of(f->stamp) == f->now)
        return TAG_NONE; /* in a second its time will do: nobody needs to read all of it */
    if (!at_hand && f->stamp->size > SUM_FILE_MAX)
        return f->etag == ETAG_STAT && settled ? TAG_STAT : TAG_NONE;
    return f->etag == ETAG_STAT && settled ? TAG_STAT : TAG_CONTENT;
}
