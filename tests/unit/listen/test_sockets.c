/* SPDX-License-Identifier: MIT */
/* The table of listening sockets: the same one for as long as somebody wants its address, and none without a reason. */

#include "listen/sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "listening.h"
#include "scratch.h"

static const struct listen_options one = {.backlog = 16};
static const struct listen_options many = {.backlog = 16, .reuseport = true};
static struct notify nobody = {.fd = -1};

static uint16_t port_of(int fd)
{
    struct sockaddr_in a;
    socklen_t len = sizeof a;

    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&a, &len), 0);
    return ntohs(a.sin_port);
}

static struct bound *get(struct sockets *s, const char *address, const struct listen_options *options, size_t n)
{
    struct bound *b;

    assert_int_equal(sockets_get(s, address, options, n, &b), 0);
    return b;
}

static void an_address_in_two_generations_is_one_socket(void **state)
{
    struct sockets s;
    size_t before = count_fds();

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    struct bound *old = get(&s, "127.0.0.1:0", &one, 1);
    int fd = old->v[0].fd;
    sockets_settle(&s);
    sockets_begin(&s);
    struct bound *new = get(&s, "127.0.0.1:0", &one, 1);
    assert_ptr_equal(new, old);
    sockets_put(&s, &old);
    assert_null(old);
    assert_int_equal(new->v[0].fd, fd);
    assert_true(fcntl(fd, F_GETFD) >= 0);
    sockets_put(&s, &new);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_null(s.first);
    sockets_fini(&s);
    assert_int_equal(count_fds(), before);
}

static void port_0_twice_is_two_sockets_and_stays_so(void **state)
{
    struct sockets s;
    uint16_t ports[2][2];

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    for (int i = 0; i < 2; i++) {
        sockets_begin(&s);
        for (int k = 0; k < 2; k++)
            ports[i][k] = port_of(get(&s, "127.0.0.1:0", &one, 1)->v[0].fd);
        assert_int_not_equal(ports[i][0], ports[i][1]);
    }
    assert_true(ports[0][0] == ports[1][0] || ports[0][0] == ports[1][1]);
    assert_true(ports[0][1] == ports[1][0] || ports[0][1] == ports[1][1]);
    sockets_fini(&s);
}

static void sockets_of_an_address_become_more_and_never_fewer(void **state)
{
    static const size_t wanted[] = {1, 4, 2, 1, 5};
    static const size_t there[] = {1, 4, 4, 4, 5};
    struct sockets s;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    for (size_t i = 0; i < ROWS(wanted); i++) {
        sockets_begin(&s);
        struct bound *b = get(&s, "127.0.0.1:0", wanted[i] > 1 ? &many : &one, wanted[i]);
        assert_int_equal(b->n, there[i]);
        for (size_t k = 1; k < b->n; k++)
            assert_int_equal(port_of(b->v[k].fd), port_of(b->v[0].fd));
    }
    sockets_fini(&s);
}

static void sockets_of_a_generation_that_came_to_nothing_go_with_it(void **state)
{
    struct sockets s;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    struct bound *old = get(&s, "127.0.0.1:0", &many, 2);
    sockets_settle(&s);
    sockets_begin(&s);
    struct bound *new = get(&s, "127.0.0.1:0", &many, 4);
    int fd = new->v[3].fd;
    sockets_put(&s, &new);
    assert_int_equal(old->n, 2);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    sockets_begin(&s);
    new = get(&s, "127.0.0.1:0", &many, 4);
    sockets_settle(&s);
    sockets_put(&s, &old);
    assert_int_equal(new->n, 4);
    sockets_fini(&s);
}

static void workers_share_what_there_is_one_of(void **state)
{
    struct sockets s;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(get(&s, "unix:baton.sock", &many, 4)->n, 1);
    sockets_fini(&s);
    assert_int_not_equal(access("baton.sock", F_OK), 0);
}

