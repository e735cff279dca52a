/* SPDX-License-Identifier: MIT */
/* roots/watch.h: somebody who looks where the roots are, without being asked.
 *
 * One thread, which sees what the workers see: it looks at each root every now and then, tells the workers that one has been
 * replaced, and remembers while one leads where they may not read.
 *
 * Ownership: watch_new copies the paths; the gate is borrowed until watch_free. What root_swaps points to lives until then.
 * Threads:   watch_new and watch_free: the master; watch_stop, watch_is_walled_off: any. The thread may hang, as disks may; nobody
 *            waits for it, and the last to leave frees.
 * Errors:    watch_new returns 0 or -errno. A root that cannot be looked at is as it was.
 * Units:     milliseconds.
 */
#ifndef BATON_ROOTS_WATCH_H
#define BATON_ROOTS_WATCH_H

#include <stdint.h>

#include "base/thread.h"
#include "config/config.h"
#include "io/gate.h"
#include "roots/root.h"

struct watch;

/* `enter` is what its thread gives up first; `gate` is opened when it has something to tell. */
int watch_new(struct watch **out, const struct config *config, struct gate *gate, struct thread_enter enter);
/* It looks no more. */
void watch_stop(struct watch *w);
void watch_free(struct watch **out);

/* What those who look at the root of this site share. */
struct root_swaps *watch_swaps(struct watch *w, size_t site);

/* Does a root lead where the workers may not read? */
bool watch_is_walled_off(const struct watch *w);

#endif
