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
#include "http/why.h"

enum state { SIZE, SPACE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, LINE, NAME, TRAILER, TRAILER_LF, END_LF, DONE };

enum { SIZE_DIGITS_MAX = 16 };

void chunked_init(struct chunked *ch, uint64_t data_max, uint32_t meta_max)
{
    *ch = (struct chunked){.data_max = data_max, .meta_max = meta_max, .state = SIZE};
}

/* The size is over; what must follow it? A size that the body may not have is refused here, before its data. */
static enum why end_size(struct chunked *ch, char c)
{
    if (ch->digits == 0)
        return WHY_CHUNK_SIZE;
    if (ch->left > ch->data_max)
        return WHY_BODY_LONG;
    ch->data_max -= ch->left;
    if (c == '\r')
        ch->state = SIZE_LF;
    else if (c == ';')
        ch->state = EXTENSION;
    else if (c == ' ' || c == '\t')
        ch->state = SPACE;
    else
        return WHY_CHUNK_SIZE;
    return WHY_NONE;
}

/* Bad white space, which must lead to an extension (RFC 9112 7.1.1). */
static enum why read_bad_space(struct chunked *ch, char c)
{
    if (ch->meta_max == 0)
        return WHY_CHUNK_META_LONG;
    ch->meta_max--;
    if (c == ';')
        ch->state = EXTENSION;
    else if (c != ' ' && c != '\t')
        return WHY_CHUNK_SIZE;
    return WHY_NONE;
}

static enum why read_size(struct chunked *ch, char c)
{
    int digit = byte_hex(c);

    if (digit < 0)
        return end_size(ch, c);
    if (ch->digits == SIZE_DIGITS_MAX)
        return WHY_CHUNK_SIZE;
    ch->left = ch->left << 4 | (uint64_t)digit;
    ch->digits++;
    return WHY_NONE;
}

/* One byte that must be there. */
static enum why read_exactly(struct chunked *ch, char c, char want, enum state state)
{
    ch->state = (uint8_t)state;
    return c == want ? WHY_NONE : WHY_CHUNK_END;
}

static enum why read_size_lf(struct chunked *ch, char c)
{
    enum state state = ch->left > 0 ? DATA : LINE;

    ch->digits = 0;
    return read_exactly(ch, c, '\n', state);
}

/* A byte of an extension or a trailer, up to the CR. */
static enum why read_meta(struct chunked *ch, char c, enum state after)
{
    if (c == '\r') {
        ch->state = (uint8_t)after;
        return WHY_NONE;
    }
    if (ch->meta_max == 0)
        return WHY_CHUNK_META_LONG;
    ch->meta_max--;
    return byte_is(c, BYTE_VALUE) ? WHY_NONE : WHY_CHUNK_META;
}

static enum why read_trailer_name(struct chunked *ch, char c)
{
    if (ch->meta_max == 0)
        return WHY_CHUNK_META_LONG;
    ch->meta_max--;
    if (c == ':')
        ch->state = TRAILER;
    else if (!byte_is(c, BYTE_TOKEN))
        return WHY_CHUNK_META;
    return WHY_NONE;
}

static enum why read_line(struct chunked *ch, char c)
{
    if (c == '\r') {
        ch->state = END_LF;
        return WHY_NONE;
    }
    ch->state = NAME;
    return c == ':' ? WHY_CHUNK_META : read_trailer_name(ch, c);
}

/* Everything but data is short; a byte a step keeps it simple. */
static enum why read_byte(struct chunked *ch, char c)
{
    switch ((enum state)ch->state) {
    case SIZE:
        return read_size(ch, c);
    case SPACE:
        return read_bad_space(ch, c);
    case EXTENSION:
        return read_meta(ch, c, SIZE_LF);
    case SIZE_LF:
        return read_size_lf(ch, c);
    case DATA_CR:
        return read_exactly(ch, c, '\r', DATA_LF);
    case DATA_LF:
        return read_exactly(ch, c, '\n', SIZE);
    case LINE:
        return read_line(ch, c);
    case NAME:
        return read_trailer_name(ch, c);
    case TRAILER:
        return read_meta(ch, c, TRAILER_LF);
    case TRAILER_LF:
        return read_exactly(ch, c, '\n', LINE);
    case END_LF:
        return read_exactly(ch, c, '\n', DONE);
    case DATA:
    case DONE:
        break;
    }
    assert(false && "a state that is not in the drawing");
    return WHY_STATE;
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
        enum why why = read_byte(ch, p[i++]);
        if (why != WHY_NONE) {
            ch->why = (uint8_t)why;
            *used = i;
            return CHUNKED_BAD;
        }
    }
    *used = i;
    return ch->state == DONE ? CHUNKED_DONE : CHUNKED_MORE;
}
