/* SPDX-License-Identifier: MIT */
/* A request head: read whole, byte by byte and cut in two it is the same, and what a second parser finds; and what
 * http/request makes of it could not be read in two ways. The input is the head. */

#include <strings.h>

#include "fuzz.h"
#include "http/request.h"
#include "reference_head.h"

/* Those of tests/corpus/head. */
static const struct parse_limits limits = {.head_size = 1024, .target_size = 200, .field_count = 12};

struct reading {
    enum parse_result result;
    struct parse ps;
    struct parse_field fields[12];
};

static void begin(struct reading *r)
{
    memset(r, 0xa5, sizeof *r);
    parse_init(&r->ps, &limits, r->fields);
    r->result = PARSE_MORE;
}

static void read_upto(struct reading *r, struct sv copy, size_t n)
{
    uint32_t pos = r->ps.pos;

    fuzz_show(copy, n);
    r->result = parse_head(&r->ps, copy.p, n);
    fuzz_show(copy, copy.len);
    check(r->ps.pos >= pos && r->ps.pos <= n, "%u bytes consumed of %zu", r->ps.pos, n);
    check(r->result != PARSE_MORE || n <= limits.head_size, "a head beyond the limit is waited for");
}

static bool same_span(struct parse_span a, struct parse_span b)
{
    return a.at == b.at && a.len == b.len;
}

static void check_same(const struct reading *a, const struct reading *b, const char *how)
{
    check(a->result == b->result, "%s: result %d, whole %d", how, b->result, a->result);
    check(a->ps.n_fields == b->ps.n_fields, "%s: %u fields, whole %u", how, b->ps.n_fields, a->ps.n_fields);
    for (uint32_t i = 0; i < a->ps.n_fields; i++)
        check(same_span(a->fields[i].name, b->fields[i].name) && same_span(a->fields[i].value, b->fields[i].value),
              "%s: field %u", how, i);
    if (a->result == PARSE_BAD)
        check(a->ps.status == b->ps.status, "%s: status %u, whole %u", how, b->ps.status, a->ps.status);
    if (a->result != PARSE_DONE)
        return;
    check(a->ps.pos == b->ps.pos, "%s: the head ends elsewhere", how);
    check(same_span(a->ps.method, b->ps.method) && same_span(a->ps.target, b->ps.target) &&
              same_span(a->ps.version, b->ps.version),
          "%s: the request line", how);
}

static void check_reference(const struct reading *r, struct sv in)
{
    struct reference_head ref;
    struct reading as_read = {.result = PARSE_DONE};
    bool fits = reference_head(&ref, in.p, (uint32_t)in.len) && ref.len <= limits.head_size &&
                ref.n_fields <= limits.field_count && ref.target.len <= limits.target_size;

    check(fits == (r->result == PARSE_DONE), "result %d, the second parser says %d", r->result, fits);
    if (!fits)
        return;
    as_read.ps = (struct parse){
        .n_fields = ref.n_fields, .pos = ref.len, .method = ref.method, .target = ref.target, .version = ref.version};
    memcpy(as_read.fields, ref.fields, limits.field_count * sizeof ref.fields[0]);
    check_same(&as_read, r, "second parser");
}

/* What a reader of the fields, who knows nothing of http/request, would see. */
struct seen {
    unsigned hosts, lengths, codings;
    bool awaits_100, expects_more;
    struct sv length, coding; /* the last of each */
};

static bool named(struct sv name, const char *want)
{
    return name.len == strlen(want) && strncasecmp(name.p, want, name.len) == 0;
}

/* Walk what is expected: members of a list, empty ones among them. */
static void see_expectations(struct seen *seen, struct sv value)
{
    while (value.len > 0) {
        struct sv member = sv_trim(fuzz_until(&value, ','));
        seen->awaits_100 = seen->awaits_100 || named(member, "100-continue");
        seen->expects_more = seen->expects_more || (member.len > 0 && !named(member, "100-continue"));
    }
}

static struct seen see(const struct request *rq)
{
    struct seen seen = {0};

    for (uint32_t i = 0; i < rq->head->n_fields; i++) {
        struct sv name = parse_view(rq->bytes, rq->head->fields[i].name);
        struct sv value = parse_view(rq->bytes, rq->head->fields[i].value);
        if (named(name, "host"))
            seen.hosts++;
        if (named(name, "expect"))
            see_expectations(&seen, value);
        if (named(name, "content-length")) {
            seen.lengths++;
            seen.length = value;
        }
        if (named(name, "transfer-encoding")) {
            seen.codings++;
            seen.coding = value;
        }
    }
    return seen;
}

