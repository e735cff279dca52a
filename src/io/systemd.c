/* SPDX-License-Identifier: MIT */
/* Talk to the service manager: datagrams of a few lines, sent when something changes. No request comes here. */

#include "io/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

enum { MESSAGE_MAX = 2048, FIRST_FD = 3, LAST_WORD_MS = 1000, LOOK_MS = 20 };

/* A number of the environment; false where there is none, or something else. */
static bool get_number(const char *name, uint64_t *number)
{
    const char *text = getenv(name);
    char *end;

    if (text == NULL || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool is_for_us(const char *pid_variable)
{
    uint64_t pid;

    return get_number(pid_variable, &pid) && pid == (uint64_t)getpid();
}

static uint64_t watchdog_ms(void)
{
    uint64_t us;

    if (!get_number("WATCHDOG_USEC", &us) || (getenv("WATCHDOG_PID") != NULL && !is_for_us("WATCHDOG_PID")))
        return 0;
    return us / 1000;
}

void systemd_init(struct systemd *s)
{
    const char *path = getenv("NOTIFY_SOCKET");

    *s = (struct systemd){
        .fd = -1, .to = {.sun_family = AF_UNIX}, .watchdog_ms = watchdog_ms(), .lock = PTHREAD_MUTEX_INITIALIZER};
    if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof s->to.sun_path)
        return;
    size_t len = strlen(path);
    memcpy(s->to.sun_path, path, len);
    if (path[0] == '@')
        s->to.sun_path[0] = '\0';
    s->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] == '/'));
    s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* False where its socket is full: it is to be sent again. Where nobody listens any more, nobody waits for it. */
