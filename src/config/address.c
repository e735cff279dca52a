/* SPDX-License-Identifier: MIT */
/* Syntax of addresses to listen on. The commonest slips (a bare port, a host name, an IPv6 address without brackets)
 * are told what to write, since this is the first line that anybody changes. */

#include "config/address.h"

#include <sys/socket.h>

#include "base/cidr.h"
#include "base/decimal.h"
#include "base/ip.h"
#include "config/directory.h"
#include "config/store.h"
#include "text/units.h"

enum { UNIX_PATH_MAX_LEN = 107, SYSTEMD_NAME_MAX_LEN = 255 };

static const struct sv unix_scheme = {"unix:", 5};

static bool is_digits(struct sv s)
{
    return s.len > 0 && decimal_read(s).len == s.len;
}

static bool is_ip(int family, struct sv host)
{
    struct in_addr v4;
    struct in6_addr v6;

    return family == AF_INET ? ip_parse_v4(host, &v4) : ip_parse_v6(host, &v6);
}

/* Offset of the last ':', or the length where there is none. */
static size_t find_port(struct sv text)
{
    size_t i = text.len;

    while (i > 0 && text.p[i - 1] != ':')
        i--;
    return i > 0 ? i - 1 : text.len;
}

static bool check_port(struct sv text, size_t at, struct fault *f)
{
    struct sv port = sv_skip(text, at);
    uint16_t value;

    if (!ip_parse_port(port, &value) || !decimal_is_plain(port))
        return fault_set(f, at, port.len, "a port is a number from 0 to 65535");
    return true;
}

static bool check_unix(struct sv text, struct fault *f)
{
    struct sv path = sv_skip(text, unix_scheme.len);

    if (!sv_starts(path, SV("/")))
        return fault_set(f, text.len - path.len, path.len,
                         "the path of a socket starts with '/': unix:/run/baton/http.sock");
    if (path.len > UNIX_PATH_MAX_LEN)
        return fault_set(f, text.len - path.len + UNIX_PATH_MAX_LEN, path.len - UNIX_PATH_MAX_LEN,
                         "the path of a socket is at most 107 bytes long, this one is %zu", path.len);
    return true;
}

/* As FileDescriptorName= of a socket unit may be (systemd.socket(5)). */
static bool check_systemd(struct sv text, struct fault *f)
{
    static const size_t at = sizeof "systemd:" - 1;
    struct sv name = sv_skip(text, at);

    if (name.len == 0)
        return fault_set(f, at, 0, "a name follows, that of FileDescriptorName= in the socket unit: systemd:http");
    if (name.len > SYSTEMD_NAME_MAX_LEN)
        return fault_set(f, at + SYSTEMD_NAME_MAX_LEN, name.len - SYSTEMD_NAME_MAX_LEN,
                         "a name is at most %d bytes long, this one is %zu", SYSTEMD_NAME_MAX_LEN, name.len);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.p[i] < ' ' || (unsigned char)name.p[i] >= 0x7f || name.p[i] == ':')
            return fault_set(f, at + i, 1, "the name of a socket is plain ASCII without ':'");
    return true;
}

static bool check_ipv6(struct sv text, struct fault *f)
{
    size_t end = sv_find(text, ']');
    struct sv host = sv_of(text.p + 1, (end < text.len ? end : text.len) - 1);

    if (end == text.len)
        return fault_set(f, text.len, 1, "']' is missing: [::1]:8080");
    if (!is_ip(AF_INET6, host))
        return fault_set(f, 1, host.len, "this is not an IPv6 address");
    if (end + 1 == text.len || text.p[end + 1] != ':')
        return fault_set(f, end + 1, text.len - end - 1, "a port must follow: [%.*s]:8080", SV_ARG(host));
    return check_port(text, end + 2, f);
}

