/* SPDX-License-Identifier: MIT */
/* http/status.h: status codes, their phrases, and what a person is told.
 *
 * Ownership: the texts are constants.
 * Threads:   any.
 * Errors:    none; only codes of http/status.def may be asked for.
 * Source:    RFC 9110 15.
 */
#ifndef BATON_HTTP_STATUS_H
#define BATON_HTTP_STATUS_H

/* A dense number for each status, to index tables with. */
enum status_index {
#define STATUS(code, phrase, text) STATUS_INDEX_##code,
#include "http/status.def"
#undef STATUS
    STATUS_COUNT
};

struct status {
    int code;
    const char *phrase;
    const char *text; /* empty where no page is ever sent */
};

extern const struct status status_table[STATUS_COUNT];

enum status_index status_index(int code);

#endif
