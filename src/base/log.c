/* SPDX-License-Identifier: MIT */
/* The error log. It stands beside a request's way: a request that goes well never comes here. */

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log_file.h"
#include "base/midway.h"

enum { LINE_MAX_LEN = 1024 }; /* below PIPE_BUF: a pipe takes such a line whole or not at all */

static _Atomic int log_fd = STDERR_FILENO;
static _Atomic int log_most = LOG_LEVEL_NOTICE;
static _Atomic bool to_journal;
static _Atomic bool torn; /* of the last line a part was written */

/* The one file that is ever open: another takes its descriptor over, so that no thread writes to a closed one. */
static int file_fd = -1; /* owned */
static char file_path[PATH_MAX];
static bool opened_midway; /* the file that log_open_file opened last ends in the middle of a line */

static const struct {
    const char *name;
    int priority; /* of syslog(3) */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", 3}, [LOG_LEVEL_WARNING] = {"warning", 4}, [LOG_LEVEL_NOTICE] = {"notice", 5},
    [LOG_LEVEL_INFO] = {"info", 6},   [LOG_LEVEL_DEBUG] = {"debug", 7},
};

/* Is this descriptor the stream to the journal that systemd gave us? */
static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    char ours[64];

    if (stream == NULL || fstat(fd, &st) < 0)
        return false;
    (void)snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, ours) == 0;
}

void log_init(int fd, enum log_level most)
{
    atomic_store(&to_journal, is_journal(fd));
    atomic_store(&log_most, (int)most);
    if (atomic_exchange(&log_fd, fd) != fd)
        atomic_store(&torn, false);
}

int log_open_file(const char *target)
{
    if (strcmp(target, "stderr") == 0)
        return STDERR_FILENO;
    if (strlen(target) >= sizeof file_path)
        return -ENAMETOOLONG;
    int fd = log_file_open(target);
    if (fd >= 0)
        opened_midway = ends_midway(fd, target);
    return fd;
}

/* Takes the descriptor over. */
static int replace_file(int fd)
{
    int err = 0;

    if (file_fd < 0) {
        file_fd = fd;
    } else {
        err = dup3(fd, file_fd, O_CLOEXEC) < 0 ? -errno : 0;
        close(fd);
    }
    if (err == 0)
        atomic_store(&torn, opened_midway);
    return err;
}

bool log_is_journal(void)
{
    return atomic_load(&to_journal);
}

int log_use(const char *target, int fd, enum log_level most)
{
    if (fd == STDERR_FILENO) {
        log_init(fd, most);
        return 0;
    }
    int err = replace_file(fd);
    if (err < 0)
        return err;
    memcpy(file_path, target, strlen(target) + 1);
    log_init(file_fd, most);
    atomic_store(&torn, opened_midway);
    return 0;
}

int log_open(const char *target, enum log_level most)
{
    int fd = log_open_file(target);

    return fd < 0 ? fd : log_use(target, fd, most);
}

int log_reopen(void)
{
    if (file_fd < 0 || atomic_load(&log_fd) != file_fd)
        return 0;
    int fd = log_open_file(file_path);
    return fd < 0 ? fd : replace_file(fd);
}

/* Never 0, which is "not yet". */
static int64_t seconds_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return ts.tv_sec + 1;
}

static uint32_t most_of(const struct log_cause *c)
{
    return c->most > 0 ? c->most : LOG_CAUSE_LINES;
}

/* May the cause speak? Where its seconds are over they begin anew, and *left_out is what it could not say. Two threads may
 * both find that: one of them begins. */
static bool may_speak(struct log_cause *c, uint32_t *left_out)
{
    int64_t now = seconds_now();
    int64_t since = atomic_load(&c->since);
    bool over = since == 0 || now - since >= LOG_CAUSE_SECONDS;
    if (over && atomic_compare_exchange_strong(&c->since, &since, now)) {
        atomic_store(&c->lines, 0);
        *left_out = atomic_exchange(&c->left_out, 0);
    }
    if (atomic_fetch_add(&c->lines, 1) < most_of(c))
        return true;
    atomic_fetch_add(&c->left_out, 1);
    return false;
}

bool log_has_turn(struct log_cause *c, enum log_level level)
{
    if ((int)level > atomic_load_explicit(&log_most, memory_order_relaxed))
        return false;
    int64_t since = atomic_load(&c->since);
    if (since == 0 || seconds_now() - since >= LOG_CAUSE_SECONDS || atomic_load(&c->lines) < most_of(c))
        return true;
    atomic_fetch_add(&c->left_out, 1);
    return false;
}

/* A line and its end; and before it, where it has to be written too, the end of one that was torn. */
struct line {
    char before;
    char text[LINE_MAX_LEN];
};

/* The front of a line; returns its length. */
static int begin_line(enum log_level level, char *line)
{
    if (atomic_load_explicit(&to_journal, memory_order_relaxed))
        return snprintf(line, LINE_MAX_LEN, "<%d>", levels[level].priority);
    return snprintf(line, LINE_MAX_LEN, "batond: %s: ", levels[level].name);
}

static void end_line(struct line *line, int n)
{
    int fd = atomic_load(&log_fd);
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    if (n > LINE_MAX_LEN - 2)
        n = LINE_MAX_LEN - 2;
    line->text[n++] = '\n';
    line->before = '\n';
    if (poll(&p, 1, 0) != 1)
        return;
    bool was_torn = atomic_exchange(&torn, false);
    const char *from = was_torn ? &line->before : line->text;
    ssize_t written = write(fd, from, (size_t)n + (was_torn ? 1 : 0));
    if (written > 0 ? from[written - 1] != '\n' : was_torn)
        atomic_store(&torn, true);
}

void log_write(struct log_cause *cause, enum log_level level, const char *fmt, ...)
{
    uint32_t left_out = 0;
    int kept = errno;

    if ((int)level > atomic_load_explicit(&log_most, memory_order_relaxed) ||
        (cause != NULL && !may_speak(cause, &left_out)))
        return;

    struct line line;
    int n = begin_line(level, line.text);
    va_list ap;

    va_start(ap, fmt);
    int m = vsnprintf(line.text + n, sizeof line.text - (size_t)n, fmt, ap);
    va_end(ap);
    end_line(&line, m > 0 ? n + m : n);
    if (left_out > 0) {
        n = begin_line(level, line.text);
        m = snprintf(line.text + n, sizeof line.text - (size_t)n, "%" PRIu32 " more like this were left out before it",
                     left_out);
        end_line(&line, n + m);
    }
    errno = kept;
}
