/* SPDX-License-Identifier: MIT */
/* base/log.h: the error log, for people who run the daemon.
 *
 * One line a call, "batond: LEVEL: text", written by a single write(2) so that lines of several threads never mix. Where
 * standard error goes to the systemd journal, a line is "<N>text" instead: the journal knows who says it.
 *
 * A file is written by a thread of its own (base/scribe), as its disk may hang. Standard error is written by whoever logs: a
 * pipe or a socket that takes nothing is not waited for, a file behind it is.
 *
 * Each place in the code that logs is a cause. One that says more than LOG_CAUSE_LINES lines within LOG_CAUSE_SECONDS is
 * silent for the rest of them. How many lines were left out is told with what it says next, or by log_tell. Notices are always said:
 * they answer whoever runs the daemon, and no client can cause them.
 *
 * Ownership: log_open opens a file and keeps it until another is used; log_init borrows the descriptor for good.
 * Threads:   log_open, log_open_file, log_use, log_reopen, log_init: one at a time. log_write from any, at any time.
 * Errors:    log_open and log_reopen return 0 or -errno, and what was open stays in use then. A line that cannot be written is
 *            lost, and the next that can be is told with how many were; nobody waits for it. Where the disk took a part of it,
 *            the next one begins on a line of its own. errno is kept.
 * Source:    the levels are those of syslog(3), the prefixes those of sd-daemon(3); $JOURNAL_STREAM: systemd.exec(5).
 */
#ifndef BATON_BASE_LOG_H
#define BATON_BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scribe.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum { LOG_CAUSE_LINES = 50, LOG_CAUSE_SECONDS = 30, LOG_CAUSE_TEXT = 160 };

/* How often a cause has spoken; but for `most`, all zero at first. */
struct log_cause {
    uint32_t most;             /* lines, fewer than LOG_CAUSE_LINES; 0 = that many */
    _Atomic int64_t since;     /* when its seconds began; of CLOCK_MONOTONIC */
    _Atomic uint32_t lines;    /* since then */
    _Atomic uint32_t left_out; /* of them */
    /* Under a lock of base/log: */
    struct log_cause *next; /* of those that left lines out */
    bool listed;
    enum log_level level;
    char text[LOG_CAUSE_TEXT]; /* the last line before it fell silent, or its beginning */
};

/* "stderr" or the path of a file, which is made with mode 0640 and appended to. */
int log_open(const char *target, enum log_level most);
/* The same in two steps. The first may block, as a disk may, and changes nothing: 0 or -errno, and a scribe, which is NULL for
 * "stderr"; its thread gives up by `enter` what it need not have. The second takes the scribe over. */
int log_open_file(struct scribe **s, const char *target, struct thread_enter enter);
void log_use(struct scribe **s, enum log_level most);
/* Open the file of that path anew: somebody has renamed the one that is open. It may block. */
int log_reopen(void);
void log_init(int fd, enum log_level most);

/* Does it go to the systemd journal? */
bool log_is_journal(void);

/* NULL for what is always said. */
void log_write(struct log_cause *cause, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Say how many lines were left out by causes whose seconds are over, or with `all` by any. */
void log_tell(bool all);

/* Would a line of this cause be written? Else it is counted as left out, and what it takes to make one is saved. */
bool log_has_turn(struct log_cause *cause, enum log_level level);

#define LOG_HERE(level, ...)                        \
    do {                                            \
        static struct log_cause log_cause_;         \
        log_write(&log_cause_, level, __VA_ARGS__); \
    } while (0)
#define log_error(...)   LOG_HERE(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) LOG_HERE(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_write(NULL, LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    LOG_HERE(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   LOG_HERE(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
