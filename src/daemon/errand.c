/* SPDX-License-Identifier: MIT */
/* Something that may block, beside the master. No request comes here. */

#include "daemon/errand.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread.h"

int errand_init(struct errand *e)
{
    *e = (struct errand){.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    return e->fd < 0 ? -errno : 0;
}

void errand_fini(struct errand *e)
{
    if (e->fd >= 0)
        close(e->fd);
    e->fd = -1;
}

static void *errand_main(void *arg)
{
    struct errand *e = arg;
    const uint64_t one = 1;
    int fd = e->fd;

    e->run(e->of);
    atomic_store_explicit(&e->done, true, memory_order_release);
    ssize_t n = write(fd, &one, sizeof one);
    (void)n; /* it fails only where the count is at its top, and then it is readable already */
    return NULL;
}

int errand_begin(struct errand *e, void (*run)(void *of), void *of)
{
    pthread_t thread;

    assert(!e->busy);
    e->run = run;
    e->of = of;
    atomic_store(&e->done, false);
    int err = thread_start(&thread, (struct thread_enter){0}, errand_main, e);
    if (err < 0)
        return err;
    e->busy = true;
    (void)pthread_setname_np(thread, "errand");
    (void)pthread_detach(thread);
    return 0;
}

bool errand_is_done(struct errand *e)
{
    if (!e->busy || !atomic_load_explicit(&e->done, memory_order_acquire))
        return false;
    e->busy = false;
    return true;
}
