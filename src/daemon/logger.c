/* SPDX-License-Identifier: MIT */
/* The thread that writes the access log: lines of many requests become one write here. It sleeps while there are none,
 * and never longer than its target makes it. */

#include "daemon/logger.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/log_target.h"
#include "http/date.h"

enum {
    GATHER_MS = 40,  /* lines come together in this time, unless a ring is getting full */
    TELL_MS = 10000, /* lines that are missing are told of this often */
    STUCK_MS = 1000  /* and looked for this often while the target takes nothing */
};

struct logger {
    struct log_bell bell;
    struct log_target target;
    bool json;
    size_t n;
    struct log_ring *ring;       /* owned: n of them */
    _Atomic uint64_t lost;       /* lines; written by the thread */
    uint64_t said, written_down; /* lines missing that the error log, and the log itself, were told of */
    uint64_t say_again_ms;       /* not before this */
    uint64_t end_ms;             /* of the time that is left once it ends; 0 before that */
    _Atomic bool reopen;         /* written by the master */
    _Atomic int end;             /* enum end; written by the master */
};

/* Once the master has let go it does not look at the structure again. */
enum end { GO_ON, END, LET_GO };

/* Those that have not ended. */
static _Atomic int running;

static uint64_t now_ms(void)
{
    return clock_now_us() / 1000;
}

uint64_t logger_lost(const struct logger *l)
{
    return atomic_load_explicit(&l->lost, memory_order_relaxed);
}

static uint64_t missing(const struct logger *l)
{
    uint64_t n = logger_lost(l);

    for (size_t i = 0; i < l->n; i++)
        n += log_ring_dropped(&l->ring[i]);
    return n;
}

static void say_missing(struct logger *l, bool last)
{
    uint64_t n = missing(l), now = now_ms();

    if (n == l->said || (now < l->say_again_ms && !last))
        return;
    log_warning("access log: missing lines: %" PRIu64 " (%s)", n - l->said,
                l->target.error != 0 ? strerror(l->target.error) : "it is written more slowly than it grows");
    l->target.error = 0;
    l->said = n;
    l->say_again_ms = now + TELL_MS;
}

/* What is to be done besides writing? False once the thread has no more time. */
static bool mind(struct logger *l)
{
    if (atomic_exchange(&l->reopen, false))
        log_target_reopen(&l->target);
    if (l->end_ms == 0 && atomic_load(&l->end) != GO_ON)
        l->end_ms = now_ms() + LOGGER_END_MS;
    say_missing(l, false);
    return l->end_ms == 0 || now_ms() < l->end_ms;
}

/* Until the target takes something, or the bell rings. */
static void wait_for_target(struct logger *l)
{
    struct pollfd p[] = {{.fd = l->target.fd, .events = POLLOUT}, {.fd = l->bell.fd, .events = POLLIN}};

    (void)poll(p, 2, STUCK_MS);
    if (p[1].revents != 0)
        log_bell_clear(&l->bell);
}

static uint64_t count_lines(struct sv s)
{
    uint64_t n = 0;

    for (; s.len > 0; s = sv_skip(s, sv_find(s, '\n') + 1))
        n++;
    return n;
}

/* Write from the front of whole lines; what fails is lost. Returns how many bytes are done with: 0 where the target took
 * nothing, and was waited for. */
static size_t write_some(struct logger *l, struct sv lines)
{
    ssize_t n = log_target_write(&l->target, lines);

    if (n >= 0)
        return (size_t)n;
    if (n == -EAGAIN) {
        wait_for_target(l);
        return 0;
    }
    atomic_store_explicit(&l->lost, logger_lost(l) + count_lines(lines), memory_order_relaxed);
    return lines.len;
}

/* In the log itself, where its format allows it. As it is one line, it is written whole, or tried again after others. */
static void write_missing(struct logger *l)
{
    char line[128], date[DATE_ISO_LEN];
    struct timespec ts;
    uint64_t n = missing(l);

    if (!l->json || n == l->written_down)
        return;
    clock_gettime(CLOCK_REALTIME, &ts);
    date_write_iso(ts.tv_sec, date);
    int len = snprintf(line, sizeof line, "{\"time\":\"%.*s.%06ldZ\",\"dropped\":%" PRIu64 "}\n", DATE_ISO_LEN, date,
                       ts.tv_nsec / 1000, n - l->written_down);
    if (log_target_write(&l->target, sv_of(line, (size_t)len)) > 0)
        l->written_down = n;
}

/* All that is there. False where the time is over before. */
static bool drain(struct logger *l)
{
    for (size_t i = 0; i < l->n; i++) {
        for (struct sv lines; (lines = log_ring_front(&l->ring[i])).len > 0;) {
            if (!mind(l))
                return false;
            log_ring_pop(&l->ring[i], write_some(l, lines));
        }
    }
    write_missing(l);
    return true;
}

