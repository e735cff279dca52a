/* SPDX-License-Identifier: MIT */
/* Find the pieces of a request head: the first thing that happens to the bytes that recv brought. Each state is a
 * function that reads its piece from ps->pos on and says how it went; parse_head calls the functions in turn until one
 * of them runs out of bytes.
 *
 *     METHOD -> TARGET -> VERSION -> LINE_LF -> FIELD -> NAME -> SPACE -> VALUE -> VALUE_LF --+
 *                                               | ^                                          |
 *                                               | +------------------------------------------+
 *                                               +-> END_LF, done
 */

#include "http/parse.h"

#include <assert.h>

#include "base/decimal.h"
#include "http/scan.h"

enum state {
    METHOD,
    TARGET,
    VERSION,
    LINE_LF,
    FIELD,
    NAME,
    SPACE,
    VALUE,
    VALUE_LF,
    END_LF,
};

/* GO_ON: the piece is whole, go on with ps->state. */
enum progress { GO_ON, STOP_DONE, STOP_MORE, STOP_BAD };

struct input {
    const char *p;
    uint32_t len;
};

enum { METHOD_MAX = 32, VERSION_LEN = sizeof "HTTP/1.1" - 1 };

bool parse_empty_lines(const char *p, size_t len, size_t *used, uint32_t *passed)
{
    size_t n = 0;

    while (n < len && p[n] == "\r\n"[(*passed + n) % 2])
        n++;
    *used = n;
    *passed += (uint32_t)n;
    return n == len || *passed % 2 == 0;
}

void parse_init(struct parse *ps, const struct parse_limits *limits, struct parse_field *fields)
{
    ps->limits = limits;
    ps->fields = fields;
    ps->n_fields = 0;
    ps->pos = 0;
    ps->mark = 0;
    ps->method = (struct parse_span){0}; /* asked for even where the head is bad */
    ps->state = METHOD;
    ps->status = 0;
    ps->why = WHY_NONE;
}

static enum progress bad(struct parse *ps, enum why why)
{
    ps->why = (uint8_t)why;
    ps->status = (uint16_t)why_status(why);
    return STOP_BAD;
}

static inline enum progress next(struct parse *ps, enum state state)
{
    ps->state = (uint8_t)state;
    ps->mark = ps->pos;
    return GO_ON;
}

/* One byte that must be there. */
static inline enum progress literal(struct parse *ps, struct input in, char c, enum state state)
{
    if (ps->pos == in.len)
        return STOP_MORE;
    if (in.p[ps->pos] != c)
        return bad(ps, WHY_LINE_END);
    ps->pos++;
    return next(ps, state);
}

static inline struct parse_span span_from_mark(const struct parse *ps)
{
    return (struct parse_span){ps->mark, ps->pos - ps->mark};
}

static inline enum progress read_method(struct parse *ps, struct input in)
{
    ps->pos += (uint32_t)scan_token(in.p + ps->pos, in.len - ps->pos);
    if (ps->pos - ps->mark > METHOD_MAX)
        return bad(ps, WHY_METHOD_LONG);
    if (ps->pos == in.len)
        return STOP_MORE;
    if (in.p[ps->pos] != ' ' || ps->pos == ps->mark)
        return bad(ps, WHY_METHOD_FORM);
    ps->method = span_from_mark(ps);
    ps->pos++;
    return next(ps, TARGET);
}

static inline enum progress read_target(struct parse *ps, struct input in)
{
    ps->pos += (uint32_t)scan_target(in.p + ps->pos, in.len - ps->pos);
    if (ps->pos - ps->mark > ps->limits->target_size)
        return bad(ps, WHY_TARGET_LONG);
    if (ps->pos == in.len)
        return STOP_MORE;
    if (in.p[ps->pos] != ' ' || ps->pos == ps->mark)
        return bad(ps, WHY_TARGET_BYTES);
    ps->target = span_from_mark(ps);
    ps->pos++;
    return next(ps, VERSION);
}

