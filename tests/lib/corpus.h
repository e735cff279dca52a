/* SPDX-License-Identifier: MIT */
/* corpus.h: the files of a folder of tests/corpus, in the order of their names (header only).
 *
 * Ownership: corpus_load allocates, corpus_free gives back.
 * Threads:   the test's own.
 * Errors:    a folder or file that cannot be read, or is too large, fails the test.
 */
#ifndef BATON_TESTS_CORPUS_H
#define BATON_TESTS_CORPUS_H

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/sv.h"
#include "expect.h"

enum { CORPUS_FILES_MAX = 1024, CORPUS_SIZE_MAX = 4096 };

struct corpus_file {
    char *name;     /* owned */
    struct sv text; /* owned */
};

struct corpus {
    size_t n;
    struct corpus_file files[CORPUS_FILES_MAX];
};

static inline int corpus_compare(const void *a, const void *b)
{
    return strcmp(((const struct corpus_file *)a)->name, ((const struct corpus_file *)b)->name);
}

static inline void corpus_add(struct corpus *c, const char *folder, const char *name)
{
    char path[4096];
    char *text = malloc(CORPUS_SIZE_MAX + 1);

    expect(c->n < CORPUS_FILES_MAX, "more than %d files in %s", CORPUS_FILES_MAX, folder);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    expect(f != NULL && text != NULL, "%s cannot be read", path);
    size_t len = fread(text, 1, CORPUS_SIZE_MAX + 1, f);
    expect(ferror(f) == 0 && len <= CORPUS_SIZE_MAX, "%s cannot be read or is too large", path);
    (void)fclose(f);
    c->files[c->n++] = (struct corpus_file){strdup(name), sv_of(text, len)};
}

static inline struct corpus *corpus_load(const char *folder)
{
    struct corpus *c = calloc(1, sizeof *c);
    DIR *dir = opendir(folder);

    expect(c != NULL && dir != NULL, "%s cannot be read", folder);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.')
            corpus_add(c, folder, e->d_name);
    (void)closedir(dir);
    qsort(c->files, c->n, sizeof c->files[0], corpus_compare);
    return c;
}

static inline void corpus_free(struct corpus *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->files[i].name);
        free((char *)(uintptr_t)c->files[i].text.p);
    }
    free(c);
}

#endif
