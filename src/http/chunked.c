/* SPDX-License-Identifier: MIT */
/* Find the end of a chunked body. On the way of the few requests that carry one; the data is thrown away.
 *
 *     SIZE -> [SPACE] -> [EXTENSION] -> SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE
 *                              | size 0
 *                              +-> LINE -> END_LF, done
 *                                  | ^
 *                                  v |
 *                              TRAILER -> TRAILER_LF
 */

#include "http/chunked.h"

#include <assert.h>
#include <stdbool.h>

#include "http/bytes.h"

enum state { SIZE, SPACE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, LINE, NAME, TRAILER, TRAILER_LF, END_LF, DONE };

enum { SIZE_DIGITS_MAX = 16 };

void chunked_init(struct chunked *ch, uint64_t data_max, uint32_t meta_max)
{
    *ch = (struct chunked){.data_max = data_max, .meta_max = meta_max, .state = SIZE};
}

/* The size is over; what must follow it? A size that the body may not have is refused here, before its data. */
static int end_size(struct chunked *ch, char c)
{
    if (ch->digits == 0)
        return 400;
    if (ch->left > ch->data_max)
        return 413;
    ch->data_max -= ch->left;
    if (c == '\r')
        ch->state = SIZE_LF;
    else if (c == ';')
        ch->state = EXTENSION;
    else if (c == ' ' || c == '\t')
        ch->state = SPACE;
    else
        return 400;
    return 0;
}

/* Bad white space, which must lead to an extension (RFC 9112 7.1.1). */
static int read_space(struct chunked *ch, char c)
{
    if (ch->meta_max == 0)
        return 413;
    ch->meta_max--;
    if (c == ';')
        ch->state = EXTENSION;
    else if (c != ' ' && c != '\t')
        return 400;
    return 0;
}

static int read_size(struct chunked *ch, char c)
{
    int digit = byte_hex(c);

    if (digit < 0)
        return end_size(ch, c);
    if (ch->digits == SIZE_DIGITS_MAX)
        return 400;
    ch->left = ch->left << 4 | (uint64_t)digit;
    ch->digits++;
    return 0;
}

/* One byte that must be there. */
static int literal(struct chunked *ch, char c, char want, enum state state)
{
    ch->state = (uint8_t)state;
    return c == want ? 0 : 400;
}

static int read_size_lf(struct chunked *ch, char c)
{
    enum state state = ch->left > 0 ? DATA : LINE;

    ch->digits = 0;
    return literal(ch, c, '\n', state);
}

/* A byte of an extension or a trailer, up to the CR. */
static int read_meta(struct chunked *ch, char c, enum state after)
{
    if (c == '\r') {
        ch->state = (uint8_t)after;
        return 0;
    }
    if (ch->meta_max == 0)
        return 413;
    ch->meta_max--;
    return byte_is(c, BYTE_VALUE) ? 0 : 400;
}

static int read_name(struct chunked *ch, char c)
{
    if (ch->meta_max == 0)
        return 413;
    ch->meta_max--;
    if (c == ':')
        ch->state = TRAILER;
    else if (!byte_is(c, BYTE_TOKEN))
        return 400;
    return 0;
}

static int read_line(struct chunked *ch, char c)
{
    if (c == '\r') {
        ch->state = END_LF;
        return 0;
    }
    ch->state = NAME;
    return c == ':' ? 400 : read_name(ch, c);
}

/* Everything but data is short; a byte a step keeps it simple. */
static int read_byte(struct chunked *ch, char c)
{
    switch ((enum state)ch->state) {
    case SIZE:
        return read_size(ch, c);
    case SPACE:
        return read_space(ch, c);
    case EXTENSION:
        return read_meta(ch, c, SIZE_LF);
    case SIZE_LF:
        return read_size_lf(ch, c);
    case DATA_CR:
        return literal(ch, c, '\r', DATA_LF);
    case DATA_LF:
        return literal(ch, c, '\n', SIZE);
    case LINE:
        return read_line(ch, c);
    case NAME:
        return read_name(ch, c);
    case TRAILER:
        return read_meta(ch, c, TRAILER_LF);
    case TRAILER_LF:
        return literal(ch, c, '\n', LINE);
    case END_LF:
        return literal(ch, c, '\n', DONE);
    case DATA:
    case DONE:
        break;
    }
    assert(false && "a state that is not in the drawing");
    return 500;
}

static size_t skip_data(struct chunked *ch, size_t len)
{
    size_t n = ch->left < len ? (size_t)ch->left : len;

    ch->left -= n;
    if (ch->left == 0)
        ch->state = DATA_CR;
    return n;
}

enum chunked_result chunked_read(struct chunked *ch, const char *p, size_t len, size_t *used)
{
    size_t i = 0;

    while (i < len && ch->state != DONE) {
        if (ch->state == DATA) {
            i += skip_data(ch, len - i);
            continue;
        }
        int status = read_byte(ch, p[i++]);
        if (status != 0) {
            ch->status = (uint16_t)status;
            *used = i;
            return CHUNKED_BAD;
        }
    }
    *used = i;
    return ch->state == DONE ? CHUNKED_DONE : CHUNKED_MORE;
}
