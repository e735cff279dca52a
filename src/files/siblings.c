/* SPDX-License-Identifier: MIT */
/* The compressed files that lie beside a file. Asked when a file is loaded, and again, at the cache's pace, by requests that
 * could use them. */

#include "files/siblings.h"

#include <limits.h>
#include <stdio.h>

#include "files/labels.h"

enum { SECOND_NS = 1000000000 };

void codings_init(struct codings *c, const struct config_site *site)
{
    *c = (struct codings){.site = site};
    for (size_t i = 0; i < site->precompressed.n; i++)
        c->order[c->n++] = (uint8_t)coding_of_suffix(sv_cstr(site->precompressed.v[i]));
}

bool sibling_name(struct sv name, enum coding coding, char *room)
{
    struct sv suffix = coding_names[coding].suffix;

    return snprintf(room, PATH_MAX, "%.*s.%.*s", SV_ARG(name), SV_ARG(suffix)) < PATH_MAX;
}

/* Some compressors copy the time of the original, and some of these cut it down to the second. */
bool sibling_is_current(const struct stamp *sibling, const struct stamp *original)
{
    if (sibling->modified_ns % SECOND_NS == 0)
        return sibling->modified_ns / SECOND_NS >= original->modified_ns / SECOND_NS;
    return sibling->modified_ns >= original->modified_ns;
}

uint8_t siblings_look(const struct codings *c, const struct root *root, struct sv name, const struct stamp *original)
{
    char room[PATH_MAX];
    struct stamp stamp;
    uint8_t found = 0;

    if (c->n == 0 || labels_mime(c->site, name).coding != CODING_IDENTITY)
        return 0;
    for (size_t i = 0; i < c->n; i++) {
        enum coding coding = (enum coding)c->order[i];
        if (sibling_name(name, coding, room) && root_stamp_at(root, room, &stamp) == 0 && S_ISREG(stamp.mode) &&
            (original == NULL || sibling_is_current(&stamp, original)))
            found |= (uint8_t)(1U << coding);
    }
    return found;
}
