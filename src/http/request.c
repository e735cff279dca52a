/* SPDX-License-Identifier: MIT */
/* What a request head means: second on a request's way, after the pieces were found and before anything is looked up.
 * The checks run in the order of request_read; the first that fails decides the status. */

#include "http/request.h"

#include "base/decimal.h"
#include "http/authority.h"
#include "http/elements.h"

static const struct {
    struct sv name;
    bool served;
    bool content;
} method_table[] = {
#define METHOD(name, served, content) [METHOD_##name] = {{#name, sizeof #name - 1}, served, content},
#include "http/method.def"
#undef METHOD
    [METHOD_UNKNOWN] = {{"", 0}, false, false},
};

enum repeated { REFUSED, VOID, LISTED };

static const struct {
    struct sv name;
    enum repeated repeated;
} field_table[FIELD_COUNT] = {
#define FIELD(id, name, repeated) [FIELD_##id] = {{name, sizeof(name) - 1}, repeated},
#include "http/field.def"
#undef FIELD
};

/* Rows of field.def stand in the order of their length, so those of one length are neighbours; this is the first. */
enum { FIELD_NAME_MAX = 19, COUNTED = 1 };

/* One more than the field, so that 0 says that there is none. */
static const uint8_t first_of_length[FIELD_NAME_MAX + 1] = {
    [4] = COUNTED + FIELD_HOST,
    [5] = COUNTED + FIELD_RANGE,
    [6] = COUNTED + FIELD_EXPECT,
    [7] = COUNTED + FIELD_REFERER,
    [8] = COUNTED + FIELD_IF_MATCH,
    [10] = COUNTED + FIELD_CONNECTION,
    [13] = COUNTED + FIELD_IF_NONE_MATCH,
    [14] = COUNTED + FIELD_CONTENT_LENGTH,
    [15] = COUNTED + FIELD_ACCEPT_ENCODING,
    [16] = COUNTED + FIELD_WANT_REPR_DIGEST,
    [17] = COUNTED + FIELD_IF_MODIFIED_SINCE,
    [19] = COUNTED + FIELD_IF_UNMODIFIED_SINCE,
};

/* Our names hold letters and '-' only, and a token holds no byte that bit 5 would turn into '-': so it may be set. */
static bool same_name(const char *name, struct sv known)
{
    for (size_t i = 0; i < known.len; i++)
        if ((name[i] | 0x20) != known.p[i])
            return false;
    return true;
}

static enum field field_find(struct sv name)
{
    if (name.len > FIELD_NAME_MAX || first_of_length[name.len] == 0)
        return FIELD_OTHER;
    for (unsigned f = first_of_length[name.len] - COUNTED; f < FIELD_COUNT && field_table[f].name.len == name.len; f++)
        if (same_name(name.p, field_table[f].name))
            return (enum field)f;
    return FIELD_OTHER;
}

static enum method method_find(struct sv name)
{
    enum method m = METHOD_GET;

    while (m < METHOD_UNKNOWN && !sv_eq(name, method_table[m].name))
        m++;
    return m;
}

bool method_is_served(enum method method)
{
    return method_table[method].served;
}

struct sv request_next(const struct request *rq, enum field field, uint32_t *at)
{
    while (*at < rq->head->n_fields) {
        const struct parse_field *f = &rq->head->fields[(*at)++];
        if (field_find(parse_view(rq->bytes, f->name)) == field)
            return parse_view(rq->bytes, f->value);
    }
    return (struct sv){0};
}

struct sv request_previous(const struct request *rq, enum field field, uint32_t *at)
{
    while (*at > 0) {
        const struct parse_field *f = &rq->head->fields[--*at];
        if (field_find(parse_view(rq->bytes, f->name)) == field)
            return parse_view(rq->bytes, f->value);
    }
    return (struct sv){0};
}

static enum why take_version(struct request *rq)
{
    struct sv v = parse_view(rq->bytes, rq->head->version);
    char major = v.p[5];
    char minor = v.p[7];

    if (major != '1')
        return major == '0' ? WHY_VERSION_0 : WHY_VERSION_OTHER;
    rq->http11 = minor != '0';
    return WHY_NONE;
}

static enum why take_fields(struct request *rq)
{
    for (uint32_t i = 0; i < rq->head->n_fields; i++) {
        const struct parse_field *f = &rq->head->fields[i];
        enum field id = field_find(parse_view(rq->bytes, f->name));
        if (id == FIELD_OTHER)
            continue;
        if (rq->field[id].p == NULL)
            rq->field[id] = parse_view(rq->bytes, f->value);
        else if (field_table[id].repeated == REFUSED)
            return WHY_FIELD_TWICE;
        else if (field_table[id].repeated == VOID)
            rq->field[id] = SV("");
    }
    return WHY_NONE;
}

/* "scheme://authority/path": its authority wins over Host (RFC 9112 3.2.2). */
static enum why take_absolute(struct request *rq, struct sv *target)
{
    struct sv rest = *target;
    bool secured = rest.len > 8 && sv_ieq(sv_of(rest.p, 8), SV("https://"));

    if (secured)
        rest = sv_skip(rest, 8);
    else if (rest.len > 7 && sv_ieq(sv_of(rest.p, 7), SV("http://")))
        rest = sv_skip(rest, 7);
    else
        return WHY_TARGET_FORM;

