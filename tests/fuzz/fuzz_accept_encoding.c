/* SPDX-License-Identifier: MIT */
/* Accept-Encoding: the choice is available, acceptable, and no other is better; and a list that is well-formed is worth
 * what it was made of. The input: three bytes that say what is available and in which order, and the lines of the field;
 * the same bytes also make up a list. */

#include "fuzz_request.h"
#include "http/negotiate.h"

/* ANY is "*", which has a place behind all codings. */
enum { LIST_MAX = 2048, ANY = CODING_NONE + 1 };

static bool in_order(enum coding a, enum coding b, const uint8_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (order[i] == a || order[i] == b)
            return order[i] == a;
    return a != CODING_IDENTITY;
}

static void check_choice(const struct acceptable *a, uint32_t available, const uint8_t *order, size_t n)
{
    enum coding best = negotiate_choose(a, available, order, n);

    for (enum coding c = 0; c <= CODING_IDENTITY; c++)
        check(a->quality[c] <= 1000, "quality %u", a->quality[c]);
    check(best <= CODING_NONE, "coding %d", best);
    if (best != CODING_NONE)
        check((available >> best & 1) != 0 && a->quality[best] > 0, "coding %d is not to be had", best);
    for (enum coding c = 0; c <= CODING_IDENTITY; c++) {
        bool listed = c == CODING_IDENTITY || memchr(order, (int)c, n) != NULL;
        if (c == best || !listed || (available >> c & 1) == 0 || a->quality[c] == 0)
            continue;
        check(best != CODING_NONE, "coding %d would do", c);
        check(a->quality[c] < a->quality[best] || (a->quality[c] == a->quality[best] && in_order(best, c, order, n)),
              "coding %d is better than %d", c, best);
    }
}

/* Some of the codings, each at most once. */
static size_t make_order(uint8_t from, uint8_t order[CODING_COUNT])
{
    size_t n = 0;

    for (int i = 0; i < 3; i++) {
        uint8_t c = (uint8_t)(from >> 2 * i & 3);
        if (c < CODING_COUNT && memchr(order, c, n) == NULL)
            order[n++] = c;
    }
    return n;
}

/* Names of a list that is made up here, and which coding each means; the last but one is "*". */
static const struct {
    const char *name;
    int means;
} names[] = {
    {"br", CODING_BR},
    {"GZip", CODING_GZIP},
    {"x-gzip", CODING_GZIP},
    {"zstd", CODING_ZSTD},
    {"identity", CODING_IDENTITY},
    {"deflate", CODING_NONE},
    {"*", ANY},
    {"Br", CODING_BR},
};

/* One element of it; what is said twice counts at its lower quality. */
static int put_element(char *room, size_t size, uint8_t what, uint8_t weight, int said[ANY + 1])
{
    static const char *const spaces[] = {"", " ", "\t", " , "};
    int means = names[what & 7].means;
    int quality = weight < 100 ? weight * 10 : 1000;
    const char *space = spaces[what >> 3 & 3];

    if (means != CODING_NONE && (said[means] < 0 || quality < said[means]))
        said[means] = quality;
    if (quality == 1000 && (what & 0x20) != 0)
        return snprintf(room, size, "%s%s,", space, names[what & 7].name);
    return snprintf(room, size, "%s%s%s;%sq=%d.%0*d,", space, names[what & 7].name, (what & 0x40) != 0 ? " " : "",
                    (what & 0x80) != 0 ? "\t" : "", quality / 1000, (what & 0x40) != 0 ? 3 : 2,
                    (what & 0x40) != 0 ? quality % 1000 : quality % 1000 / 10);
}

static void check_made_up(struct sv in)
{
    static struct asking asking;
    char list[LIST_MAX];
    int said[ANY + 1];
    struct acceptable a;
    size_t len = 0;

    for (int c = 0; c <= ANY; c++)
        said[c] = -1;
    for (int i = 0; i < 40 && in.len > 0; i++) {
        uint8_t what = fuzz_byte(&in);
        len += (size_t)put_element(list + len, sizeof list - len, what, fuzz_byte(&in), said);
    }
    check(ask(&asking, "accept-encoding", sv_of(list, len)), "no request: %.*s", (int)len, list);
    negotiate_read(&a, &asking.rq);
    for (int c = 0; c <= CODING_IDENTITY; c++) {
        int want = said[c] >= 0 ? said[c] : said[ANY];
        if (want >= 0)
            check(a.quality[c] == want, "%.*s: coding %d has quality %u, not %d", (int)len, list, c, a.quality[c],
                  want);
        else
            check((a.quality[c] > 0) == (c == CODING_IDENTITY), "%.*s: coding %d was not named", (int)len, list, c);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct asking asking;
    struct sv in = fuzz_input(data, len);
    uint32_t available = fuzz_byte(&in) & ((2U << CODING_IDENTITY) - 1);
    uint8_t order[CODING_COUNT];
    size_t n = make_order(fuzz_byte(&in), order);
    struct acceptable a;

    if (ask(&asking, "Accept-Encoding", in)) {
        negotiate_read(&a, &asking.rq);
        check_choice(&a, available, order, n);
    }
    check_made_up(in);
    return 0;
}
