/* SPDX-License-Identifier: MIT */
/* Sockets that wait for connections: where a request's way begins. What is set on a listener (TCP_NODELAY) its
 * connections inherit, so none of it is paid for again with each of them. */

#include "io/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/address.h"

enum { DEFER_SECONDS = 5 };

static int set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

/* What its connections inherit, and what may change while it listens. */
static int set_tcp_options(int fd, const struct listen_options *options)
{
    int err = options->reuseport ? set(fd, SOL_SOCKET, SO_REUSEPORT, 1) : 0;

    if (err == 0)
        err = set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    return err == 0 ? set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, options->defer_accept ? DEFER_SECONDS : 0) : err;
}

static int prepare_tcp(int fd, int family, const struct listen_options *options)
{
    int err = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);

    if (err == 0 && family == AF_INET6)
        err = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    return err == 0 ? set_tcp_options(fd, options) : err;
}

static bool look_at_name(const char *path, struct listener_name *name)
{
    struct stat st;

    if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    *name = (struct listener_name){st.st_dev, st.st_ino};
    return true;
}

/* Unless it is another socket's by now. While a socket is open, no other has its inode. */
static bool is_still(const char *path, const struct listener_name *name)
{
    struct listener_name now;

    return look_at_name(path, &now) && now.dev == name->dev && now.ino == name->ino;
}

static void unlink_name(const char *path, const struct listener_name *name)
{
    if (is_still(path, name))
        (void)unlink(path);
}

/* A socket that a killed process left behind answers nobody; its name may go. */
static void remove_stale(const struct address *a)
{
    struct listener_name name;

    if (!look_at_name(a->of.un.sun_path, &name))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (connect(fd, &a->of.any, a->len) < 0 && errno == ECONNREFUSED)
        unlink_name(a->of.un.sun_path, &name);
    close(fd);
}

static int prepare(struct listener *l, const struct address *a, const struct listen_options *options)
{
    if (!l->is_unix)
        return prepare_tcp(l->fd, a->of.any.sa_family, options);
    l->unlink_path = strdup(a->of.un.sun_path);
    if (l->unlink_path == NULL)
        return -ENOMEM;
    remove_stale(a);
    return 0;
}

/* Who may enter the directory of a unix socket may connect, whatever the umask: the directory keeps others out. The name
 * gets its mode from the socket, so nobody can put another file in its place in between. */
static int bind_to(const struct listener *l, const struct address *a)
{
    mode_t before = umask(l->is_unix ? 0 : 077);
    int err = l->is_unix && fchmod(l->fd, 0666) < 0 ? -errno : 0;

    if (err == 0 && bind(l->fd, &a->of.any, a->len) < 0)
        err = -errno;
    (void)umask(before);
    return err;
}

static ino_t inode_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static int open_at(struct listener *l, const struct address *a, const struct listen_options *options)
{
    *l = (struct listener){.fd = -1, .is_unix = a->of.any.sa_family == AF_UNIX};
    l->fd = socket(a->of.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return -errno;

    l->inode = inode_of(l->fd);
    int err = prepare(l, a, options);
    if (err == 0)
        err = bind_to(l, a);
    if (l->unlink_path != NULL && (err < 0 || !look_at_name(l->unlink_path, &l->name))) {
        free(l->unlink_path); /* the name is somebody else's */
        l->unlink_path = NULL;
    }
    if (err != 0)
        listener_close(l);
    return err;
}

int listener_bind(struct listener *l, const char *address, const struct listen_options *options)
{
    struct address a;
    int err = address_parse(address, &a);

    *l = (struct listener){.fd = -1};
    if (err == 0)
        err = open_at(l, &a, options);
    if (err == 0 && l->is_unix && listen(l->fd, options->backlog) < 0) {
        err = -errno;
        listener_close(l);
    }
    return err;
}

static bool names_the_same(const char *one, const char *other)
{
    struct listener_name a, b;

    return look_at_name(one, &a) && look_at_name(other, &b) && a.dev == b.dev && a.ino == b.ino;
}

bool listener_is_at(int fd, const char *address)
{
    struct address asked, own;

    if (address_parse(address, &asked) < 0 || address_of(fd, &own) < 0)
        return false;
    if (own.of.any.sa_family == AF_UNIX && asked.of.any.sa_family == AF_UNIX)
        return names_the_same(own.of.un.sun_path, asked.of.un.sun_path);
    return address_is(&own, &asked);
}

bool listener_is_beside(int fd, int other)
{
    struct address a, b;

    return address_of(fd, &a) == 0 && address_of(other, &b) == 0 && address_is(&a, &b);
}

bool listener_is_within(int fd, const char *address)
{
    struct address asked, own;

    return address_parse(address, &asked) == 0 && address_of(fd, &own) == 0 && address_contains(&asked, &own);
}

bool listener_share_port(int fd, const char *address)
{
    struct address asked, own;

    if (address_parse(address, &asked) < 0 || address_of(fd, &own) < 0 || address_port(&asked) == 0)
        return false;
    return address_port(&own) == address_port(&asked) && set(fd, SOL_SOCKET, SO_REUSEPORT, 1) == 0;
}

int listener_again(struct listener *l, const struct listener *first, const struct listen_options *options)
{
    struct address a;

    *l = (struct listener){.fd = -1};
    if (first->is_unix)
        return -EOPNOTSUPP;
    if (address_of(first->fd, &a) < 0)
        return -errno;
    int err = set(first->fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (err < 0)
        return err;
    return open_at(l, &a, options);
}

static bool is_listening_stream(int fd, int *domain)
{
    int type = 0;
    int listens = 0;
    socklen_t len = sizeof type;

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 || type != SOCK_STREAM ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) < 0 || listens == 0)
        return false;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, domain, &len) == 0 &&
           (*domain == AF_INET || *domain == AF_INET6 || *domain == AF_UNIX);
}

