/* SPDX-License-Identifier: MIT */
/* Where the roots are, looked at by the clock. Requests look too, but a site that nobody asks for is deployed as well. */

#include "roots/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEAST_MS = 100 };

/* Two hold it: whoever made it, and the thread. */
struct watch {
    pthread_mutex_t lock; /* of the next four */
    pthread_cond_t wake;
    bool stop;
    int holders;
    struct gate *gate; /* borrowed; NULL once its owner may be gone */
    uint64_t interval_ms;
    _Atomic bool walled_off;
    size_t n;
    struct watched {
        char *path;       /* owned */
        struct root root; /* the thread's */
        struct root_swaps swaps;
    } v[];
};

static void leave(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    bool last = --w->holders == 0;
    pthread_mutex_unlock(&w->lock);
    if (!last)
        return;
    for (size_t i = 0; i < w->n; i++) {
        root_fini(&w->v[i].root);
        free(w->v[i].path);
    }
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* True where it is time for a look. */
static bool wait_for(struct watch *w)
{
    uint64_t at = now_ms() + w->interval_ms;
    struct timespec t = {.tv_sec = (time_t)(at / 1000), .tv_nsec = (long)(at % 1000) * 1000000};
    int err = 0;

    pthread_mutex_lock(&w->lock);
    while (!w->stop && err != ETIMEDOUT)
        err = pthread_cond_timedwait(&w->wake, &w->lock, &t);
    bool stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return !stop;
}

static void tell(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    if (w->gate != NULL) {
        atomic_store(&w->gate->waiting, true);
        gate_open(w->gate);
    }
    pthread_mutex_unlock(&w->lock);
}

static void look(struct watch *w)
{
    bool walled_off = false;

    for (size_t i = 0; i < w->n; i++) {
        root_refresh(&w->v[i].root, now_ms(), 0);
        walled_off = walled_off || w->v[i].root.walled_off;
    }
    if (atomic_exchange(&w->walled_off, walled_off) != walled_off)
        tell(w);
}

static void *watch_main(void *of)
{
    struct watch *w = of;

    while (wait_for(w))
        look(w);
    leave(w);
    return NULL;
}

static int init(struct watch *w, const struct config *config)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    w->interval_ms = config->server.cache_ttl_ms > LEAST_MS ? config->server.cache_ttl_ms : LEAST_MS;
    for (; w->n < config->n_sites; w->n++) {
        struct watched *one = &w->v[w->n];
        one->root.fd = -1;
        one->path = strdup(config->sites[w->n].root);
        if (one->path == NULL)
            return -ENOMEM;
        int err = root_init(&one->root, one->path, &one->swaps);
        if (err < 0) {
            free(one->path);
            return err;
        }
    }
    return 0;
}

int watch_new(struct watch **out, const struct config *config, struct gate *gate, struct thread_enter enter)
{
    struct watch *w = calloc(1, sizeof *w + config->n_sites * sizeof w->v[0]);

    *out = NULL;
    if (w == NULL)
        return -ENOMEM;
    w->gate = gate;
    w->holders = 2;
    int err = init(w, config);
    if (err == 0)
        err = thread_start_detached("watch", enter, watch_main, w);
    if (err < 0) {
        w->holders = 1;
        leave(w);
        return err;
    }
    *out = w;
    return 0;
}

void watch_stop(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

void watch_free(struct watch **out)
{
    struct watch *w = *out;

    if (w == NULL)
        return;
    *out = NULL;
    watch_stop(w);
    pthread_mutex_lock(&w->lock);
    w->gate = NULL;
    pthread_mutex_unlock(&w->lock);
    leave(w);
}

struct root_swaps *watch_swaps(struct watch *w, size_t site)
{
    return w != NULL ? &w->v[site].swaps : NULL;
}

bool watch_is_walled_off(const struct watch *w)
{
    return atomic_load(&w->walled_off);
}
