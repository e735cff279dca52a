/* SPDX-License-Identifier: MIT */
/* files/siblings.h: the compressed files that lie beside a file.
 *
 * "app.js.br" beside "app.js" is the same thing in another coding, as long as it is not older. What is in a coding as it
 * lies there, as an .svgz is, has no siblings.
 *
 * Ownership: borrows everything.
 * Threads:   any; no state.
 * Errors:    none; what cannot be looked at is not there.
 * Source:    RFC 9110 12.1 (proactive negotiation).
 */
#ifndef BATON_FILES_SIBLINGS_H
#define BATON_FILES_SIBLINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "files/root.h"
#include "http/negotiate.h"

/* The codings that a site looks for, in its order of preference. */
struct codings {
    const struct config_site *site; /* borrowed */
    uint8_t order[CODING_COUNT];    /* enum coding */
    size_t n;
};

void codings_init(struct codings *c, const struct config_site *site);

/* The name of the sibling, terminated, into room for PATH_MAX bytes. False where it does not fit. */
bool sibling_name(struct sv name, enum coding coding, char *room);

/* May what has this stamp stand in for the original? */
bool sibling_is_current(const struct stamp *sibling, const struct stamp *original);

/* The codings, a bit each, in which `name` seems to be there beside itself. `original` is NULL where `name` is not there. A
 * hint: no more than their stamps was looked at. */
uint8_t siblings_look(const struct codings *c, const struct root *root, struct sv name, const struct stamp *original);

#endif
