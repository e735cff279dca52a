/* SPDX-License-Identifier: MIT */
/* scratch.h: an empty directory for each test, to work in with relative names, and what tests do in one (header only).
 *
 * Ownership: the directory and all that is in it go after the test.
 * Threads:   the test's own; the current directory is the process's.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_SCRATCH_H
#define BATON_TESTS_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sv.h"

#include "expect.h"

/* A test that begins in an empty directory of its own. */
#define scratch_test(f) cmocka_unit_test_setup_teardown(f, scratch_enter, scratch_leave)

static char scratch_dir[32];

static inline int scratch_enter(void **state)
{
    (void)state;
    (void)umask(022);
    (void)snprintf(scratch_dir, sizeof scratch_dir, "/tmp/baton-unit.XXXXXX");
    if (mkdtemp(scratch_dir) == NULL || chmod(scratch_dir, 0755) < 0)
        return -1;
    return chdir(scratch_dir);
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static inline int scratch_leave(void **state)
{
    (void)state;
    if (chdir("/") < 0)
        return -1;
    return nftw(scratch_dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void make_dir(const char *path)
{
    expect(mkdir(path, 0755) == 0, "mkdir %s", path);
}

static inline void make_link(const char *to, const char *path)
{
    expect(symlink(to, path) == 0, "symlink %s", path);
}

/* Written in place: the file keeps its inode if it is there. */
static inline void make_file(const char *path, struct sv bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    expect(fd >= 0, "open %s", path);
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(fd, bytes.p + done, bytes.len - done);
        expect(n > 0, "write %s", path);
        done += (size_t)n;
    }
    assert_int_equal(close(fd), 0);
}

/* Written beside it, and renamed over it: who opens the name finds the one or the other. */
static inline void replace_file(const char *path, struct sv bytes)
{
    char beside[256];

    (void)snprintf(beside, sizeof beside, "%s.new", path);
    make_file(beside, bytes);
    expect(rename(beside, path) == 0, "rename %s", path);
}

/* Byte i of every large file that a test makes. */
static inline char pattern(size_t i)
{
    return (char)(i * 7 + i / 251);
}

/* A file of `len` bytes of the pattern; `bytes`, which the caller frees, is what is in it. */
static inline struct sv make_pattern(const char *path, size_t len)
{
    char *bytes = malloc(len + 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = pattern(i);
    make_file(path, sv_of(bytes, len));
    return sv_of(bytes, len);
}

static inline void free_pattern(struct sv bytes)
{
    free((char *)(uintptr_t)bytes.p);
}

/* How many descriptors the process has open. */
static inline size_t count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    assert_int_equal(closedir(dir), 0);
    return n - 3; /* ".", ".." and that of the directory */
}

/* Is that how many there are, once a thread that nobody waits for has let go of its own? */
static inline bool fds_come_to(size_t n)
{
    static const struct timespec moment = {.tv_nsec = 1000000};

    for (int i = 0; i < 20000 && count_fds() != n; i++)
        (void)nanosleep(&moment, NULL);
    return count_fds() == n;
}

static inline rlim_t set_fd_limit(rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

/* Leave `spare` descriptors to be opened, not counting holes; returns the limit, to be set again. */
static inline rlim_t limit_fds(rlim_t spare)
{
    int next = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

    assert_true(next >= 0);
    assert_int_equal(close(next), 0);
    return set_fd_limit((rlim_t)next + spare);
}

#endif