static bool send_message(const struct systemd *s, const char *text, size_t len, int fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.room = {0}};
    struct iovec iov = {.iov_base = (char *)text, .iov_len = len};
    struct sockaddr_un to = s->to;
    struct msghdr message = {.msg_name = &to, .msg_namelen = s->to_len, .msg_iov = &iov, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        control.head =
            (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
    }
    ssize_t n;
    do
        n = sendmsg(s->fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n >= 0 || (errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM);
}

/* What has to be told, in its order. True where all of it is. */
static bool send_owed(struct systemd *s)
{
    unsigned sent = 0;

    while (sent < s->n_owed && send_message(s, s->owed[sent], strlen(s->owed[sent]), -1))
        sent++;
    s->n_owed -= sent;
    memmove(s->owed, s->owed[sent], s->n_owed * sizeof s->owed[0]);
    return s->n_owed == 0;
}

static void owe(struct systemd *s, const char *text)
{
    if (s->n_owed == 0)
        log_warning("the service manager does not read what it is told; it will be told again");
    if (s->n_owed == SYSTEMD_OWED_MAX)
        memmove(s->owed, s->owed[1], --s->n_owed * sizeof s->owed[0]); /* later ones say what is so now */
    (void)snprintf(s->owed[s->n_owed++], sizeof s->owed[0], "%.*s", SYSTEMD_TEXT_MAX - 1, text);
}

/* Behind what is owed. False where its socket is full. */
static bool send_text(struct systemd *s, const char *text, int len, int fd)
{
    size_t n = len < MESSAGE_MAX ? (size_t)len : MESSAGE_MAX - 1;

    return len <= 0 || (send_owed(s) && send_message(s, text, n, fd));
}

static void notify(struct systemd *s, bool must_be_told, const char *fmt, va_list ap)
{
    char text[MESSAGE_MAX];
    int n = vsnprintf(text, sizeof text, fmt, ap);

    (void)pthread_mutex_lock(&s->lock);
    if (!send_text(s, text, n, -1) && must_be_told)
        owe(s, text);
    (void)pthread_mutex_unlock(&s->lock);
}

void systemd_notify(struct systemd *s, const char *fmt, ...)
{
    va_list ap;

    if (s->fd < 0)
        return;
    va_start(ap, fmt);
    notify(s, true, fmt, ap);
    va_end(ap);
}

void systemd_beat(struct systemd *s, const char *fmt, ...)
{
    va_list ap;

    if (s->fd < 0)
        return;
    va_start(ap, fmt);
    notify(s, false, fmt, ap);
    va_end(ap);
}

bool systemd_tell_again(struct systemd *s)
{
    if (s->fd < 0)
        return true;
    (void)pthread_mutex_lock(&s->lock);
    bool told = send_owed(s);
    (void)pthread_mutex_unlock(&s->lock);
    return told;
}

/* The process ends: who is to hear that, or who comes after us, is given a moment to read. */
void systemd_fini(struct systemd *s)
{
    static const struct timespec moment = {.tv_nsec = LOOK_MS * 1000000L};

    for (int waited = 0; !systemd_tell_again(s) && waited < LAST_WORD_MS; waited += LOOK_MS)
        (void)nanosleep(&moment, NULL);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

void systemd_status(struct systemd *s, const char *fmt, ...)
{
    char text[MESSAGE_MAX] = "STATUS=";
    size_t before = strlen(text);
    va_list ap;

    if (s->fd < 0)
        return;
    va_start(ap, fmt);
    int n = vsnprintf(text + before, sizeof text - before, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    systemd_beat(s, "%s", text);
}

void systemd_reloading(struct systemd *s)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    systemd_notify(s, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
                   (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000);
}

bool systemd_store(struct systemd *s, const char *name, int fd)
{
    char text[MESSAGE_MAX];

    if (s->fd < 0)
        return true;
    int n = snprintf(text, sizeof text, "FDSTORE=1\nFDNAME=%s", name);
    (void)pthread_mutex_lock(&s->lock);
    bool sent = send_text(s, text, n, fd);
    (void)pthread_mutex_unlock(&s->lock);
    return sent;
}

void systemd_store_remove(struct systemd *s, const char *name)
{
    systemd_notify(s, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

/* The next of the names, which colons part; a descriptor without one is called as sd_listen_fds(3) calls it. */
static char *next_name(const char **names)
{
    if (*names == NULL)
        return strdup("unknown");
    size_t len = strcspn(*names, ":");
    char *name = strndup(*names, len);
    *names = (*names)[len] == ':' ? *names + len + 1 : NULL;
    return name;
}

static int inherit(struct inherited *all, size_t n)
{
    const char *names = getenv("LISTEN_FDNAMES");

    all->v = calloc(n, sizeof *all->v);
    if (all->v == NULL)
        return -ENOMEM;
    for (int fd = FIRST_FD; all->n < n; all->n++, fd++) {
        struct inherited_fd *one = &all->v[all->n];
        int flags = fcntl(fd, F_GETFD);
        *one = (struct inherited_fd){flags < 0 ? -1 : fd, next_name(&names)};
        if (one->name == NULL)
            return -ENOMEM;
        if (flags >= 0)
            (void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    }
    return 0;
}

int inherited_init(struct inherited *all)
{
    uint64_t n = 0;
    int err = 0;

    *all = (struct inherited){0};
    if (is_for_us("LISTEN_PID") && get_number("LISTEN_FDS", &n) && n > 0 && n < UINT16_MAX)
        err = inherit(all, (size_t)n);
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (err < 0)
        inherited_fini(all);
    return err;
}

void inherited_fini(struct inherited *all)
{
    for (size_t i = 0; i < all->n; i++) {
        if (all->v[i].fd >= 0)
            close(all->v[i].fd);
        free(all->v[i].name);
    }
    free(all->v);
    *all = (struct inherited){0};
}

int inherited_take(struct inherited *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].fd >= 0 && strcmp(all->v[i].name, name) == 0) {
            int fd = all->v[i].fd;
            all->v[i].fd = -1;
            return fd;
        }
    return -1;
}