/* Neither an IPv4 address and a port, nor anything else that we know: say what was probably meant. */
static bool fault_no_address(struct sv text, struct sv host, struct sv port, struct fault *f)
{
    if (is_digits(text) || (host.len == 0 && is_digits(port)))
        return fault_set(
            f, 0, text.len,
            "an address must come before the port: 127.0.0.1:%.*s for this machine alone, [::]:%.*s for every address",
            SV_ARG(port), SV_ARG(port));
    if (is_ip(AF_INET6, text))
        return fault_set(f, 0, text.len, "an IPv6 address stands in brackets, and a port follows: [%.*s]:8080",
                         SV_ARG(text));
    if (is_ip(AF_INET, text))
        return fault_set(f, text.len, 1, "a port must follow: %.*s:8080", SV_ARG(text));
    if (is_ip(AF_INET6, host))
        return fault_set(f, 0, host.len, "an IPv6 address stands in brackets: [%.*s]:%.*s", SV_ARG(host), SV_ARG(port));
    if (sv_eq(host, SV("*")))
        return fault_set(f, 0, 1, "for every address write [::]:%.*s, or 0.0.0.0:%.*s for IPv4 alone", SV_ARG(port),
                         SV_ARG(port));
    if (sv_ieq(host, SV("localhost")))
        return fault_set(f, 0, host.len, "names are not looked up: write 127.0.0.1:%.*s, or [::1]:%.*s", SV_ARG(port),
                         SV_ARG(port));
    return fault_set(f, 0, host.len,
                     "this is not an address: write IPv4:port, [IPv6]:port, unix:/path or systemd:NAME (names are not "
                     "looked up)");
}

static bool check_expanded(struct sv text, struct fault *f)
{
    size_t colon = find_port(text);
    struct sv host = sv_of(text.p, colon);
    struct sv port = colon < text.len ? sv_skip(text, colon + 1) : text;

    if (sv_starts(text, unix_scheme))
        return check_unix(text, f);
    if (sv_starts(text, SV("systemd:")))
        return check_systemd(text, f);
    if (sv_starts(text, SV("[")))
        return check_ipv6(text, f);
    if (colon == text.len || !is_ip(AF_INET, host))
        return fault_no_address(text, host, sv_of(port.p, port.len < 5 ? port.len : 5), f);
    return check_port(text, colon + 1, f);
}

static bool check_address(const struct schema_key *k, struct sv text, struct fault *f)
{
    struct sv path = sv_starts(text, unix_scheme) ? sv_skip(text, unix_scheme.len) : sv_of("", 0);

    (void)k;
    if (!sv_starts(path, SV("$")))
        return check_expanded(text, f);
    if (!directory_check(path, f)) {
        f->at += unix_scheme.len;
        return false;
    }
    struct buf whole = {0};
    bool good =
        buf_add(&whole, unix_scheme) == 0 && directory_expand(&whole, path) == 0 && check_expanded(buf_sv(&whole), f);
    f->at = unix_scheme.len;
    f->len = path.len;
    buf_fini(&whole);
    return good;
}

static int store_address(const struct schema_key *k, void *member, struct sv text)
{
    size_t scheme = sv_starts(text, unix_scheme) ? unix_scheme.len : 0;
    struct buf whole = {0};
    int err = buf_add(&whole, sv_of(text.p, scheme));

    if (err == 0)
        err = directory_expand(&whole, sv_skip(text, scheme));
    return store_made(k, member, &whole, err);
}

const struct value_type type_ADDRESS = {
    .takes = "IPv4:port, [IPv6]:port, unix:/path or systemd:NAME",
    .shape = SHAPE_PATH_OR_WORD,
    .is_list = true,
    .check = check_address,
    .store = store_address,
    .clear = store_clear_list,
};

/* The addresses that a host and a port stand for; false for what is no such pair. */
static bool read_pair(struct sv text, struct cidr *net, struct sv *port)
{
    size_t colon = find_port(text);
    struct sv host = sv_of(text.p, colon < text.len ? colon : 0);

    if (host.len > 2 && host.p[0] == '[')
        host = sv_of(host.p + 1, host.len - 2);
    if (cidr_parse(host, net) != CIDR_OK || net->bits != CIDR_HOST)
        return false;
    *port = sv_skip(text, colon + 1);
    if (IN6_IS_ADDR_V4MAPPED(&net->address) && memcmp(&net->address.s6_addr[12], "\0\0\0", 4) == 0)
        net->bits = CIDR_V4;
    else if (IN6_IS_ADDR_UNSPECIFIED(&net->address))
        net->bits = 0;
    return true;
}

enum address_relation address_compare(struct sv a, struct sv b)
{
    struct sv a_port;
    struct sv b_port;
    struct cidr a_net;
    struct cidr b_net;

    if (!read_pair(a, &a_net, &a_port) || !read_pair(b, &b_net, &b_port))
        return sv_eq(a, b) ? ADDRESS_SAME : ADDRESS_APART;
    if (!sv_eq(a_port, b_port) || sv_eq(a_port, SV("0")))
        return ADDRESS_APART;
    if (cidr_eq(&a_net, &b_net))
        return ADDRESS_SAME;
    return cidr_holds(&a_net, &b_net.address) || cidr_holds(&b_net, &a_net.address) ? ADDRESS_OVERLAP : ADDRESS_APART;
}
