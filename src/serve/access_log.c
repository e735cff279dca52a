/* SPDX-License-Identifier: MIT */
/* One line for each answer. Written after the answer was put into the row; nothing of it happens where the log is
 * off. */

#include "serve/access_log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/log.h"
#include "http/date.h"

enum {
    WAITING_MAX = 1024 * 1024,
    ESCAPED = sizeof "\\xff" - 1,
    LINE_ROOM = 2048, /* of the request line, escaped */
    FIELD_ROOM = 896, /* of Referer and of User-Agent */
    REST_ROOM = 192   /* of all else in a line */
};

_Static_assert(LINE_ROOM + 2 * FIELD_ROOM + REST_ROOM <= PIPE_BUF, "a pipe takes a line whole or not at all");

void access_log_init(struct access_log *log, int fd)
{
    *log = (struct access_log){.fd = fd};
}

void access_log_fini(struct access_log *log)
{
    access_log_flush(log);
    buf_fini(&log->lines);
}

/* Printable ASCII but the quote and the backslash stands for itself. What does not fit the room is cut off. */
static size_t escape(char *room, size_t size, struct sv field)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;

    for (size_t i = 0; i < field.len && n + ESCAPED <= size; i++) {
        unsigned char c = (unsigned char)field.p[i];
        if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
            room[n++] = (char)c;
            continue;
        }
        room[n++] = '\\';
        room[n++] = 'x';
        room[n++] = hex[c >> 4];
        room[n++] = hex[c & 15];
    }
    return n;
}

static void add_field(struct buf *lines, struct sv field, size_t size)
{
    lines->len += escape(lines->p + lines->len, size, field.len > 0 ? field : SV("-"));
}

static void add_line(struct buf *lines, const struct access_record *r)
{
    char date[DATE_LOG_LEN];

    date_write_log(r->time, date);
    (void)buf_addf(lines, "%.*s - - [%.*s] \"", SV_ARG(r->client), DATE_LOG_LEN, date);
    add_field(lines, r->line, LINE_ROOM);
    (void)buf_addf(lines, "\" %d %" PRIu64 " \"", r->status, r->bytes);
    add_field(lines, r->referer, FIELD_ROOM);
    (void)buf_add(lines, SV("\" \""));
    add_field(lines, r->agent, FIELD_ROOM);
    (void)buf_add(lines, SV("\"\n"));
}

void access_log_add(struct access_log *log, const struct access_record *r)
{
    /* Room for the longest line, so that nothing below can fail halfway through one. */
    if (log->lines.len > WAITING_MAX || buf_reserve(&log->lines, PIPE_BUF) < 0) {
        log->dropped++;
        return;
    }
    if (log->dropped > 0) {
        log_warning("access log: %" PRIu64 " lines were dropped, its reader is too slow", log->dropped);
        log->dropped = 0;
    }
    add_line(&log->lines, r);
}

/* The whole lines at the front that fit PIPE_BUF, which a pipe takes at once. */
static size_t whole_lines(struct sv lines)
{
    size_t end = 0;

    for (size_t next = 0; next < lines.len; end = next) {
        next = end + sv_find(sv_skip(lines, end), '\n') + 1;
        if (next > PIPE_BUF && end > 0)
            break;
    }
    return end;
}

static bool can_write(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    return poll(&p, 1, 0) == 1;
}

void access_log_flush(struct access_log *log)
{
    size_t done = 0;

    while (done < log->lines.len && can_write(log->fd)) {
        struct sv rest = sv_skip(buf_sv(&log->lines), done);
        ssize_t n = write(log->fd, rest.p, whole_lines(rest));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            n = (ssize_t)rest.len; /* nobody will ever read them */
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    if (done == 0)
        return;
    buf_consume(&log->lines, done);
    if (log->lines.len == 0 && log->lines.cap > WAITING_MAX)
        buf_fini(&log->lines);
}
