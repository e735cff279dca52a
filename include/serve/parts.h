/* SPDX-License-Identifier: MIT */
/* serve/parts.h: the body of an answer in several parts, multipart/byteranges, made while it is sent.
 *
 * How many parts there are is the client's choice. So that one who asks for hundreds and reads none keeps little of ours,
 * the row gets a few of them at a time, and what is kept for the others is where they are.
 *
 * Ownership: parts_new takes a reference to the entry and copies the ranges. parts_add gives it all to the row.
 * Threads:   the owning worker.
 * Errors:    parts_new returns NULL without memory.
 * Source:    RFC 9110 14.6; RFC 2046 5.1.1.
 */
#ifndef BATON_SERVE_PARTS_H
#define BATON_SERVE_PARTS_H

#include "base/sv.h"
#include "files/entry.h"
#include "http/range.h"
#include "io/out.h"

/* What parts an answer in parts: random, so that no file holds it but by a chance that never comes. */
enum { BOUNDARY_LEN = 32 };
struct boundary {
    char text[BOUNDARY_LEN];
};

struct parts;

/* The body of these parts of the file. */
struct parts *parts_new(struct entry *e, const struct ranges *ranges, const struct boundary *boundary);
void parts_free(struct parts **p);

uint64_t parts_len(const struct parts *p);

/* Put it into the row, behind its head. */
void parts_add(struct parts *p, struct out *out);

#endif