/* Fewer than were asked for would be a protection, or a share of the work, that is lost in silence. */
static void a_shortage_of_descriptors_is_no_reason_for_fewer_sockets(void **state)
{
    struct rlimit before, limit;
    struct sockets s;
    struct bound *b;
    size_t there = count_fds();

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    limit = before;
    int next = dup(STDIN_FILENO);
    assert_true(next >= 0);
    (void)close(next);
    limit.rlim_cur = (rlim_t)next + 2;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    int err = sockets_get(&s, "127.0.0.1:0", &many, 4, &b);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(err, -EMFILE);
    assert_null(b);
    assert_null(s.first);
    assert_int_equal(get(&s, "127.0.0.1:0", &many, 4)->n, 4);
    sockets_fini(&s);
    assert_int_equal(count_fds(), there);
}

static void what_fails_leaves_nothing(void **state)
{
    struct sockets s;
    struct bound *b;
    size_t before = count_fds();

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, "192.0.2.1:80", &one, 1, &b), -EADDRNOTAVAIL);
    assert_null(b);
    assert_int_equal(sockets_get(&s, "systemd:http", &one, 1, &b), -ENOENT);
    assert_null(b);
    assert_null(s.first);
    sockets_fini(&s);
    assert_int_equal(count_fds(), before);
}

/* As if LISTEN_FDS had said so. */
static void leave(struct sockets *s, const char *name, int fd)
{
    struct inherited *all = &s->inherited;
    struct inherited_fd *v = realloc(all->v, (all->n + 1) * sizeof *v);

    assert_non_null(v);
    all->v = v;
    v[all->n++] = (struct inherited_fd){fd, strdup(name)};
}

static void what_was_left_to_us_comes_first(void **state)
{
    static const char *const rows[][2] = {{"systemd:http", "http"}, {"127.0.0.1:0", "127.0.0.1%3a0"}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sockets s;
        struct listener l;
        assert_int_equal(sockets_init(&s, &nobody), 0);
        assert_int_equal(listener_open(&l, "127.0.0.1:0", &one), 0);
        ino_t inode = l.inode;
        leave(&s, rows[i][1], l.fd);
        leave(&s, rows[i][1], dup(l.fd));                               /* by a predecessor that had it twice */
        leave(&s, rows[i][1], open("/dev/null", O_RDONLY | O_CLOEXEC)); /* no socket: closed */
        sockets_begin(&s);
        struct bound *b = get(&s, rows[i][0], &one, 1);
        assert_string_equal(b->name, rows[i][1]);
        assert_int_equal(b->n, 1);
        assert_int_equal(b->v[0].inode, inode);
        sockets_fini(&s);
    }
}

/* It can be asked for by the next, though that one came to nothing, or asked for something else. */
static void what_a_unit_passed_is_there_for_every_generation(void **state)
{
    struct sockets s;
    struct listener l;
    size_t before = count_fds();

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &one), 0);
    leave(&s, "http", l.fd);
    for (int round = 0; round < 3; round++) {
        sockets_begin(&s);
        struct bound *b = get(&s, "systemd:http", &one, 1);
        assert_int_equal(b->n, 1);
        assert_int_equal(b->v[0].inode, l.inode);
        sockets_store(&s);
        sockets_put(&s, &b);
    }
    sockets_fini(&s);
    assert_int_equal(count_fds(), before);
}

static void the_name_of_a_unix_socket_can_be_left_to_a_successor(void **state)
{
    struct sockets s;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    (void)get(&s, "unix:baton.sock", &one, 1);
    sockets_release(&s);
    sockets_fini(&s);
    assert_int_equal(access("baton.sock", F_OK), 0);
}

static void a_name_that_is_lent_stays(void **state)
{
    static const struct {
        const char *address;
        bool lent, stays;
    } rows[] = {{"unix:baton.sock", true, true}, {"unix:./baton.sock", true, true}, {"unix:baton.sock", false, false}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sockets s;
        struct listener l;
        assert_int_equal(sockets_init(&s, &nobody), 0);
        s.predecessor_owns = rows[i].lent;
        assert_int_equal(listener_open(&l, "unix:baton.sock", &one), 0);
        leave(&s, "unix%3abaton.sock", dup(l.fd));
        sockets_begin(&s);
        struct bound *b = get(&s, rows[i].address, &one, 1);
        sockets_put(&s, &b);
        expect((access("baton.sock", F_OK) == 0) == rows[i].stays, "row %zu", i);
        sockets_fini(&s);
        listener_close(&l);
    }
}

