/* SPDX-License-Identifier: MIT */
/* PROXY headers: however much of one has come, the result is the same once there is one, no byte is read that has not come,
 * and what is taken for a header is one by a second reading. The input: what a connection begins with. */

#include <arpa/inet.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "io/proxy_protocol.h"

enum { LINE = 107, SIGNATURE = 12, FIXED = 16 };

/* By sscanf, which is laxer than the grammar: it must find at least what was told. */
static void check_line(struct sv header, const struct peer *peer)
{
    char line[LINE + 1];
    char family[8];
    char address[46];
    char room[PEER_TEXT_MAX];
    struct in6_addr v6;
    struct in_addr v4;
    struct sv told = peer_text(peer, room);

    check(header.len <= LINE, "a line of %zu bytes", header.len);
    check(sv_ends(header, SV("\r\n")) && sv_find(header, '\r') == header.len - 2, "a line that does not end in CR LF");
    memcpy(line, header.p, header.len);
    line[header.len] = '\0';
    if (sv_starts(header, SV("PROXY UNKNOWN"))) {
        check(peer->family == AF_UNSPEC, "UNKNOWN tells %.*s", SV_ARG(told));
        return;
    }
    check(sscanf(line, "PROXY %7s %45s", family, address) == 2, "no line: %s", line);
    if (strcmp(family, "TCP4") == 0) {
        check(inet_pton(AF_INET, address, &v4) == 1 && memcmp(&peer->address.s6_addr[12], &v4, sizeof v4) == 0,
              "%s is %.*s", line, SV_ARG(told));
    } else {
        check(strcmp(family, "TCP6") == 0 && inet_pton(AF_INET6, address, &v6) == 1 &&
                  memcmp(&peer->address, &v6, sizeof v6) == 0,
              "%s is %.*s", line, SV_ARG(told));
    }
}

static void check_binary(struct sv header, const struct peer *peer)
{
    const unsigned char *p = (const unsigned char *)header.p;

    check(header.len >= FIXED && header.len == FIXED + ((size_t)p[14] << 8 | p[15]), "%zu bytes", header.len);
    check(p[12] == 0x20 || p[12] == 0x21, "command %#x", p[12]);
    if (p[12] == 0x20 || p[13] == 0)
        check(peer->family == AF_UNSPEC, "a peer is told by %#x %#x", p[12], p[13]);
    else if (p[13] >> 4 == 1)
        check(memcmp(&peer->address.s6_addr[12], p + FIXED, 4) == 0, "another IPv4 address");
    else if (p[13] >> 4 == 2)
        check(memcmp(&peer->address, p + FIXED, 16) == 0, "another IPv6 address");
    else
        check(peer->family == AF_UNIX && p[13] >> 4 == 3, "family %#x", p[13]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv in = fuzz_input(data, len);
    struct sv copy = sv_of(fuzz_copy(in), in.len);
    enum proxy_result result = PROXY_MORE;
    size_t used = 0;
    struct peer peer = {0};
    size_t n = 0;

    for (; n <= copy.len; n++) {
        struct peer again = {0};
        size_t again_used = 0;
        fuzz_show(copy, n);
        enum proxy_result now = proxy_read(sv_of(copy.p, n), &again_used, &again);
        check(result == PROXY_MORE || now == result, "%zu bytes: %d, was %d", n, (int)now, (int)result);
        check(now != PROXY_DONE || again_used <= n, "%zu bytes of %zu", again_used, n);
        if (result == PROXY_DONE)
            check(used == again_used && memcmp(&peer, &again, sizeof peer) == 0, "another peer with %zu bytes", n);
        else
            check(now != PROXY_DONE || again_used == n, "seen with %zu bytes, of %zu", n, again_used);
        check(now != PROXY_BAD || again.family == AF_UNSPEC, "a bad header tells");
        result = now;
        used = again_used;
        peer = again;
    }
    fuzz_show(copy, copy.len);
    check(result != PROXY_MORE || copy.len < PROXY_MAX, "%zu bytes are not enough", copy.len);
    if (result == PROXY_DONE && copy.p[0] == 'P')
        check_line(sv_of(copy.p, used), &peer);
    else if (result == PROXY_DONE)
        check_binary(sv_of(copy.p, used), &peer);
    fuzz_free(copy.p);
    return 0;
}
