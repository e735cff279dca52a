/* SPDX-License-Identifier: MIT */
/* Something that may block, beside the master. No request comes here. */

#include "daemon/errand.h"

#include <assert.h>

#include "base/thread.h"
#include "base/wake.h"

int errand_init(struct errand *e)
{
    *e = (struct errand){.fd = -1};
    return wake_open(&e->fd);
}

void errand_fini(struct errand *e)
{
    wake_close(&e->fd);
}

static void *errand_main(void *arg)
{
    struct errand *e = arg;

    e->run(e->of);
    atomic_store_explicit(&e->done, true, memory_order_release);
    wake_up(e->fd);
    return NULL;
}

int errand_begin(struct errand *e, void (*run)(void *of), void *of)
{
    assert(!e->busy);
    e->run = run;
    e->of = of;
    atomic_store(&e->done, false);
    int err = thread_start(&e->thread, "errand", (struct thread_enter){0}, errand_main, e);
    e->busy = err == 0;
    return err;
}

bool errand_is_done(struct errand *e)
{
    if (!e->busy || !atomic_load_explicit(&e->done, memory_order_acquire))
        return false;
    (void)pthread_join(e->thread, NULL); /* it has no more to do than to wake us */
    e->busy = false;
    return true;
}
