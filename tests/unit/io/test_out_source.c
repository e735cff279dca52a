/* SPDX-License-Identifier: MIT */
/* A row with a source: more is put in when all before it has been sent, whatever the socket takes at a time; what a peer
 * pins that does not read is bounded; and the source is ended once, whoever has the row then. */

#include "io/out.h"

#include <signal.h>

#include "out_row.h"

enum { FILE_LEN = 60000, ENOUGH = 1 << 24 };

static struct row row;

/* Puts in `steps` steps, each of a text, a view of a blob, and, every other time, a part of a file. */
struct steps {
    struct out_source source;
    int steps, done, ended;
    int fd; /* -1: no parts of files */
    struct sv content;
};

enum { STEP_TEXT = 30, STEP_VIEW = 70, STEP_FILE = 500 };

static size_t step_len(const struct steps *s, int step)
{
    return STEP_TEXT + STEP_VIEW + (s->fd >= 0 && step % 2 == 0 ? STEP_FILE : 0);
}

static void put_step(struct out_source *source, struct out *o)
{
    struct steps *s = list_of(source, struct steps, source);
    struct ref *owner = &row.blob[1].ref;
    char text[STEP_TEXT];

    memset(text, 'a' + s->done % 26, sizeof text);
    out_text(o, sv_of(text, sizeof text));
    out_piece(o, sv_of(row.blob[1].bytes + s->done, STEP_VIEW), owner);
    if (step_len(s, s->done) > STEP_TEXT + STEP_VIEW)
        out_file(o, s->fd, (uint64_t)s->done, STEP_FILE, owner);
    s->done++;
}

static void end_steps(struct out_source *source)
{
    list_of(source, struct steps, source)->ended++;
}

static struct steps steps_of(int steps, int fd, struct sv content)
{
    struct steps s = {{put_step, end_steps, 0}, .steps = steps, .fd = fd, .content = content};

    for (int i = 0; i < steps; i++)
        s.source.left += step_len(&s, i);
    return s;
}

/* What the row is meant to send for them. */
static void mean_steps(const struct steps *s)
{
    char text[STEP_TEXT];

    for (int i = 0; i < s->steps; i++) {
        memset(text, 'a' + i % 26, sizeof text);
        row_mean(&row, sv_of(text, sizeof text));
        row_mean(&row, sv_of(row.blob[1].bytes + i, STEP_VIEW));
        if (step_len(s, i) > STEP_TEXT + STEP_VIEW)
            row_mean(&row, sv_of(s->content.p + i, STEP_FILE));
    }
}

static void take_all(int fd)
{
    while (row_read(&row, fd, 65536) > 0)
        continue;
}

static void what_the_source_has_left_counts_and_fills_the_row(void **state)
{
    struct steps s = steps_of(5, -1, (struct sv){0});
    struct out *out = out_new();

    (void)state;
    row_begin(&row, out);
    row_text(&row, 11);
    assert_true(out_has_room(out, 0));
    out_source(out, &s.source);
    assert_int_equal(s.done, 1); /* the first goes with what is there */
    assert_int_equal(out->bytes, 11 + 5 * (STEP_TEXT + STEP_VIEW));
    assert_int_equal(s.source.left, 4 * (STEP_TEXT + STEP_VIEW));
    assert_false(out_has_room(out, 0));
    out_clear(out);
    assert_int_equal(s.ended, 1);
    assert_int_equal(row.blob[1].ref.count, 1);
    assert_true(out_has_room(out, 0));
    assert_true(out_empty(out));
    out_free(&out);
    assert_int_equal(s.ended, 1);
}

static void a_source_of_one_step_is_ended_at_once(void **state)
{
    struct steps s = steps_of(1, -1, (struct sv){0});
    struct out *out = out_new();

    (void)state;
    row_begin(&row, out);
    out_source(out, &s.source);
    assert_int_equal(s.ended, 1);
    assert_null(out->source);
    assert_int_equal(out->bytes, STEP_TEXT + STEP_VIEW);
    assert_true(out_has_room(out, 0));
    out_free(&out);
    assert_int_equal(s.ended, 1);
}

