/* SPDX-License-Identifier: MIT */
/* Something that may block, beside the master. No request comes here. */

#include "daemon/errand.h"

#include <assert.h>
#include <errno.h>
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

    e->run(e->of);
    atomic_store_explicit(&e->done, true, memory_order_release);
    ssize_t n = write(e->fd, &one, sizeof one);
    (void)n; /* it fails only where the count is at its top, and then it is readable already */
    return NULL;
}

int errand_begin(struct errand *e, void (*run)(void *of), void *of)
{
    assert(!e->busy);
    e->run = run;
    e->of = of;
    atomic_store(&e->done, false);
    int err = thread_start(&e->thread, (struct thread_enter){0}, errand_main, e);
    if (err < 0)
        return err;
    e->busy = true;
    (void)pthread_setname_np(e->thread, "errand");
    return 0;
}

bool errand_is_done(struct errand *e)
{
    if (!e->busy || !atomic_load_explicit(&e->done, memory_order_acquire))
        return false;
    (void)pthread_join(e->thread, NULL); /* it has no more to do than to wake us */
    e->busy = false;
    return true;
}