/* The name of an address of ours goes with the socket; one that somebody else named stays. */
static int take_name(struct listener *l, const char *address)
{
    struct address a;

    if (!l->is_unix || address_parse(address, &a) < 0)
        return 0;
    if (!look_at_name(a.of.un.sun_path, &l->name))
        return -ENOENT;
    l->unlink_path = strdup(a.of.un.sun_path);
    return l->unlink_path != NULL ? 0 : -ENOMEM;
}

int listener_adopt(struct listener *l, int fd, const char *address)
{
    int domain = 0;

    *l = (struct listener){.fd = -1, .adopted = true, .inode = inode_of(fd)};
    if (!is_listening_stream(fd, &domain))
        return -EINVAL;
    l->is_unix = domain == AF_UNIX;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return -errno;
    int err = take_name(l, address);
    if (err == 0)
        l->fd = fd;
    return err;
}

int listener_change(const struct listener *l, const struct listen_options *options)
{
    int err = l->is_unix ? 0 : set_tcp_options(l->fd, options);

    return err == 0 && listen(l->fd, options->backlog) < 0 ? -errno : err;
}

bool listener_lost_its_name(const struct listener *l)
{
    return l->unlink_path != NULL && !is_still(l->unlink_path, &l->name);
}

void listener_remove_name(struct listener *l)
{
    if (l->unlink_path != NULL)
        unlink_name(l->unlink_path, &l->name);
    free(l->unlink_path);
    l->unlink_path = NULL;
}

void listener_close(struct listener *l)
{
    listener_remove_name(l);
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

void listener_describe(const struct listener *l, char *text, size_t size)
{
    struct address a;
    char host[INET6_ADDRSTRLEN] = "?";

    if (address_of(l->fd, &a) < 0)
        (void)snprintf(text, size, "?");
    else if (a.of.any.sa_family == AF_UNIX)
        (void)snprintf(text, size, "unix:%s", a.of.un.sun_path);
    else if (a.of.any.sa_family == AF_INET)
        (void)snprintf(text, size, "http://%s:%u", inet_ntop(AF_INET, &a.of.in.sin_addr, host, sizeof host),
                       ntohs(a.of.in.sin_port));
    else
        (void)snprintf(text, size, "http://[%s]:%u", inet_ntop(AF_INET6, &a.of.in6.sin6_addr, host, sizeof host),
                       ntohs(a.of.in6.sin6_port));
}

int listener_accept(int fd)
{
    int conn = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    return conn < 0 ? -errno : conn;
}

/* Of the errors of a connection that has not been accepted yet, accept(2) tells some as its own. */
enum listener_failure listener_failure(int error)
{
    switch (-error) {
    case EAGAIN:
        return LISTENER_EMPTY;
    case EINTR:
    case ECONNABORTED:
    case EPERM: /* a packet filter's word */
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ETIMEDOUT:
        return LISTENER_NEXT;
    default:
        return LISTENER_PAUSE;
    }
}
