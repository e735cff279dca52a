/* SPDX-License-Identifier: MIT */
/* host/file_place.h: where a file is that a path names, or would be made: in which directory, and how it is called there.
 *
 * Two paths that are written in different ways are one file if they have one name in one directory.
 *
 * Ownership: values.
 * Threads:   any; it may block, as disks may. Nothing is opened or made.
 * Errors:    0 or -errno.
 * Source:    symlink(7), path_resolution(7).
 */
#ifndef BATON_HOST_FILE_PLACE_H
#define BATON_HOST_FILE_PLACE_H

#include <limits.h>
#include <sys/types.h>

struct file_place {
    char path[PATH_MAX]; /* what remains where links were followed */
    const char *name;    /* in it, behind the last '/' */
    dev_t dev;           /* with ino: the directory */
    ino_t ino;
};

/* Where open(2) with O_CREAT would find or make the file: symbolic links are followed, those that lead nowhere too. */
int file_place_of_file(struct file_place *p, const char *path);

/* Where bind(2) would: a link is in its way. */
int file_place_of_socket(struct file_place *p, const char *path);

/* May a file be made there, by the user that we are? -EACCES and -EROFS as usual, and -EPERM in a file system of the
 * kernel's, such as /proc, where nobody can. */
int file_place_may_make(const struct file_place *p);

#endif
