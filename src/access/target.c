/* SPDX-License-Identifier: MIT */
/* Where the access log goes: the end of a line's way. */

#include "access/target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log_file.h"
#include "base/midway.h"

/* Locks are of the open file, not of the process: two generations of one process keep each other out. */
static int set_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

/* A line that somebody began and nobody goes on with: whoever does holds the lock. */
static void end_last_line(int fd, const char *path)
{
    if (!ends_midway(fd, path) || set_lock(fd, F_WRLCK) < 0)
        return;
    end_whole(fd, path);
    (void)set_lock(fd, F_UNLCK);
}

int log_target_open(const char *to)
{
    if (strcmp(to, "stdout") == 0)
        return STDOUT_FILENO;
    int fd = log_file_open(to);
    if (fd >= 0)
        end_last_line(fd, to);
    return fd;
}

void log_target_close(int fd)
{
    if (fd >= 0 && fd != STDOUT_FILENO)
        close(fd);
}

static void use(struct log_target *t, int fd)
{
    struct stat st;

    t->fd = fd;
    t->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

void log_target_init(struct log_target *t, int fd)
{
    *t = (struct log_target){0};
    use(t, fd);
}

static void unlock(struct log_target *t)
{
    if (t->locked)
        (void)set_lock(t->fd, F_UNLCK);
    t->locked = false;
}

static void leave(struct log_target *t)
{
    (void)log_target_finish(t);
    unlock(t);
    log_target_close(t->fd);
    t->done = 0; /* in the next file */
    t->piece = 0;
}

void log_target_turn_to(struct log_target *t, int fd)
{
    leave(t);
    use(t, fd);
}

unsigned log_target_fini(struct log_target *t)
{
    leave(t);
    t->fd = -1;
    return log_target_has_rest(t) ? 1 : 0;
}

/* Nobody else of ours may write to the file now. */
static int lock(struct log_target *t)
{
    if (!t->is_file || t->locked)
        return 0;
    int err = set_lock(t->fd, F_WRLCK);
    t->locked = err == 0;
    return err == -EAGAIN || err == -EACCES ? -EBUSY : 0;
}

static bool can_write(const struct log_target *t)
{
    struct pollfd p = {.fd = t->fd, .events = POLLOUT};

    return t->is_file || poll(&p, 1, 0) == 1;
}

/* At least one byte, or an error. */
static ssize_t write_some(struct log_target *t, const char *p, size_t len)
{
    ssize_t n;

    if (!can_write(t))
        return -EAGAIN;
    do
        n = write(t->fd, p, len);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return n > 0 ? n : -EAGAIN;
    if (errno != EAGAIN)
        t->error = errno;
    return -errno;
}

/* `n` more bytes of the line are written, and it is not whole. Whoever else writes to the file may have come in between. */
static void add_piece(struct log_target *t, size_t n)
{
    t->done += (uint32_t)n;
    if (!t->is_file)
        return;
    off_t end = lseek(t->fd, 0, SEEK_CUR);
    t->piece = (uint32_t)n + (end == t->end + (off_t)n ? t->piece : 0);
    t->end = end;
}

/* The line is written from its beginning. */
static void begin_anew(struct log_target *t)
{
    t->done = t->piece = 0;
}

/* Somebody may have emptied the file, and a piece with it: its rest is no line. */
static void look_after_piece(struct log_target *t)
{
    struct stat st;

    if (t->piece > 0 && fstat(t->fd, &st) == 0 && st.st_size < t->end)
        begin_anew(t);
}

/* The part of a line that is the end of the file goes, so that readers, copies and a crash find whole lines. Nobody else of
 * ours has written behind it, as we have the lock; of others the file's size tells. Standard output is not ours alone: who
 * else has it moves the position that we go by. */
static void cut(struct log_target *t)
{
    struct stat st;

    if (t->piece == 0 || t->fd == STDOUT_FILENO || fstat(t->fd, &st) < 0)
        return;
    if (st.st_size == t->end && ftruncate(t->fd, t->end - (off_t)t->piece) < 0)
        return; /* it stays, and the rest goes behind it */
    begin_anew(t);
}

static int finish(struct log_target *t)
{
    look_after_piece(t);
    while (t->len > 0) {
        ssize_t n = write_some(t, t->line + t->done, t->len - t->done);
        if (n < 0) {
            cut(t);
            return (int)n;
        }
        if (t->done + (uint32_t)n < t->len)
            add_piece(t, (size_t)n);
        else
            t->len = t->done = t->piece = 0;
    }
    return 0;
}

int log_target_finish(struct log_target *t)
{
    int err = t->len > 0 ? lock(t) : 0;

    if (err == 0)
        err = finish(t);
    if (t->done == 0)
        unlock(t);
    return err;
}

/* The whole lines at the front that fit PIPE_BUF. A single line always does. */
static size_t whole_lines(struct sv lines)
{
    if (lines.len <= PIPE_BUF)
        return lines.len;
    const char *end = memrchr(lines.p, '\n', PIPE_BUF);
    return end != NULL ? (size_t)(end + 1 - lines.p) : PIPE_BUF;
}

/* `n` bytes were written, up to the middle of a line. Returns where that line ends. */
static size_t keep(struct log_target *t, struct sv lines, size_t n)
{
    const char *before = memrchr(lines.p, '\n', n);
    size_t begin = before != NULL ? (size_t)(before + 1 - lines.p) : 0;
    size_t end = n + sv_find(sv_skip(lines, n), '\n') + 1;

    t->len = (uint32_t)(end - begin);
    t->done = 0;
    t->piece = 0;
    memcpy(t->line, lines.p + begin, t->len);
    add_piece(t, n - begin);
    return end;
}

ssize_t log_target_write(struct log_target *t, struct sv lines)
{
    ssize_t n = lock(t);

    if (n == 0)
        n = finish(t);
    if (n == 0)
        n = write_some(t, lines.p, t->is_file ? lines.len : whole_lines(lines));
    if (n > 0 && lines.p[n - 1] != '\n')
        n = (ssize_t)keep(t, lines, (size_t)n);
    if (t->is_file && t->done > 0)
        (void)finish(t); /* the rest at once, or nothing of the line */
    if (t->done == 0)
        unlock(t);
    return n;
}
