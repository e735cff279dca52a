/* SPDX-License-Identifier: MIT */
/* bench/floor.c: what the kernel charges for an answer, and nothing else.
 *
 * An edge-triggered epoll server that parses nothing and opens nothing while it serves. The bytes of one answer
 * are read at start; a request is so many bytes, whatever they say; each is answered by that answer. What it costs is
 * what any server must pay that puts the same bytes on the same wire, so bench/run divides by it.
 *
 *   keepalive   one worker thread: a recv, a send; requests that arrive together are answered by one send
 *   handoff     a master thread accepts and passes descriptors through a ring and an eventfd to the worker, which
 *               receives, sends and closes (the last bytes and the FIN in one segment), and asks epoll only about a
 *               socket that has nothing to read yet
 *   sendfile    one worker thread: the head by send(MSG_MORE), the body by sendfile
 *
 * A connection is registered with epoll once and never modified. A recv or send that moved less than it was asked to
 * has drained or filled the socket (epoll(7)), so no second call is paid to hear EAGAIN. Set-up errors end the
 * program; errors of a connection end that connection.
 */
#include "floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FDS_MAX = 1 << 17,      /* descriptors are indices; a page of the table is touched when one on it is */
    RING_SIZE = 4096,       /* a power of two */
    ACCEPT_BATCH = 64,      /* handed to the worker with one signal */
    EVENTS_MAX = 512,       /* a turn of the loop */
    SCRATCH_SIZE = 1 << 16, /* more than wrk ever has in flight on one connection */
};

struct conn {
    size_t got;  /* bytes of a request that is not complete */
    size_t owed; /* bytes of answers that the socket had no room for */
    size_t at;   /* where in an answer the next byte to be sent stands */
    bool unread; /* input was announced while we could not send */
    bool eof;    /* the peer sends no more */
};

/* One producer (the master), one consumer (the worker). */
struct ring {
    _Alignas(64) atomic_size_t head; /* next to pop */
    _Alignas(64) atomic_size_t tail; /* next to push */
    _Alignas(64) int wake_fd;
    int fds[RING_SIZE];
};

static struct floor_options opts;
static struct conn conns[FDS_MAX];
static struct ring ring;

/* --- one connection ---------------------------------------------------------------------------------------------- */

/* The next piece of the answer at c->at; stores in *asked how much was offered to the socket. */
static ssize_t send_piece(int fd, const struct conn *c, size_t *asked)
{
    if (c->at < opts.held_len) {
        /* A body follows, or the close: either way the kernel sends one segment less. */
        bool more = opts.mode != KEEPALIVE;
        *asked = opts.held_len - c->at < c->owed ? opts.held_len - c->at : c->owed;
        return send(fd, opts.bytes + c->at, *asked, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    }
    size_t left = opts.answer_len - c->at;
    off_t offset = (off_t)(c->at - opts.held_len);
    *asked = left < opts.slice_len ? left : opts.slice_len;
    return sendfile(fd, opts.body_fd, &offset, *asked);
}

/* Sends what is owed until the socket is full; false when the connection is over. */
static bool conn_send(int fd, struct conn *c)
{
    while (c->owed > 0) {
        size_t asked = 0;
        ssize_t n = send_piece(fd, c, &asked);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false; /* the body was cut under us */
        c->owed -= (size_t)n;
        c->at += (size_t)n;
        while (c->at >= opts.answer_len)
            c->at -= opts.answer_len;
        if ((size_t)n < asked)
            return true;
    }
    return opts.mode != HANDOFF;
}

/* Reads and answers until the socket is drained or full; false when the connection is over. */
static bool conn_receive(int fd, struct conn *c)
{
    static _Thread_local char scratch[SCRATCH_SIZE];

    for (;;) {
        ssize_t n = recv(fd, scratch, sizeof scratch, 0);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
        c->got += (size_t)n;
        while (c->got >= opts.request_len) {
            c->got -= opts.request_len;
            c->owed += opts.answer_len;
        }
        if (c->owed > 0 && !conn_send(fd, c))
            return false;
        c->unread = c->owed > 0;
        if (c->unread || (size_t)n < sizeof scratch)
            return true;
    }
}

static void conn_turn(int fd, uint32_t events)
{
    struct conn *c = &conns[fd];
    bool alive = !(events & (EPOLLERR | EPOLLHUP));

    if (events & EPOLLRDHUP)
        c->eof = true;
    if (alive && c->owed > 0)
        alive = conn_send(fd, c);
    if (events & EPOLLIN)
        c->unread = true;
    if (alive && c->unread && c->owed == 0)
        alive = conn_receive(fd, c);
    if (!alive || (c->eof && c->owed == 0))
        close(fd);
}

/* --- the worker -------------------------------------------------------------------------------------------------- */

static int conn_register(int epoll_fd, int fd)
{
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

/* handoff: most requests are here when their connection is, and most connections end in this function. */
static void adopt(int epoll_fd, int fd)
{
    conns[fd] = (struct conn){0};
    if (!conn_receive(fd, &conns[fd]) || conn_register(epoll_fd, fd) < 0)
        close(fd);
}

/* The eventfd is registered edge-triggered: every write to it is an edge, so it need not be read. */
static void drain_ring(int epoll_fd)
{
    size_t head = atomic_load_explicit(&ring.head, memory_order_relaxed);

    while (head != atomic_load_explicit(&ring.tail, memory_order_acquire)) {
        int fd = ring.fds[head % RING_SIZE];
        atomic_store_explicit(&ring.head, ++head, memory_order_release);
        adopt(epoll_fd, fd);
    }
}

/* The next connection that waits at the door, or -1 when none does. */
static int accept_one(int listen_fd)
{
    for (;;) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= FDS_MAX)
            close(fd);
        else if (fd >= 0 || errno == EAGAIN)
            return fd;
        else if (errno != ECONNABORTED && errno != EINTR)
            floor_die("accept");
    }
}

