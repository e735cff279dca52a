/* SPDX-License-Identifier: MIT */
/* The row itself: room, merging, saving, and who holds a reference when. Nothing is sent here. */

#include "io/out.h"

#include "out_row.h"

static struct row row;

static int begin(void **state)
{
    (void)state;
    row_begin(&row, out_new());
    return row.out == NULL;
}

static int end(void **state)
{
    (void)state;
    out_free(&row.out);
    return row.out != NULL;
}

static void a_new_row_is_empty_and_has_room(void **state)
{
    (void)state;
    assert_true(out_empty(row.out));
    assert_true(out_has_room(row.out, OUT_TEXT));
    assert_false(out_has_room(row.out, OUT_TEXT + 1));
    assert_int_equal(row.out->cap, OUT_PIECES);
}

static void texts_in_a_row_become_one_piece(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        out_text(row.out, SV("text "));
    assert_int_equal(row.out->n, 1);
    assert_int_equal(row.out->piece[0].iov_len, 500);
    memcpy(out_text_end(row.out), "more", 4);
    out_text_written(row.out, 4);
    assert_int_equal(row.out->n, 1);
    assert_int_equal(row.out->piece[0].iov_len, 504);
    assert_memory_equal((char *)row.out->piece[0].iov_base + 495, "text more", 9);
}

static void texts_are_not_merged_across_another_piece(void **state)
{
    (void)state;
    row_text(&row, 10);
    row_borrowed(&row, 10);
    row_text(&row, 10);
    row_text(&row, 10);
    row_owned(&row, 0, 0, 10);
    row_text(&row, 10);
    assert_int_equal(row.out->n, 5);
    assert_int_equal(row.out->piece[2].iov_len, 20);
    assert_int_equal(row.blob[0].ref.count, 2);
}

static void room_for_pieces_ends_one_answer_before_the_row_does(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < OUT_PIECES; n++) {
        assert_int_equal(out_has_room(row.out, 0), n <= OUT_PIECES - OUT_ANSWER_PIECES);
        row_owned(&row, n % ROW_BLOBS, 0, 1);
    }
    assert_false(out_has_room(row.out, 0));
    out_clear(row.out);
    assert_true(out_has_room(row.out, OUT_TEXT));
}

static void room_for_text_is_what_is_left_of_it(void **state)
{
    (void)state;
    for (size_t used = 0; used < OUT_BYTES; used += 4096) {
        assert_true(out_has_room(row.out, OUT_TEXT - used));
        assert_false(out_has_room(row.out, OUT_TEXT - used + 1));
        row_text(&row, 4096);
    }
}

static void a_row_that_holds_much_is_full(void **state)
{
    (void)state;
    for (size_t held = 0; held < OUT_BYTES; held += BLOB_LEN) {
        assert_true(out_has_room(row.out, 0));
        row_owned(&row, 0, 0, BLOB_LEN);
    }
    assert_false(out_has_room(row.out, 0));
    out_clear(row.out);
    assert_true(out_has_room(row.out, 0));
}

/* One answer may hold several parts, of one file; a second answer would hold another file open. */
static void a_row_with_a_part_of_a_file_is_full(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < OUT_ANSWER_PARTS; n++) {
        assert_int_equal(out_has_room(row.out, 0), n == 0);
        out_file(row.out, -1, 0, 10, &row.blob[0].ref);
    }
    assert_false(out_empty(row.out));
    assert_int_equal(row.blob[0].ref.count, 1 + OUT_ANSWER_PARTS);
    out_clear(row.out);
    assert_true(out_has_room(row.out, 0));
    assert_true(out_empty(row.out));
    assert_int_equal(row.blob[0].ref.count, 1);
}

static void a_saved_row_is_exactly_as_large_as_needed(void **state)
{
    (void)state;
    row_text(&row, 100);
    row_owned(&row, 0, 0, 5000);
    row_borrowed(&row, 30);
    out_file(row.out, 7, 11, 13, &row.blob[1].ref);
    struct out *first = row.out;
    row_save(&row, false);
    assert_int_equal(row.out->cap, 4);
    assert_int_equal(row.out->n, 4);
    assert_int_equal(row.out->cap_parts, 1);
    assert_int_equal(row.out->n_parts, 1);
    assert_int_equal(row.out->text_cap, 130);
    assert_int_equal(row.out->sent, 0);
    assert_int_equal(row.out->part[0].fd, 7);
    assert_int_equal(row.out->part[0].at, 11);
    assert_int_equal(row.out->part[0].left, 13);
    assert_ptr_equal(row.out->piece[1].iov_base, row.blob[0].bytes);
    assert_int_equal(row.blob[0].ref.count, 2);
    assert_int_equal(row.blob[1].ref.count, 2);
    assert_true(out_has_room(first, OUT_TEXT));
    out_free(&first);
    assert_null(first);
    assert_int_equal(row.blob[0].ref.count, 2);
}

static void freeing_and_clearing_put_every_reference(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 20; i++)
            row_owned(&row, i % ROW_BLOBS, 0, 10);
        out_file(row.out, -1, 0, 10, &row.blob[3].ref);
        assert_int_equal(row.blob[3].ref.count, 7);
        if (round == 0)
            out_clear(row.out);
        else
            out_free(&row.out);
        for (size_t i = 0; i < ROW_BLOBS; i++)
            assert_int_equal(row.blob[i].ref.count, 1);
    }
    assert_null(row.out);
    out_free(&row.out);
}

static void a_row_holds_the_last_reference_if_nobody_else_does(void **state)
{
    (void)state;
    row_owned(&row, 2, 0, 10);
    ref_put(&row.blob[2].ref);
    row_save(&row, true);
    assert_int_equal(row.blob[2].ended, 0);
    out_clear(row.out);
    assert_int_equal(row.blob[2].ended, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_row_is_empty_and_has_room, begin, end),
        cmocka_unit_test_setup_teardown(texts_in_a_row_become_one_piece, begin, end),
        cmocka_unit_test_setup_teardown(texts_are_not_merged_across_another_piece, begin, end),
        cmocka_unit_test_setup_teardown(room_for_pieces_ends_one_answer_before_the_row_does, begin, end),
        cmocka_unit_test_setup_teardown(room_for_text_is_what_is_left_of_it, begin, end),
        cmocka_unit_test_setup_teardown(a_row_that_holds_much_is_full, begin, end),
        cmocka_unit_test_setup_teardown(a_row_with_a_part_of_a_file_is_full, begin, end),
        cmocka_unit_test_setup_teardown(a_saved_row_is_exactly_as_large_as_needed, begin, end),
        cmocka_unit_test_setup_teardown(freeing_and_clearing_put_every_reference, begin, end),
        cmocka_unit_test_setup_teardown(a_row_holds_the_last_reference_if_nobody_else_does, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
