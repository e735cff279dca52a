/* SPDX-License-Identifier: MIT */
/* Patterns: what matches is what the definition, tried in all ways, says. The input: the pattern, a new line, the path. */

#include "fuzz.h"
#include "http/pattern.h"

enum { PATH_MAX_LEN = 128, PATTERN_MAX_LEN = 64 };

/* A star is nothing, or one byte and a star. Every pair of a rest of the pattern and a rest of the path is looked at
 * once at most, so that this ends however many stars there are. */
struct tried {
    bool pair[PATTERN_MAX_LEN + 1][PATH_MAX_LEN + 1];
};

static bool by_definition(struct sv pattern, struct sv path, struct tried *tried)
{
    if (pattern.len == 0)
        return path.len == 0;
    if (tried->pair[pattern.len][path.len])
        return false;
    tried->pair[pattern.len][path.len] = true;
    if (pattern.p[0] == '*')
        return by_definition(sv_skip(pattern, 1), path, tried) ||
               (path.len > 0 && by_definition(pattern, sv_skip(path, 1), tried));
    return path.len > 0 && pattern.p[0] == path.p[0] && by_definition(sv_skip(pattern, 1), sv_skip(path, 1), tried);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct tried tried;
    struct sv in = fuzz_input(data, len);
    struct sv pattern = fuzz_until(&in, '\n');
    struct sv path = sv_of(fuzz_copy(in), in.len);
    struct sv copy = sv_of(fuzz_copy(pattern), pattern.len);
    bool matches = pattern_matches(copy, path);

    if (pattern.len <= PATTERN_MAX_LEN && path.len <= PATH_MAX_LEN) {
        memset(&tried, 0, sizeof tried);
        check(matches == by_definition(pattern, path, &tried), "'%.*s' and '%.*s': %d", SV_ARG(pattern), SV_ARG(path),
              matches);
    }
    fuzz_free(path.p);
    fuzz_free(copy.p);
    return 0;
}
