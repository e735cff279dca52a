/* SPDX-License-Identifier: MIT */
/* Talk to the service manager: datagrams of a few lines, sent when something changes. No request comes here. */

#include "io/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/env.h"
#include "base/log.h"

enum { MESSAGE_MAX = 2048, LAST_WORD_MS = 1000, LOOK_MS = 20 };

static uint64_t watchdog_ms(void)
{
    uint64_t us;

    if (!env_number("WATCHDOG_USEC", &us) || (getenv("WATCHDOG_PID") != NULL && !env_is_for_us("WATCHDOG_PID")))
        return 0;
    return us / 1000;
}

void notify_init(struct notify *s)
{
    const char *path = getenv("NOTIFY_SOCKET");

    *s = (struct notify){
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
static bool send_message(const struct notify *s, const char *text, size_t len, int fd)
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
static bool send_owed(struct notify *s)
{
    unsigned sent = 0;

    while (sent < s->n_owed && send_message(s, s->owed[sent], strlen(s->owed[sent]), -1))
        sent++;
    s->n_owed -= sent;
    memmove(s->owed, s->owed[sent], s->n_owed * sizeof s->owed[0]);
    return s->n_owed == 0;
}

static void owe(struct notify *s, const char *text)
{
    if (s->n_owed == 0)
        log_warning("the service manager does not read what it is told; it will be told again");
    if (s->n_owed == NOTIFY_OWED_MAX)
        memmove(s->owed, s->owed[1], --s->n_owed * sizeof s->owed[0]); /* later ones say what is so now */
    (void)snprintf(s->owed[s->n_owed++], sizeof s->owed[0], "%.*s", NOTIFY_TEXT_MAX - 1, text);
}

/* Behind what is owed. False where its socket is full. */
static bool send_text(struct notify *s, const char *text, int len, int fd)
{
    size_t n = len < MESSAGE_MAX ? (size_t)len : MESSAGE_MAX - 1;

    return len <= 0 || (send_owed(s) && send_message(s, text, n, fd));
}

static void tell(struct notify *s, bool must_be_told, const char *fmt, va_list ap)
{
    char text[MESSAGE_MAX];
    int n = vsnprintf(text, sizeof text, fmt, ap);

    (void)pthread_mutex_lock(&s->lock);
    if (!send_text(s, text, n, -1) && must_be_told)
        owe(s, text);
    (void)pthread_mutex_unlock(&s->lock);
}

void notify_tell(struct notify *s, const char *fmt, ...)
{
    va_list ap;

    if (s->fd < 0)
        return;
    va_start(ap, fmt);
    tell(s, true, fmt, ap);
    va_end(ap);
}

void notify_beat(struct notify *s, const char *fmt, ...)
{
    va_list ap;

    if (s->fd < 0)
        return;
    va_start(ap, fmt);
    tell(s, false, fmt, ap);
    va_end(ap);
}

bool notify_again(struct notify *s)
{
    if (s->fd < 0)
        return true;
    (void)pthread_mutex_lock(&s->lock);
    bool told = send_owed(s);
    (void)pthread_mutex_unlock(&s->lock);
    return told;
}

/* The process ends: who is to hear that, or who comes after us, is given a moment to read. */
void notify_fini(struct notify *s)
{
    static const struct timespec moment = {.tv_nsec = LOOK_MS * 1000000L};

    for (int waited = 0; !notify_again(s) && waited < LAST_WORD_MS; waited += LOOK_MS)
        (void)nanosleep(&moment, NULL);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

void notify_status(struct notify *s, const char *fmt, ...)
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
    notify_beat(s, "%s", text);
}

void notify_reloading(struct notify *s)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    notify_tell(s, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000);
}

bool notify_store(struct notify *s, const char *name, int fd)
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

void notify_store_remove(struct notify *s, const char *name)
{
    notify_tell(s, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}
