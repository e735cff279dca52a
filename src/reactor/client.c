/* SPDX-License-Identifier: MIT */
/* Who is it, and is it one too many? Beside a request's way: on a connection's, at its beginning and its end. */

#include "reactor/client.h"

#include <sys/socket.h>

#include "serve/forwarded.h"
#include "serve/terms.h"

static void learn_peer(struct conn *c)
{
    if (c->peer.family == AF_UNSPEC)
        peer_read(&c->peer, c->fd);
}

static bool is_trusted(const struct conn *c)
{
    const struct trust *trust = terms_trust(c->terms);

    return trust != NULL && trust_holds(trust, &c->peer);
}

static bool count(struct shard *s, struct conn *c, uint64_t most)
{
    if (s->ip_count == NULL)
        return true;
    learn_peer(c);
    return is_trusted(c) || ip_count_enter(s->ip_count, &c->peer, most, &c->ip_slot);
}

bool client_adopt(struct shard *s, struct conn *c, const struct baton *b)
{
    bool introduced = b->served || b->peer.family != AF_UNSPEC;

    c->peer = b->peer;
    c->terms = b->terms;
    c->awaits_proxy = !introduced && c->terms != NULL && c->terms->proxy_protocol;
    return c->awaits_proxy || count(s, c, b->served ? UINT64_MAX : s->limits->connections_per_ip);
}

bool client_introduced(struct shard *s, struct conn *c)
{
    /* A header that tells nobody leaves the peer of the socket. It is noted, for whom the connection is passed on to. */
    learn_peer(c);
    c->awaits_proxy = false;
    return count(s, c, s->limits->connections_per_ip);
}

bool client_admit(struct shard *s, struct conn *c, const struct request *rq)
{
    if (s->ip_count == NULL || !is_trusted(c))
        return true;
    const struct trust *trust = terms_trust(c->terms);
    struct peer client = forwarded_client(trust, &c->peer, rq);
    client_leave(s, c); /* the request before this one */
    if (trust_holds(trust, &client))
        return true;
    c->slot_of_request = true;
    return ip_count_enter(s->ip_count, &client, s->limits->connections_per_ip, &c->ip_slot);
}

void client_leave(struct shard *s, struct conn *c)
{
    if (c->ip_slot != 0)
        ip_count_leave(s->ip_count, &c->ip_slot);
    c->slot_of_request = false;
}

struct peer client_of(struct conn *c, const struct request *rq)
{
    const struct trust *trust = terms_trust(c->terms);

    learn_peer(c);
    return rq != NULL && trust != NULL ? forwarded_client(trust, &c->peer, rq) : c->peer;
}
