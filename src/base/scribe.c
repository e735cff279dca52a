/* SPDX-License-Identifier: MIT */
/* A thread that writes the error log's file, which may lie on a disk that hangs. No request that goes well comes here. */

#include "base/scribe.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log_file.h"
#include "base/log_sink.h"
#include "base/midway.h"

/* The first byte is a line's end, which the first line may need before it. */
struct lines {
    size_t len; /* that byte counts */
    char text[1 + SCRIBE_ROOM];
};

struct scribe {
    char *path; /* owned */
    pthread_mutex_t lock;
    pthread_cond_t news;
    /* Under the lock: */
    struct lines *filling; /* one of `lines`; the other is the thread's */
    uint32_t refused;      /* lines for which there was no room in it */
    int next_fd;           /* owned: the file that was opened anew; -1 = none */
    off_t next_midway;     /* its size, where it ends in the middle of a line; else 0 */
    bool ended;
    /* The thread's own: */
    struct log_sink sink; /* its descriptor is owned */
    off_t midway;         /* as next_midway; 0 once it has been written to */
    struct lines lines[2];
};

/* Lines of all scribes that wait, or are being written. */
static _Atomic uint64_t unwritten;

static void destroy(struct scribe *s)
{
    int fds[] = {s->next_fd, atomic_load(&s->sink.fd)};

    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    (void)pthread_cond_destroy(&s->news);
    (void)pthread_mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

static off_t size_midway(int fd, const char *path)
{
    struct stat st;

    return ends_midway(fd, path) && fstat(fd, &st) == 0 ? st.st_size : 0;
}

/* Takes the descriptor over. */
static void turn_to(struct scribe *s, int fd, off_t midway)
{
    int old = atomic_exchange(&s->sink.fd, fd);

    if (old >= 0)
        close(old);
    s->midway = midway;
    atomic_store(&s->sink.torn, midway > 0);
}

/* Another may have written to the file since it was opened, as the scribe before us does, and then ended that line. */
static void look_at_the_end_again(struct scribe *s)
{
    struct stat st;

    if (s->midway > 0 && fstat(atomic_load(&s->sink.fd), &st) == 0 && st.st_size != s->midway)
        atomic_store(&s->sink.torn, false);
    s->midway = 0;
}

/* One write for each line: other processes may append to the same file. */
static void write_lines(struct scribe *s, const struct lines *l)
{
    const char *end;

    if (l->len > 1)
        look_at_the_end_again(s);
    for (const char *p = l->text + 1; p < l->text + l->len; p = end) {
        end = (const char *)memchr(p, '\n', l->len - (size_t)(p - l->text)) + 1;
        log_sink_write(&s->sink, p, (size_t)(end - p));
        atomic_fetch_sub(&unwritten, 1);
    }
}

static void empty(struct lines *l)
{
    l->text[0] = '\n';
    l->len = 1;
}

static void *scribe_main(void *arg)
{
    struct scribe *s = arg;
    bool ended;

    do {
        (void)pthread_mutex_lock(&s->lock);
        while (s->filling->len == 1 && s->next_fd < 0 && !s->ended)
            (void)pthread_cond_wait(&s->news, &s->lock);
        struct lines *taken = s->filling;
        uint32_t refused = s->refused;
        int fd = s->next_fd;
        off_t midway = s->next_midway;
        ended = s->ended;
        s->filling = &s->lines[taken == &s->lines[0] ? 1 : 0];
        empty(s->filling);
        s->refused = 0;
        s->next_fd = -1;
        (void)pthread_mutex_unlock(&s->lock);
        if (fd >= 0)
            turn_to(s, fd, midway);
        write_lines(s, taken);
        if (refused > 0) {
            atomic_fetch_add(&s->sink.lost, refused);
            log_sink_tell(&s->sink);
        }
    } while (!ended);
    destroy(s);
    return NULL;
}

int scribe_new(struct scribe **out, const char *path, struct thread_enter enter)
{
    struct scribe *s = calloc(1, sizeof *s);

    *out = NULL;
    if (s == NULL)
        return -ENOMEM;
    s->filling = &s->lines[0];
    empty(s->filling);
    s->next_fd = -1;
    (void)pthread_mutex_init(&s->lock, NULL); /* of glibc, neither fails */
    (void)pthread_cond_init(&s->news, NULL);
    s->path = strdup(path);
    int fd = s->path != NULL ? log_file_open(path) : -ENOMEM;
    atomic_init(&s->sink.fd, -1);
    if (fd >= 0)
        turn_to(s, fd, size_midway(fd, path));
    int err = fd >= 0 ? thread_start_detached("scribe", enter, scribe_main, s) : fd;
    if (err < 0)
        destroy(s);
    else
        *out = s;
    return err;
}

void scribe_put(struct scribe *s, const char *line, size_t len)
{
    (void)pthread_mutex_lock(&s->lock);
    struct lines *l = s->filling;
    if (s->refused > 0 || len > sizeof l->text - l->len) {
        s->refused++;
    } else {
        memcpy(l->text + l->len, line, len);
        l->len += len;
        atomic_fetch_add(&unwritten, 1);
        (void)pthread_cond_signal(&s->news);
    }
    (void)pthread_mutex_unlock(&s->lock);
}

int scribe_reopen(struct scribe *s)
{
    int fd = log_file_open(s->path);

    if (fd < 0)
        return fd;
    off_t midway = size_midway(fd, s->path);
    (void)pthread_mutex_lock(&s->lock);
    int unused = s->next_fd;
    s->next_fd = fd;
    s->next_midway = midway;
    (void)pthread_cond_signal(&s->news);
    (void)pthread_mutex_unlock(&s->lock);
    if (unused >= 0)
        close(unused);
    return 0;
}

void scribe_free(struct scribe **out)
{
    struct scribe *s = *out;

    *out = NULL;
    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->ended = true;
    (void)pthread_cond_signal(&s->news);
    (void)pthread_mutex_unlock(&s->lock);
}

void scribes_wait(unsigned most_ms)
{
    static const struct timespec moment = {.tv_nsec = 1000000};

    for (unsigned i = 0; i < most_ms && atomic_load(&unwritten) > 0; i++)
        (void)nanosleep(&moment, NULL);
}