static void accept_all(int epoll_fd, int listen_fd)
{
    int fd;

    while ((fd = accept_one(listen_fd)) >= 0) {
        conns[fd] = (struct conn){0};
        if (conn_register(epoll_fd, fd) < 0)
            close(fd);
    }
}

/* Serves for ever. `door_fd` is where connections come from: the listening socket, or the ring's eventfd. */
static void work(int door_fd, uint32_t door_events)
{
    struct epoll_event evs[EVENTS_MAX];
    struct epoll_event door = {.events = door_events, .data.fd = door_fd};
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, door_fd, &door) < 0)
        floor_die("epoll");
    for (;;) {
        int n = epoll_wait(epoll_fd, evs, EVENTS_MAX, -1);
        if (n < 0 && errno != EINTR)
            floor_die("epoll_wait");
        for (int i = 0; i < n; i++) {
            if (evs[i].data.fd != door_fd)
                conn_turn(evs[i].data.fd, evs[i].events);
            else if (opts.mode == HANDOFF)
                drain_ring(epoll_fd);
            else
                accept_all(epoll_fd, door_fd);
        }
    }
}

/* --- the doors --------------------------------------------------------------------------------------------------- */

static int listen_here(bool shared)
{
    int one = 1;
    int seconds = 10;
    struct sockaddr_in sin = {
        .sin_family = AF_INET, .sin_port = htons(opts.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) < 0) ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds) < 0)
        floor_die("socket");
    if (bind(fd, (struct sockaddr *)&sin, sizeof sin) < 0 || listen(fd, 4096) < 0)
        floor_die("listen");
    return fd;
}

static void *worker_main(void *arg)
{
    (void)arg;
    if (opts.mode == HANDOFF)
        work(ring.wake_fd, EPOLLIN | EPOLLET);
    else
        work(listen_here(true), EPOLLIN);
    return NULL;
}

static bool ring_push(int fd)
{
    size_t tail = atomic_load_explicit(&ring.tail, memory_order_relaxed);

    if (tail - atomic_load_explicit(&ring.head, memory_order_acquire) == RING_SIZE)
        return false;
    ring.fds[tail % RING_SIZE] = fd;
    atomic_store_explicit(&ring.tail, tail + 1, memory_order_release);
    return true;
}

/* handoff: accepts a batch, hands it over, signals once. A full ring refuses, which no benchmark here reaches. */
static void master(int listen_fd)
{
    struct pollfd ready = {.fd = listen_fd, .events = POLLIN};
    const uint64_t one = 1;

    for (;;) {
        int handed = 0, fd;
        if (poll(&ready, 1, -1) < 0 && errno != EINTR)
            floor_die("poll");
        for (; handed < ACCEPT_BATCH && (fd = accept_one(listen_fd)) >= 0; handed++)
            if (!ring_push(fd))
                close(fd);
        if (handed > 0 && write(ring.wake_fd, &one, sizeof one) < 0)
            floor_die("eventfd");
    }
}

static void start_worker(void)
{
    pthread_t thread;
    int err = pthread_create(&thread, NULL, worker_main, NULL);

    if (err != 0) {
        errno = err;
        floor_die("pthread_create");
    }
    pthread_detach(thread);
}

int main(int argc, char **argv)
{
    int listen_fd = -1;

    floor_options_read(&opts, argc, argv);
    signal(SIGPIPE, SIG_IGN);
    if (opts.mode == HANDOFF) {
        listen_fd = listen_here(false);
        ring.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (ring.wake_fd < 0)
            floor_die("eventfd");
    }
    for (size_t i = 0; i < opts.workers; i++)
        start_worker();
    if (opts.mode == HANDOFF)
        master(listen_fd);
    for (;;)
        pause();
}