static inline enum progress read_version(struct parse *ps, struct input in)
{
    static const char form[VERSION_LEN + 1] = "HTTP/d.d\r";

    for (; ps->pos - ps->mark < sizeof form; ps->pos++) {
        if (ps->pos == in.len)
            return STOP_MORE;
        char want = form[ps->pos - ps->mark];
        char have = in.p[ps->pos];
        if (want == 'd' ? !decimal_is_digit(have) : have != want)
            return bad(ps, WHY_VERSION_FORM);
    }
    ps->version = (struct parse_span){ps->mark, VERSION_LEN};
    return next(ps, LINE_LF);
}

static inline enum progress read_field(struct parse *ps, struct input in)
{
    if (ps->pos == in.len)
        return STOP_MORE;
    if (in.p[ps->pos] != '\r')
        return ps->n_fields < ps->limits->field_count ? next(ps, NAME) : bad(ps, WHY_FIELD_COUNT);
    ps->pos++;
    return next(ps, END_LF);
}

static inline enum progress read_name(struct parse *ps, struct input in)
{
    ps->pos += (uint32_t)scan_token(in.p + ps->pos, in.len - ps->pos);
    if (ps->pos == in.len)
        return STOP_MORE;
    if (in.p[ps->pos] != ':' || ps->pos == ps->mark)
        return bad(ps, WHY_FIELD_NAME);
    ps->fields[ps->n_fields].name = span_from_mark(ps);
    ps->pos++;
    return next(ps, SPACE);
}

static inline enum progress read_space(struct parse *ps, struct input in)
{
    while (ps->pos < in.len && (in.p[ps->pos] == ' ' || in.p[ps->pos] == '\t'))
        ps->pos++;
    return ps->pos < in.len ? next(ps, VALUE) : STOP_MORE;
}

static inline enum progress read_value(struct parse *ps, struct input in)
{
    ps->pos += (uint32_t)scan_value(in.p + ps->pos, in.len - ps->pos);
    if (ps->pos == in.len)
        return STOP_MORE;
    if (in.p[ps->pos] != '\r')
        return bad(ps, WHY_FIELD_VALUE);

    struct parse_span value = span_from_mark(ps);
    while (value.len > 0 && (in.p[value.at + value.len - 1] == ' ' || in.p[value.at + value.len - 1] == '\t'))
        value.len--;
    ps->fields[ps->n_fields++].value = value;
    ps->pos++;
    return next(ps, VALUE_LF);
}

static inline enum progress read_end(struct parse *ps, struct input in)
{
    enum progress progress = literal(ps, in, '\n', END_LF);

    return progress == GO_ON ? STOP_DONE : progress;
}

static inline enum progress read_piece(struct parse *ps, struct input in)
{
    switch ((enum state)ps->state) {
    case METHOD:
        return read_method(ps, in);
    case TARGET:
        return read_target(ps, in);
    case VERSION:
        return read_version(ps, in);
    case LINE_LF:
        return literal(ps, in, '\n', FIELD);
    case FIELD:
        return read_field(ps, in);
    case NAME:
        return read_name(ps, in);
    case SPACE:
        return read_space(ps, in);
    case VALUE:
        return read_value(ps, in);
    case VALUE_LF:
        return literal(ps, in, '\n', FIELD);
    case END_LF:
        return read_end(ps, in);
    }
    assert(false && "a state that is not in the drawing");
    return bad(ps, WHY_STATE);
}

enum parse_result parse_head(struct parse *ps, const char *p, size_t len)
{
    /* One byte beyond the limit is enough to know that the head is too large, so no offset passes 32 bits. */
    size_t most = (size_t)ps->limits->head_size + 1;
    struct input in = {p, (uint32_t)(len < most ? len : most)};
    enum progress progress = GO_ON;

    while (progress == GO_ON)
        progress = read_piece(ps, in);
    if (progress == STOP_BAD)
        return PARSE_BAD;
    if (ps->pos > ps->limits->head_size) {
        (void)bad(ps, ps->state == TARGET ? WHY_TARGET_LONG : WHY_HEAD_LONG);
        return PARSE_BAD;
    }
    return progress == STOP_DONE ? PARSE_DONE : PARSE_MORE;
}
