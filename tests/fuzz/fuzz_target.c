/* SPDX-License-Identifier: MIT */
/* A request target: the place that a path means is what a second, simpler reading says, and lies below the root; a client
 * that follows the redirect to its slash comes to that place; an authority is what inet_pton(3) takes between brackets.
 * The input is the target, and a path, and an authority. */

#include <arpa/inet.h>

#include "fuzz.h"
#include "http/authority.h"
#include "http/bytes.h"
#include "http/path.h"
#include "http/request.h"
#include "http/scan.h"
#include "resolve.h"

enum { TARGET_MAX = 4096 };

/* The segments of a path, decoded: first all escapes, then a stack. False where there is no such place. */
static bool reference_path(struct sv raw, char *room, size_t *len)
{
    char text[TARGET_MAX + 1];
    size_t n = 0;

    for (size_t i = 0; i < raw.len; i++) {
        unsigned c = (uint8_t)raw.p[i];
        if (c == '%' && (raw.len - i < 3 || byte_hex(raw.p[i + 1]) < 0 || byte_hex(raw.p[i + 2]) < 0))
            return false;
        if (c == '%') {
            c = (unsigned)(byte_hex(raw.p[i + 1]) * 16 + byte_hex(raw.p[i + 2]));
            i += 2;
        }
        if (c == 0)
            return false;
        text[n++] = (char)c;
    }
    struct sv rest = sv_of(text, n);
    bool folder = true;
    *len = 0;
    while (rest.len > 0) {
        struct sv segment = fuzz_until(&rest, '/');
        bool up = sv_eq(segment, SV(".."));
        folder = rest.len > 0 || text[n - 1] == '/' || up || sv_eq(segment, SV("."));
        if (up && *len == 0)
            return false;
        while (up && room[--*len] != '/')
            ;
        if (up || segment.len == 0 || sv_eq(segment, SV(".")))
            continue;
        room[(*len)++] = '/';
        memcpy(room + *len, segment.p, segment.len);
        *len += segment.len;
    }
    if (folder || *len == 0)
        room[(*len)++] = '/';
    return true;
}

static bool reference_hidden(struct sv path)
{
    bool first = true;

    (void)fuzz_until(&path, '/');
    while (path.len > 0) {
        struct sv segment = fuzz_until(&path, '/');
        if (segment.len > 0 && segment.p[0] == '.' && !(first && sv_eq(segment, SV(".well-known"))))
            return true;
        first = false;
    }
    return false;
}

/* Where it needs a slash behind it, the reference leads to just that place, and to no other host. */
static void check_slash(struct sv raw, struct sv path, char *reference, char *target, char *room)
{
    struct sv to;
    size_t len = 0;

    if (sv_ends(path, SV("/")))
        return;
    struct sv ref = sv_of(reference, path_to_slash(raw, path, reference));
    check(ref.len <= 3 * raw.len + 3, "the reference has %zu bytes", ref.len);
    for (size_t i = 0; i < ref.len; i++)
        check(ref.p[i] == '%' || byte_is(ref.p[i], BYTE_PATH), "byte %02x in a reference", (uint8_t)ref.p[i]);
    check(resolve(raw, ref, target, &len), "'%.*s' names a host", SV_ARG(ref));
    check(path_read(sv_of(target, len), room, &to) == WHY_NONE && to.len == path.len + 1 && sv_starts(to, path) &&
              sv_ends(to, SV("/")),
          "'%.*s' leads to '%.*s'", SV_ARG(ref), (int)len, target);
}

