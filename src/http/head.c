/* SPDX-License-Identifier: MIT */
/* Heads of answers: some are written while a request waits, most once, when a file is cached. */

#include "http/head.h"

#include <assert.h>
#include <string.h>

#include "base/decimal.h"
#include "http/bytes.h"
#include "http/digest.h"

const struct sv head_starts[STATUS_COUNT] = {
#define STATUS(code, phrase, text)                                                 \
    [STATUS_INDEX_##code] = {"HTTP/1.1 " #code " " phrase "\r\nServer: baton\r\n", \
                             sizeof "HTTP/1.1 " #code " " phrase "\r\nServer: baton\r\n" - 1},
#include "http/status.def"
#undef STATUS
};

/* Whole or not at all, and nothing behind what was left out. */
static void add(struct head *h, struct sv bytes)
{
    if (head_is_whole(h) && bytes.len <= h->cap - h->len && bytes.len > 0)
        memcpy(h->room + h->len, bytes.p, bytes.len);
    h->len += bytes.len;
}

static void add_number(struct head *h, uint64_t n)
{
    char room[DECIMAL_MAX];

    add(h, decimal_write(n, room));
}

void head_begin(struct head *h, enum status_index status)
{
    add(h, head_starts[status]);
}

void head_open(struct head *h, struct sv name)
{
    add(h, name);
    add(h, SV(": "));
}

void head_put(struct head *h, struct sv piece)
{
    for (size_t i = 0; i < piece.len; i++)
        assert(byte_is(piece.p[i], BYTE_VALUE));
    add(h, piece);
}

void head_close(struct head *h)
{
    add(h, SV("\r\n"));
}

void head_field(struct head *h, struct sv name, struct sv value)
{
    if (value.len == 0)
        return;
    head_open(h, name);
    head_put(h, value);
    head_close(h);
}

void head_lines(struct head *h, struct sv lines)
{
    add(h, lines);
}

void head_content_length(struct head *h, uint64_t len)
{
    head_open(h, SV("Content-Length"));
    add_number(h, len);
    head_close(h);
}

void head_content_range(struct head *h, const struct range *range, uint64_t size)
{
    head_open(h, SV("Content-Range"));
    add(h, SV("bytes "));
    if (range != NULL) {
        add_number(h, range->first);
        add(h, SV("-"));
        add_number(h, range->first + range->len - 1);
    } else {
        add(h, SV("*"));
    }
    add(h, SV("/"));
    add_number(h, size);
    head_close(h);
}

void head_digest(struct head *h, const uint8_t sum[SHA256_LEN])
{
    char text[DIGEST_LEN];

    digest_write(sum, text);
    head_open(h, SV("Repr-Digest"));
    add(h, SV("sha-256=:"));
    add(h, sv_of(text, sizeof text));
    add(h, SV(":"));
    head_close(h);
}

void head_end(struct head *h)
{
    add(h, SV("\r\n"));
}
