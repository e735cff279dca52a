/* SPDX-License-Identifier: MIT */
/* base/log.h: the error log, for people who run the daemon.
 *
 * One line a call, "batond: LEVEL: text", written by a single write(2) so that lines of several threads never mix.
 *
 * Ownership: log_init borrows the descriptor for good.
 * Threads:   log_init before the others start; log_write from any.
 * Errors:    a line that cannot be written is lost; nobody waits for it. errno is kept.
 * Source:    the levels are those of syslog(3).
 */
#ifndef BATON_BASE_LOG_H
#define BATON_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_init(int fd, enum log_level most);
void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_write(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
