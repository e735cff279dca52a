/* SPDX-License-Identifier: MIT */
/* files/entry.h: what the cache knows about one path of a site.
 *
 * Either a file, with its head already written and its body in memory or behind a descriptor; or another answer: a
 * redirect to the directory's slash, or a status without a file. A file may lie there in several codings: each is an
 * entry of its own, found from the one that has none.
 *
 * Ownership: counted by `ref`. All views point into the entry's own memory, and the descriptor is closed with it.
 * Threads:   one worker's.
 * Errors:    entry_new_* return NULL without memory; entry_new_file then leaves the descriptor to the caller.
 * Source:    RFC 9110 8.3 (Content-Type), 8.4, 8.6, 8.8.2, 8.8.3, 12.5.5 (Vary), 14.3, 15.4.5 (304); RFC 9111 5.2.
 */
#ifndef BATON_FILES_ENTRY_H
#define BATON_FILES_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/ref.h"
#include "base/sha256.h"
#include "base/sv.h"
#include "files/tag.h"
#include "http/negotiate.h"
#include "http/why.h"
#include "io/seats.h"
#include "roots/root.h"
#include "site/policy.h"

struct tree;

enum { ENTRY_ETAG_MAX = 48 };

/* What the bytes of a file sum up to. */
struct entry_sum {
    uint8_t sha256[SHA256_LEN];
    char tag[ENTRY_ETAG_MAX]; /* the entity tag that is made of it */
    size_t tag_len;
};

/* What all entries of a worker take, those too that nobody will find any more. */
struct entry_account {
    uint64_t memory;     /* bytes */
    uint64_t files;      /* open */
    struct seats *seats; /* borrowed: each of them has one; NULL = they have none */
};

/* What every request for a cached file looks at comes first, in two cache lines. */
struct entry {
    struct ref ref;
    struct entry *next;    /* the cache's: the next in the bucket, borrowed */
    uint64_t hash;         /* the cache's */
    struct tree *tree;     /* the cache's, borrowed: a part of the key, as are `path` and `coding` */
    struct sv path;        /* decoded, begins with '/' */
    uint64_t checked_ms;   /* the cache's: when it was last known to be right */
    uint32_t root_version; /* the cache's: of which directory */
    uint16_t status;       /* 200, 301, or that of an error page: the reason's */
    uint8_t why;           /* enum why */
    uint8_t coding;        /* enum coding */
    uint8_t siblings;      /* codings, a bit each, that the file may be there in beside this one */
    bool cached;           /* the cache's: in the table, which holds a reference */
    bool short_of_fds;     /* a 503 for want of a descriptor */
    bool used;             /* the cache's: since eviction last came by */
    bool closed;           /* its file was: it tells what was there */
    bool recheck_open;     /* a look at the file's stamp does not tell whether this is still the answer */
    uint8_t tag_source;    /* enum tag_source: what a file's tag is made of */
    uint8_t time;          /* enum time_verdict: of a file's */

    struct policy *policy; /* counted: what the site's rules say of the path; NULL = nothing */

    /* A file's (status 200). */
    struct sv fields; /* of a whole answer, but for Date and Connection: a status line may stand before them */
    struct sv head;   /* the start of a 200 and the fields, as one piece: that costs 31 instructions less than two */
    struct sv body;   /* empty where fd >= 0 */
    uint64_t size;
    uint64_t content_size; /* of a sibling: its original's, as its bytes tell it; else CODED_SIZE_UNKNOWN */
    int fd;                /* owned; -1 where the body is in memory or there is none */
    uint32_t catches;      /* times that had been caught when `time` was judged (files/caught) */
    int64_t modified;      /* what Last-Modified says; INT64_MAX where it is left out */
    uint64_t siblings_ms;  /* the cache's: when they were looked for */
    struct sv etag;        /* with its quotes; empty where there is none */
    struct sv type_line;   /* Content-Type */
    struct sv described;   /* the fields that a 206 has behind that */
    struct sv shared;      /* those that a 304 has: what guides caches */
    struct sv name;        /* of the file, below the root, terminated */
    struct stamp stamp;

    struct list order;             /* the cache's: in the order of eviction */
    size_t cost;                   /* bytes that it takes, with its body, sum and policy */
    struct entry_account *account; /* borrowed: where it is counted until its end; NULL = nowhere */
    struct entry_sum *sum;         /* owned; NULL until somebody asked */
    bool ahead;                    /* the file's time was yet to come when it was loaded */
    uint32_t index;                /* which of the site's stands for the directory; 0 for all else */
};

/* What is known of a file before there is an entry for it. */
struct entry_file {
    struct sv path;
    struct sv name;
    struct sv type;
    struct sv etag;
    struct policy *policy; /* the entry takes a reference; NULL where no rule says anything */
    struct stamp stamp;
    int64_t modified;    /* for Last-Modified; INT64_MAX to leave it out */
    size_t body_len;     /* bytes of memory to make for the body; 0 where it is sent from fd */
    int fd;              /* taken over on success; -1 where the body will be in memory */
    enum coding coding;  /* of a sibling */
    enum coding encoded; /* what Content-Encoding says; CODING_IDENTITY for nothing */
    bool varies;         /* the coding depends on what the request accepts */
};

/* An entry with one reference, the caller's. The body is the caller's to fill in through entry_body. */
struct entry *entry_new_file(const struct entry_file *f);
struct entry *entry_new_status(struct sv path, struct sv name, enum coding coding, enum why why);
/* Give one of those its policy, of which it takes a reference. */
void entry_set_policy(struct entry *e, struct policy *policy);

/* Count it. Where it holds a file open it has a seat already, which it gives back at its end. */
void entry_charge(struct entry *e, struct entry_account *a);

/* Close the file of one that nobody is being sent. It is no answer any more. */
void entry_close(struct entry *e);
/* Is its content in memory? */
static inline bool entry_has_body(const struct entry *e)
{
    return e->status == 200 && e->fd < 0 && !e->closed;
}

/* The memory of the body, to be filled before anybody else sees the entry. */
char *entry_body(struct entry *e);

/* Keep the sum of its bytes, and what follows from it. False without memory. */
bool entry_set_sum(struct entry *e, const uint8_t sum[SHA256_LEN]);

/* Does an answer about it depend on Accept-Encoding? */
static inline bool entry_varies(const struct entry *e)
{
    return e->siblings != 0 || e->coding != CODING_IDENTITY;
}

/* Write an entity tag, with its quotes, to `room`; returns its length. That of one coding is never that of another. */
size_t entry_etag_of_stamp(const struct stamp *stamp, enum coding coding, char *room);
size_t entry_etag_of_sum(const uint8_t sum[SHA256_LEN], enum coding coding, char *room);

#endif
