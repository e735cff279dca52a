/* SPDX-License-Identifier: MIT */
/* text/matches.h: the files that the pattern of an include names.
 *
 * '*', '?' and '[...]' stand for bytes of one segment of a path, as fnmatch(3) says; a leading dot has to be written.
 * What comes before the pattern, the directory of the file that includes, is no pattern.
 *
 * Bounded: of all directories together MATCHES_NAMES_MAX names are looked at, and MATCHES_MAX of them are held at once.
 *
 * Ownership: `struct matches` owns its paths.
 * Threads:   one.
 * Errors:    as below. A directory that is not there holds no files, and is no error.
 */
#ifndef BATON_TEXT_MATCHES_H
#define BATON_TEXT_MATCHES_H

#include "base/sv.h"

enum { MATCHES_NAMES_MAX = 50000, MATCHES_MAX = 1000 };

struct matches {
    char **path; /* owned, each and all; sorted by their bytes */
    size_t n;
    char *failed; /* owned; the directory that an error is about, or NULL */
    size_t names; /* that were looked at; kept from call to call */
};

/* Is it a pattern at all? */
bool matches_is_pattern(struct sv text);

/* Put the paths of a pattern, which is relative to `dir` unless it begins with '/', in place of those that were there.
 * `dir` is empty, or ends in '/'. After an error nothing but `failed` is there.
 * Returns: 0
 *          -ENOMEM
 *          -E2BIG      there are too many names to look at
 *          -EOVERFLOW  more than MATCHES_MAX match
 *          -errno      a directory cannot be listed */
int matches_find(struct matches *m, struct sv dir, struct sv pattern);

void matches_fini(struct matches *m);

#endif
