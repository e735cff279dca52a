/* SPDX-License-Identifier: MIT */
/* Rings of embedded links, held against an array that is told the same things. */

#include "base/list.h"

#include <string.h>

#include "expect.h"

enum { ITEMS = 24 };

struct item {
    int before;
    struct list link;
    int number;
};

static struct item items[ITEMS];

static void init_items(void)
{
    for (int i = 0; i < ITEMS; i++) {
        items[i].number = i;
        list_init(&items[i].link);
    }
}

static int number_of(const struct list *l)
{
    return list_of(l, struct item, link)->number;
}

/* The ring must be `numbers`, read forwards and backwards. */
static void expect_ring(const struct list *head, const int *numbers, size_t n)
{
    const struct list *l = head->next;

    for (size_t i = 0; i < n; i++, l = l->next) {
        expect(l != head, "%zu links instead of %zu", i, n);
        assert_int_equal(number_of(l), numbers[i]);
    }
    assert_ptr_equal(l, head);
    l = head->prev;
    for (size_t i = n; i > 0; i--, l = l->prev)
        assert_int_equal(number_of(l), numbers[i - 1]);
    assert_ptr_equal(l, head);
    assert_int_equal(list_empty(head), n == 0);
}

static void a_new_ring_is_empty_and_gives_nothing(void **state)
{
    struct list head;

    (void)state;
    list_init(&head);
    expect_ring(&head, NULL, 0);
    assert_null(list_pop(&head));
    expect_ring(&head, NULL, 0);
}

static void links_come_out_in_the_order_of_appending(void **state)
{
    struct list head;

    (void)state;
    list_init(&head);
    init_items();
    for (int i = 0; i < ITEMS; i++)
        list_append(&head, &items[i].link);
    for (int i = 0; i < ITEMS; i++) {
        struct list *l = list_pop(&head);
        assert_ptr_equal(list_of(l, struct item, link), &items[i]);
        assert_true(list_empty(l));
    }
    assert_null(list_pop(&head));
}

static void a_link_in_no_ring_may_be_removed(void **state)
{
    struct list head;
    static const int left[] = {0, 2};

    (void)state;
    list_init(&head);
    init_items();
    for (int i = 0; i < 3; i++)
        list_append(&head, &items[i].link);
    list_remove(&items[3].link);
    list_remove(&items[1].link);
    list_remove(&items[1].link);
    expect_ring(&head, left, ROWS(left));
    assert_true(list_empty(&items[1].link));
}

static void moving_a_ring_takes_all_in_order_and_leaves_it_empty(void **state)
{
    static const int all[] = {0, 1, 2, 3, 4};

    (void)state;
    for (size_t n = 0; n <= ROWS(all); n++) {
        struct list from, to;
        list_init(&from);
        list_init(&to);
        init_items();
        for (size_t i = 0; i < n; i++)
            list_append(&from, &items[i].link);
        list_move(&to, &from);
        expect_ring(&to, all, n);
        expect_ring(&from, NULL, 0);
        list_append(&from, &items[9].link);
        expect_ring(&to, all, n);
    }
}

static void random_changes_agree_with_an_array(void **state)
{
    uint64_t seed = 11;
    struct list head;
    int model[ITEMS];
    size_t n = 0;

    (void)state;
    list_init(&head);
    init_items();
    for (int round = 0; round < 20000; round++) {
        struct item *item = &items[random_below(&seed, ITEMS)];
        if (random_below(&seed, 4) == 0) {
            struct list *first = list_pop(&head);
            assert_int_equal(first != NULL, n > 0);
            if (n > 0) {
                assert_int_equal(number_of(first), model[0]);
                memmove(model, model + 1, --n * sizeof model[0]);
            }
        } else if (list_empty(&item->link)) {
            list_append(&head, &item->link);
            model[n++] = item->number;
        } else {
            size_t at = 0;
            while (model[at] != item->number)
                at++;
            list_remove(&item->link);
            memmove(model + at, model + at + 1, (--n - at) * sizeof model[0]);
        }
        expect_ring(&head, model, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_ring_is_empty_and_gives_nothing),
        cmocka_unit_test(links_come_out_in_the_order_of_appending),
        cmocka_unit_test(a_link_in_no_ring_may_be_removed),
        cmocka_unit_test(moving_a_ring_takes_all_in_order_and_leaves_it_empty),
        cmocka_unit_test(random_changes_agree_with_an_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
