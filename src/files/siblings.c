/* SPDX-License-Identifier: MIT */
/* The compressed files that lie beside a file. Asked when a file is loaded, and again, at the cache's pace, by requests that
 * could use them. */

#include "files/siblings.h"

#include <limits.h>
#include <stdio.h>

#include "http/coded_size.h"
#include "site/types.h"

#define SECOND_NS INT64_C(1000000000)

bool sibling_name(struct sv name, enum coding coding, char *room)
{
    struct sv suffix = coding_names[coding].suffix;

    return snprintf(room, PATH_MAX, "%.*s.%.*s", SV_ARG(name), SV_ARG(suffix)) < PATH_MAX;
}

static bool is_within(const struct stamp *sibling, const struct stamp *original, int64_t grace_ns)
{
    int64_t latest;

    return __builtin_add_overflow(sibling->modified_ns, grace_ns, &latest) || latest >= original->modified_ns;
}

bool sibling_is_current(const struct stamp *sibling, const struct stamp *original)
{
    return is_within(sibling, original, SIBLING_GRACE_S * SECOND_NS);
}

/* Older by less than a second, it has a copy of the original's time. */
bool sibling_stands_for(const struct entry *sibling, const struct entry *original)
{
    const struct stamp *s = &sibling->stamp;
    const struct stamp *o = &original->stamp;

    return original->status != 200 || is_within(s, o, SECOND_NS) ||
           (sibling_is_current(s, o) &&
            coded_size_fits((enum coding)sibling->coding, sibling->content_size, original->size));
}

uint8_t siblings_look(const struct site *site, const struct root *root, struct sv name, const struct stamp *original)
{
    const struct codings *c = &site->codings;
    char room[PATH_MAX];
    struct stamp stamp;
    uint8_t found = 0;

    if (c->n == 0 || types_of(site, name).coding != CODING_IDENTITY)
        return 0;
    for (size_t i = 0; i < c->n; i++) {
        enum coding coding = (enum coding)c->order[i];
        if (sibling_name(name, coding, room) && root_stamp_at(root, room, &stamp) == 0 && S_ISREG(stamp.mode) &&
            (original == NULL || sibling_is_current(&stamp, original)))
            found |= (uint8_t)(1U << coding);
    }
    return found;
}
