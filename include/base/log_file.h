/* SPDX-License-Identifier: MIT */
/* base/log_file.h: how a log is opened, by those who write to it and by those who only ask whether it could be.
 *
 * Ownership: the descriptor is the caller's.
 * Threads:   any that may open files; it may block, as disks may, but waits for no reader of a FIFO.
 * Errors:    -errno of open(2); -ENXIO for a FIFO that nobody reads.
 */
#ifndef BATON_BASE_LOG_FILE_H
#define BATON_BASE_LOG_FILE_H

/* The file of that path, made with mode 0640 where there is none, to append to: a descriptor. */
int log_file_open(const char *path);

#endif
