/* SPDX-License-Identifier: MIT */
/* Connections of an address: as many of one address as are allowed, whoever else there is; nobody is counted twice or for ever. */

#include "io/ip_count.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/ip.h"
#include "expect.h"
#include "threads.h"

enum { THREADS = 4, ROUNDS = 200000 / SLOWER, LIMIT = 3 };

static struct ip_count ip_count;

static int clear(void **state)
{
    (void)state;
    memset(&ip_count, 0, sizeof ip_count);
    hash_key_random(&ip_count.key);
    return 0;
}

static struct peer peer_at(const char *text)
{
    struct in6_addr address;

    assert_true(ip_parse(sv_cstr(text), &address));
    return peer_of(&address);
}

static bool enter(const char *text, uint64_t most, uint32_t *seat)
{
    struct peer peer = peer_at(text);

    return ip_count_enter(&ip_count, &peer, most, seat);
}

/* How many more of this address get in; they leave again. */
static size_t room_for(const char *text, uint64_t most)
{
    uint32_t seats[64];
    size_t n = 0;

    while (n < sizeof seats / sizeof seats[0] && enter(text, most, &seats[n]))
        n++;
    for (size_t i = 0; i < n; i++)
        ip_count_leave(&ip_count, &seats[i]);
    return n;
}

static void as_many_get_in_as_are_allowed(void **state)
{
    uint32_t seats[LIMIT];
    uint32_t more = 1;

    (void)state;
    for (int i = 0; i < LIMIT; i++)
        assert_true(enter("192.0.2.1", LIMIT, &seats[i]));
    assert_false(enter("192.0.2.1", LIMIT, &more));
    assert_int_equal(more, 0);
    assert_int_equal(room_for("192.0.2.2", LIMIT), LIMIT);
    ip_count_leave(&ip_count, &seats[1]);
    assert_int_equal(seats[1], 0);
    assert_int_equal(room_for("192.0.2.1", LIMIT), 1);
    ip_count_leave(&ip_count, &seats[1]); /* a second time is nothing */
    assert_int_equal(room_for("192.0.2.1", LIMIT), 1);
    ip_count_leave(&ip_count, &seats[0]);
    ip_count_leave(&ip_count, &seats[2]);
    assert_int_equal(room_for("192.0.2.1", LIMIT), LIMIT);
}

static void one_that_may_not_be_refused_counts_all_the_same(void **state)
{
    uint32_t seats[LIMIT + 2];

    (void)state;
    for (int i = 0; i < LIMIT + 2; i++)
        assert_true(enter("192.0.2.1", UINT64_MAX, &seats[i]));
    assert_int_equal(room_for("192.0.2.1", LIMIT), 0);
    assert_int_equal(room_for("192.0.2.1", LIMIT + 3), 1);
}

static void an_address_is_one_of_ipv4_or_a_network_of_ipv6(void **state)
{
    uint32_t seat;

    (void)state;
    assert_true(enter("192.0.2.1", 1, &seat));
    assert_int_equal(room_for("::ffff:192.0.2.1", 1), 0);
    assert_int_equal(room_for("192.0.2.0", 1), 1);
    assert_true(enter("2001:db8:1:2::1", 1, &seat));
    assert_int_equal(room_for("2001:db8:1:2:ffff:ffff:ffff:ffff", 1), 0);
    assert_int_equal(room_for("2001:db8:1:3::1", 1), 1);
    assert_int_equal(room_for("::1", 1), 1);
}

static void a_peer_without_an_address_is_not_counted(void **state)
{
    const struct peer peers[] = {{.family = AF_UNIX}, {.family = AF_UNSPEC}};
    uint32_t seat = 7;

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_true(ip_count_enter(&ip_count, &peers[i % 2], 1, &seat));
        assert_int_equal(seat, 0);
    }
}

