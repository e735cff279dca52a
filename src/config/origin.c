/* SPDX-License-Identifier: MIT */
/* Where a value in effect came from. Places die with the draft, and what stays of them is the text of -T: so that is read. */

#include "config/origin.h"

/* Take the first line off a text. */
static struct sv take_line(struct sv *text)
{
    size_t end = sv_find(*text, '\n');
    struct sv line = sv_of(text->p, end);

    *text = sv_skip(*text, end < text->len ? end + 1 : end);
    return line;
}

/* "key = value   ; origin", or with "; " before it where no file can hold the value. */
static bool read_line(struct sv line, const char *key, struct origin *o)
{
    struct sv name = sv_cstr(key);

    if (sv_starts(line, SV("; ")))
        line = sv_skip(line, 2);
    if (!sv_starts(line, name) || !sv_starts(sv_skip(line, name.len), SV(" =")))
        return false;
    line = sv_skip(line, name.len + 2);
    const char *mark = line.len > 0 ? memmem(line.p, line.len, " ; ", 3) : NULL;
    size_t len = mark != NULL ? (size_t)(mark - line.p) : line.len;
    o->value = sv_trim(sv_of(line.p, len));
    o->from = mark != NULL ? sv_skip(line, len + 3) : SV("");
    return true;
}

bool origin_next(const char *key, struct origin *o)
{
    struct sv rest = o->rest;

    while (rest.len > 0 && rest.p[0] != '[') {
        struct sv line = take_line(&rest);
        o->rest = rest;
        if (read_line(line, key, o))
            return true;
    }
    *o = (struct origin){.rest = rest};
    return false;
}

bool origin_first(const struct config *c, struct sv header, const char *key, struct origin *o)
{
    *o = (struct origin){.rest = buf_sv(&c->effective)};
    while (o->rest.len > 0)
        if (sv_eq(take_line(&o->rest), header))
            return origin_next(key, o);
    return false;
}
