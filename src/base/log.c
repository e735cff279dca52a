/* SPDX-License-Identifier: MIT */
/* The error log. It stands beside a request's way: a request that goes well never comes here. */

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log_sink.h"

enum { LINE_MAX_LEN = 1024 }; /* below PIPE_BUF: a pipe takes such a line whole or not at all */

static struct log_sink direct = {.fd = STDERR_FILENO};
static _Atomic int log_most = LOG_LEVEL_NOTICE;

/* Nobody frees the scribe while somebody has a line for it. */
static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;
static struct scribe *file; /* owned; NULL = lines go to `direct` */

/* Those that left lines out, and have not told. */
static pthread_mutex_t causes_lock = PTHREAD_MUTEX_INITIALIZER;
static struct log_cause *causes; /* borrowed, for good */

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

/* Takes the scribe over. */
static void use_file(struct scribe *s)
{
    (void)pthread_mutex_lock(&file_lock);
    struct scribe *old = file;
    file = s;
    (void)pthread_mutex_unlock(&file_lock);
    scribe_free(&old);
}

void log_init(int fd, enum log_level most)
{
    atomic_store(&direct.journal, is_journal(fd));
    atomic_store(&log_most, (int)most);
    if (atomic_exchange(&direct.fd, fd) != fd) {
        atomic_store(&direct.torn, false);
        atomic_store(&direct.lost, 0);
    }
    use_file(NULL);
}

int log_open_file(struct scribe **s, const char *target, struct thread_enter enter)
{
    *s = NULL;
    return strcmp(target, "stderr") == 0 ? 0 : scribe_new(s, target, enter);
}

bool log_is_journal(void)
{
    return atomic_load(&direct.journal);
}

void log_use(struct scribe **s, enum log_level most)
{
    if (*s == NULL) {
        log_init(STDERR_FILENO, most);
        return;
    }
    atomic_store(&direct.journal, false);
    atomic_store(&log_most, (int)most);
    use_file(*s);
    *s = NULL;
}

int log_open(const char *target, enum log_level most)
{
    struct scribe *s;
    int err = log_open_file(&s, target, (struct thread_enter){0});

    if (err == 0)
        log_use(&s, most);
    return err;
}

int log_reopen(void)
{
    return file != NULL ? scribe_reopen(file) : 0;
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

static bool is_over(int64_t since, int64_t now)
{
    return since == 0 || now - since >= LOG_CAUSE_SECONDS;
}

static void leave_out(struct log_cause *c)
{
    if (atomic_fetch_add(&c->left_out, 1) > 0)
        return;
    (void)pthread_mutex_lock(&causes_lock);
    if (!c->listed) {
        c->next = causes;
        causes = c;
        c->listed = true;
    }
    (void)pthread_mutex_unlock(&causes_lock);
}

/* May the cause speak? Where its seconds are over they begin anew, and *left_out is what it could not say. Two threads may
 * both find that: one of them begins. *last: it is silent after that. */
static bool may_speak(struct log_cause *c, uint32_t *left_out, bool *last)
{
    int64_t now = seconds_now();
    int64_t since = atomic_load(&c->since);
    if (is_over(since, now) && atomic_compare_exchange_strong(&c->since, &since, now)) {
        atomic_store(&c->lines, 0);
        *left_out = atomic_exchange(&c->left_out, 0);
    }
    uint32_t before = atomic_fetch_add(&c->lines, 1);
    *last = before == most_of(c) - 1;
    if (before < most_of(c))
        return true;
    leave_out(c);
    return false;
}

bool log_has_turn(struct log_cause *c, enum log_level level)
{
    if ((int)level > atomic_load_explicit(&log_most, memory_order_relaxed))
        return false;
    int64_t since = atomic_load(&c->since);
    if (is_over(since, seconds_now()) || atomic_load(&c->lines) < most_of(c))
        return true;
    leave_out(c);
    return false;
}

/* So that what it leaves out has a face. */
static void keep_text(struct log_cause *c, enum log_level level, const char *text)
{
    (void)pthread_mutex_lock(&causes_lock);
    c->level = level;
    int n = snprintf(c->text, sizeof c->text, "%s", text);
    if (n >= (int)sizeof c->text)
        memcpy(c->text + sizeof c->text - sizeof "...", "...", sizeof "...");
    (void)pthread_mutex_unlock(&causes_lock);
}

struct silence {
    uint32_t left_out;
    enum log_level level;
    char text[LOG_CAUSE_TEXT];
};

/* The next that is to be told of, which is forgotten then. False where there is none. */
static bool take_silence(bool all, struct silence *s)
{
    int64_t now = seconds_now();

    s->left_out = 0;
    (void)pthread_mutex_lock(&causes_lock);
    for (struct log_cause **at = &causes, *c = causes; c != NULL && s->left_out == 0; c = *at) {
        if (!all && !is_over(atomic_load(&c->since), now)) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        c->listed = false;
        s->left_out = atomic_exchange(&c->left_out, 0); /* 0: it has spoken since */
        s->level = c->level;
        memcpy(s->text, c->text, sizeof s->text);
    }
    (void)pthread_mutex_unlock(&causes_lock);
    return s->left_out > 0;
}

/* The front of a line; returns its length. */
static int begin_line(enum log_level level, char *line)
{
    if (atomic_load_explicit(&direct.journal, memory_order_relaxed))
        return snprintf(line, LINE_MAX_LEN, "<%d>", levels[level].priority);
    return snprintf(line, LINE_MAX_LEN, "batond: %s: ", levels[level].name);
}

/* A line's end stands before it. */
static void end_line(char *line, int n)
{
    if (n > LINE_MAX_LEN - 2)
        n = LINE_MAX_LEN - 2;
    line[n++] = '\n';
    (void)pthread_mutex_lock(&file_lock);
    bool to_file = file != NULL;
    if (to_file)
        scribe_put(file, line, (size_t)n);
    (void)pthread_mutex_unlock(&file_lock);
    if (!to_file)
        log_sink_write(&direct, line, (size_t)n);
}

static void say_left_out(enum log_level level, uint32_t left_out, const char *where, const char *text)
{
    char room[1 + LINE_MAX_LEN] = "\n", *line = room + 1;
    int n = begin_line(level, line);
    int m = snprintf(line + n, LINE_MAX_LEN - (size_t)n, "%" PRIu32 " more like this were left out%s%s", left_out,
                     where, text);

    end_line(line, n + m);
}

void log_tell(bool all)
{
    struct silence s;

    while (take_silence(all, &s))
        if ((int)s.level <= atomic_load(&log_most))
            say_left_out(s.level, s.left_out, ": ", s.text);
}

void log_write(struct log_cause *cause, enum log_level level, const char *fmt, ...)
{
    uint32_t left_out = 0;
    bool last = false;
    int kept = errno;

    if ((int)level > atomic_load_explicit(&log_most, memory_order_relaxed) ||
        (cause != NULL && !may_speak(cause, &left_out, &last)))
        return;

    char room[1 + LINE_MAX_LEN], *line = room + 1;
    int n = begin_line(level, line);
    va_list ap;

    room[0] = '\n';
    va_start(ap, fmt);
    int m = vsnprintf(line + n, LINE_MAX_LEN - (size_t)n, fmt, ap);
    va_end(ap);
    if (last)
        keep_text(cause, level, line + n);
    end_line(line, m > 0 ? n + m : n);
    if (left_out > 0)
        say_left_out(level, left_out, " before it", "");
    errno = kept;
}
