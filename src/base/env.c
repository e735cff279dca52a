/* SPDX-License-Identifier: MIT */
/* Numbers in the environment, as a service manager sets them. */

#include "base/env.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool env_number(const char *name, uint64_t *number)
{
    const char *text = getenv(name);
    char *end;

    if (text == NULL || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

bool env_is_for_us(const char *name)
{
    uint64_t pid;

    return env_number(name, &pid) && pid == (uint64_t)getpid();
}
