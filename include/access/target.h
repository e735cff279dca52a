/* SPDX-License-Identifier: MIT */
/* access/target.h: where the access log goes: standard output, or what a path names.
 *
 * What goes in are whole lines, and so is what comes out, whatever the disk does:
 *
 *   - A regular file may take a part of a line, and then no more of it: the disk is full, or the file as large as the
 *     limit allows. The part is cut off again at once, if it still is the end of the file, and the line is kept: it is the
 *     first that is written, whole, once there is room, or begins the next file. A part that cannot be cut off (of
 *     standard output, or of a file that may only grow) is followed by the rest, unless somebody has emptied the file.
 *   - Nobody else of ours writes in between. A file is locked for each write, and remains locked as long as a line in it is
 *     not whole: the loggers of two generations, or of the two processes of an upgrade, write to the same one for a
 *     while.
 *   - What a crash left of a line at the end of a file is cut off when that is opened.
 *   - All else takes PIPE_BUF bytes at a time, and only when poll(2) says so: a pipe takes them whole or not at all, and
 *     nobody waits in a write. A line of which a terminal or a socket takes a part is kept in the same way.
 *
 * Ownership: the target owns what was opened for it.
 * Threads:   log_target_open: any that may open files. All else: one at a time; sandbox_enter_logger allows what it does.
 * Errors:    -errno. A lock that cannot be had at all, as on some network file systems, is done without.
 * Source:    open(2) on O_APPEND; fcntl(2) on open file description locks; pipe(7) on PIPE_BUF; write(2).
 */
#ifndef BATON_ACCESS_TARGET_H
#define BATON_ACCESS_TARGET_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/sv.h"

struct log_target {
    int fd;    /* owned, but for standard output */
    int error; /* the errno of the last write that failed; the caller's to zero */
    bool is_file;
    bool locked;
    uint32_t done;  /* bytes of `line` that are written */
    uint32_t piece; /* of these, how many stand together at the end of the file */
    uint32_t len;   /* of `line`; 0 = none is kept */
    off_t end;      /* of the file, as we left it; of use where there is a piece */
    char line[PIPE_BUF];
};

/* A path, or "stdout". Returns the descriptor. Never waits for the reader of a FIFO; a disk that hangs is waited for. */
int log_target_open(const char *to);
/* Close one that did not become a target's. */
void log_target_close(int fd);

void log_target_init(struct log_target *t, int fd);
/* Leave what it wrote to, and write to `fd` from now on. */
void log_target_turn_to(struct log_target *t, int fd);
/* The last of it. Returns the lines that this costs: one, where the rest of it cannot be written. */
unsigned log_target_fini(struct log_target *t);

/* Write from the front of whole lines. Returns the bytes of those that are written; the last of them may be kept in part, but
 * is not to be offered again. -EAGAIN: wait for POLLOUT; -EBUSY: another writer has locked the file; any other error:
 * none of them could be written now. */
ssize_t log_target_write(struct log_target *t, struct sv lines);
/* Write the rest of the line that is kept. 0: there is none; else as above. */
int log_target_finish(struct log_target *t);

static inline bool log_target_has_rest(const struct log_target *t)
{
    return t->len > 0;
}

#endif
