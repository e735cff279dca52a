/* SPDX-License-Identifier: MIT */
/* The thread that writes the access log. It sleeps while there are no lines, and never longer than its target makes it. */

#include "access/logger.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "access/writer.h"
#include "base/clock.h"
#include "base/log.h"

enum {
    ENOUGH = 256 * 1024, /* bytes in one queue that are written at once */
    GATHER_MS = 40,      /* fewer come together for this long */
    RETRY_MS = 100,      /* a target that took nothing is tried again this often */
    TRIM_MS = 2000,      /* memory that the queues do not need is given back this often */
    TELL_MS = 10000,     /* lines that are missing are told of this often */
    MOMENT_SHARE = 3     /* of the time that is left, for saying what is missing then */
};

/* Once it is ENDED the workers are gone. */
enum life { GO_ON, RETIRED, ENDED };

struct logger {
    struct log_ring *ring; /* owned: n of them */
    size_t n;
    char *path;          /* owned; as the configuration has it */
    _Atomic int refs;    /* the master's, and the thread's */
    _Atomic int life;    /* enum life; written by the master */
    _Atomic int next_fd; /* owned: the file that was opened anew; -1 = none */
    struct log_bell bell;
    /* The thread's own: */
    struct log_writer writer;
    uint64_t missing_said, waited_said;        /* that the error log was told of */
    uint64_t say_again_ms, trim_ms;            /* not before this; trim_ms 0 = there is nothing */
    uint64_t stuck_since_ms, leaving_since_ms; /* 0 = not */
    /* Of who opens the file anew: */
    bool old_goes_on; /* it could not be opened the last time */
    /* Of who frees it: */
    uint64_t counted; /* of the lines that are missing */
};

/* Threads that have not ended, and by when they have to; 0 = as long as it takes. */
static _Atomic int running;
static _Atomic uint64_t end_by_ms;
/* Lines that went missing after those who count them had looked for the last time. */
static _Atomic uint64_t missing_late;

static uint64_t now_ms(void)
{
    return clock_now_us() / 1000;
}

static int life_of(const struct logger *l)
{
    return atomic_load(&l->life);
}

static uint64_t waited(const struct logger *l)
{
    uint64_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        n += log_ring_waited(&l->ring[i]);
    return n;
}

static void say(struct logger *l, bool last)
{
    uint64_t missing = log_writer_missing(&l->writer), waits = waited(l), now = now_ms();
    int *error = &l->writer.target.error;
    bool holds_up = l->writer.wait && !last && (waits != l->waited_said || *error != 0);

    if ((missing == l->missing_said && !holds_up) || (now < l->say_again_ms && !last))
        return;
    const char *why = *error != 0 ? strerror(*error) : "it is written more slowly than it grows";
    if (missing != l->missing_said)
        log_warning("access log: missing lines: %" PRIu64 " (%s)", missing - l->missing_said, why);
    if (holds_up)
        log_warning("access log: requests wait until it is written (%s)", why);
    *error = 0;
    l->missing_said = missing;
    l->waited_said = waits;
    l->say_again_ms = now + TELL_MS;
}

/* What is to be done besides writing. */
static void mind(struct logger *l)
{
    int fd = atomic_exchange(&l->next_fd, -1);

    if (fd >= 0)
        log_target_turn_to(&l->writer.target, fd);
    if (l->leaving_since_ms == 0 && life_of(l) != GO_ON)
        l->leaving_since_ms = now_ms();
    say(l, false);
}

/* Has the target had its time? */
static bool is_over(const struct logger *l)
{
    uint64_t by = atomic_load(&end_by_ms), now = now_ms();
    uint64_t since = l->stuck_since_ms > l->leaving_since_ms ? l->stuck_since_ms : l->leaving_since_ms;

    if (by != 0 && now >= by)
        return true;
    return !l->writer.wait && l->leaving_since_ms != 0 && l->stuck_since_ms != 0 && now - since >= LOGGER_END_MS;
}

