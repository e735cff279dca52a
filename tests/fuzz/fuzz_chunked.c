/* SPDX-License-Identifier: MIT */
/* Bodies: one that is whole and within its bounds by a second, simpler reading ends just where that reading says, in
 * whatever pieces it comes; no other body ends at all. The input: "DATA_MAX META_MAX LENGTH " and the bytes. */

#include "fuzz.h"
#include "http/body.h"
#include "http/bytes.h"
#include "http/why.h"

struct bounds {
    uint64_t data_max;
    uint32_t meta_max;
};

/* A chunked body as RFC 9112 7.1 has it, read from its front by lines; `data` and `meta` are what it holds. */
struct reference {
    struct sv rest;
    uint64_t data, meta;
};

/* Up to CRLF, in which no other CR or LF stands. */
static bool take_line(struct sv *s, struct sv *line)
{
    size_t n = 0;

    while (n < s->len && s->p[n] != '\r' && s->p[n] != '\n')
        n++;
    *line = sv_of(s->p, n);
    if (s->len - n < 2 || s->p[n] != '\r' || s->p[n + 1] != '\n')
        return false;
    *s = sv_skip(*s, n + 2);
    return true;
}

static bool only(struct sv s, enum byte_class class)
{
    for (size_t i = 0; i < s.len; i++)
        if (!byte_is(s.p[i], class))
            return false;
    return true;
}

static size_t spaces(struct sv s)
{
    size_t n = 0;

    while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\t'))
        n++;
    return n;
}

static bool take_size(struct reference *r, uint64_t *size)
{
    struct sv line;
    size_t digits = 0;

    if (!take_line(&r->rest, &line))
        return false;
    for (*size = 0; digits < line.len && byte_hex(line.p[digits]) >= 0; digits++)
        *size = *size * 16 + (uint64_t)byte_hex(line.p[digits]);
    line = sv_skip(line, digits);
    if (digits == 0 || digits > 16)
        return false;
    if (line.len == 0)
        return true;
    r->meta += line.len - 1;
    line = sv_skip(line, spaces(line));
    return sv_starts(line, SV(";")) && only(line, BYTE_VALUE);
}

static bool take_trailers(struct reference *r)
{
    struct sv line;

    while (take_line(&r->rest, &line)) {
        if (line.len == 0)
            return true;
        size_t colon = sv_find(line, ':');
        if (colon == 0 || colon == line.len || !only(sv_of(line.p, colon), BYTE_TOKEN) || !only(line, BYTE_VALUE))
            return false;
        r->meta += line.len;
    }
    return false;
}

static bool reference_read(struct reference *r, struct sv in)
{
    uint64_t size;
    struct sv line;

    *r = (struct reference){.rest = in};
    while (take_size(r, &size)) {
        if (size == 0)
            return take_trailers(r);
        if (size >= r->rest.len)
            return false;
        r->data += size;
        r->rest = sv_skip(r->rest, size);
        if (!take_line(&r->rest, &line) || line.len > 0)
            return false;
    }
    return false;
}

struct outcome {
    enum body_result result;
    int status;
    size_t used;
};

/* In pieces that end at `cut`, then every `step` bytes. */
static struct outcome feed(const struct request *rq, struct bounds b, struct sv copy, size_t cut, size_t step)
{
    struct body body;
    size_t from = 0;
    size_t to = cut;

    body_init(&body, rq, b.data_max, b.meta_max);
    for (;;) {
        size_t used = SIZE_MAX;
        fuzz_show(copy, to);
        enum body_result result = body_read(&body, copy.p + from, to - from, &used);
        fuzz_show(copy, copy.len);
        check(used <= to - from, "%zu of %zu bytes used", used, to - from);
        if (result == BODY_BAD)
            return (struct outcome){BODY_BAD, why_status((enum why)body.why), 0};
        if (result == BODY_DONE)
            return (struct outcome){BODY_DONE, 0, from + used};
        check(used == to - from, "it wants more, and left %zu bytes", to - from - used);
        if (to == copy.len)
            return (struct outcome){BODY_MORE, 0, to};
        from = to;
        to = copy.len - from > step ? from + step : copy.len;
    }
}

static struct outcome feed_all_ways(const struct request *rq, struct bounds b, struct sv copy)
{
    uint64_t seed = fuzz_seed(copy);
    struct outcome whole = feed(rq, b, copy, copy.len, 1);

    for (int i = 0; i < 3; i++) {
        size_t cut = i == 0 ? 0 : fuzz_below(&seed, copy.len + 1);
        struct outcome o = feed(rq, b, copy, cut, i < 2 ? 1 : copy.len);
        check(o.result == whole.result && o.status == whole.status && o.used == whole.used,
              "cut at %zu: result %d status %d used %zu, whole %d, %d, %zu", cut, o.result, o.status, o.used,
              whole.result, whole.status, whole.used);
    }
    check(whole.result != BODY_BAD || whole.status == 400 || whole.status == 413, "status %d", whole.status);
    return whole;
}

static void check_chunked(struct bounds b, struct sv copy)
{
    const struct request rq = {.body = BODY_CHUNKED};
    struct outcome whole = feed_all_ways(&rq, b, copy);
    struct reference ref;
    bool ends = reference_read(&ref, copy) && ref.data <= b.data_max && ref.meta <= b.meta_max;

    check(ends == (whole.result == BODY_DONE), "result %d, the second reading says %d", whole.result, ends);
    if (!ends)
        return;
    size_t len = copy.len - ref.rest.len;
    check(whole.used == len, "it ends at %zu, by the second reading at %zu", whole.used, len);
    check(feed(&rq, b, sv_of(copy.p, len - 1), len - 1, 1).result == BODY_MORE, "its front is a body too");
}

static void check_length(struct bounds b, uint64_t length, struct sv copy)
{
    const struct request rq = {.body = BODY_LENGTH, .content_length = length};
    struct outcome whole = feed_all_ways(&rq, b, copy);

    if (length > b.data_max)
        check(whole.result == BODY_BAD && whole.status == 413, "a body beyond its bound is read");
    else if (length <= copy.len)
        check(whole.result == BODY_DONE && whole.used == length, "%zu bytes used", whole.used);
    else
        check(whole.result == BODY_MORE, "it ends before its length");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv in = fuzz_input(data, len);
    struct bounds b = {.data_max = fuzz_number(&in)};

    b.meta_max = (uint32_t)fuzz_number(&in);
    uint64_t length = fuzz_number(&in);
    struct sv copy = sv_of(fuzz_copy(in), in.len);
    check_chunked(b, copy);
    check_length(b, length, copy);
    fuzz_free(copy.p);
    return 0;
}