    size_t n = 0;
    while (n < rest.len && rest.p[n] != '/' && rest.p[n] != '?')
        n++;
    rq->host = sv_of(rest.p, n);
    *target = sv_skip(rest, n);
    if (n == 0 || !authority_valid(rq->host))
        return WHY_TARGET_HOST;
    /* No connection of ours is secured, so this was meant for another (RFC 9110 7.4). */
    return secured ? WHY_TARGET_SECURED : WHY_NONE;
}

static enum why take_target(struct request *rq)
{
    struct sv target = parse_view(rq->bytes, rq->head->target);

    if (rq->method == METHOD_CONNECT) {
        /* Its target is an authority, and it is refused whatever it names. */
        rq->path = SV("/");
        return authority_valid(target) || target.p[0] == '/' ? WHY_NONE : WHY_TARGET_FORM;
    }
    if (target.p[0] != '/') {
        if (sv_eq(target, SV("*")) && rq->method == METHOD_OPTIONS) {
            rq->asterisk = true;
            target = SV("/");
        } else {
            enum why why = take_absolute(rq, &target);
            if (why != WHY_NONE)
                return why;
        }
    }
    size_t mark = sv_find(target, '?');
    rq->path = mark > 0 ? sv_of(target.p, mark) : SV("/");
    if (mark < target.len)
        rq->query = sv_skip(target, mark + 1);
    return WHY_NONE;
}

static enum why take_host(struct request *rq)
{
    struct sv host = rq->field[FIELD_HOST];

    rq->host = host;
    if (host.p == NULL)
        return rq->http11 ? WHY_HOST_MISSING : WHY_NONE;
    return host.len == 0 || authority_valid(host) ? WHY_NONE : WHY_HOST_FORM;
}

static enum why take_length(struct sv text, uint64_t *length)
{
    /* Longer than any body; what is more is taken for no number. */
    static const uint64_t most = UINT64_MAX / 10 * 10 - 1;

    return decimal_parse(text, most, length) ? WHY_NONE : WHY_LENGTH_FORM;
}

/* All codings must end in one "chunked"; we undo no other (RFC 9112 6.1, 6.3). */
static enum why take_codings(const struct request *rq)
{
    uint32_t at = 0;
    bool chunked = false;
    bool other = false;

    for (struct sv line; (line = request_next(rq, FIELD_TRANSFER_ENCODING, &at)).p != NULL;) {
        for (struct sv coding; element_next(&line, &coding);) {
            if (chunked)
                return WHY_CODED_FORM;
            chunked = sv_ieq(coding, SV("chunked"));
            other = other || !chunked;
        }
    }
    if (!chunked)
        return WHY_CODED_FORM;
    return other ? WHY_CODED_OTHER : WHY_NONE;
}

static enum why take_framing(struct request *rq)
{
    bool coded = rq->field[FIELD_TRANSFER_ENCODING].p != NULL;
    bool sized = rq->field[FIELD_CONTENT_LENGTH].p != NULL;

    if (coded) {
        if (sized || !rq->http11)
            return WHY_FRAMED_TWICE;
        rq->body = BODY_CHUNKED;
        return take_codings(rq);
    }
    if (sized) {
        enum why why = take_length(rq->field[FIELD_CONTENT_LENGTH], &rq->content_length);
        if (rq->content_length > 0)
            rq->body = BODY_LENGTH;
        return why;
    }
    /* HTTP/1.0 has no other way to say where such a request ends (RFC 1945 7.2.2). */
    return !rq->http11 && method_table[rq->method].content ? WHY_LENGTH_MISSING : WHY_NONE;
}

static void take_persistence(struct request *rq)
{
    uint32_t at = 0;
    bool close = false;
    bool keep = false;

    if (rq->field[FIELD_CONNECTION].p != NULL) {
        for (struct sv line; (line = request_next(rq, FIELD_CONNECTION, &at)).p != NULL;) {
            for (struct sv option; element_next(&line, &option);) {
                close = close || sv_ieq(option, SV("close"));
                keep = keep || sv_ieq(option, SV("keep-alive"));
            }
        }
    }
    rq->keep_alive = !close && (rq->http11 || keep);
}

/* A list like any other: empty members do not count, and what is said twice is said (RFC 9110 5.6.1.2, 10.1.1). */
static enum why take_expect(struct request *rq)
{
    uint32_t at = 0;

    if (rq->field[FIELD_EXPECT].p == NULL || !rq->http11)
        return WHY_NONE;
    for (struct sv line; (line = request_next(rq, FIELD_EXPECT, &at)).p != NULL;) {
        for (struct sv expectation; element_next(&line, &expectation);) {
            if (!sv_ieq(expectation, SV("100-continue")))
                return WHY_EXPECTATION;
            rq->wants_100 = true;
        }
    }
    return WHY_NONE;
}

int request_read(struct request *rq, const char *bytes, const struct parse *head)
{
    /* What a refused request has said so far is still good for the log. */
    *rq = (struct request){.bytes = bytes, .head = head, .body = BODY_NONE};
    rq->line = sv_of(bytes, head->version.at + head->version.len);
    rq->method = method_find(parse_view(bytes, head->method));

    enum why why = take_version(rq);
    if (why == WHY_NONE)
        why = take_fields(rq);
    if (why == WHY_NONE)
        why = take_host(rq);
    if (why == WHY_NONE)
        why = take_target(rq);
    if (why == WHY_NONE)
        why = take_framing(rq);
    if (why == WHY_NONE)
        why = take_expect(rq);
    if (why == WHY_NONE)
        take_persistence(rq);
    rq->why = (uint8_t)why;
    return why_status(why);
}