/* A unit made it, and the unit removes it. */
static void the_name_of_a_unit_s_unix_socket_stays(void **state)
{
    struct sockets s;
    struct listener l;
    struct bound *b;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    assert_int_equal(listener_open(&l, "unix:baton.sock", &one), 0);
    leave(&s, "http", dup(l.fd));
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, "unix:baton.sock", &one, 1, &b), -EADDRINUSE);
    sockets_fini(&s);
    assert_int_equal(access("baton.sock", F_OK), 0);
    listener_close(&l);
}

static void an_address_may_be_spelled_otherwise(void **state)
{
    static const char *const rows[][2] = {{"[::1]:%u", "[0::0:1]:%u"}, {"unix:./baton.sock", "unix:.//baton.sock"}};
    char text[64];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sockets s;
        struct listener l = {.fd = -1};
        if (i == 0 && listener_open(&l, "[::1]:0", &one) < 0)
            continue; /* a machine without IPv6 */
        unsigned port = i == 0 ? port_of(l.fd) : 0;
        listener_close(&l);
        assert_int_equal(sockets_init(&s, &nobody), 0);
        sockets_begin(&s);
        (void)snprintf(text, sizeof text, rows[i][0], port);
        struct bound *old = get(&s, text, &one, 1);
        sockets_begin(&s);
        (void)snprintf(text, sizeof text, rows[i][1], port);
        assert_ptr_equal(get(&s, text, &one, 1), old);
        sockets_fini(&s);
    }
}

/* The address of a port that is free; or of one that `s` has. */
static const char *at(const char *host, unsigned port)
{
    static char text[2][64];
    static unsigned which;
    char *to = text[which++ % 2];

    (void)snprintf(to, sizeof text[0], "%s:%u", host, port);
    return to;
}

static unsigned free_port(void)
{
    struct listener l;

    assert_int_equal(listener_open(&l, "127.0.0.1:0", &one), 0);
    unsigned port = port_of(l.fd);
    listener_close(&l);
    return port;
}

static void change(const struct bound *b, const struct listen_options *options)
{
    assert_int_equal(bound_change(b, BOUND_NEW, options), 0);
    assert_int_equal(bound_change(b, BOUND_OLD, options), 0);
}

static struct bound *next_is(struct sockets *s, struct bound **old, const char *address, size_t n)
{
    const struct listen_options *options = n > 1 ? &many : &one;

    sockets_begin(s);
    struct bound *new = get(s, address, options, n);
    change(new, options);
    sockets_settle(s);
    sockets_put(s, old);
    return new;
}

static size_t count_at(const struct bound *b, const char *address)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++)
        n += listener_is_at(b->v[i].fd, address);
    return n;
}

/* Who connects while the two are exchanged is found in the socket that stays. */
static void an_address_may_become_more_or_less(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 3; n += 2) {
        struct sockets s;
        unsigned port = free_port();
        assert_int_equal(sockets_init(&s, &nobody), 0);
        sockets_begin(&s);
        struct bound *b = get(&s, at("127.0.0.1", port), n > 1 ? &many : &one, n);
        change(b, &one);
        sockets_settle(&s);
        for (int round = 0; round < 3; round++) {
            b = next_is(&s, &b, at("0.0.0.0", port), n);
            assert_int_equal(b->n, 2 * n);
            assert_true(listener_is_at(b->v[0].fd, at("0.0.0.0", port)));
            assert_int_equal(count_at(b, at("0.0.0.0", port)), n);
            assert_int_equal(count_at(b, at("127.0.0.1", port)), n);
            b = next_is(&s, &b, at("127.0.0.1", port), n);
            assert_int_equal(b->n, n);
        }
        sockets_fini(&s);
    }
}

