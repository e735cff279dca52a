/* SPDX-License-Identifier: MIT */
/* From a URL to the head of a request and to a listener, as a client and the kernel would do it between them. */

#include "explain/question.h"

#include "base/cidr.h"
#include "base/ip.h"

enum { PORT_HTTP = 80, PORT_NONE = -1 };

struct url {
    bool secured;
    struct sv authority; /* empty where it names none */
    struct sv target;    /* for the request line */
    bool bare;           /* the path is missing: "/" goes before the target */
};

/* The fragment is the client's own business, and never sent. */
static struct url read_url(const char *text)
{
    struct sv all = sv_cstr(text);
    struct url u = {0};

    all.len = sv_find(all, '#');
    u.target = all;
    u.secured = all.len >= 8 && sv_ieq(sv_of(all.p, 8), SV("https://"));
    bool plain = all.len >= 7 && sv_ieq(sv_of(all.p, 7), SV("http://"));
    if (!u.secured && !plain)
        return u;
    struct sv rest = sv_skip(all, u.secured ? 8 : 7);
    size_t n = 0;
    while (n < rest.len && rest.p[n] != '/' && rest.p[n] != '?')
        n++;
    u.authority = sv_of(rest.p, n);
    if (u.secured)
        return u; /* all of it: a path alone would not say that it was meant for another */
    u.target = sv_skip(rest, n);
    u.bare = u.target.len == 0 || u.target.p[0] == '?';
    return u;
}

static bool has_host(const struct question *q)
{
    for (size_t i = 0; i < q->n_fields; i++) {
        struct sv field = sv_cstr(q->field[i]);
        if (sv_ieq(sv_of(field.p, sv_find(field, ':')), SV("host")))
            return true;
    }
    return false;
}

/* Append the texts up to one that is NULL. */
static int add_all(struct buf *b, const struct sv *texts)
{
    int err = 0;

    for (; err == 0 && texts->p != NULL; texts++)
        err = buf_add(b, *texts);
    return err;
}

int question_write(const struct question *q, struct buf *head)
{
    struct url u = read_url(q->url);
    struct sv method = q->method != NULL ? sv_cstr(q->method) : SV("GET");
    struct sv host = u.authority.len > 0 ? u.authority : SV("localhost");
    const struct sv line[] = {method, SV(" "), u.bare ? SV("/") : SV(""), u.target, SV(" HTTP/1.1\r\n"), {0}};
    const struct sv host_line[] = {SV("Host: "), host, SV("\r\n"), {0}};
    int err = add_all(head, line);

    if (err == 0 && !has_host(q))
        err = add_all(head, host_line);
    for (size_t i = 0; err == 0 && i < q->n_fields; i++) {
        const struct sv field[] = {sv_cstr(q->field[i]), SV("\r\n"), {0}};
        err = add_all(head, field);
    }
    return err == 0 ? buf_add(head, SV("\r\n")) : err;
}

/* A host that is an address, or not: then its family is AF_UNSPEC. */
struct ip {
    int family;
    struct in6_addr address; /* of IPv4 as a mapped one */
};

/* "127.0.0.1", "[::1]" */
static struct ip read_ip(struct sv host)
{
    struct ip ip = {.family = AF_UNSPEC};
    struct in_addr v4;

    if (sv_starts(host, SV("[")) && sv_ends(host, SV("]"))) {
        if (ip_parse_v6(sv_of(host.p + 1, host.len - 2), &ip.address))
            ip.family = AF_INET6;
    } else if (ip_parse_v4(host, &v4)) {
        ip = (struct ip){AF_INET, ip_map(v4)};
    }
    return ip;
}

static bool is_any(const struct ip *ip)
{
    struct in6_addr any = ip->family == AF_INET ? ip_map((struct in_addr){htonl(INADDR_ANY)}) : in6addr_any;

    return IN6_ARE_ADDR_EQUAL(&ip->address, &any);
}

static bool is_loopback(const struct ip *ip)
{
    return ip->family == AF_INET ? ip->address.s6_addr[CIDR_V4 / 8] == IN_LOOPBACKNET
                                 : IN6_IS_ADDR_LOOPBACK(&ip->address);
}

/* Part "host:port"; a port that is missing or empty is `fallback`, and one that is none PORT_NONE. */
static struct sv split(struct sv authority, int fallback, int *port)
{
    size_t colon = authority.len;

    while (colon > 0 && authority.p[colon - 1] != ':' && authority.p[colon - 1] != ']')
        colon--;
    *port = fallback;
    if (colon == 0 || authority.p[colon - 1] != ':')
        return authority;
    struct sv digits = sv_skip(authority, colon);
    uint16_t n;
    if (digits.len > 0)
        *port = ip_parse_port(digits, &n) ? n : PORT_NONE;
    return sv_of(authority.p, colon - 1);
}

/* Would a connection to that host and port come in at this address? A name may lead to any address but "localhost". */
static bool leads_to(struct sv authority, const char *address)
{
    int from_port;
    int to_port;
    struct sv host = split(authority, PORT_HTTP, &from_port);
    struct ip to = read_ip(split(sv_cstr(address), PORT_NONE, &to_port));
    struct ip from = read_ip(host);

    if (to.family == AF_UNSPEC || from_port == PORT_NONE || from_port != to_port)
        return false;
    if (is_any(&to))
        return to.family == AF_INET6 || from.family != AF_INET6;
    if (from.family != AF_UNSPEC)
        return from.family == to.family && IN6_ARE_ADDR_EQUAL(&from.address, &to.address);
    return !sv_ieq(host, SV("localhost")) || is_loopback(&to);
}

struct entrance question_entrance(const struct question *q, const struct config *config)
{
    struct sv authority = read_url(q->url).authority;

    for (size_t i = 0; i < config->n_listens; i++)
        for (size_t k = 0; k < config->listens[i].address.n; k++)
            if (authority.len == 0 || leads_to(authority, config->listens[i].address.v[k]))
                return (struct entrance){&config->listens[i], k, true};
    for (size_t k = 0; k < config->status.address.n; k++)
        if (leads_to(authority, config->status.address.v[k]))
            return (struct entrance){NULL, k, true};
    return (struct entrance){&config->listens[0], 0, false};
}
