/* SPDX-License-Identifier: MIT */
/* Which times are believed, and what the entity tag is made of. */

#include "files/tag.h"

#include <inttypes.h>

#include "config/config.h"
#include "files/sums.h"

#include "expect.h"

#define NOW    INT64_C(784111777)
#define SECOND INT64_C(1000000000)

static const enum time_verdict doubts[] = {TIME_SHARED, TIME_LONE, TIME_EARLY, TIME_CAUGHT};

static void last_modified_is_left_out_where_it_would_lie(void **state)
{
    static const struct when {
        int64_t modified_ns;
        int64_t now;
        int64_t said; /* INT64_MAX: not at all */
    } rows[] = {
        {(NOW - 1) * SECOND, NOW, NOW - 1},
        {NOW * SECOND - 1, NOW, NOW - 1},
        {NOW * SECOND, NOW, INT64_MAX}, /* this second is not over */
        {(NOW + 1) * SECOND, NOW, INT64_MAX},
        {NOW * SECOND, NOW + 1, NOW},
        {2 * SECOND, NOW, 2},
        {INT64_MAX, NOW, INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct stamp stamp = {.modified_ns = rows[i].modified_ns};
        struct tag_file f = {&stamp, TIME_TRUSTED, ETAG_STAT, rows[i].now};
        expect(tag_modified(&f) == rows[i].said, "row %zu: %" PRId64, i, tag_modified(&f));
        f.etag = ETAG_OFF;
        expect(tag_modified(&f) == rows[i].said, "row %zu: without tags", i);
        f.etag = ETAG_CONTENT;
        expect(tag_modified(&f) == INT64_MAX, "row %zu: with tags of content", i);
        for (size_t k = 0; k < ROWS(doubts); k++) {
            f = (struct tag_file){&stamp, doubts[k], ETAG_STAT, rows[i].now};
            expect(tag_modified(&f) == INT64_MAX, "row %zu, doubt %zu", i, k);
        }
    }
}

/* A file too large for a tag of content: a doubt is no proof, and then nothing else would tell its states apart. */
static void a_huge_file_loses_its_time_only_for_certain(void **state)
{
    struct stamp stamp = {.size = SUM_FILE_MAX + 1ULL, .modified_ns = (NOW - 1000) * SECOND};

    (void)state;
    for (size_t k = 0; k < ROWS(doubts); k++) {
        struct tag_file f = {&stamp, doubts[k], ETAG_STAT, NOW};
        bool certain = doubts[k] == TIME_EARLY || doubts[k] == TIME_CAUGHT;
        expect(time_is_false(doubts[k]) == certain, "doubt %zu", k);
        expect(tag_modified(&f) == (certain ? INT64_MAX : NOW - 1000), "doubt %zu: Last-Modified", k);
        expect(tag_source(&f, false) == (certain ? TAG_NONE : TAG_STAT), "doubt %zu: the tag", k);
    }
}

static void a_tag_is_made_of_what_can_be_trusted(void **state)
{
    static const struct made {
        int etag;
        int64_t age_s;
        uint64_t size;
        bool at_hand;
        enum tag_source source;
    } rows[] = {
        {ETAG_STAT, 1000, 10, true, TAG_STAT},
        {ETAG_STAT, 3, 10, true, TAG_STAT},
        {ETAG_STAT, 2, 10, true, TAG_CONTENT},
        {ETAG_STAT, 0, 10, true, TAG_CONTENT},
        {ETAG_STAT, -1000, 10, true, TAG_CONTENT},
        {ETAG_STAT, NOW - 2, 10, true, TAG_STAT},
        {ETAG_STAT, 1000, SUM_FILE_MAX, false, TAG_STAT},
        {ETAG_STAT, 1, 10, false, TAG_STAT},
        {ETAG_STAT, 0, 10, false, TAG_NONE}, /* not yet */
        {ETAG_STAT, -1, 10, false, TAG_CONTENT},
        {ETAG_STAT, -1, SUM_FILE_MAX, false, TAG_CONTENT},
        {ETAG_STAT, -1, SUM_FILE_MAX + 1ULL, false, TAG_NONE}, /* nobody will ever sum it */
        {ETAG_CONTENT, 0, 10, false, TAG_CONTENT},
        {ETAG_STAT, 1000, SUM_FILE_MAX + 1ULL, false, TAG_STAT},
        {ETAG_CONTENT, 1000, 10, true, TAG_CONTENT},
        {ETAG_CONTENT, 0, 10, true, TAG_CONTENT},
        {ETAG_CONTENT, 1000, SUM_FILE_MAX, false, TAG_CONTENT},
        {ETAG_CONTENT, 1000, SUM_FILE_MAX + 1ULL, false, TAG_NONE}, /* a time is not asked for */
        {ETAG_OFF, 1000, 10, true, TAG_NONE},
        {ETAG_OFF, 0, 10, true, TAG_NONE},
        {ETAG_OFF, 1000, 10, false, TAG_NONE},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct stamp stamp = {.size = rows[i].size, .modified_ns = (NOW - rows[i].age_s) * SECOND};
        struct tag_file f = {&stamp, TIME_TRUSTED, rows[i].etag, NOW};
        enum tag_source source = tag_source(&f, rows[i].at_hand);
        expect(source == rows[i].source, "row %zu: %d", i, (int)source);
        for (size_t k = 0; rows[i].source == TAG_STAT && rows[i].size <= SUM_FILE_MAX && k < ROWS(doubts); k++) {
            f.time = doubts[k];
            expect(tag_source(&f, rows[i].at_hand) == TAG_CONTENT, "row %zu, doubt %zu", i, k);
        }
    }
}

static void who_is_young_grows_up(void **state)
{
    struct stamp stamp = {.modified_ns = NOW * SECOND};

    (void)state;
    assert_true(tag_is_young(&stamp, NOW - 1000));
    assert_true(tag_is_young(&stamp, NOW));
    assert_true(tag_is_young(&stamp, NOW + 2));
    assert_false(tag_is_young(&stamp, NOW + 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_modified_is_left_out_where_it_would_lie),
        cmocka_unit_test(a_tag_is_made_of_what_can_be_trusted),
        cmocka_unit_test(a_huge_file_loses_its_time_only_for_certain),
        cmocka_unit_test(who_is_young_grows_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
