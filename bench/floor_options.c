/* SPDX-License-Identifier: MIT */
/* bench/floor_options.c: the floor's command line, and the answer laid out in memory before the first connection,
 * so that serving it is nothing but system calls.
 */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PIPELINE_MAX = 64, /* answers that one send can carry */
    WORKERS_MAX = 1024,
    REQUEST_MAX = 1 << 16,
    SLICE_MAX = 1 << 30,
};

struct paths {
    const char *response; /* borrowed from argv, as is the next */
    const char *body;
};

_Noreturn void floor_die(const char *what)
{
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static _Noreturn void usage(void)
{
    fputs("usage: floor --port N --response FILE --request-size N [--mode keepalive|handoff|sendfile]\n"
          "             [--body FILE] [--slice N] [--workers N]\n"
          "  --response FILE    head and body as they go over the wire\n"
          "  --request-size N   this many bytes are one request\n"
          "  --body FILE        sendfile: the body once more, to be sent from this file\n"
          "  --slice N          sendfile: bytes a call (default 1 MiB)\n"
          "  --workers N        threads that accept for themselves (keepalive, sendfile; default 1)\n",
          stderr);
    exit(2);
}

static size_t number(const char *text, size_t max)
{
    char *end = NULL;
    unsigned long n = strtoul(text, &end, 10);

    errno = ERANGE;
    if (end == text || *end != '\0' || n == 0 || n > max)
        floor_die(text);
    return n;
}

static enum floor_mode mode_by_name(const char *name)
{
    static const char *const names[] = {[KEEPALIVE] = "keepalive", [HANDOFF] = "handoff", [SENDFILE] = "sendfile"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum floor_mode)i;
    errno = EINVAL;
    floor_die(name);
}

/* One send takes from `bytes`: PIPELINE_MAX answers in a row where requests may come together, else one. */
static void load_answer(struct floor_options *o, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0)
        floor_die(path);
    o->answer_len = (size_t)st.st_size;
    o->held_len = o->mode == KEEPALIVE ? o->answer_len * PIPELINE_MAX : o->answer_len;
    o->bytes = malloc(o->held_len + 1);
    if (o->bytes == NULL || o->answer_len == 0 || read(fd, o->bytes, o->answer_len) != st.st_size)
        floor_die(path);
    close(fd);
    for (size_t at = o->answer_len; at < o->held_len; at += o->answer_len)
        memcpy(o->bytes + at, o->bytes, o->answer_len);
}

/* sendfile: of the answer, memory supplies the head alone. */
static void open_body(struct floor_options *o, const char *path)
{
    struct stat st;
    const char *end = memmem(o->bytes, o->answer_len, "\r\n\r\n", 4);

    o->body_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (o->body_fd < 0 || fstat(o->body_fd, &st) < 0)
        floor_die(path);
    errno = EINVAL;
    if (end == NULL)
        floor_die("the response has no end of its head");
    o->held_len = (size_t)(end - o->bytes) + 4;
    if (o->answer_len - o->held_len != (size_t)st.st_size)
        floor_die("the body is not as long as that of the response");
}

static void read_option(struct floor_options *o, struct paths *paths, int opt)
{
    switch (opt) {
    case 'p':
        o->port = (uint16_t)number(optarg, UINT16_MAX);
        break;
    case 'r':
        paths->response = optarg;
        break;
    case 'q':
        o->request_len = number(optarg, REQUEST_MAX);
        break;
    case 'm':
        o->mode = mode_by_name(optarg);
        break;
    case 'b':
        paths->body = optarg;
        break;
    case 's':
        o->slice_len = number(optarg, SLICE_MAX);
        break;
    case 'w':
        o->workers = number(optarg, WORKERS_MAX);
        break;
    default:
        usage();
    }
}

void floor_options_read(struct floor_options *o, int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},         {"response", required_argument, NULL, 'r'},
        {"request-size", required_argument, NULL, 'q'}, {"mode", required_argument, NULL, 'm'},
        {"body", required_argument, NULL, 'b'},         {"slice", required_argument, NULL, 's'},
        {"workers", required_argument, NULL, 'w'},      {NULL, 0, NULL, 0},
    };
    struct paths paths = {"", ""};
    int opt;

    *o = (struct floor_options){.mode = KEEPALIVE, .workers = 1, .body_fd = -1, .slice_len = 1 << 20};
    while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
        read_option(o, &paths, opt);
    if (o->port == 0 || o->request_len == 0 || *paths.response == '\0' || optind < argc)
        usage();
    if ((o->mode == SENDFILE) != (*paths.body != '\0') || (o->mode == HANDOFF && o->workers > 1))
        usage();
    load_answer(o, paths.response);
    if (o->mode == SENDFILE)
        open_body(o, paths.body);
}
