/* SPDX-License-Identifier: MIT */
/* The parser of request heads: the corpus (tests/corpus/README.md says what its names mean), whole, in small pieces and
 * cut at every position; limits at their bounds; and damaged requests, where what is found must be what a second,
 * simpler parser finds. */

#include "http/parse.h"

#include "corpus.h"
#include "feed.h"
#include "reference_head.h"

/* Those of the corpus. */
static const struct parse_limits limits = {.head_size = 1024, .target_size = 200, .field_count = 12};

static struct corpus *corpus;

static int load(void **state)
{
    (void)state;
    corpus = corpus_load(TESTS_DIR "/corpus/head");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    corpus_free(corpus);
    return 0;
}

/* What a file's name promises: 0 for "ok", 1 for "more", else a status. */
enum { OK = 0, MORE = 1 };

static int promised(const char *name)
{
    if (strncmp(name, "ok-", 3) == 0)
        return OK;
    return strncmp(name, "more-", 5) == 0 ? MORE : (int)strtol(name, NULL, 10);
}

static int outcome(const struct fed *fed)
{
    if (fed->result == PARSE_BAD)
        return fed->ps.status;
    return fed->result == PARSE_DONE ? OK : MORE;
}

static void the_corpus_holds_cases_of_every_kind(void **state)
{
    size_t ok = 0;
    size_t bad = 0;

    (void)state;
    for (size_t i = 0; i < corpus->n; i++) {
        int want = promised(corpus->files[i].name);
        ok += want == OK;
        bad += want >= 400 && want < 600;
        expect(want == OK || want == MORE || (want >= 400 && want < 600), "%s promises nothing", corpus->files[i].name);
    }
    expect(ok >= 60 && bad >= 100, "%zu good and %zu bad heads", ok, bad);
}

static void each_head_of_the_corpus_gets_what_its_name_says(void **state)
{
    struct feed f = feed_new(&limits, CORPUS_SIZE_MAX);
    struct fed fed;

    (void)state;
    for (size_t i = 0; i < corpus->n; i++) {
        feed_whole(&f, &fed, corpus->files[i].text);
        expect(outcome(&fed) == promised(corpus->files[i].name), "%s: got %d", corpus->files[i].name, outcome(&fed));
    }
    feed_free(&f);
}

static void each_head_is_read_the_same_in_whatever_pieces_it_comes(void **state)
{
    struct feed f = feed_new(&limits, CORPUS_SIZE_MAX);
    struct fed fed;

    (void)state;
    for (size_t i = 0; i < corpus->n; i++) {
        feed_whole(&f, &fed, corpus->files[i].text);
        expect_same_in_all_ways(&f, &fed, corpus->files[i].text, corpus->files[i].name);
    }
    feed_free(&f);
}

/* A whole head ends with its last byte: not sooner, and what stands behind it does not matter. */
static void no_front_of_a_good_head_is_a_head(void **state)
{
    struct feed f = feed_new(&limits, CORPUS_SIZE_MAX);
    struct fed fed;

    (void)state;
    for (size_t i = 0; i < corpus->n; i++) {
        const struct corpus_file *file = &corpus->files[i];
        if (promised(file->name) != OK)
            continue;
        feed_whole(&f, &fed, file->text);
        for (uint32_t len = fed.ps.pos; len > 0; len--) {
            struct fed front;
            feed_whole(&f, &front, sv_of(file->text.p, len));
            expect(outcome(&front) == (len == fed.ps.pos ? OK : MORE), "%s: %u bytes: %d", file->name, len,
                   outcome(&front));
        }
    }
    feed_free(&f);
}

static void expect_reference(const struct fed *fed, struct sv text, const char *name)
{
    struct reference_head ref;
    struct fed as_fed = {.result = PARSE_DONE};

    bool whole = reference_head(&ref, text.p, (uint32_t)text.len);
    bool fits = whole && ref.len <= limits.head_size && ref.n_fields <= limits.field_count &&
                ref.target.len <= limits.target_size;
    expect(fits == (fed->result == PARSE_DONE), "%s: result %d, the reference says %d", name, fed->result, whole);
    if (!fits)
        return;
    as_fed.ps = (struct parse){
        .n_fields = ref.n_fields, .pos = ref.len, .method = ref.method, .target = ref.target, .version = ref.version};
    memcpy(as_fed.fields, ref.fields, sizeof ref.fields);
    expect_same(&as_fed, fed, name);
}

static void the_spans_are_those_that_a_second_parser_finds(void **state)
{
    struct feed f = feed_new(&limits, CORPUS_SIZE_MAX);
    struct fed fed;

    (void)state;
    for (size_t i = 0; i < corpus->n; i++) {
        feed_whole(&f, &fed, corpus->files[i].text);
        expect_reference(&fed, corpus->files[i].text, corpus->files[i].name);
    }
    feed_free(&f);
}

/* Put in, take out, or change a byte, most often one that means something to the grammar. */
static size_t damage(uint64_t *seed, char *p, size_t len)
{
    static const char telling[] = "\r\n \t:\0\x7f\x80#/HTTP/1.1_~@a0";
    char c =
        random_below(seed, 8) == 0 ? (char)random_below(seed, 256) : telling[random_below(seed, sizeof telling - 1)];
    size_t at = random_below(seed, len + 1);

    switch (random_below(seed, 3)) {
    case 0:
        memmove(p + at + 1, p + at, len - at);
        p[at] = c;
        return len + 1;
    case 1:
        if (at < len)
            memmove(p + at, p + at + 1, len - at - 1);
        return at < len ? len - 1 : len;
    default:
        if (at < len)
            p[at] = c;
        return len;
    }
}

static void damaged_heads_are_read_as_a_second_parser_reads_them(void **state)
{
    struct feed f = feed_new(&limits, CORPUS_SIZE_MAX + 8);
    uint64_t seed = 0xda3a9e;

    (void)state;
    for (int i = 0; i < 40000; i++) {
        const struct corpus_file *file = &corpus->files[random_below(&seed, corpus->n)];
        char text[CORPUS_SIZE_MAX + 8];
        char name[160];
        size_t len = file->text.len;
        struct fed whole;
        struct fed cut;

        memcpy(text, file->text.p, len);
        for (size_t n = 1 + random_below(&seed, 4); n > 0; n--)
            len = damage(&seed, text, len);
        (void)snprintf(name, sizeof name, "%s, damage %d", file->name, i);
        feed_whole(&f, &whole, sv_of(text, len));
        expect_reference(&whole, sv_of(text, len), name);
        feed_cut(&f, &cut, sv_of(text, len), random_below(&seed, len + 1));
        expect_same(&whole, &cut, name);
        feed_steps(&f, &cut, sv_of(text, len), 1 + random_below(&seed, 40));
        expect_same(&whole, &cut, name);
    }
    feed_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus_holds_cases_of_every_kind),
        cmocka_unit_test(each_head_of_the_corpus_gets_what_its_name_says),
        cmocka_unit_test(no_front_of_a_good_head_is_a_head),
        cmocka_unit_test(the_spans_are_those_that_a_second_parser_finds),
        cmocka_unit_test(each_head_is_read_the_same_in_whatever_pieces_it_comes),
        cmocka_unit_test(damaged_heads_are_read_as_a_second_parser_reads_them),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
