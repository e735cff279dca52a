/* SPDX-License-Identifier: MIT */
/* What the numbers of the counters stand for: each that is shown has its words. */

#include "status/family.h"

#include <string.h>

#include "io/timeout.h"
#include "reactor/shard.h"

#include "expect.h"

static void each_family_has_a_word_for_each_number_that_it_shows(void **state)
{
    char room[FAMILY_WORD_MAX];

    (void)state;
    for (unsigned i = 0; i < FAMILIES; i++) {
        const struct family *f = &families[i];
        assert_true(f->kind == FAMILY_TIMES ? f->slots == HISTOGRAM_SLOTS : family_size(f) <= f->slots);
        for (unsigned k = 0; f->label[0].name != NULL && k < family_size(f); k++)
            expect(family_word(f, k, 0, room) != NULL, "%s: number %u has no word", f->name, k);
    }
}

static void expect_words(unsigned counter, const char *first, const char *second)
{
    for (unsigned i = 0; i < FAMILIES; i++) {
        const struct family *f = &families[i];
        char room[FAMILY_WORD_MAX];
        if (counter < f->first || counter >= f->first + f->slots)
            continue;
        expect(strcmp(family_word(f, counter - f->first, 0, room), first) == 0, "%s: number %u is not %s", f->name,
               counter - f->first, first);
        expect(second == NULL || strcmp(family_word(f, counter - f->first, 1, room), second) == 0,
               "%s: number %u is not %s", f->name, counter - f->first, second);
        return;
    }
    expect(false, "%u is in no family", counter);
}

/* As those who count put them: reactor/account, reactor/conn, files/stock. */
static void words_are_those_of_the_number(void **state)
{
    (void)state;
    expect_words(COUNTER_REQUESTS, "GET", "2xx");
    expect_words(COUNTER_REQUESTS + COUNT_HEAD * COUNT_CLASSES + 1, "HEAD", "3xx");
    expect_words(COUNTER_REQUESTS + COUNT_OTHER * COUNT_CLASSES + 3, "other", "5xx");
    expect_words(COUNTER_CLOSED + CLOSE_DONE, "done", NULL);
    expect_words(COUNTER_CLOSED + CLOSE_NO_MEMORY, "no_memory", NULL);
    expect_words(COUNTER_STATE + TIMEOUT_HEADER, "reading_head", NULL);
    expect_words(COUNTER_STATE + TIMEOUT_LINGER, "lingering", NULL);
    expect_words(COUNTER_LOOKUPS + COUNT_REVALIDATED, "revalidated", NULL);
}

/* One behind the other, without a gap: whoever shows all families shows all counters. */
static void each_counter_is_in_one_family(void **state)
{
    unsigned next = 0;

    (void)state;
    for (unsigned i = 0; i < FAMILIES; i++) {
        expect(families[i].first == next && families[i].slots > 0, "%s begins at %u", families[i].name,
               families[i].first);
        next += families[i].slots;
        expect(families[i].help[0] != '\0' && families[i].name[0] != '\0', "%u has no name or help", i);
        for (unsigned k = 0; k < i; k++)
            expect(strcmp(families[i].name, families[k].name) != 0, "%s is there twice", families[i].name);
    }
    assert_int_equal(next, COUNTERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_family_has_a_word_for_each_number_that_it_shows),
        cmocka_unit_test(words_are_those_of_the_number),
        cmocka_unit_test(each_counter_is_in_one_family),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
