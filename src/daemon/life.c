/* SPDX-License-Identifier: MIT */
/* The drawing of life.h as a table. No request comes here. */

#include "daemon/life.h"

#include <assert.h>

#include "base/log.h"

#define TO(life) (1u << LIFE_##life)

static const struct {
    const char *name;
    unsigned moves;
    enum stop stop;
} lives[LIVES] = {
    [LIFE_STARTING] = {"starting", TO(SERVING) | TO(DRAINING), STOP_NOT},
    [LIFE_SERVING] = {"serving", TO(RELOADING) | TO(HANDING_OVER) | TO(ANNOUNCING) | TO(DRAINING), STOP_NOT},
    [LIFE_RELOADING] = {"reloading", TO(SERVING) | TO(ANNOUNCING) | TO(DRAINING), STOP_NOT},
    [LIFE_HANDING_OVER] = {"handing over", TO(SERVING) | TO(PASSING_ON) | TO(ANNOUNCING) | TO(DRAINING), STOP_NOT},
    [LIFE_PASSING_ON] = {"passing on", TO(DRAINING), STOP_NOT},
    [LIFE_ANNOUNCING] = {"announcing", TO(DRAINING) | TO(ENDING), STOP_ANNOUNCE},
    [LIFE_DRAINING] = {"draining", TO(EMPTYING) | TO(ENDING), STOP_DRAIN},
    [LIFE_EMPTYING] = {"emptying", TO(ENDING), STOP_WHEN_EMPTY},
    [LIFE_ENDING] = {"ending", 0, STOP_NOW},
};

const char *life_name(enum life life)
{
    return lives[life].name;
}

bool life_may_move(enum life from, enum life to)
{
    return (lives[from].moves & 1u << to) != 0;
}

void life_move(enum life *life, enum life to)
{
    assert(life_may_move(*life, to));
    log_debug("%s -> %s", life_name(*life), life_name(to));
    *life = to;
}

enum stop life_stop(enum life life)
{
    return lives[life].stop;
}
