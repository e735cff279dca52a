/* SPDX-License-Identifier: MIT */
/* PROXY headers: each form that a proxy may send, whole and cut at every byte, with the last byte at the end of a page; and
 * everything near them that is none. */

#include "io/proxy_protocol.h"

#include <sys/socket.h>

#include "guard.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4        "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"
#define V6_CLIENT "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
#define V6        V6_CLIENT "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09\xdc\x04\x01\xbb"

struct row {
    const char *name;
    struct sv header;
    const char *peer; /* "-": nobody is told; NULL: no header */
};

#define ROW(name, bytes, peer)                 \
    {                                          \
        name, {bytes, sizeof(bytes) - 1}, peer \
    }

static const struct row lines[] = {
    ROW("IPv4", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1"),
    ROW("the longest of IPv4", "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255"),
    ROW("IPv6", "PROXY TCP6 2001:db8::7 2001:db8::9 1 0\r\n", "2001:db8::7"),
    ROW("the longest of IPv6",
        "PROXY TCP6 fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ROW("a mapped address is IPv4", "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 1 2\r\n", "192.0.2.1"),
    ROW("unknown", "PROXY UNKNOWN\r\n", "-"),
    ROW("unknown, with addresses", "PROXY UNKNOWN 192.0.2.1 198.51.100.1 1 2\r\n", "-"),
    ROW("unknown, of 107 bytes",
        "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "-"),
    ROW("of 108 bytes",
        "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535 "
        "\r\n",
        NULL),
    ROW("bare LF", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n\r\n", NULL),
    ROW("bare CR", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\r\n", NULL),
    ROW("lower case", "proxy TCP4 192.0.2.1 198.51.100.1 1 2\r\n", NULL),
    ROW("lower case of the family", "PROXY tcp4 192.0.2.1 198.51.100.1 1 2\r\n", NULL),
    ROW("UDP", "PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n", NULL),
    ROW("no family", "PROXY \r\n", NULL),
    ROW("two spaces", "PROXY  TCP4 192.0.2.1 198.51.100.1 1 2\r\n", NULL),
    ROW("two spaces later", "PROXY TCP4 192.0.2.1 198.51.100.1  1 2\r\n", NULL),
    ROW("a tab", "PROXY TCP4\t192.0.2.1 198.51.100.1 1 2\r\n", NULL),
    ROW("a space at the end", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 \r\n", NULL),
    ROW("a word more", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n", NULL),
    ROW("a port less", "PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n", NULL),
    ROW("no ports", "PROXY TCP4 192.0.2.1 198.51.100.1\r\n", NULL),
    ROW("one address", "PROXY TCP4 192.0.2.1 1 2\r\n", NULL),
    ROW("a port too high", "PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n", NULL),
    ROW("a port with a zero", "PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n", NULL),
    ROW("a port that is 0", "PROXY TCP4 192.0.2.1 198.51.100.1 0 0\r\n", "192.0.2.1"),
    ROW("a port of zeros", "PROXY TCP4 192.0.2.1 198.51.100.1 00 2\r\n", NULL),
    ROW("five digits that are no port", "PROXY TCP4 192.0.2.1 198.51.100.1 1 99999\r\n", NULL),
    ROW("brackets", "PROXY TCP6 [2001:db8::7] [2001:db8::9] 1 2\r\n", NULL),
    ROW("a port with a sign", "PROXY TCP4 192.0.2.1 198.51.100.1 +1 2\r\n", NULL),
    ROW("a port of many digits", "PROXY TCP4 192.0.2.1 198.51.100.1 18446744073709551617 2\r\n", NULL),
    ROW("IPv6 called IPv4", "PROXY TCP4 ::1 ::1 1 2\r\n", NULL),
    ROW("IPv4 called IPv6", "PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n", NULL),
    ROW("two families", "PROXY TCP6 ::1 198.51.100.1 1 2\r\n", NULL),
    ROW("a network", "PROXY TCP4 192.0.2.0/24 198.51.100.1 1 2\r\n", NULL),
    ROW("three parts", "PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n", NULL),
    ROW("octal", "PROXY TCP4 192.0.02.1 198.51.100.1 1 2\r\n", NULL),
    ROW("a scope", "PROXY TCP6 fe80::1%lo ::1 1 2\r\n", NULL),
    ROW("a NUL", "PROXY TCP4 192.0.2.1\0 198.51.100.1 1 2\r\n", NULL),
    ROW("a request", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", NULL),
    ROW("a request whose method begins alike", "PROXYING / HTTP/1.1\r\n\r\n", NULL),
    ROW("TLS", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", NULL),
};

static const struct row binary[] = {
    ROW("IPv4", SIGNATURE "\x21\x11\0\x0c" V4, "192.0.2.1"),
    ROW("IPv4, datagrams", SIGNATURE "\x21\x12\0\x0c" V4, "192.0.2.1"),
    ROW("IPv6", SIGNATURE "\x21\x21\0\x24" V6, "2001:db8::7"),
    ROW("IPv6, datagrams", SIGNATURE "\x21\x22\0\x24" V6, "2001:db8::7"),
    ROW("unspecified", SIGNATURE "\x21\0\0\0", "-"),
    ROW("unspecified, with something", SIGNATURE "\x21\0\0\x03\x03\0\x09", "-"),
    ROW("local", SIGNATURE "\x20\0\0\0", "-"),
    ROW("local, with an address", SIGNATURE "\x20\x11\0\x0c" V4, "-"),
    ROW("local, with what is nothing", SIGNATURE "\x20\xff\0\x02\xff\xff", "-"),
    ROW("an extension", SIGNATURE "\x21\x11\0\x14" V4 "\x02\0\x05h.net", "192.0.2.1"),
    ROW("an empty one, and padding", SIGNATURE "\x21\x11\0\x14" V4 "\x05\0\0\x04\0\x02\0\0", "192.0.2.1"),
    ROW("a checksum", SIGNATURE "\x21\x11\0\x13" V4 "\x03\0\x04\x73\x7e\xe9\x19", "192.0.2.1"),
    ROW("a wrong checksum", SIGNATURE "\x21\x11\0\x13" V4 "\x03\0\x04\x73\x7e\xe9\x10", NULL),
    ROW("a short checksum", SIGNATURE "\x21\x11\0\x12" V4 "\x03\0\x03\x73\x7e\xe9", NULL),
    ROW("an extension beyond the end", SIGNATURE "\x21\x11\0\x0f" V4 "\x02\0\x01", NULL),
    ROW("a part of an extension's head", SIGNATURE "\x21\x11\0\x0e" V4 "\x02\0", NULL),
    ROW("too short for IPv4", SIGNATURE "\x21\x11\0\x0b" V4, NULL),
    ROW("too short for IPv6", SIGNATURE "\x21\x21\0\x23" V6, NULL),
    ROW("too short for a unix socket", SIGNATURE "\x21\x31\0\x0c" V4, NULL),
    ROW("version 1", SIGNATURE "\x11\x11\0\x0c" V4, NULL),
    ROW("version 3", SIGNATURE "\x31\x11\0\x0c" V4, NULL),
    ROW("no command", SIGNATURE "\x22\x11\0\x0c" V4, NULL),
    ROW("no family", SIGNATURE "\x21\x41\0\x0c" V4, NULL),
    ROW("no protocol", SIGNATURE "\x21\x13\0\x0c" V4, NULL),
    ROW("a family without a protocol", SIGNATURE "\x21\x10\0\x0c" V4, NULL),
    ROW("a wrong signature", "\r\n\r\n\0\r\nQUIT\r\x21\x11\0\x0c" V4, NULL),
    ROW("empty lines", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", NULL),
};

static const struct row *const tables[] = {lines, binary};
static const size_t table_rows[] = {ROWS(lines), ROWS(binary)};

/* The first n bytes, the last of them at the end of a page. */
static enum proxy_result read_first(struct guard *g, struct sv bytes, size_t n, size_t *used, struct peer *peer)
{
    *used = SIZE_MAX;
    *peer = (struct peer){0};
    return proxy_read(sv_of(guard_put(g, bytes.p, n), n), used, peer);
}

static void expect_peer(const struct row *row, const struct peer *peer)
{
    char room[PEER_TEXT_MAX];

    expect(sv_eq(peer_text(peer, room), sv_cstr(row->peer)), "%s: %.*s", row->name, SV_ARG(peer_text(peer, room)));
}

static void expect_row(struct guard *g, const struct row *row)
{
    char text[256] = {0};
    struct peer peer;
    size_t used;
    enum proxy_result result = PROXY_MORE;
    size_t n = 0;

    for (; n <= row->header.len && result == PROXY_MORE; n++)
        result = read_first(g, row->header, n, &used, &peer);
    if (row->peer == NULL) {
        expect(result == PROXY_BAD, "%s: %d", row->name, (int)result);
        return;
    }
    expect(result == PROXY_DONE && n == row->header.len + 1, "%s: %d after %zu bytes", row->name, (int)result, n - 1);
    expect(used == row->header.len, "%s: %zu bytes", row->name, used);
    expect_peer(row, &peer);
    /* What is behind it is not looked at. */
    memcpy(text, row->header.p, row->header.len);
    memcpy(text + row->header.len, "GET /\r\n\r\n", 9);
    result = read_first(g, sv_of(text, row->header.len + 9), row->header.len + 9, &used, &peer);
    expect(result == PROXY_DONE && used == row->header.len, "%s, and a request: %d", row->name, (int)result);
    expect_peer(row, &peer);
}

static void each_header_is_read_however_it_is_cut_and_nothing_else_is(void **state)
{
    struct guard g = guard_new(PROXY_MAX);

    (void)state;
    for (size_t t = 0; t < ROWS(tables); t++)
        for (size_t i = 0; i < table_rows[t]; i++)
            expect_row(&g, &tables[t][i]);
    guard_free(&g);
}

static void what_is_none_is_refused_at_the_first_byte_that_shows_it(void **state)
{
    struct guard g = guard_new(PROXY_MAX);
    struct peer peer;
    size_t used;

    (void)state;
    assert_int_equal(read_first(&g, SV(""), 0, &used, &peer), PROXY_MORE);
    assert_int_equal(read_first(&g, SV("G"), 1, &used, &peer), PROXY_BAD);
    assert_int_equal(read_first(&g, SV("PRI * HTTP/2.0"), 2, &used, &peer), PROXY_MORE);
    assert_int_equal(read_first(&g, SV("PRI * HTTP/2.0"), 3, &used, &peer), PROXY_BAD);
    assert_int_equal(read_first(&g, SV("\r\nG"), 3, &used, &peer), PROXY_BAD);
    guard_free(&g);
}

static size_t make_long(char *header, uint8_t command, uint16_t len)
{
    const size_t fixed = sizeof SIGNATURE - 1;

    memset(header, 0, PROXY_MAX + 1);
    memcpy(header, SIGNATURE, fixed);
    header[fixed] = (char)command;
    header[fixed + 1] = 0x11;
    header[fixed + 2] = (char)(len >> 8);
    header[fixed + 3] = (char)len;
    return fixed + 4;
}

static void the_longest_is_taken_and_a_longer_one_refused_before_it_comes(void **state)
{
    static char header[PROXY_MAX + 1];
    struct guard g = guard_new(sizeof header);
    struct peer peer;
    size_t used;

    (void)state;
    for (uint8_t command = 0x20; command <= 0x21; command++) {
        size_t fixed = make_long(header, command, PROXY_MAX - 16);
        /* One extension behind the addresses, over all of the rest. */
        header[fixed + 12] = 0x04;
        header[fixed + 13] = (char)((PROXY_MAX - 16 - 12 - 3) >> 8);
        header[fixed + 14] = (char)(PROXY_MAX - 16 - 12 - 3);
        struct sv all = sv_of(header, sizeof header);
        assert_int_equal(read_first(&g, all, PROXY_MAX - 1, &used, &peer), PROXY_MORE);
        assert_int_equal(read_first(&g, all, PROXY_MAX, &used, &peer), PROXY_DONE);
        assert_int_equal(used, PROXY_MAX);
        for (unsigned len = PROXY_MAX - 15; len <= UINT16_MAX; len += 1021) {
            fixed = make_long(header, command, (uint16_t)len);
            assert_int_equal(read_first(&g, all, fixed, &used, &peer), PROXY_BAD);
        }
    }
    guard_free(&g);
}

static void a_unix_socket_behind_a_proxy_is_told(void **state)
{
    char header[16 + 216] = SIGNATURE "\x21\x31\0\xd8/run/client.sock";
    struct guard g = guard_new(PROXY_MAX);
    struct peer peer;
    size_t used;

    (void)state;
    assert_int_equal(read_first(&g, sv_of(header, sizeof header), sizeof header - 1, &used, &peer), PROXY_MORE);
    assert_int_equal(read_first(&g, sv_of(header, sizeof header), sizeof header, &used, &peer), PROXY_DONE);
    assert_int_equal(used, sizeof header);
    assert_int_equal(peer.family, AF_UNIX);
    guard_free(&g);
}

/* Each of the two addresses counts, and each bit of each is in the checksum. */
static void a_checksum_holds_for_its_header_and_no_other(void **state)
{
    char header[] = SIGNATURE "\x21\x11\0\x13" V4 "\x03\0\x04\x73\x7e\xe9\x19";
    struct sv all = sv_of(header, sizeof header - 1);
    struct guard g = guard_new(PROXY_MAX);
    struct peer peer;
    size_t used;

    (void)state;
    for (size_t i = 16; i < all.len; i++) {
        for (int bit = 0; bit < 8 && (i < 28 || i > 30); bit++) {
            header[i] = (char)(header[i] ^ 1 << bit);
            expect(read_first(&g, all, all.len, &used, &peer) == PROXY_BAD, "bit %d of byte %zu", bit, i);
            header[i] = (char)(header[i] ^ 1 << bit);
        }
    }
    guard_free(&g);
}

static void a_peer_that_is_not_told_stays(void **state)
{
    struct peer peer = {.family = AF_UNIX};
    size_t used;

    (void)state;
    assert_int_equal(proxy_read(SV("PROXY UNKNOWN\r\n"), &used, &peer), PROXY_DONE);
    assert_int_equal(peer.family, AF_UNIX);
    assert_int_equal(proxy_read(SV(SIGNATURE "\x20\x11\0\x0c" V4), &used, &peer), PROXY_DONE);
    assert_int_equal(peer.family, AF_UNIX);
    assert_int_equal(proxy_read(SV("PROXY TCP4 192.0.2.1 198.51.100.1 1 65536\r\n"), &used, &peer), PROXY_BAD);
    assert_int_equal(peer.family, AF_UNIX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_header_is_read_however_it_is_cut_and_nothing_else_is),
        cmocka_unit_test(what_is_none_is_refused_at_the_first_byte_that_shows_it),
        cmocka_unit_test(the_longest_is_taken_and_a_longer_one_refused_before_it_comes),
        cmocka_unit_test(a_unix_socket_behind_a_proxy_is_told),
        cmocka_unit_test(a_checksum_holds_for_its_header_and_no_other),
        cmocka_unit_test(a_peer_that_is_not_told_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
