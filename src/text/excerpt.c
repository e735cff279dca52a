/* SPDX-License-Identifier: MIT */
/* The quoted line of the error report. The line is measured first, in terminal columns, and then written: all of it, or
 * the window that holds the caret. */

#include "text/excerpt.h"

#include "base/escape.h"

enum { WINDOW = 100, LEAD = 40, TAB = 8 };

/* Where the marked part stands, in terminal columns. */
struct extent {
    size_t first;
    size_t last; /* one behind */
    size_t all;  /* of the line */
};

static struct glyph glyph_at(struct sv s, size_t column)
{
    if (s.p[0] != '\t')
        return escape_terminal(s);
    struct glyph g = {"        ", TAB - column % TAB, 1, TAB - column % TAB};
    return g;
}

static struct sv line_of(struct place at)
{
    struct sv rest = sv_of(at.source->text + at.line_at, at.source->len - at.line_at);

    if (at.source->tier != SOURCE_FILE)
        return rest;
    rest.len = sv_find(rest, '\n');
    if (rest.len > 0 && rest.p[rest.len - 1] == '\r')
        rest.len--;
    return rest;
}

static struct extent measure(struct sv line, struct place at)
{
    struct extent x = {0};
    size_t column = 0;
    size_t i = 0;

    while (i < line.len) {
        struct glyph g = glyph_at(sv_skip(line, i), column);
        if (i < at.col)
            x.first = column + g.columns;
        if (i < at.col + at.len)
            x.last = column + g.columns;
        column += g.columns;
        i += g.bytes;
    }
    if (x.last <= x.first)
        x.last = x.first + 1;
    x.all = column;
    return x;
}

/* Write the glyphs that lie within [from, to). */
static int add_window(struct buf *b, struct sv line, size_t from, size_t to)
{
    int err = 0;
    size_t column = 0;

    for (size_t i = 0; err == 0 && i < line.len && column < to;) {
        struct glyph g = glyph_at(sv_skip(line, i), column);
        if (column >= from && column + g.columns <= to)
            err = buf_add(b, sv_of(g.text, g.text_len));
        else if (column + g.columns > from && column < from)
            err = buf_addf(b, "%*s", (int)(column + g.columns - from), "");
        column += g.columns;
        i += g.bytes;
    }
    return err;
}

static int add_run(struct buf *b, char c, size_t n)
{
    int err = 0;

    while (err == 0 && n-- > 0)
        err = buf_add(b, sv_of(&c, 1));
    return err;
}

int excerpt_init(struct excerpt *e, struct place at)
{
    static const struct sv dots = {"...", 3};
    struct sv line = line_of(at);
    struct extent x = measure(line, at);
    size_t from = x.all > WINDOW && x.first > LEAD ? x.first - LEAD : 0;
    size_t to = x.all > from + WINDOW ? from + WINDOW : x.all;
    size_t shift = from > 0 ? dots.len : 0;
    size_t mark = (x.last < to || to <= x.first ? x.last : to) - x.first;

    *e = (struct excerpt){0};
    int err = buf_add(&e->line, sv_of(dots.p, shift));
    if (err == 0)
        err = add_window(&e->line, line, from, to);
    if (err == 0 && to < x.all)
        err = buf_add(&e->line, dots);
    if (err == 0)
        err = add_run(&e->line, '\0', 1);
    if (err == 0)
        err = add_run(&e->caret, ' ', x.first - from + shift);
    if (err == 0)
        err = add_run(&e->caret, '^', 1);
    if (err == 0)
        err = add_run(&e->caret, '~', mark - 1);
    if (err == 0)
        err = add_run(&e->caret, '\0', 1);
    if (err < 0)
        excerpt_fini(e);
    return err;
}

void excerpt_fini(struct excerpt *e)
{
    buf_fini(&e->line);
    buf_fini(&e->caret);
}