static uint64_t number(struct sv digits)
{
    uint64_t n = 0;

    check(digits.len > 0, "an empty length is taken");
    for (size_t i = 0; i < digits.len; i++) {
        check(digits.p[i] >= '0' && digits.p[i] <= '9', "a length that is no number is taken");
        check(!__builtin_mul_overflow(n, 10, &n) && !__builtin_add_overflow(n, (uint64_t)(digits.p[i] - '0'), &n),
              "a length that runs over is taken");
    }
    return n;
}

/* Framing that two readers in a row cannot take differently (RFC 9112 6). */
static void check_framing(const struct request *rq, const struct seen *seen)
{
    check(seen->hosts <= 1 && (seen->hosts == 1 || !rq->http11), "%u Hosts are taken", seen->hosts);
    check(seen->lengths == 0 || seen->codings == 0, "a length and a coding are taken");
    check(seen->lengths <= 1, "%u lengths are taken", seen->lengths);
    check(seen->codings == 0 || rq->http11, "a coding is taken in HTTP/1.0");
    if (seen->codings > 0) {
        check(rq->body == BODY_CHUNKED, "a coded body is not read as chunks");
        check(seen->coding.len >= 7 || seen->codings > 1, "a coding that is not chunked is taken");
    } else if (seen->lengths > 0) {
        uint64_t n = number(seen->length);
        check(rq->body == (n > 0 ? BODY_LENGTH : BODY_NONE), "a body of %llu bytes is kind %d", (unsigned long long)n,
              rq->body);
        check(n == 0 || rq->content_length == n, "the length is another");
    } else {
        check(rq->body == BODY_NONE, "a body from nowhere");
    }
}

static bool inside(struct sv v, struct sv head)
{
    return v.len == 0 || (v.p >= head.p && v.p + v.len <= head.p + head.len);
}

static void check_views(const struct request *rq, struct sv head)
{
    check(inside(rq->line, head) && inside(rq->host, head) && inside(rq->query, head), "a view leaves the head");
    check(inside(rq->path, head) || sv_eq(rq->path, SV("/")), "the path leaves the head");
    check(rq->path.len > 0 && rq->path.p[0] == '/', "a path without its slash");
    for (size_t i = 0; i < rq->path.len; i++)
        check((uint8_t)rq->path.p[i] > ' ' && rq->path.p[i] != 0x7f && strchr("#?", rq->path.p[i]) == NULL,
              "byte %02x in a path", (uint8_t)rq->path.p[i]);
    for (int i = 0; i < FIELD_COUNT; i++)
        check(inside(rq->field[i], head), "field %d leaves the head", i);
}

static void check_refusal(int status)
{
    static const int known[] = {400, 411, 417, 421, 501, 505};
    size_t i = 0;

    while (i < sizeof known / sizeof known[0] && status != known[i])
        i++;
    check(i < sizeof known / sizeof known[0], "status %d", status);
}

static void check_request(const struct reading *r, struct sv head)
{
    struct request rq;
    int status = request_read(&rq, head.p, &r->ps);

    check(inside(rq.line, head) && rq.line.len > 0, "no request line for the log");
    if (status != 0) {
        check_refusal(status);
        return;
    }
    struct seen seen = see(&rq);
    struct sv version = parse_view(head.p, r->ps.version);
    check(version.p[5] == '1' && rq.http11 == (version.p[7] != '0'), "the version");
    check(rq.wants_100 == (rq.http11 && seen.awaits_100), "a 100 is wanted: %d", rq.wants_100);
    check(!rq.http11 || !seen.expects_more, "an expectation that is not known is taken");
    check(!rq.asterisk || rq.method == METHOD_OPTIONS, "an asterisk for method %d", rq.method);
    check_framing(&rq, &seen);
    check_views(&rq, head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv in = fuzz_input(data, len);
    struct sv copy = sv_of(fuzz_copy(in), len);
    uint64_t seed = fuzz_seed(in);
    struct reading whole;
    struct reading pieces;

    begin(&whole);
    read_upto(&whole, copy, len);
    check_reference(&whole, in);

    begin(&pieces);
    for (size_t n = 1; n <= len && pieces.result == PARSE_MORE; n++)
        read_upto(&pieces, copy, n);
    check_same(&whole, &pieces, "byte by byte");

    begin(&pieces);
    read_upto(&pieces, copy, fuzz_below(&seed, len + 1));
    if (pieces.result == PARSE_MORE)
        read_upto(&pieces, copy, len);
    check_same(&whole, &pieces, "cut in two");

    if (whole.result == PARSE_DONE)
        check_request(&whole, sv_of(copy.p, whole.ps.pos));
    fuzz_free(copy.p);
    return 0;
}