static void check_path(struct sv raw)
{
    char want[TARGET_MAX + 2];
    size_t want_len;
    struct sv path;
    char *room = fuzz_copy(raw);
    char *reference = malloc(3 * raw.len + 3);
    char *target = malloc(4 * raw.len + 3);
    char *again_room = malloc(4 * raw.len + 3);
    int status = why_status(path_read(raw, room, &path));
    bool is_place = reference_path(raw, want, &want_len);

    check(status == (is_place ? 0 : 400), "status %d, the second reading says %d", status, is_place);
    if (is_place) {
        check(sv_eq(path, sv_of(want, want_len)), "'%.*s', by the second reading '%.*s'", SV_ARG(path), (int)want_len,
              want);
        check(path_is_hidden(path) == reference_hidden(path), "hidden: %d", path_is_hidden(path));
        check_slash(raw, path, reference, target, again_room);
    }
    fuzz_free(room);
    fuzz_free(reference);
    fuzz_free(target);
    fuzz_free(again_room);
}

/* What stands between the brackets of an authority that begins with one; false where nothing does. */
static bool literal(struct sv authority, char *room, size_t size)
{
    size_t close = sv_find(authority, ']');

    if (authority.len == 0 || authority.p[0] != '[' || close == authority.len || close > size)
        return false;
    memcpy(room, authority.p + 1, close - 1);
    room[close - 1] = '\0';
    return memchr(room, '\0', close - 1) == NULL;
}

static void check_authority(struct sv authority)
{
    char text[INET6_ADDRSTRLEN + 8];
    struct in6_addr address;
    bool valid = authority_valid(authority);

    if (literal(authority, text, sizeof text - 1) && text[0] != 'v' && text[0] != 'V') {
        size_t after = strlen(text) + 2;
        if (inet_pton(AF_INET6, text, &address) != 1)
            check(!valid, "[%s] is taken", text);
        else if (after == authority.len)
            check(valid, "[%s] is refused", text);
    }
    if (!valid)
        return;
    for (size_t i = 0; i < authority.len; i++)
        check((uint8_t)authority.p[i] > ' ' && (uint8_t)authority.p[i] < 0x7f &&
                  strchr("/?#@\\\"<>^`{|}", authority.p[i]) == NULL,
              "byte %02x in an authority", (uint8_t)authority.p[i]);
    check(authority.p[0] != ':', "no host");
}

/* The pieces of a target that is taken are the target again. */
static void check_pieces(const struct request *rq, struct sv target)
{
    struct sv path = rq->path;
    struct sv query = rq->query;

    if (rq->asterisk)
        return;
    if (target.p[0] != '/') {
        check(sv_starts(sv_skip(target, sv_find(target, '/')), SV("//")), "no scheme");
        target = sv_skip(target, sv_find(target, '/') + 2);
        check(authority_valid(rq->host) && sv_starts(target, rq->host), "the host is another");
        target = sv_skip(target, rq->host.len);
        if (target.len == 0 || target.p[0] == '?')
            path = SV("");
    }
    check(sv_starts(target, path), "the path is another");
    target = sv_skip(target, path.len);
    check((query.p != NULL) == (target.len > 0), "a query: %d", query.p != NULL);
    check(query.p == NULL || (target.p[0] == '?' && sv_eq(sv_skip(target, 1), query)), "the query is another");
}

static void check_target(struct sv target)
{
    static const struct parse_limits limits = {.head_size = 65536, .target_size = TARGET_MAX, .field_count = 4};
    struct parse_field fields[4];
    struct parse ps;
    struct request rq;
    char head[TARGET_MAX + 64];

    if (target.len == 0 || scan_target(target.p, target.len) != target.len)
        return;
    int len = snprintf(head, sizeof head, "OPTIONS %.*s HTTP/1.1\r\nHost: h\r\n\r\n", SV_ARG(target));
    parse_init(&ps, &limits, fields);
    check(parse_head(&ps, head, (size_t)len) == PARSE_DONE, "no head");
    if (request_read(&rq, head, &ps) == 0)
        check_pieces(&rq, target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv in = fuzz_input(data, len < TARGET_MAX ? len : TARGET_MAX);
    struct sv copy = sv_of(fuzz_copy(in), in.len);

    if (in.len > 0 && in.p[0] == '/')
        check_path(copy);
    check_authority(copy);
    check_target(copy);
    fuzz_free(copy.p);
    return 0;
}
