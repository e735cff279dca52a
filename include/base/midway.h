/* SPDX-License-Identifier: MIT */
/* base/midway.h: does a log end in the middle of a line?
 *
 * A crash, or a disk that was full, leaves such a file. What is written next should begin on a line of its own.
 *
 * Ownership: none.
 * Threads:   any that may open files.
 * Errors:    what cannot be read counts as whole, as does what is no regular file.
 * Source:    open(2), pread(2), ftruncate(2).
 */
#ifndef BATON_BASE_MIDWAY_H
#define BATON_BASE_MIDWAY_H

#include <stdbool.h>

/* `fd` was opened by this name, for writing. */
bool ends_midway(int fd, const char *path);
/* Then cut the piece off. One that does not follow a line's end within PIPE_BUF bytes is none of ours, and is ended by a line's
 * end instead, as is one that cannot be cut off. Nobody else may be writing to the file. */
void end_whole(int fd, const char *path);

#endif
