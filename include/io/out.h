/* SPDX-License-Identifier: MIT */
/* io/out.h: answers on their way to a socket.
 *
 * A row of pieces: bytes in memory, which writev(2) sends as many at a time as stand together, and parts of files, which
 * sendfile(2) sends. A worker has one of these, fills it with the answers of a turn, and flushes it. What the socket
 * does not take is saved into one of exactly the needed size that the connection keeps.
 *
 * An answer of many pieces is made while it is sent: a source at the end of the row puts more into it when all before
 * that has been sent. So what a peer that does not read can pin is bounded, however much it asks for at once.
 *
 * Ownership: a piece with an owner holds a reference to it, so its bytes stay; a piece without one borrows bytes that
 *            must last until out_flush or out_save, which copies them. out_text copies at once. A source is the row's.
 * Threads:   the owning worker.
 * Errors:    what does not fit is told by out_has_room beforehand. After OUT_FAILED and OUT_SHRANK the connection must be
 *            closed. out_save returns NULL without memory.
 * Source:    writev(2), sendmsg(2) (MSG_MORE), sendfile(2); RFC 9112 8 on incomplete messages.
 */
#ifndef BATON_IO_OUT_H
#define BATON_IO_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/ref.h"
#include "base/sv.h"

enum out_result {
    OUT_DONE,
    OUT_BLOCKED, /* the socket takes no more now */
    OUT_YIELD,   /* the budget is used up, and others are to have their turn */
    OUT_FAILED,  /* the peer is gone */
    OUT_SHRANK   /* a file ended before its time, or cannot be read */
};

enum {
    OUT_BYTES = 128 * 1024, /* in a row, and then no further answer */
    /* The most that a source may put in at once: parts of files, pieces, and bytes that it copies. More of them a system
     * call would be less work, but a peer that does not read keeps all of them waiting. */
    OUT_SOURCE_PARTS = 8,
    OUT_SOURCE_PIECES = 4 * OUT_SOURCE_PARTS + 1,
    OUT_SOURCE_TEXT = 160 * OUT_SOURCE_PARTS,
    OUT_SOURCE_COST = 32 * 1024, /* what asking it takes off a budget, in bytes that could have been sent instead */
    /* The same of an answer, which may end in a source; but for a target that it repeats. */
    OUT_ANSWER_PARTS = OUT_SOURCE_PARTS,
    OUT_ANSWER_PIECES = 8 + OUT_SOURCE_PIECES,
    OUT_ANSWER_TEXT = 2 * 1024 + OUT_SOURCE_TEXT,
    /* Of a worker's row; untouched pages cost nothing. */
    OUT_PIECES = OUT_ANSWER_PIECES + 192,
    OUT_TEXT = 192 * 1024,
};

/* A part of a file. */
struct out_part {
    int fd; /* borrowed from the owner of its piece */
    uint64_t at;
    uint64_t left;
};

struct access_lines;
struct out;

/* What is still to be put into a row. */
struct out_source {
    void (*more)(struct out_source *s, struct out *o); /* put in some of it, one piece at least */
    void (*end)(struct out_source *s);                 /* it is not needed any more */
    uint64_t left;                                     /* bytes; counted down by the row, to 0 */
};

struct out {
    struct iovec *piece;   /* owned, as is all below, with the structure; the base of a part of a file is NULL */
    struct ref **owner;    /* counted or NULL, one for each piece */
    struct out_part *part; /* of the pieces that are parts of files, in their order */
    char *text;
    struct out_source *source; /* owned; NULL as a rule */
    uint32_t n, first;         /* pieces in the row; those before `first` are sent */
    uint32_t n_parts, first_part;
    uint32_t text_len, text_cap;
    uint32_t cap, cap_parts;
    uint64_t bytes; /* of all pieces, and those that the source has left */
    uint64_t sent;  /* bytes since this was made, or since the caller zeroed it */
    /* The caller's: how many answers these are; when their requests came, the first and the others; their bodies. */
    uint32_t answers;
    uint64_t first_us, others_us;
    uint64_t body;              /* bytes of their bodies that were not counted yet */
    uint64_t last_body;         /* bytes of the body at the end of the row */
    struct access_lines *lines; /* the caller's: owned by it, and it lets go of them before out_free */
};

/* A worker's row; NULL without memory. out_free puts every reference. */
struct out *out_new(void);
void out_free(struct out **o);

/* Is there room for one more answer with `text` bytes to copy? A row that holds much is full too, and so is one with a
 * part of a file, or a source: a peer that does not read keeps all of it, and the files that it refers to, open. */
static inline bool out_has_room(const struct out *o, size_t text)
{
    return o->bytes < OUT_BYTES && o->n_parts == 0 && o->source == NULL && o->cap - o->n >= OUT_ANSWER_PIECES &&
           o->text_cap - o->text_len >= text;
}

static inline void out_piece(struct out *o, struct sv bytes, struct ref *owner)
{
    if (owner != NULL)
        ref_get(owner);
    o->piece[o->n] = (struct iovec){(void *)(uintptr_t)bytes.p, bytes.len};
    o->owner[o->n++] = owner;
    o->bytes += bytes.len;
}

/* Copy bytes into the row; two in a row become one piece. */
void out_text(struct out *o, struct sv bytes);
/* The same for `len` bytes that the caller wrote to out_text_end itself. */
void out_text_written(struct out *o, size_t len);
static inline char *out_text_end(const struct out *o)
{
    return o->text + o->text_len;
}
/* `len` bytes of a file, which the owner keeps open. */
void out_file(struct out *o, int fd, uint64_t at, uint64_t len, struct ref *owner);

/* All that the source has, behind what is there; the row owns it from now on. Some of it is put in at once. */
void out_source(struct out *o, struct out_source *s);

/* Send. What is sent is taken off *budget, down to 0, and OUT_SOURCE_COST each time that the source is asked; where parts
 * of files, or a source, are left then, that is OUT_YIELD. After OUT_DONE the row is empty. `last`: the caller shuts down
 * or closes the socket next, so the kernel may hold back the end and send it in one segment with the FIN. */
enum out_result out_flush(struct out *o, int fd, bool last, size_t *budget);

/* Move what is left into a row of its own; the given one is empty then. */
struct out *out_save(struct out *o);

/* Drop everything, with its references. */
void out_clear(struct out *o);

#endif