/* The whole row at once, and in turns of a byte or two, saved in between or not, to a peer that reads now and then. */
static void every_byte_arrives_in_its_order(void **state)
{
    struct sv content = make_pattern("file", FILE_LEN);
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    struct out *first = out_new();
    uint64_t seed = 23;
    int ends[2];

    (void)state;
    make_unix_pair(ends, true);
    for (int run = 0; run < 60; run++) {
        struct steps s = steps_of(2 + (int)random_below(&seed, 60), run % 3 == 0 ? -1 : fd, content);
        enum out_result result;
        uint64_t all = s.source.left + 40;
        uint64_t sent = 0;
        row_begin(&row, first);
        row_text(&row, 40);
        mean_steps(&s);
        out_source(first, &s.source);
        assert_int_equal(first->bytes, all);
        do {
            row.out->sent = 0;
            result = flush_row(row.out, ends[0], false, run % 2 == 0 ? ENOUGH : 1 + random_below(&seed, 9000));
            sent += row.out->sent;
            assert_true(result == OUT_DONE || result == OUT_BLOCKED || result == OUT_YIELD);
            if (result != OUT_DONE && (row.out == first || random_below(&seed, 3) == 0))
                row_save(&row, row.out != first);
            for (size_t reads = random_below(&seed, 4); reads > 0; reads--)
                (void)row_read(&row, ends[1], 1 + random_below(&seed, 3000));
        } while (result != OUT_DONE);
        assert_int_equal(sent, all);
        assert_int_equal(s.done, s.steps);
        assert_int_equal(s.ended, 1);
        assert_true(out_empty(row.out));
        while (row.got < row.meant_len && readable_within(ends[1], NEVER_MS))
            (void)row_read(&row, ends[1], 65536);
        row_end(&row);
        if (row.out != first)
            out_free(&row.out);
    }
    out_free(&first);
    close_pair(ends);
    (void)close(fd);
    free_pattern(content);
}

/* A peer that does not read: the row keeps a step and the source, however much is still to come. */
static void a_saved_row_holds_no_more_than_the_source_puts_in_at_once(void **state)
{
    struct steps s = steps_of(10000, -1, (struct sv){0});
    struct out *first = out_new();
    int ends[2];

    (void)state;
    make_unix_pair(ends, true);
    row_begin(&row, first);
    out_source(first, &s.source);
    uint64_t all = first->bytes;
    assert_int_equal(flush_row(first, ends[0], false, ENOUGH), OUT_BLOCKED);
    uint64_t sent = first->sent;
    row_save(&row, false);
    assert_null(first->source);
    assert_int_equal(s.ended, 0);
    assert_int_equal(row.out->bytes, all - sent);
    assert_true(row.out->cap <= OUT_SOURCE_PIECES && row.out->cap_parts <= OUT_SOURCE_PARTS);
    assert_true(row.out->text_cap <= OUT_SOURCE_TEXT);
    assert_false(out_has_room(row.out, 0));
    assert_true(out_has_room(first, 0));
    out_free(&row.out);
    assert_int_equal(s.ended, 1);
    assert_int_equal(row.blob[1].ref.count, 1);
    out_free(&first);
    close_pair(ends);
}

/* Asking costs OUT_SOURCE_COST, so that a turn ends however small the steps are. */
static void a_turn_of_small_steps_ends_when_its_budget_is_spent(void **state)
{
    enum { ASKED = 10 };
    struct steps s = steps_of(100, -1, (struct sv){0});
    struct out *out = out_new();
    size_t budget = ASKED * OUT_SOURCE_COST;
    int ends[2];

    (void)state;
    make_unix_pair(ends, false);
    row_begin(&row, out);
    mean_steps(&s);
    out_source(out, &s.source);
    assert_int_equal(out_flush(out, ends[0], false, &budget), OUT_YIELD);
    assert_int_equal(budget, 0);
    assert_int_equal(s.done, 1 + ASKED); /* the first was asked for when the row got it */
    assert_int_equal(out->sent, (1 + ASKED) * (STEP_TEXT + STEP_VIEW));
    assert_int_equal(flush_row(out, ends[0], false, 0), OUT_YIELD);
    assert_int_equal(s.done, 1 + ASKED);
    assert_int_equal(flush_row(out, ends[0], true, ENOUGH), OUT_DONE);
    take_all(ends[1]);
    row_end(&row);
    assert_int_equal(s.ended, 1);
    out_free(&out);
    close_pair(ends);
}

static void a_file_that_shrank_ends_it_all(void **state)
{
    struct sv content = make_pattern("file", FILE_LEN);
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    struct steps s = steps_of(50, fd, content);
    struct out *out = out_new();
    int ends[2];

    (void)state;
    make_unix_pair(ends, false);
    row_begin(&row, out);
    mean_steps(&s);
    out_source(out, &s.source);
    assert_int_equal(truncate("file", 10 + STEP_FILE), 0);
    assert_int_equal(flush_row(out, ends[0], false, ENOUGH), OUT_SHRANK);
    take_all(ends[1]);
    out_clear(out);
    assert_int_equal(s.ended, 1);
    row.meant_len = row.got;
    row_end(&row);
    assert_in_range(row.got, 10 * (STEP_TEXT + STEP_VIEW) + 5 * STEP_FILE, out->sent);
    out_free(&out);
    close_pair(ends);
    (void)close(fd);
    free_pattern(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_source_has_left_counts_and_fills_the_row),
        cmocka_unit_test(a_source_of_one_step_is_ended_at_once),
        scratch_test(every_byte_arrives_in_its_order),
        cmocka_unit_test(a_saved_row_holds_no_more_than_the_source_puts_in_at_once),
        cmocka_unit_test(a_turn_of_small_steps_ends_when_its_budget_is_spent),
        scratch_test(a_file_that_shrank_ends_it_all),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
