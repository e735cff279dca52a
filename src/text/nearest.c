/* SPDX-License-Identifier: MIT */
/* "did you mean ...?" of the error report. */

#include "text/nearest.h"

#include <stdint.h>

enum { SHORT_FORM = 3 };

static char folded(char c)
{
    return c == '-' ? '_' : sv_lower(c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t nearest_distance(struct sv a, struct sv b)
{
    size_t rows[3][NEAREST_MAX + 1]; /* of the table, the last three */

    if (a.len > NEAREST_MAX || b.len > NEAREST_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        const size_t *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            char x = folded(a.p[i - 1]);
            char y = folded(b.p[j - 1]);

            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == folded(b.p[j - 2]) && folded(a.p[i - 2]) == y)
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

void nearest_init(struct nearest *n, struct sv wanted)
{
    /* A third of the letters may be wrong, three at most: more is another word. */
    *n = (struct nearest){.wanted = wanted, .distance = least((wanted.len + 1) / 3, 3) + 1};
}

void nearest_try(struct nearest *n, struct sv candidate)
{
    bool shortened = n->wanted.len >= SHORT_FORM && sv_starts(candidate, n->wanted);
    size_t distance = shortened ? 1 : nearest_distance(n->wanted, candidate);

    if (distance < n->distance) {
        n->best = candidate;
        n->distance = distance;
    }
}
