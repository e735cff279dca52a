/* SPDX-License-Identifier: MIT */
/* Feed files, and all files of folders, to a fuzzer once each: in builds without libFuzzer its corpus is a test. */

#include <dirent.h>
#include <errno.h>

#include "fuzz.h"

enum { INPUT_MAX = 1024 * 1024 };

static size_t n_inputs;

/* In memory of exactly its size, as libFuzzer gives it. */
static void replay_file(const char *path)
{
    char *room = malloc(INPUT_MAX);
    FILE *f = fopen(path, "rbe");

    check(f != NULL && room != NULL, "%s cannot be opened", path);
    size_t len = fread(room, 1, INPUT_MAX, f);
    check(ferror(f) == 0 && len < INPUT_MAX, "%s cannot be read, or is too large", path);
    (void)fclose(f);
    char *input = fuzz_copy(sv_of(room, len));
    free(room);
    (void)LLVMFuzzerTestOneInput((const uint8_t *)input, len);
    fuzz_free(input);
    n_inputs++;
}

static void replay(const char *path)
{
    DIR *dir = opendir(path);
    char name[4096];

    if (dir == NULL && errno == ENOTDIR) {
        replay_file(path);
        return;
    }
    check(dir != NULL, "%s cannot be opened", path);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        replay_file(name);
    }
    (void)closedir(dir);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    check(n_inputs > 0, "no input");
    printf("%zu inputs\n", n_inputs);
    return 0;
}
