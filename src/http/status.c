/* SPDX-License-Identifier: MIT */
/* Status codes and their words. Read when heads and pages are rendered. */

#include "http/status.h"

#include <assert.h>
#include <stdbool.h>

const struct status status_table[STATUS_COUNT] = {
#define STATUS(code, phrase, text) [STATUS_INDEX_##code] = {code, phrase, text},
#include "http/status.def"
#undef STATUS
};

enum status_index status_index(int code)
{
    for (int i = 0; i < STATUS_COUNT; i++)
        if (status_table[i].code == code)
            return (enum status_index)i;
    assert(false && "a status that http/status.def does not list");
    return STATUS_INDEX_500;
}