static void another_s_port_stays_another_s(void **state)
{
    struct sockets s;
    struct bound *b;
    struct listener l;

    (void)state;
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &many), 0);
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    assert_int_equal(sockets_get(&s, at("0.0.0.0", port_of(l.fd)), &one, 1, &b), -EADDRINUSE);
    assert_int_equal(sockets_get(&s, at("127.0.0.1", port_of(l.fd)), &one, 1, &b), -EADDRINUSE);
    sockets_fini(&s);
    listener_close(&l);
}

static void what_nobody_asks_for_is_closed_unless_a_unit_passed_it(void **state)
{
    static const struct {
        const char *name;
        bool lent, stays;
    } rows[] = {{"127.0.0.1%3a80", false, false}, {"127.0.0.1%3a80", true, true}, {"http", false, true}};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sockets s;
        struct listener l;
        assert_int_equal(sockets_init(&s, &nobody), 0);
        s.predecessor_owns = rows[i].lent;
        assert_int_equal(listener_open(&l, "127.0.0.1:0", &one), 0);
        leave(&s, rows[i].name, l.fd);
        sockets_store(&s);
        expect((fcntl(l.fd, F_GETFD) >= 0) == rows[i].stays, "%s", rows[i].name);
        sockets_fini(&s);
    }
}

/* After a restart: what was kept is of the address as it was. */
static void what_was_kept_is_used_for_more_too(void **state)
{
    struct sockets s;
    struct listener l;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &one), 0);
    unsigned port = port_of(l.fd);
    leave(&s, "127.0.0.1%3a0", l.fd);
    sockets_begin(&s);
    struct bound *b = get(&s, at("0.0.0.0", port), &one, 1);
    assert_int_equal(b->n, 2);
    sockets_store(&s);
    assert_int_equal(fcntl(l.fd, F_GETFD), -1);
    assert_true(listener_is_at(b->v[1].fd, at("127.0.0.1", port)));
    sockets_fini(&s);
}

/* The descriptor store of a service manager: a socket is in it once, under the name by which it came first. */
struct store {
    int fd; /* where it is told */
    struct {
        char name[64];
        int fd;
    } v[16];
    size_t n;
};

static ino_t inode_of(int fd)
{
    struct stat st;

    assert_int_equal(fstat(fd, &st), 0);
    return st.st_ino;
}

static bool store_has(const struct store *store, int fd)
{
    for (size_t i = 0; i < store->n; i++)
        if (inode_of(store->v[i].fd) == inode_of(fd))
            return true;
    return false;
}

static void store_remove(struct store *store, const char *name)
{
    for (size_t i = store->n; i-- > 0;)
        if (strcmp(store->v[i].name, name) == 0) {
            (void)close(store->v[i].fd);
            store->v[i] = store->v[--store->n];
        }
}