/* Until the target may take something, or the bell rings. */
static void wait_for_target(struct logger *l, enum log_writer_result why)
{
    struct pollfd p[] = {{.fd = why == LOG_WRITER_BLOCKED ? l->writer.target.fd : -1, .events = POLLOUT},
                         {.fd = l->bell.fd, .events = POLLIN}};

    if (l->stuck_since_ms == 0)
        l->stuck_since_ms = now_ms();
    log_bell_block(&l->bell, true);
    (void)poll(p, 2, RETRY_MS);
    log_bell_block(&l->bell, false);
    if (p[1].revents != 0)
        log_bell_clear(&l->bell);
}

/* Steps of the writer, until there is nothing that it may do now. */
static void work(struct logger *l, enum log_writer_result (*step)(struct log_writer *))
{
    for (;;) {
        mind(l);
        if (is_over(l)) {
            log_writer_drop(&l->writer);
            l->stuck_since_ms = 0;
            return;
        }
        enum log_writer_result result = step(&l->writer);
        if (result == LOG_WRITER_BLOCKED || result == LOG_WRITER_REFUSED)
            wait_for_target(l, result);
        else
            l->stuck_since_ms = 0;
        if (result == LOG_WRITER_DONE)
            return;
    }
}

static bool some_ring_has(const struct logger *l, uint64_t enough)
{
    for (size_t i = 0; i < l->n; i++)
        if (log_ring_held(&l->ring[i]) >= enough)
            return true;
    return false;
}

/* Sleep until a queue has so much, or somebody wants something, or the time is over. */
static void sleep_until(struct logger *l, uint64_t enough, int ms)
{
    struct pollfd p = {.fd = l->bell.fd, .events = POLLIN};

    log_bell_wait(&l->bell, enough < UINT32_MAX ? (uint32_t)enough : UINT32_MAX - 1);
    if (!some_ring_has(l, enough) && life_of(l) != ENDED && atomic_load(&l->next_fd) < 0)
        (void)poll(&p, 1, ms);
    log_bell_clear(&l->bell);
}

/* Lines of a turn that is not over stay where they are, and are no reason to be awake. */
static uint64_t most_held(const struct logger *l)
{
    uint64_t most = 0;

    for (size_t i = 0; i < l->n; i++) {
        uint64_t held = log_ring_held(&l->ring[i]);
        most = held > most ? held : most;
    }
    return most;
}

static void trim(struct logger *l)
{
    if (l->trim_ms == 0)
        l->trim_ms = now_ms() + TRIM_MS;
    if (now_ms() < l->trim_ms)
        return;
    unsigned n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += log_ring_trim(&l->ring[i]);
    l->trim_ms = n > 0 ? now_ms() + TRIM_MS : 0;
}

/* How long to sleep where no lines come, in milliseconds. */
static int patience(const struct logger *l)
{
    if (log_target_has_rest(&l->writer.target))
        return RETRY_MS;
    if (l->trim_ms != 0)
        return TRIM_MS;
    return log_writer_missing(&l->writer) != l->missing_said ? TELL_MS : -1;
}

static void put_logger(struct logger **l)
{
    struct logger *ours = *l;

    *l = NULL;
    if (ours == NULL || atomic_fetch_sub(&ours->refs, 1) > 1)
        return;
    for (size_t i = 0; i < ours->n; i++)
        log_ring_fini(&ours->ring[i]);
    log_writer_fini(&ours->writer);
    log_target_close(atomic_load(&ours->next_fd));
    log_bell_fini(&ours->bell);
    free(ours->ring);
    free(ours->path);
    free(ours);
}

static void *logger_main(void *arg)
{
    struct logger *l = arg;

    while (life_of(l) != ENDED) {
        sleep_until(l, 1, patience(l));
        sleep_until(l, most_held(l) + ENOUGH, GATHER_MS);
        (void)log_writer_finish(&l->writer);
        work(l, log_writer_step);
        trim(l);
    }
    work(l, log_writer_step);
    work(l, log_writer_finish);
    log_writer_leave(&l->writer);
    say(l, true);
    atomic_fetch_add(&missing_late, log_writer_missing(&l->writer) - l->counted);
    put_logger(&l);
    atomic_fetch_sub(&running, 1);
    return NULL;
}

