/* SPDX-License-Identifier: MIT */
/* Heads of answers: whatever the fields, a head is the text that printf would make of them; it has its length in a room of
 * any size, and in one that is too small a front of itself. The input: "STATUS SIZE FIRST LEN ROOM " and lines, each the
 * value of a field. */

#include <inttypes.h>

#include "fuzz.h"
#include "http/bytes.h"
#include "http/head.h"

enum { TEXT_MAX = 16 * 1024 };

struct input {
    enum status_index status;
    uint64_t size;
    struct range range;
    uint64_t room;
    struct sv lines;
};

static char values[TEXT_MAX];
static char wanted[TEXT_MAX];

/* A value holds no control character but a tab. */
static struct sv make_values(struct sv in)
{
    size_t n = 0;

    for (size_t i = 0; i < in.len && n < TEXT_MAX / 8; i++)
        if (in.p[i] == '\n' || byte_is(in.p[i], BYTE_VALUE))
            values[n++] = in.p[i];
    return sv_of(values, n);
}

static void write_head(const struct input *in, struct head *h)
{
    struct sv rest = in->lines;

    head_begin(h, in->status);
    head_content_length(h, in->range.len);
    head_content_range(h, in->range.len > 0 ? &in->range : NULL, in->size);
    while (rest.len > 0) {
        struct sv value = fuzz_until(&rest, '\n');
        head_field(h, SV("A"), value);
        head_open(h, SV("B"));
        for (size_t i = 0; i < value.len; i++)
            head_put(h, sv_of(value.p + i, 1));
        head_close(h);
    }
    head_end(h);
}

static size_t print_head(const struct input *in)
{
    const struct status *s = &status_table[in->status];
    struct sv rest = in->lines;
    size_t n = (size_t)snprintf(wanted, TEXT_MAX, "HTTP/1.1 %d %s\r\nServer: baton\r\nContent-Length: %" PRIu64 "\r\n",
                                s->code, s->phrase, in->range.len);

    if (in->range.len > 0)
        n += (size_t)snprintf(wanted + n, TEXT_MAX - n, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                              in->range.first, in->range.first + in->range.len - 1, in->size);
    else
        n += (size_t)snprintf(wanted + n, TEXT_MAX - n, "Content-Range: bytes */%" PRIu64 "\r\n", in->size);
    while (rest.len > 0) {
        struct sv value = fuzz_until(&rest, '\n');
        if (value.len > 0)
            n += (size_t)snprintf(wanted + n, TEXT_MAX - n, "A: %.*s\r\n", SV_ARG(value));
        n += (size_t)snprintf(wanted + n, TEXT_MAX - n, "B: %.*s\r\n", SV_ARG(value));
    }
    n += (size_t)snprintf(wanted + n, TEXT_MAX - n, "\r\n");
    check(n < TEXT_MAX, "a head of %zu bytes", n);
    return n;
}

/* In memory of exactly that size, where a byte too far is seen. */
static void check_room(const struct input *in, size_t cap, size_t len)
{
    char *room = malloc(cap);

    check(room != NULL || cap == 0, "memory");
    if (cap > 0)
        memset(room, 0, cap);
    struct head h = head_in(room, cap);
    write_head(in, &h);
    check(h.len == len, "it has %zu bytes in a room of %zu, and not %zu", h.len, cap, len);
    check(head_is_whole(&h) == (cap >= len), "it is whole in a room of %zu", cap);
    size_t front = 0;
    while (front < cap && front < len && room[front] == wanted[front])
        front++;
    check(front == len || !head_is_whole(&h), "it differs at %zu", front);
    while (front < cap && front < len && room[front] == '\0')
        front++;
    check(front == cap || front == len, "there is something else at %zu", front);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv rest = fuzz_input(data, len);
    struct input in = {.status = (enum status_index)(fuzz_number(&rest) % STATUS_COUNT), .size = fuzz_number(&rest)};

    in.range.first = fuzz_number(&rest);
    in.range.len = fuzz_number(&rest);
    in.room = fuzz_number(&rest);
    in.lines = make_values(rest);
    size_t whole = print_head(&in);
    check_room(&in, 0, whole);
    check_room(&in, (size_t)(in.room % (whole + 1)), whole);
    check_room(&in, whole, whole);
    return 0;
}