/* All that was said by now. */
static void store_hear(struct store *store)
{
    char text[256], control[CMSG_SPACE(sizeof(int))], name[64];

    for (;;) {
        struct iovec iov = {text, sizeof text - 1};
        struct msghdr message = {
            .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t n = recvmsg(store->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n < 0)
            return;
        text[n] = '\0';
        const struct cmsghdr *with = CMSG_FIRSTHDR(&message);
        int fd = -1;
        if (with != NULL)
            memcpy(&fd, CMSG_DATA(with), sizeof fd);
        if (sscanf(text, "FDSTOREREMOVE=1 FDNAME=%63s", name) == 1) {
            store_remove(store, name);
        } else if (sscanf(text, "FDSTORE=1 FDNAME=%63s", name) == 1 && !store_has(store, fd)) {
            memcpy(store->v[store->n].name, name, sizeof name);
            store->v[store->n++].fd = fd;
        } else if (fd >= 0) {
            (void)close(fd);
        }
    }
}

/* Whatever an address becomes, the manager keeps what is listened on, by its present name, and nothing else. */
static void the_manager_keeps_what_is_listened_on(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "0.0.0.0", "127.0.0.1", "0.0.0.0", "[::]", "0.0.0.0", "127.0.0.1"};
    struct notify manager = {.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), .lock = PTHREAD_MUTEX_INITIALIZER};
    struct store store = {.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    struct sockets s;
    struct bound *b = NULL;
    unsigned port = free_port();

    (void)state;
    manager.to = (struct sockaddr_un){.sun_family = AF_UNIX, .sun_path = "notify"};
    manager.to_len = sizeof manager.to;
    assert_int_equal(bind(store.fd, (const struct sockaddr *)&manager.to, manager.to_len), 0);
    assert_int_equal(sockets_init(&s, &manager), 0);
    s.serving = true;
    for (size_t i = 0; i < ROWS(hosts); i++) {
        sockets_begin(&s);
        struct bound *new = get(&s, at(hosts[i], port), &one, 1);
        change(new, &one);
        sockets_settle(&s);
        sockets_store(&s); /* a reload is over */
        sockets_put(&s, &b);
        sockets_store(&s); /* the old generation is gone, and the manager is told how it goes */
        b = new;
        store_hear(&store);
        expect(store.n == b->n, "%s: %zu of %zu", hosts[i], store.n, b->n);
        for (size_t k = 0; k < b->n; k++)
            assert_true(store_has(&store, b->v[k].fd));
        for (size_t k = 0; k < store.n; k++)
            assert_string_equal(store.v[k].name, b->name);
    }
    sockets_put(&s, &b);
    store_hear(&store);
    assert_int_equal(store.n, 0);
    sockets_fini(&s);
    (void)close(manager.fd);
    (void)close(store.fd);
}

/* The manager's name for it is that of a wider address, which is not asked for. */
static void a_successor_gets_no_more_than_it_asks_for(void **state)
{
    struct sockets s;
    struct listener l, wide;

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    assert_int_equal(listener_open(&l, "127.0.0.1:0", &many), 0);
    unsigned port = port_of(l.fd);
    assert_int_equal(listener_open(&wide, at("0.0.0.0", port), &many), 0);
    leave(&s, "0.0.0.0%3a1", wide.fd);
    leave(&s, "0.0.0.0%3a1", l.fd);
    sockets_begin(&s);
    struct bound *b = get(&s, at("127.0.0.1", port), &one, 1);
    assert_int_equal(b->n, 1);
    assert_true(listener_is_at(b->v[0].fd, at("127.0.0.1", port)));
    sockets_fini(&s);
}

/* Also where it has as many more workers: each address has a socket for each of them. */
static void what_is_taken_in_is_shared_by_all_workers(void **state)
{
    struct sockets s;
    unsigned port = free_port();

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    struct bound *b = get(&s, at("127.0.0.1", port), &one, 1);
    change(b, &one);
    sockets_settle(&s);
    b = next_is(&s, &b, at("0.0.0.0", port), 4);
    assert_int_equal(count_at(b, at("0.0.0.0", port)), 4);
    assert_int_equal(count_at(b, at("127.0.0.1", port)), 4);
    sockets_fini(&s);
}

/* What a unit passes is theirs who ask for it by its name, be it before, beside or never: whoever is started next is passed
 * it by that name again. */
static void what_a_unit_passes_is_had_by_its_name_alone(void **state)
{
    enum { NEVER, BESIDE, BEFORE, WAYS };

    (void)state;
    for (int when = 0; when < WAYS; when++) {
        struct sockets s;
        struct listener l, other;
        struct bound *b;
        assert_int_equal(sockets_init(&s, &nobody), 0);
        assert_int_equal(listener_open(&l, "127.0.0.1:0", &one), 0);
        assert_int_equal(listener_open(&other, "127.0.0.1:0", &one), 0);
        unsigned port = port_of(l.fd);
        leave(&s, "http", l.fd);
        leave(&s, "http", other.fd);
        sockets_begin(&s);
        if (when != NEVER)
            assert_int_equal(get(&s, "systemd:http", &one, 1)->n, 2);
        if (when == BEFORE)
            sockets_begin(&s);
        expect(sockets_get(&s, at("0.0.0.0", port), &one, 1, &b) == -EADDRINUSE, "%d", when);
        expect(sockets_get(&s, at("127.0.0.1", port), &one, 1, &b) == -EADDRINUSE, "%d", when);
        sockets_fini(&s);
    }
}

