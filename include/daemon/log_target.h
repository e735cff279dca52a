/* SPDX-License-Identifier: MIT */
/* daemon/log_target.h: where the access log goes: standard output, or what a path names.
 *
 * A regular file takes what it is given. All else takes whole lines, of PIPE_BUF bytes together at most, and only when
 * poll(2) says so; so lines of several writers never mix there, and nobody waits in a write.
 *
 * Ownership: the target owns what it opened itself.
 * Threads:   one at a time.
 * Errors:    -errno. init leaves nothing open then; reopen leaves the old file in use, and says so in the log.
 * Source:    open(2) on O_APPEND; pipe(7).
 */
#ifndef BATON_DAEMON_LOG_TARGET_H
#define BATON_DAEMON_LOG_TARGET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/sv.h"

struct log_target {
    char *path; /* owned; NULL for standard output */
    int fd;     /* owned, but for standard output */
    int error;  /* the errno of the last write that failed; the caller's to zero */
    bool is_file;
    bool midway; /* the last byte in the file does not end a line */
    bool torn;   /* and the rest of that line will not come */
};

/* "stdout" or a path. */
int log_target_init(struct log_target *t, const char *to);
void log_target_fini(struct log_target *t);
void log_target_reopen(struct log_target *t);

/* Write from the front of whole lines, and of what was left of them. Returns how many bytes were written; -EAGAIN where it
 * has to wait for POLLOUT; any other error means that these lines are lost, and are not to be offered again. */
ssize_t log_target_write(struct log_target *t, struct sv lines);

#endif