static int start(struct logger *l, struct thread_enter enter)
{
    atomic_fetch_add(&l->refs, 1);
    atomic_fetch_add(&running, 1);
    int err = thread_start_detached("logger", enter, logger_main, l);
    if (err < 0) {
        atomic_fetch_sub(&l->refs, 1);
        atomic_fetch_sub(&running, 1);
    }
    return err;
}

static int open_rings(struct logger *l, const struct logger_options *o)
{
    uint64_t most = o->config->full == LOG_FULL_WAIT ? LOGGER_WAIT_RING : LOGGER_RING;
    int err = log_bell_init(&l->bell);

    if (most > o->memory / o->n_rings)
        most = o->memory / o->n_rings;
    l->ring = aligned_alloc(_Alignof(struct log_ring), o->n_rings * sizeof *l->ring);
    if (err == 0 && l->ring == NULL)
        err = -ENOMEM;
    for (; err == 0 && l->n < o->n_rings; l->n += err == 0)
        err = log_ring_init(&l->ring[l->n], most, &l->bell);
    return err;
}

static int open_all(struct logger *l, const struct logger_options *o)
{
    int err = open_rings(l, o);
    int fd = err == 0 ? log_target_open(o->config->access) : err;

    if (fd < 0)
        return fd;
    err = log_writer_init(&l->writer, o->config->format == LOG_FORMAT_JSON ? &access_json : &access_combined, l->ring,
                          l->n, fd);
    l->writer.wait = o->config->full == LOG_FULL_WAIT;
    l->path = strdup(o->config->access);
    if (err == 0 && l->path == NULL)
        err = -ENOMEM;
    return err == 0 ? start(l, o->enter) : err;
}

int logger_new(struct logger **l, const struct logger_options *options)
{
    *l = NULL;
    if (options->config->access == NULL)
        return 0;
    struct logger *ours = calloc(1, sizeof *ours);
    if (ours == NULL)
        return -ENOMEM;
    ours->bell.fd = -1;
    ours->writer.target.fd = -1;
    atomic_init(&ours->refs, 1);
    atomic_init(&ours->life, GO_ON);
    atomic_init(&ours->next_fd, -1);
    int err = open_all(ours, options);
    if (err == 0) {
        *l = ours;
        return 0;
    }
    put_logger(&ours);
    return err;
}

struct log_ring *logger_ring(struct logger *l, size_t i)
{
    return l != NULL ? &l->ring[i] : NULL;
}

int logger_reopen(struct logger *l, bool again)
{
    if (l == NULL || strcmp(l->path, "stdout") == 0)
        return 0;
    int fd = log_target_open(l->path);
    bool said = again && l->old_goes_on;
    if (fd < 0 && !said)
        log_error("cannot open the access log %s anew, the old file goes on: %s; it is tried again", l->path,
                  strerror(-fd));
    if (fd >= 0 && l->old_goes_on)
        log_notice("the access log %s is open anew", l->path);
    l->old_goes_on = fd < 0;
    if (fd < 0)
        return fd;
    log_target_close(atomic_exchange(&l->next_fd, fd));
    log_bell_ring(&l->bell);
    return 0;
}

void logger_retire(struct logger *l)
{
    if (l != NULL)
        atomic_store(&l->life, RETIRED);
}

void logger_count(struct logger *l, uint64_t missing)
{
    if (l != NULL)
        l->counted = missing;
}

uint64_t loggers_missing_late(void)
{
    return atomic_load(&missing_late);
}

void logger_free(struct logger **l)
{
    if (*l != NULL) {
        atomic_store(&(*l)->life, ENDED);
        log_bell_ring(&(*l)->bell);
    }
    put_logger(l);
}

bool loggers_join(uint64_t most_ms)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    uint64_t end_ms = now_ms() + most_ms;

    atomic_store(&end_by_ms, end_ms - most_ms / MOMENT_SHARE);
    while (atomic_load(&running) > 0 && now_ms() < end_ms)
        (void)nanosleep(&moment, NULL);
    atomic_store(&end_by_ms, 0);
    return atomic_load(&running) == 0;
}
