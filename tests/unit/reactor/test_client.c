/* SPDX-License-Identifier: MIT */
/* Who the client of a connection is, whom it is told by, and when it is one too many. */

#include "reactor/client.h"

#include "base/ip.h"
#include "io/ip_count.h"
#include "serve/terms.h"

#include "make_request.h"
#include "stage_peer.h"

enum { MOST = 2 };

#define FOR(address) "GET /1 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " address "\r\n\r\n"
#define ASK          "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"

static struct ip_count ip_count;
static struct stage stage;
static struct terms terms; /* of an address to which proxies of 10.0.0.0/8 come */
static struct conn conn;   /* no socket: its peer has been told */

static int open_stage(void **state)
{
    static const char *const keys[] = {"limits.connections_per_ip=2"};
    static char *networks[] = {"10.0.0.0/8"};
    const struct strings trusted = {networks, 1};
    const struct stage_options options = {.set = keys, .n_set = 1, .reporter = &stage_reporter, .ip_count = &ip_count};

    (void)state;
    memset(&ip_count, 0, sizeof ip_count);
    hash_key_random(&ip_count.key);
    terms = (struct terms){.proxy_protocol = false};
    conn = (struct conn){.fd = -1};
    if (trust_init(&terms.trust, &trusted) < 0)
        return -1;
    return stage_open(&stage, &options);
}

static int close_stage(void **state)
{
    (void)state;
    stage_end(&stage);
    trust_fini(&terms.trust);
    return 0;
}

static struct peer at(const char *text)
{
    struct in6_addr address;

    assert_true(ip_parse(sv_cstr(text), &address));
    return peer_of(&address);
}

/* How many more of this address would get in. */
static size_t room_for(const char *text)
{
    struct peer peer = at(text);
    uint32_t seats[MOST];
    size_t n = 0;

    while (n < MOST && ip_count_enter(&ip_count, &peer, MOST, &seats[n]))
        n++;
    for (size_t i = 0; i < n; i++)
        ip_count_leave(&ip_count, &seats[i]);
    return n;
}

static bool adopt(struct conn *c, const char *peer, bool served)
{
    struct baton b = {.terms = &terms, .peer = at(peer), .fd = -1, .served = served};

    *c = (struct conn){.fd = -1};
    return client_adopt(&stage.shard, c, &b);
}

static bool admit(struct conn *c, const char *head)
{
    struct made_request m;

    assert_int_equal(make_request(&m, sv_cstr(head)), 0);
    return client_admit(&stage.shard, c, &m.rq);
}

static void expect_client(const char *head, const char *address)
{
    struct made_request m;
    char room[PEER_TEXT_MAX];

    assert_int_equal(make_request(&m, sv_cstr(head)), 0);
    struct peer client = client_of(&conn, &m.rq);
    struct sv text = peer_text(&client, room);
    expect(sv_eq(text, sv_cstr(address)), "%.*s, not %s, for %s", SV_ARG(text), address, head);
}

static void another_is_believed_to_be_the_client_only_where_a_trusted_proxy_says_so(void **state)
{
    (void)state;
    conn.peer = at("10.0.0.1");
    expect_client(FOR("203.0.113.7"), "10.0.0.1"); /* without terms nobody is trusted */
    conn.terms = &terms;
    expect_client(FOR("203.0.113.7"), "203.0.113.7");
    expect_client(ASK, "10.0.0.1");
    conn.peer = at("192.0.2.1");
    expect_client(FOR("203.0.113.7"), "192.0.2.1");
    struct peer peer = client_of(&conn, NULL);
    assert_memory_equal(&peer.address, &conn.peer.address, sizeof peer.address);
}

/* A look at the socket, once: then it is known, even when the socket has gone. */
static void the_socket_is_asked_where_nobody_told(void **state)
{
    char room[PEER_TEXT_MAX];
    int pair[2];

    (void)state;
    stage_pair(pair);
    conn.fd = pair[1];
    struct peer client = client_of(&conn, NULL);
    assert_true(sv_eq(peer_text(&client, room), SV("unix:")));
    assert_int_equal(close(pair[0]) + close(pair[1]), 0);
    conn.fd = -1;
    client = client_of(&conn, NULL);
    assert_true(sv_eq(peer_text(&client, room), SV("unix:")));
}

static void nobody_is_asked_where_nobody_wants_to_know(void **state)
{
    struct baton b = {.fd = -1};

    (void)state;
    stage.shard.ip_count = NULL;
    assert_true(client_adopt(&stage.shard, &conn, &b));
    assert_int_equal(conn.peer.family, AF_UNSPEC);
    assert_true(admit(&conn, ASK));
    assert_int_equal(conn.peer.family, AF_UNSPEC);
    assert_int_equal(conn.ip_slot, 0);
}

static void a_connection_counts_for_as_long_as_it_is_open(void **state)
{
    struct conn c[MOST + 1];

    (void)state;
    for (int i = 0; i < MOST; i++)
        assert_true(adopt(&c[i], "192.0.2.1", false));
    assert_false(adopt(&c[MOST], "192.0.2.1", false));
    assert_int_equal(c[MOST].ip_slot, 0);
    assert_int_equal(room_for("192.0.2.2"), MOST);
    assert_true(admit(&c[0], ASK)); /* it has its seat already */
    client_leave(&stage.shard, &c[0]);
    client_leave(&stage.shard, &c[0]); /* a second time is nothing */
    assert_int_equal(room_for("192.0.2.1"), 1);
    client_leave(&stage.shard, &c[1]);
    assert_int_equal(room_for("192.0.2.1"), MOST);
}