/* A generation that asks for both, in either order. */
static void get_both(struct sockets *s, unsigned port, bool wide_first, struct bound **wide, struct bound **narrow)
{
    const char *all = at("0.0.0.0", port), *part = at("127.0.0.1", port);

    sockets_begin(s);
    assert_int_equal(sockets_expect(s, all), 0);
    assert_int_equal(sockets_expect(s, part), 0);
    if (wide_first)
        *wide = get(s, all, &many, 2);
    *narrow = get(s, part, &many, 2);
    if (!wide_first)
        *wide = get(s, all, &many, 2);
    change(*wide, &many);
    change(*narrow, &many);
    sockets_settle(s);
}

/* Where workers share their ports. Each section has terms of its own, so that a socket may be in one of them only: that of
 * the narrower address, whatever came before. */
static void what_two_addresses_ask_for_is_the_narrower_one_s(void **state)
{
    enum { NOTHING, NARROW, WIDE, TAKEN_IN, LEFT, WAYS };

    (void)state;
    for (int row = 0; row < 2 * WAYS; row++) {
        struct sockets s;
        struct bound *b = NULL, *wide, *narrow;
        struct listener l;
        unsigned port = free_port();
        char name[32];
        assert_int_equal(sockets_init(&s, &nobody), 0);
        sockets_begin(&s);
        if (row / 2 == LEFT) {
            assert_int_equal(listener_open(&l, at("127.0.0.1", port), &many), 0);
            (void)snprintf(name, sizeof name, "0.0.0.0%%3a%u", port);
            leave(&s, name, l.fd);
        } else if (row / 2 != NOTHING) {
            b = get(&s, at(row / 2 == WIDE ? "0.0.0.0" : "127.0.0.1", port), &many, 2);
            change(b, &many);
            sockets_settle(&s);
            if (row / 2 == TAKEN_IN)
                b = next_is(&s, &b, at("0.0.0.0", port), 2);
        }
        int before = row / 2 == LEFT ? dup(l.fd) : -1;
        for (size_t i = 0; b != NULL && i < b->n; i++)
            if (before < 0 && (row / 2 == WIDE || listener_is_at(b->v[i].fd, at("127.0.0.1", port))))
                before = dup(b->v[i].fd);
        for (int round = 0; round < 2; round++) {
            get_both(&s, port, row % 2 != 0, &wide, &narrow);
            expect(wide->n == 2 && count_at(wide, at("0.0.0.0", port)) == 2, "row %d: %zu", row, wide->n);
            expect(narrow->n == 2 && count_at(narrow, at("127.0.0.1", port)) == 2, "row %d: %zu", row, narrow->n);
            expect(before < 0 || bound_has(row / 2 == WIDE ? wide : narrow, before), "row %d: it is lost", row);
            expect(b == NULL || row / 2 != TAKEN_IN || sockets_has_beside(&s, b, before), "row %d: it is nobody's",
                   row);
            expect(!sockets_has_beside(&s, wide, wide->v[0].fd) || b != NULL, "row %d: it is another's too", row);
            sockets_put(&s, &b);
            sockets_store(&s);
        }
        (void)close(before);
        sockets_fini(&s);
    }
}

/* One that was handed out by a single acceptor may share its port with the next generation's. */
static void one_worker_shares_its_port_too(void **state)
{
    struct sockets s;
    unsigned port = free_port();
    const char *narrow = at("127.0.0.1", port), *wide = at("0.0.0.0", port);

    (void)state;
    assert_int_equal(sockets_init(&s, &nobody), 0);
    sockets_begin(&s);
    change(get(&s, narrow, &one, 1), &one);
    sockets_settle(&s);
    sockets_begin(&s);
    assert_int_equal(sockets_expect(&s, narrow), 0);
    assert_int_equal(get(&s, narrow, &many, 1)->n, 1);
    assert_int_equal(get(&s, wide, &many, 1)->n, 1);
    sockets_fini(&s);
}

