/* SPDX-License-Identifier: MIT */
/* Clients behind a proxy. Asked for the log and the limits, for a request that came by a listener with trusted
 * proxies. */

#include "serve/forwarded.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/decimal.h"
#include "base/ip.h"
#include "http/elements.h"

int trust_init(struct trust *t, const struct strings *networks)
{
    *t = (struct trust){0};
    if (networks->n == 0)
        return 0;
    t->nets = calloc(networks->n, sizeof *t->nets);
    if (t->nets == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < networks->n; i++) {
        struct sv text = sv_cstr(networks->v[i]);
        if (sv_eq(text, SV("unix:")))
            t->local = true;
        else if (cidr_parse(text, &t->nets[t->n_nets]) == CIDR_OK)
            t->n_nets++;
    }
    return 0;
}

int trust_copy(struct trust *t, const struct trust *from)
{
    *t = (struct trust){.local = from->local};
    if (from->n_nets == 0)
        return 0;
    t->nets = calloc(from->n_nets, sizeof *t->nets);
    if (t->nets == NULL)
        return -ENOMEM;
    memcpy(t->nets, from->nets, from->n_nets * sizeof *t->nets);
    t->n_nets = from->n_nets;
    return 0;
}

bool trust_eq(const struct trust *a, const struct trust *b)
{
    if (a->local != b->local || a->n_nets != b->n_nets)
        return false;
    for (size_t i = 0; i < a->n_nets; i++)
        if (!cidr_eq(&a->nets[i], &b->nets[i]))
            return false;
    return true;
}

void trust_fini(struct trust *t)
{
    free(t->nets);
    *t = (struct trust){0};
}

bool trust_holds(const struct trust *t, const struct peer *peer)
{
    if (peer->family == AF_UNIX)
        return t->local;
    if (peer->family != AF_INET && peer->family != AF_INET6)
        return false;
    for (size_t i = 0; i < t->n_nets; i++)
        if (cidr_holds(&t->nets[i], &peer->address))
            return true;
    return false;
}

/* It is passed over, and may be any number of up to five digits. */
static bool is_port(struct sv text)
{
    return text.len > 0 && text.len <= 5 && decimal_read(text).len == text.len;
}

/* 192.0.2.1   192.0.2.1:80   2001:db8::1   [2001:db8::1]   [2001:db8::1]:80 */
static bool read_node(struct sv text, struct peer *peer)
{
    bool bracketed = sv_starts(text, SV("["));
    struct in6_addr address;
    struct sv behind;

    if (bracketed) {
        text = sv_skip(text, 1);
        size_t end = sv_find(text, ']');
        if (end == text.len || sv_find(text, ':') > end)
            return false;
        behind = sv_skip(text, end + 1);
        text.len = end;
    } else {
        size_t colon = sv_find(text, ':');
        bool v4 = sv_find(text, '.') < colon;
        behind = v4 ? sv_skip(text, colon) : (struct sv){0};
        text.len -= behind.len;
    }
    if (behind.len > 0 && (behind.p[0] != ':' || !is_port(sv_skip(behind, 1))))
        return false;
    if (!ip_parse(text, &address))
        return false;
    *peer = peer_of(&address);
    return true;
}

struct peer forwarded_client(const struct trust *t, const struct peer *peer, const struct request *rq)
{
    struct peer client = *peer;
    uint32_t at = rq->head->n_fields;
    struct sv node;

    if (rq->field[FIELD_X_FORWARDED_FOR].p == NULL || !trust_holds(t, peer))
        return client;
    for (struct sv line; (line = request_previous(rq, FIELD_X_FORWARDED_FOR, &at)).p != NULL;) {
        while (element_last(&line, &node))
            if (!read_node(node, &client) || !trust_holds(t, &client))
                return client;
    }
    return client;
}