static void one_that_served_elsewhere_counts_and_is_never_too_many(void **state)
{
    struct conn c[MOST + 2];

    (void)state;
    for (int i = 0; i < MOST + 1; i++)
        assert_true(adopt(&c[i], "192.0.2.1", true));
    assert_false(adopt(&c[MOST + 1], "192.0.2.1", false));
    for (int i = 0; i < MOST + 1; i++)
        client_leave(&stage.shard, &c[i]);
    assert_int_equal(room_for("192.0.2.1"), MOST);
}

/* Its own clients count instead, while a request of theirs is answered. */
static void connections_of_a_trusted_proxy_are_nobodys(void **state)
{
    struct conn c[2 * MOST];

    (void)state;
    for (int i = 0; i < 2 * MOST; i++)
        assert_true(adopt(&c[i], "10.0.0.1", false));
    assert_int_equal(room_for("10.0.0.1"), MOST);
    for (int i = 0; i < MOST; i++) {
        assert_true(admit(&c[i], FOR("203.0.113.7")));
        assert_true(c[i].slot_of_request);
    }
    assert_false(admit(&c[MOST], FOR("203.0.113.7")));
    assert_true(admit(&c[MOST], FOR("203.0.113.8")));
    assert_true(admit(&c[0], FOR("203.0.113.9"))); /* the next request of that connection is another's */
    assert_int_equal(room_for("203.0.113.7"), 1);
    assert_int_equal(room_for("203.0.113.9"), MOST - 1);
    assert_true(admit(&c[0], ASK)); /* the proxy's own */
    assert_int_equal(c[0].ip_slot, 0);
    for (int i = 0; i < 2 * MOST; i++) {
        client_leave(&stage.shard, &c[i]);
        assert_false(c[i].slot_of_request);
    }
    assert_int_equal(room_for("203.0.113.7") + room_for("203.0.113.8") + room_for("203.0.113.9"), 3 * MOST);
}

static void whoever_has_to_introduce_itself_counts_once_it_has(void **state)
{
    struct baton b = {.terms = &terms, .fd = -1};

    (void)state;
    terms.proxy_protocol = true;
    assert_true(client_adopt(&stage.shard, &conn, &b));
    assert_true(conn.awaits_proxy);
    assert_int_equal(conn.ip_slot, 0);
    conn.peer = at("192.0.2.1"); /* the header has told */
    assert_true(client_introduced(&stage.shard, &conn));
    assert_false(conn.awaits_proxy);
    assert_int_equal(room_for("192.0.2.1"), MOST - 1);
    struct conn other = {.terms = &terms, .peer = conn.peer, .awaits_proxy = true, .fd = -1};
    struct conn third = other;
    assert_true(client_introduced(&stage.shard, &other));
    assert_false(client_introduced(&stage.shard, &third));
    client_leave(&stage.shard, &conn);
    client_leave(&stage.shard, &other);
}

/* It did so elsewhere: it served there, or its peer came with it. */
static void nobody_has_to_introduce_itself_twice(void **state)
{
    struct baton served = {.terms = &terms, .fd = -1, .served = true};

    (void)state;
    terms.proxy_protocol = true;
    assert_true(client_adopt(&stage.shard, &conn, &served));
    assert_false(conn.awaits_proxy);
    client_leave(&stage.shard, &conn);
    assert_true(adopt(&conn, "192.0.2.1", false));
    assert_false(conn.awaits_proxy);
    client_leave(&stage.shard, &conn);
}

/* All of it, on real connections: one too many is closed without an answer, and a client of a proxy's gets 429. */
static void what_one_too_many_gets(void **state)
{
    struct baton b = {.terms = &terms};
    int pairs[MOST + 1][2];

    (void)state;
    for (int i = 0; i <= MOST; i++) {
        stage_pair(pairs[i]);
        b.fd = pairs[i][1];
        b.peer = at("192.0.2.1");
        stage_say(pairs[i][0], ASK);
        turn_adopt(&stage.shard, &b);
        assert_int_equal(stage_hear(pairs[i][0]).len > 0, i < MOST);
    }
    assert_true(stage_is_over(pairs[MOST][0]));
    assert_int_equal(stage_ended(&stage, CLOSE_CROWDED), 1);
    stage_close_conns(&stage);
    struct conn others[MOST];
    for (int i = 0; i < MOST; i++)
        assert_true(adopt(&others[i], "10.0.0.1", false) && admit(&others[i], FOR("203.0.113.7")));
    for (int i = 0; i <= MOST; i++)
        assert_int_equal(close(pairs[i][0]), 0);
    stage_pair(pairs[0]);
    b.fd = pairs[0][1];
    b.peer = at("10.0.0.1");
    stage_say(pairs[0][0], FOR("203.0.113.8") FOR("203.0.113.7"));
    turn_adopt(&stage.shard, &b);
    struct sv heard = stage_hear(pairs[0][0]);
    expect_status(heard, "200");
    assert_int_equal(stage_count(heard, "HTTP/1.1 429"), 1);
    for (int i = 0; i < MOST; i++)
        client_leave(&stage.shard, &others[i]);
    assert_int_equal(close(pairs[0][0]), 0);
}

#define staged(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        staged(another_is_believed_to_be_the_client_only_where_a_trusted_proxy_says_so),
        staged(the_socket_is_asked_where_nobody_told),
        staged(nobody_is_asked_where_nobody_wants_to_know),
        staged(a_connection_counts_for_as_long_as_it_is_open),
        staged(one_that_served_elsewhere_counts_and_is_never_too_many),
        staged(connections_of_a_trusted_proxy_are_nobodys),
        staged(whoever_has_to_introduce_itself_counts_once_it_has),
        staged(nobody_has_to_introduce_itself_twice),
        staged(what_one_too_many_gets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
