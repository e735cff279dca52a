/* SPDX-License-Identifier: MIT */
/* pieces_root.h: the document root that fuzz_pieces asks for (header only).
 *
 * Every file is as old as known.txt of the wire tests, whose names these are, so their entity tags are always the same.
 *
 * Ownership: a directory below $TMPDIR, made once and removed at the end; the path is borrowed until then.
 * Threads:   the fuzzer's own.
 * Errors:    what must not fail ends the process.
 */
#ifndef BATON_TESTS_PIECES_ROOT_H
#define BATON_TESTS_PIECES_ROOT_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sha256.h"
#include "fuzz.h"
#include "http/head.h"

/* Bytes of the file that goes by sendfile. */
enum { PIECES_LARGE = 20 * 1024 };

static const struct {
    const char *name;
    const char *text; /* NULL: a folder */
} pieces_files[] = {
    {"sub", NULL},
    {"noindex", NULL},
    {"a.txt", "alpha\n"},
    {"ten.txt", "0123456789"},
    {"one.txt", "x"},
    {"empty.txt", ""},
    {"known.txt", "modified when the clock struck a billion\n"},
    {"index.html", "<!doctype html><title>top</title>\n"},
    {"index.html.gz", "not gzip, but nobody looks\n"},
    {"sub/index.html", "<!doctype html><title>sub</title>\n"},
    {"sub/b.txt", "beta\n"},
    {"noindex/c.txt", "gamma\n"},
    {"a b.txt", "a space\n"},
    {".secret", "hidden\n"},
    {"coded.txt", "a text in three codings\n"},
    {"coded.txt.br", "in brotli\n"},
    {"coded.txt.zst", "in zstd, so to speak\n"},
    {"coded.txt.gz", "in gzip\n"},
    {"only.txt.gz", "without an original\n"},
};

static char pieces_root[4096];
static char pieces_digest[128];
static size_t pieces_digest_len;

static inline void pieces_root_write(const char *name, struct sv bytes)
{
    const struct timespec billion[2] = {{1000000000, 1}, {1000000000, 1}}; /* as of a clock: all have it */
    char path[sizeof pieces_root + 64];

    (void)snprintf(path, sizeof path, "%s/%s", pieces_root, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    check(fd >= 0 && write(fd, bytes.p, bytes.len) == (ssize_t)bytes.len, "%s cannot be written", path);
    check(futimens(fd, billion) == 0 && close(fd) == 0, "%s cannot be written", path);
}

static inline void pieces_root_make_folder(const char *name)
{
    char path[sizeof pieces_root + 64];

    (void)snprintf(path, sizeof path, "%s/%s", pieces_root, name);
    check(mkdir(path, 0755) == 0, "%s cannot be made", path);
}

/* Two names for the same large bytes, so that one may drive the other out of the cache. */
static inline void pieces_root_make_large(void)
{
    static char bytes[PIECES_LARGE + 16];
    struct sha256 state;
    uint8_t sum[SHA256_LEN];

    for (int at = 0; at < PIECES_LARGE; at += 16)
        (void)snprintf(bytes + at, sizeof bytes - (size_t)at, "%015d\n", at);
    pieces_root_write("100k.bin", sv_of(bytes, PIECES_LARGE));
    pieces_root_write("1m.bin", sv_of(bytes, PIECES_LARGE));
    sha256_init(&state);
    sha256_add(&state, sv_of(bytes, PIECES_LARGE));
    sha256_end(&state, sum);
    struct head h = head_in(pieces_digest, sizeof pieces_digest);
    head_digest(&h, sum);
    pieces_digest_len = h.len;
}

static inline const char *pieces_root_make(void)
{
    const char *top = getenv("TMPDIR");

    (void)snprintf(pieces_root, sizeof pieces_root, "%s/baton-fuzz.XXXXXX", top != NULL ? top : "/tmp");
    check(mkdtemp(pieces_root) != NULL, "no directory");
    for (size_t i = 0; i < sizeof pieces_files / sizeof pieces_files[0]; i++)
        if (pieces_files[i].text == NULL)
            pieces_root_make_folder(pieces_files[i].name);
        else
            pieces_root_write(pieces_files[i].name, sv_cstr(pieces_files[i].text));
    pieces_root_make_large();
    return pieces_root;
}

/* The line that tells the sum of the large bytes. */
static inline struct sv pieces_root_digest(void)
{
    return sv_of(pieces_digest, pieces_digest_len);
}

static inline int pieces_root_remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static inline void pieces_root_remove(void)
{
    (void)nftw(pieces_root, pieces_root_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
