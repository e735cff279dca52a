/* SPDX-License-Identifier: MIT */
/* What the numbers stand for, gathered from the tables of all layers. /metrics and /status.json walk along it. */

#include "status/family.h"

#include <stddef.h>
#include <string.h>

#include "base/sv.h"
#include "io/timeout.h"
#include "reactor/shard.h"

static const char *const methods[COUNT_METHODS] = {"GET", "HEAD", "OPTIONS", "other"};
static const char *const classes[COUNT_CLASSES] = {"2xx", "3xx", "4xx", "5xx"};
static const char *const lookups[COUNT_LOOKUPS] = {"hit", "revalidated", "miss"};

static const char *const reasons[CLOSE_REASONS] = {
#define CLOSE(id, text) [CLOSE_##id] = #id,
#include "reactor/close_reason.def"
#undef CLOSE
};

static const char *const states[TIMEOUT_KINDS] = {
    [TIMEOUT_HEADER] = "reading_head", [TIMEOUT_BODY] = "reading_body", [TIMEOUT_KEEPALIVE] = "idle",
    [TIMEOUT_SEND] = "sending",        [TIMEOUT_SUM] = "summing",       [TIMEOUT_LINGER] = "lingering",
};

#define LABELS_REQUESTS                            \
    {                                              \
        {"method", methods, COUNT_METHODS, false}, \
        {                                          \
            "code", classes, COUNT_CLASSES, false  \
        }                                          \
    }
#define LABELS_CLOSED                              \
    {                                              \
        {                                          \
            "reason", reasons, CLOSE_REASONS, true \
        }                                          \
    }
#define LABELS_STATE                              \
    {                                             \
        {                                         \
            "state", states, TIMEOUT_KINDS, false \
        }                                         \
    }
#define LABELS_LOOKUPS                              \
    {                                               \
        {                                           \
            "result", lookups, COUNT_LOOKUPS, false \
        }                                           \
    }

const struct family families[FAMILIES] = {
    [FAMILY_REQUESTS].label = LABELS_REQUESTS,
    [FAMILY_CLOSED].label = LABELS_CLOSED,
    [FAMILY_STATE].label = LABELS_STATE,
    [FAMILY_LOOKUPS].label = LABELS_LOOKUPS,
#define FAMILY(id, kind_, slots_, name_, help_)                                                      \
    [FAMILY_##id].name = (name_), [FAMILY_##id].help = (help_), [FAMILY_##id].kind = FAMILY_##kind_, \
    [FAMILY_##id].first = COUNTER_##id, [FAMILY_##id].slots = (slots_),
#include "base/counters.def"
#undef FAMILY
};

unsigned family_size(const struct family *f)
{
    unsigned n = 1;

    for (unsigned i = 0; i < FAMILY_LABELS && f->label[i].name != NULL; i++)
        n *= f->label[i].n;
    return n;
}

static const char *lower(const char *word, char room[FAMILY_WORD_MAX])
{
    size_t n = 0;

    for (; n < FAMILY_WORD_MAX - 1 && word[n] != '\0'; n++)
        room[n] = sv_lower(word[n]);
    room[n] = '\0';
    return room;
}

const char *family_word(const struct family *f, unsigned i, unsigned which, char room[FAMILY_WORD_MAX])
{
    const struct family_label *l = &f->label[which];
    unsigned behind = which == 0 && f->label[1].name != NULL ? f->label[1].n : 1;
    const char *word = l->word[i / behind % l->n];

    return word != NULL && l->lower ? lower(word, room) : word;
}
