/* SPDX-License-Identifier: MIT */
/* What a worker notes of an answer. Every request passes here where there is a log, so nothing is looked at, only copied. */

#include "access/record.h"

#include <assert.h>
#include <stddef.h>

/* The texts follow, one behind the other. */
struct numbers {
    uint64_t time_us;
    uint64_t bytes;
    uint64_t duration_us;
    struct peer client;
    uint16_t status;
    uint16_t len[ACCESS_TEXTS];
};

_Static_assert(sizeof(struct numbers) <= (size_t)ACCESS_NUMBERS_MAX, "the room that is counted for them");

static const uint16_t text_max[ACCESS_TEXTS] = {
    [ACCESS_REQUEST] = ACCESS_REQUEST_MAX, [ACCESS_HOST] = ACCESS_HOST_MAX,   [ACCESS_REFERER] = ACCESS_FIELD_MAX,
    [ACCESS_AGENT] = ACCESS_FIELD_MAX,     [ACCESS_CACHE] = ACCESS_CACHE_MAX,
};

size_t access_record_write(const struct access_record *r, char *room)
{
    struct numbers n = {r->time_us, r->bytes, r->duration_us, r->client, r->status, {0}};
    char *p = room + sizeof n;

    for (int i = 0; i < ACCESS_TEXTS; i++) {
        size_t len = r->text[i].len;
        if (len == 0)
            continue;
        if (len > text_max[i])
            len = text_max[i];
        memcpy(p, r->text[i].p, len);
        p += len;
        n.len[i] = (uint16_t)len;
    }
    memcpy(room, &n, sizeof n);
    return (size_t)(p - room);
}

void access_record_end(char *written, uint64_t bytes, uint64_t duration_us)
{
    memcpy(written + offsetof(struct numbers, bytes), &bytes, sizeof bytes);
    memcpy(written + offsetof(struct numbers, duration_us), &duration_us, sizeof duration_us);
}

void access_record_read(struct sv written, struct access_record *r)
{
    struct numbers n;

    assert(written.len >= sizeof n);
    memcpy(&n, written.p, sizeof n);
    *r = (struct access_record){n.time_us, n.bytes, n.duration_us, n.client, n.status, {{0}}};
    written = sv_skip(written, sizeof n);
    for (int i = 0; i < ACCESS_TEXTS; i++) {
        assert(n.len[i] <= written.len);
        r->text[i] = sv_of(written.p, n.len[i]);
        written = sv_skip(written, n.len[i]);
    }
    assert(written.len == 0);
}