static bool some_ring_has(const struct logger *l, uint32_t enough)
{
    for (size_t i = 0; i < l->n; i++)
        if (log_ring_held(&l->ring[i]) >= enough)
            return true;
    return false;
}

/* Sleep until a ring has so much, or the master wants something, or the time is over. */
static void sleep_until(struct logger *l, uint32_t enough, int ms)
{
    struct pollfd p = {.fd = l->bell.fd, .events = POLLIN};

    log_bell_wait(&l->bell, enough);
    if (!some_ring_has(l, enough) && atomic_load(&l->end) == GO_ON && !atomic_load(&l->reopen))
        (void)poll(&p, 1, ms);
    log_bell_clear(&l->bell);
}

/* What is still there when the time is over is missing. */
static void give_up(struct logger *l)
{
    uint64_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        for (struct sv lines; (lines = log_ring_front(&l->ring[i])).len > 0;) {
            n += count_lines(lines);
            log_ring_pop(&l->ring[i], lines.len);
        }
    }
    atomic_store_explicit(&l->lost, logger_lost(l) + n, memory_order_relaxed);
}

static void destroy(struct logger *l)
{
    while (atomic_load(&l->end) == END)
        (void)sched_yield();
    for (size_t i = 0; i < l->n; i++)
        log_ring_fini(&l->ring[i]);
    free(l->ring);
    log_target_fini(&l->target);
    log_bell_fini(&l->bell);
    free(l);
}

static void *logger_main(void *arg)
{
    struct logger *l = arg;
    bool in_time = true;

    while (in_time && atomic_load(&l->end) == GO_ON) {
        sleep_until(l, 1, missing(l) != l->said ? TELL_MS : -1);
        if (atomic_load(&l->end) == GO_ON)
            sleep_until(l, LOGGER_RING / 2, GATHER_MS);
        in_time = mind(l) && drain(l);
        say_missing(l, false);
    }
    if (!in_time || !drain(l))
        give_up(l);
    say_missing(l, true);
    destroy(l);
    atomic_fetch_sub(&running, 1);
    return NULL;
}

static int start(struct logger *l)
{
    pthread_attr_t attr;
    pthread_t thread;

    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    atomic_fetch_add(&running, 1);
    int err = -pthread_create(&thread, &attr, logger_main, l);
    if (err == 0)
        (void)pthread_setname_np(thread, "logger");
    (void)pthread_attr_destroy(&attr);
    if (err < 0)
        atomic_fetch_sub(&running, 1);
    return err;
}

static int open_all(struct logger *l, const struct config_log *config, size_t n_rings)
{
    int err = log_target_init(&l->target, config->access);

    if (err == 0)
        err = log_bell_init(&l->bell);
    l->ring = aligned_alloc(_Alignof(struct log_ring), n_rings * sizeof *l->ring);
    if (err == 0 && l->ring == NULL)
        err = -ENOMEM;
    for (; err == 0 && l->n < n_rings; l->n += err == 0)
        err = log_ring_init(&l->ring[l->n], LOGGER_RING, &l->bell);
    return err == 0 ? start(l) : err;
}

int logger_new(struct logger **l, const struct config_log *config, size_t n_rings)
{
    *l = NULL;
    if (config->access == NULL)
        return 0;
    struct logger *ours = calloc(1, sizeof *ours);
    if (ours == NULL)
        return -ENOMEM;
    ours->bell.fd = -1;
    ours->json = config->format == LOG_FORMAT_JSON;
    int err = open_all(ours, config, n_rings);
    if (err == 0) {
        *l = ours;
        return 0;
    }
    log_error("cannot open the access log %s: %s", config->access, strerror(-err));
    destroy(ours);
    return err;
}

struct log_ring *logger_ring(struct logger *l, size_t i)
{
    return l != NULL ? &l->ring[i] : NULL;
}

void logger_reopen(struct logger *l)
{
    if (l == NULL)
        return;
    atomic_store(&l->reopen, true);
    log_bell_ring(&l->bell);
}

void logger_free(struct logger **l)
{
    struct logger *ours = *l;

    *l = NULL;
    if (ours == NULL)
        return;
    atomic_store(&ours->end, END);
    log_bell_ring(&ours->bell);
    atomic_store(&ours->end, LET_GO);
}

bool loggers_join(uint64_t most_ms)
{
    const struct timespec ms = {.tv_nsec = 1000000};
    uint64_t end = now_ms() + most_ms;

    while (atomic_load(&running) > 0 && now_ms() < end)
        (void)nanosleep(&ms, NULL);
    return atomic_load(&running) == 0;
}
