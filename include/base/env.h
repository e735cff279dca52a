/* SPDX-License-Identifier: MIT */
/* base/env.h: what others tell us by variables of the environment.
 *
 * Threads: any, while no other changes the environment.
 */
#ifndef BATON_BASE_ENV_H
#define BATON_BASE_ENV_H

#include <stdbool.h>
#include <stdint.h>

/* A decimal number. False if the variable is not set, or holds anything else. */
bool env_number(const char *name, uint64_t *number);

/* Does the variable hold our process id? So a manager marks what is not for our children. */
bool env_is_for_us(const char *name);

#endif