static int backlog_of(int fd)
{
    struct tcp_info info;
    socklen_t len = sizeof info;

    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    return (int)info.tcpi_sacked; /* what it is for a socket that listens */
}

static int defers(int fd)
{
    int seconds;
    socklen_t len = sizeof seconds;

    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &len), 0);
    return seconds > 0;
}

/* Until nothing can fail any more: the sockets of those who serve, and of a predecessor, may have to go on as they are. */
static void what_is_accepted_from_changes_last(void **state)
{
    static const struct listen_options other = {.backlog = 8, .defer_accept = true};

    (void)state;
    for (int is_left = 0; is_left < 3; is_left++) { /* 2: under the name of what it is asked for */
        struct sockets s;
        unsigned port = free_port();
        struct listener l;
        char name[32];
        assert_int_equal(sockets_init(&s, &nobody), 0);
        sockets_begin(&s);
        if (is_left) {
            assert_int_equal(listener_open(&l, at("127.0.0.1", port), &one), 0);
            (void)snprintf(name, sizeof name, is_left == 2 ? "0.0.0.0%%3a%u" : "127.0.0.1%%3a%u", port);
            leave(&s, name, l.fd);
        } else {
            change(get(&s, at("127.0.0.1", port), &one, 1), &one);
            sockets_settle(&s);
            sockets_begin(&s);
        }
        struct bound *b = get(&s, at("0.0.0.0", port), &other, 1);
        int old = b->v[b->n - 1].fd;
        assert_int_equal(b->n, is_left == 2 ? 1 : 2);
        assert_int_equal(bound_change(b, BOUND_NEW, &other), 0);
        expect(is_left == 2 || (backlog_of(b->v[0].fd) == 8 && defers(b->v[0].fd)), "%d", is_left);
        expect(backlog_of(old) == 16 && !defers(old), "%d", is_left);
        assert_int_equal(bound_change(b, BOUND_OLD, &other), 0);
        expect(backlog_of(old) == 8 && defers(old), "%d", is_left);
        sockets_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_in_two_generations_is_one_socket),
        cmocka_unit_test(port_0_twice_is_two_sockets_and_stays_so),
        cmocka_unit_test(sockets_of_an_address_become_more_and_never_fewer),
        cmocka_unit_test(sockets_of_a_generation_that_came_to_nothing_go_with_it),
        scratch_test(workers_share_what_there_is_one_of),
        cmocka_unit_test(a_shortage_of_descriptors_is_no_reason_for_fewer_sockets),
        cmocka_unit_test(what_fails_leaves_nothing),
        cmocka_unit_test(what_was_left_to_us_comes_first),
        cmocka_unit_test(what_a_unit_passed_is_there_for_every_generation),
        scratch_test(the_name_of_a_unix_socket_can_be_left_to_a_successor),
        scratch_test(a_name_that_is_lent_stays),
        scratch_test(the_name_of_a_unit_s_unix_socket_stays),
        scratch_test(an_address_may_be_spelled_otherwise),
        cmocka_unit_test(an_address_may_become_more_or_less),
        cmocka_unit_test(another_s_port_stays_another_s),
        cmocka_unit_test(what_nobody_asks_for_is_closed_unless_a_unit_passed_it),
        cmocka_unit_test(what_was_kept_is_used_for_more_too),
        scratch_test(the_manager_keeps_what_is_listened_on),
        cmocka_unit_test(what_is_taken_in_is_shared_by_all_workers),
        cmocka_unit_test(what_a_unit_passes_is_had_by_its_name_alone),
        cmocka_unit_test(what_two_addresses_ask_for_is_the_narrower_one_s),
        cmocka_unit_test(one_worker_shares_its_port_too),
        cmocka_unit_test(what_is_accepted_from_changes_last),
        cmocka_unit_test(a_successor_gets_no_more_than_it_asks_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
