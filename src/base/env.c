/* SPDX-License-Identifier: MIT */
/* Numbers in the environment, as a service manager sets them. */

#include "base/env.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/decimal.h"

bool env_number(const char *name, uint64_t *number)
{
    return decimal_parse(sv_cstr(getenv(name)), UINT64_MAX, number);
}

bool env_is_for_us(const char *name)
{
    uint64_t pid;

    return env_number(name, &pid) && pid == (uint64_t)getpid();
}
