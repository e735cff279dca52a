/* SPDX-License-Identifier: MIT */
/* The SHA-256 of large files, off the workers' loops. A slot of the table is found by a file's inode and says how far
 * its sum is:
 *
 *     EMPTY --> QUEUED --> READING --> READY
 *       ^                     |          |
 *       +---------------------+----------+     it changed or cannot be read; another file wants the slot
 */

#include "files/sums.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 1024, QUEUE = 64, READ_BYTES = 128 * 1024, TICK_MS = 20, NICE = 10 };

enum slot_state { EMPTY, QUEUED, READING, READY };

struct slot {
    enum slot_state state;
    struct stamp stamp;
    int fd; /* owned, of QUEUED and READING */
    uint8_t sum[SHA256_LEN];
};

/* Two hold it: whoever made it, and the thread. */
struct sums {
    struct thread_enter enter;
    _Atomic uint32_t news;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work;
    bool stop;
    int holders;
    struct slot *queue[QUEUE]; /* a ring of those that are QUEUED */
    uint32_t queue_first, queue_n;
    struct slot slot[SLOTS];
    char bytes[READ_BYTES]; /* the thread's */
};

static void leave(struct sums *s)
{
    pthread_mutex_lock(&s->lock);
    bool last = --s->holders == 0;
    pthread_mutex_unlock(&s->lock);
    if (!last)
        return;
    for (int i = 0; i < SLOTS; i++)
        if (s->slot[i].state == QUEUED)
            close(s->slot[i].fd);
    pthread_cond_destroy(&s->work);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static bool stopping(struct sums *s)
{
    pthread_mutex_lock(&s->lock);
    bool stop = s->stop;
    pthread_mutex_unlock(&s->lock);
    return stop;
}

/* A change within the same tick of the file system's clock as the last one would not show in the stamp, so that tick
 * must be over before the file is read. */
static void wait_for_tick(const struct stamp *stamp)
{
    static const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - stamp->changed_ns / 1000000;
    if (age_ms < TICK_MS)
        (void)nanosleep(&tick, NULL);
}

/* All of the file, if it is as long as its stamp says and the stamp is still right at the end. */
static bool read_sum(struct sums *s, int fd, const struct stamp *stamp, uint8_t sum[SHA256_LEN])
{
    struct sha256 state;
    struct stamp after;
    uint64_t at = 0;

    wait_for_tick(stamp);
    sha256_init(&state);
    while (at < stamp->size) {
        ssize_t n = pread(fd, s->bytes, READ_BYTES, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || stopping(s))
            return false;
        sha256_add(&state, sv_of(s->bytes, (size_t)n));
        at += (uint64_t)n;
    }
    sha256_end(&state, sum);
    return at == stamp->size && stamp_of_fd(fd, &after) == 0 && stamp_same(stamp, &after);
}

/* The next file to read; NULL at the end of the thread. */
static struct slot *take(struct sums *s)
{
    struct slot *slot = NULL;

    pthread_mutex_lock(&s->lock);
    while (!s->stop && s->queue_n == 0)
        pthread_cond_wait(&s->work, &s->lock);
    if (!s->stop) {
        slot = s->queue[s->queue_first];
        s->queue_first = (s->queue_first + 1) % QUEUE;
        s->queue_n--;
        slot->state = READING;
    }
    pthread_mutex_unlock(&s->lock);
    return slot;
}

static int enter_sums(const void *of)
{
    const struct sums *s = of;

    /* Whoever is served now goes first. On Linux this is the priority of the thread alone (setpriority(2)). */
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    return s->enter.call != NULL ? s->enter.call(s->enter.of) : 0;
}

static void *sums_main(void *arg)
{
    struct sums *s = arg;
    uint8_t sum[SHA256_LEN];

    for (struct slot *slot; (slot = take(s)) != NULL;) {
        /* Nobody else touches a slot that is READING. */
        bool ok = read_sum(s, slot->fd, &slot->stamp, sum);
        close(slot->fd); /* which may wait for a file system: nobody waits for us meanwhile */
        pthread_mutex_lock(&s->lock);
        if (ok)
            memcpy(slot->sum, sum, SHA256_LEN);
        slot->state = ok ? READY : EMPTY;
        pthread_mutex_unlock(&s->lock);
        atomic_fetch_add(&s->news, 1);
    }
    leave(s);
    return NULL;
}

int sums_new(struct sums **sums, struct thread_enter enter)
{
    struct sums *s = calloc(1, sizeof *s);

    *sums = NULL;
    if (s == NULL)
        return -ENOMEM;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->work, NULL);
    s->enter = enter;
    s->holders = 2;
    int err = thread_start_detached("sums", (struct thread_enter){enter_sums, s}, sums_main, s);
    if (err < 0) {
        s->holders = 1;
        leave(s);
        return err;
    }
    *sums = s;
    return 0;
}

void sums_free(struct sums **sums)
{
    struct sums *s = *sums;

    if (s == NULL)
        return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->work);
    pthread_mutex_unlock(&s->lock);
    leave(s);
    *sums = NULL;
}

/* Where this file's sum is or would be. Files that share a slot take it from each other. */
static struct slot *slot_for(struct sums *s, const struct stamp *stamp)
{
    return &s->slot[(stamp->inode ^ stamp->device * 31) % SLOTS];
}

static void enqueue(struct sums *s, struct slot *slot, int fd, const struct stamp *stamp)
{
    int own = s->queue_n < QUEUE ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;

    if (own < 0)
        return; /* whoever asks again finds more room */
    slot->state = QUEUED;
    slot->stamp = *stamp;
    slot->fd = own;
    s->queue[(s->queue_first + s->queue_n++) % QUEUE] = slot;
    pthread_cond_signal(&s->work);
}

uint32_t sums_news(struct sums *s)
{
    return s != NULL ? atomic_load(&s->news) : 0;
}

enum sum_state sums_get(struct sums *s, int fd, const struct stamp *stamp, uint8_t sum[SHA256_LEN])
{
    enum sum_state state = SUM_LATER;

    if (s == NULL || stamp->size > SUM_FILE_MAX)
        return SUM_NEVER;
    pthread_mutex_lock(&s->lock);
    struct slot *slot = slot_for(s, stamp);
    if (slot->state == READY && stamp_same(&slot->stamp, stamp)) {
        memcpy(sum, slot->sum, SHA256_LEN);
        state = SUM_READY;
    } else if (slot->state == EMPTY || slot->state == READY) {
        enqueue(s, slot, fd, stamp);
    }
    pthread_mutex_unlock(&s->lock);
    return state;
}
