/* SPDX-License-Identifier: MIT */
/* files/siblings.h: the compressed files that lie beside a file.
 *
 * "app.js.br" beside "app.js" is the same thing in another coding, as long as it is not older. Compressors that copy the
 * original's time cut it down or round it, and deploys that keep no times write the two in any order, so a sibling may be
 * older by SIBLING_GRACE_S. Where it is, and its bytes tell how large its original was, that must be right. What is in a
 * coding as it lies there, as an .svgz is, has no siblings.
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

#include "files/entry.h"
#include "http/negotiate.h"
#include "roots/root.h"
#include "site/site.h"

enum { SIBLING_GRACE_S = 10 };

/* The name of the sibling, terminated, into room for PATH_MAX bytes. False where it does not fit. */
bool sibling_name(struct sv name, enum coding coding, char *room);

/* By its time, may what has this stamp stand in for the original? */
bool sibling_is_current(const struct stamp *sibling, const struct stamp *original);

/* May this file stand in for the original, which may be missing? */
bool sibling_stands_for(const struct entry *sibling, const struct entry *original);

/* The codings, a bit each, in which `name` seems to be there beside itself. `original` is NULL where `name` is not there. A
 * hint: no more than their stamps was looked at. */
uint8_t siblings_look(const struct site *site, const struct root *root, struct sv name, const struct stamp *original);

#endif
