/* SPDX-License-Identifier: MIT */
/* Which validators of a file can be trusted. Asked once for each entry, before its head is written. */

#include "files/tag.h"

#include "config/config.h"
#include "files/sums.h"

enum { SECOND_NS = 1000000000, PLACEHOLDERS = 2, YOUNG_S = 2 };

static int64_t seconds_of(const struct stamp *stamp)
{
    return stamp->modified_ns / SECOND_NS;
}

static bool is_a_time(const struct stamp *stamp)
{
    return seconds_of(stamp) >= PLACEHOLDERS;
}

int64_t tag_modified(const struct stamp *stamp, int64_t now)
{
    return is_a_time(stamp) && seconds_of(stamp) < now ? seconds_of(stamp) : INT64_MAX;
}

bool tag_is_young(const struct stamp *stamp, int64_t now)
{
    return seconds_of(stamp) >= now - YOUNG_S;
}

enum tag_source tag_source(int etag, const struct stamp *stamp, int64_t now, bool at_hand)
{
    bool settled = is_a_time(stamp) && (at_hand ? !tag_is_young(stamp, now) : seconds_of(stamp) < now);

    if (etag == ETAG_OFF)
        return TAG_NONE;
    if (!at_hand && etag == ETAG_STAT && seconds_of(stamp) == now)
        return TAG_NONE; /* in a second its time will do: nobody needs to read all of it */
    if (!at_hand && stamp->size > SUM_FILE_MAX)
        return settled ? TAG_STAT : TAG_NONE;
    return etag == ETAG_STAT && settled ? TAG_STAT : TAG_CONTENT;
}
