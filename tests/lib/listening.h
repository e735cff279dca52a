/* SPDX-License-Identifier: MIT */
/* listening.h: a listener that listens at once (header only).
 *
 * Ownership: as that of listener_bind.
 * Threads:   any.
 * Errors:    0 or -errno.
 */
#ifndef BATON_TESTS_LISTENING_H
#define BATON_TESTS_LISTENING_H

#include "io/listen.h"

static inline int listener_open(struct listener *l, const char *address, const struct listen_options *options)
{
    int err = listener_bind(l, address, options);

    if (err == 0)
        err = listener_change(l, options);
    if (err < 0)
        listener_close(l);
    return err;
}

#endif
