/* SPDX-License-Identifier: MIT */
/* base/list.h: doubly linked rings of things that embed a link (header only).
 *
 * A ring is a link of its own, the head; a link that is in no ring points to itself.
 *
 * Ownership: the list owns nothing.
 * Threads:   one at a time for all links of a ring.
 * Errors:    none.
 */
#ifndef BATON_BASE_LIST_H
#define BATON_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *prev;
};

/* The thing that embeds this link as its `member`. */
#define list_of(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void list_init(struct list *l)
{
    l->next = l;
    l->prev = l;
}

/* Is the ring empty, or the link in no ring? */
static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

/* Take the link out of its ring, if it is in one. */
static inline void list_remove(struct list *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
    list_init(l);
}

/* Put the link, which is in no ring, last. */
static inline void list_append(struct list *head, struct list *l)
{
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}

/* Put the link, which is in no ring, first. */
static inline void list_prepend(struct list *head, struct list *l)
{
    list_append(head->next, l);
}

/* Take out the first link; NULL where the ring is empty. */
static inline struct list *list_pop(struct list *head)
{
    struct list *first = head->next;

    if (first == head)
        return NULL;
    list_remove(first);
    return first;
}

/* Move all links of `from` to the empty ring `to`. */
static inline void list_move(struct list *to, struct list *from)
{
    if (list_empty(from))
        return;
    to->next = from->next;
    to->prev = from->prev;
    to->next->prev = to;
    to->prev->next = to;
    list_init(from);
}

#endif
