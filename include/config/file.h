/* SPDX-License-Identifier: MIT */
/* config/file.h: read a configuration file, and those that it includes, into a draft.
 *
 * What an included file sets wins over the file that includes it, wherever in it the include stands: a file is read to
 * its end first. The files of one pattern (text/matches) come sorted by name.
 *
 * Bounded: FILE_COUNT_MAX files, FILE_DEPTH_MAX deep, and what text/source and text/matches say.
 *
 * Ownership: the sources own the files' text.
 * Threads:   one.
 * Errors:    mistakes, and files that cannot be read, go to the draft's report, and the call returns 0; -ENOMEM else.
 */
#ifndef BATON_CONFIG_FILE_H
#define BATON_CONFIG_FILE_H

#include "config/draft.h"
#include "text/source.h"

enum { FILE_DEPTH_MAX = 8, FILE_COUNT_MAX = 256 };

/* The text of one source; files that it includes are left where they are. */
int file_take(struct draft *d, const struct source *source);

/* may_wait: `path` may lead to a FIFO (text/source). No included file may. */
int file_load(struct draft *d, struct sources *sources, const char *path, bool may_wait);

#endif