/* Far more addresses than there are places: all get in, and when they are gone all is as it was. */
static void a_full_table_lets_everybody_in(void **state)
{
    enum { ADDRESSES = 3 * IP_COUNT_PLACES };
    uint32_t *seats = calloc(ADDRESSES, sizeof *seats);
    struct peer peer = peer_at("10.0.0.0");
    size_t counted = 0;

    (void)state;
    assert_non_null(seats);
    for (uint32_t i = 0; i < ADDRESSES; i++) {
        for (int byte = 0; byte < 3; byte++)
            peer.address.s6_addr[15 - byte] = (uint8_t)(i >> (8 * byte));
        expect(ip_count_enter(&ip_count, &peer, 1, &seats[i]), "address %u is refused", i);
        counted += seats[i] != 0;
    }
    expect(counted <= IP_COUNT_PLACES && counted > IP_COUNT_PLACES / 10 * 9, "%zu are counted", counted);
    for (uint32_t i = 0; i < ADDRESSES; i++)
        ip_count_leave(&ip_count, &seats[i]);
    for (size_t i = 0; i < IP_COUNT_PLACES; i++)
        expect((atomic_load(&ip_count.place[i]) & 0xffffff) == 0, "place %zu is not empty", i);
    assert_int_equal(room_for("192.0.2.1", LIMIT), LIMIT);
    free(seats);
}

/* What the header says of so many addresses. */
static void few_of_many_addresses_are_not_counted(void **state)
{
    struct peer peer = peer_at("2001:db8::");
    size_t missed = 0;
    uint32_t seat;

    (void)state;
    for (uint32_t i = 0; i < 32000; i++) {
        peer.address.s6_addr[6] = (uint8_t)(i >> 8);
        peer.address.s6_addr[7] = (uint8_t)i;
        assert_true(ip_count_enter(&ip_count, &peer, 1, &seat));
        missed += seat == 0;
    }
    expect(missed < 100, "%zu of 32000 are not counted", missed);
}

static void *come_and_go(void *arg)
{
    static _Atomic size_t inside;
    size_t *over = arg;
    const struct peer peers[] = {peer_of(&in6addr_loopback), peer_of(&in6addr_any)};

    for (int i = 0; i < ROUNDS; i++) {
        /* ::1 and :: are of one /64. */
        uint32_t seat;
        if (!ip_count_enter(&ip_count, &peers[i % 2], LIMIT, &seat))
            continue;
        *over += seat == 0 || atomic_fetch_add(&inside, 1) >= 2 * LIMIT;
        atomic_fetch_sub(&inside, 1);
        ip_count_leave(&ip_count, &seat);
    }
    return NULL;
}

static void threads_that_come_and_go_leave_nothing_behind(void **state)
{
    pthread_t threads[THREADS];
    size_t over[THREADS] = {0};

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &over[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(over[i], 0);
    }
    assert_int_equal(room_for("::1", LIMIT), LIMIT);
}

static void the_process_has_one_with_a_key_of_its_own(void **state)
{
    struct ip_count *one = ip_count_of_process();
    struct hash_key key = one->key;

    (void)state;
    assert_ptr_equal(one, ip_count_of_process());
    assert_memory_equal(&key, &one->key, sizeof key);
    assert_true(key.k[0] != 0 || key.k[1] != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(as_many_get_in_as_are_allowed, clear),
        cmocka_unit_test_setup(one_that_may_not_be_refused_counts_all_the_same, clear),
        cmocka_unit_test_setup(an_address_is_one_of_ipv4_or_a_network_of_ipv6, clear),
        cmocka_unit_test_setup(a_peer_without_an_address_is_not_counted, clear),
        cmocka_unit_test_setup(a_full_table_lets_everybody_in, clear),
        cmocka_unit_test_setup(few_of_many_addresses_are_not_counted, clear),
        cmocka_unit_test_setup(threads_that_come_and_go_leave_nothing_behind, clear),
        cmocka_unit_test(the_process_has_one_with_a_key_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
