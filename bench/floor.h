/* SPDX-License-Identifier: MIT */
/* bench/floor.h: what the floor is asked and what it answers.
 *
 * Filled once from the command line, constant once the threads run; every thread reads it.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stddef.h>
#include <stdint.h>

enum floor_mode { KEEPALIVE, HANDOFF, SENDFILE };

struct floor_options {
    enum floor_mode mode;
    uint16_t port;
    size_t workers;
    size_t request_len;
    size_t answer_len; /* head and body */
    size_t held_len;   /* what `bytes` supplies from the start of an answer: several answers in a row, or one head */
    char *bytes;       /* owned */
    int body_fd;       /* sendfile: the body; else -1 */
    size_t slice_len;  /* sendfile: bytes asked for in one call */
};

/* Reads the command line and the files that it names. A mistake in either ends the program. */
void floor_options_read(struct floor_options *o, int argc, char **argv);

/* Prints what failed, and errno, and ends the program. */
_Noreturn void floor_die(const char *what);

#endif
