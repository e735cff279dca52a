/* SPDX-License-Identifier: MIT */
/* Lists in fields, from either end. */

#include "http/elements.h"

struct sv element_take(struct sv *list)
{
    size_t comma = sv_find(*list, ',');
    struct sv element = sv_trim(sv_of(list->p, comma));

    *list = sv_skip(*list, comma < list->len ? comma + 1 : comma);
    return element;
}

bool element_next(struct sv *list, struct sv *element)
{
    while (list->len > 0) {
        *element = element_take(list);
        if (element->len > 0)
            return true;
    }
    return false;
}

bool element_last(struct sv *list, struct sv *element)
{
    while (list->len > 0) {
        size_t start = list->len;
        while (start > 0 && list->p[start - 1] != ',')
            start--;
        *element = sv_trim(sv_skip(*list, start));
        list->len = start > 0 ? start - 1 : 0;
        if (element->len > 0)
            return true;
    }
    return false;
}
