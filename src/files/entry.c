/* SPDX-License-Identifier: MIT */
/* What the cache knows about one path. The head is written here, once, so that a request for a known path copies
 * nothing and formats nothing. */

#include "files/entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "http/date.h"

enum { NANO = 1000000000 };

static void entry_end(struct ref *ref)
{
    struct entry *e = list_of(ref, struct entry, ref);

    if (e->fd >= 0)
        close(e->fd);
    free(e);
}

/* An entry with `extra` bytes behind it for its texts. */
static struct entry *entry_sized(size_t extra)
{
    struct entry *e = malloc(sizeof *e + extra);

    if (e == NULL)
        return NULL;
    *e = (struct entry){.ref = {.count = 1, .end = entry_end}, .fd = -1, .cost = sizeof *e + extra};
    list_init(&e->order);
    return e;
}

/* Copy into the memory behind the entry, terminated; *at moves on. */
static struct sv put(char **at, struct sv text)
{
    char *p = *at;

    if (text.len > 0)
        memcpy(p, text.p, text.len);
    p[text.len] = '\0';
    *at += text.len + 1;
    return sv_of(p, text.len);
}

struct entry *entry_new_status(struct sv path, int status)
{
    struct entry *e = entry_sized(path.len + 1);

    if (e == NULL)
        return NULL;
    char *at = (char *)(e + 1);
    e->status = (uint16_t)status;
    e->recheck_open = true;
    e->path = put(&at, path);
    return e;
}

/* Last-Modified may not lie after Date (RFC 9110 8.8.2.1), and only years of four digits can be written. */
static int64_t last_modified(const struct entry_file *f)
{
    int64_t seconds = f->stamp.modified_ns / NANO;

    return seconds >= 0 && seconds <= f->now ? seconds : INT64_MAX;
}

struct head {
    struct buf text; /* owned */
    size_t fields_at, validators_at, etag_at;
};

static int write_head(struct head *h, const struct entry_file *f, int64_t modified)
{
    char date[DATE_LEN];
    int err = buf_addf(&h->text, "HTTP/1.1 200 OK\r\nServer: baton\r\nContent-Length: %" PRIu64 "\r\n", f->stamp.size);

    h->fields_at = h->text.len;
    if (err == 0)
        err = buf_addf(&h->text, "Content-Type: %.*s\r\nAccept-Ranges: bytes\r\n", SV_ARG(f->type));
    h->validators_at = h->text.len;
    if (err == 0 && modified != INT64_MAX) {
        date_write(modified, date);
        err = buf_addf(&h->text, "Last-Modified: %.*s\r\n", DATE_LEN, date);
    }
    h->etag_at = h->text.len + sizeof "ETag: " - 1;
    if (err == 0 && f->etag.len > 0)
        err = buf_addf(&h->text, "ETag: %.*s\r\n", SV_ARG(f->etag));
    return err;
}

/* The entry with its texts copied behind it. */
static struct entry *new_file(const struct entry_file *f, const struct head *head)
{
    struct entry *e = entry_sized(f->path.len + 1 + f->name.len + 1 + head->text.len + 1 + f->body_len);

    if (e == NULL)
        return NULL;
    char *at = (char *)(e + 1);
    e->status = 200;
    e->fd = f->fd;
    e->path = put(&at, f->path);
    e->name = put(&at, f->name);
    e->head = put(&at, buf_sv(&head->text));
    e->body = sv_of(at, f->body_len);
    e->fields = sv_skip(e->head, head->fields_at);
    e->validators = sv_skip(e->head, head->validators_at);
    if (f->etag.len > 0)
        e->etag = sv_of(e->head.p + head->etag_at, f->etag.len);
    e->size = f->stamp.size;
    e->stamp = f->stamp;
    return e;
}

struct entry *entry_new_file(const struct entry_file *f)
{
    struct head head = {0};
    struct entry *e = NULL;
    int64_t modified = last_modified(f);

    if (write_head(&head, f, modified) == 0)
        e = new_file(f, &head);
    if (e != NULL)
        e->modified = modified;
    buf_fini(&head.text);
    return e;
}

char *entry_body(struct entry *e)
{
    return (char *)(uintptr_t)e->body.p;
}

size_t entry_etag_of_stamp(const struct stamp *stamp, char *room)
{
    return (size_t)snprintf(room, ENTRY_ETAG_MAX, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)stamp->modified_ns,
                            stamp->size);
}

/* The keys are constants, since the tag must be the same on every node and after every restart. */
size_t entry_etag_of_content(struct sv content, char *room)
{
    static const struct hash_key first = {{0x6261746f6e2f6131, 0x636f6e74656e742f}};
    static const struct hash_key second = {{0x6261746f6e2f6232, 0x2f656e7469747931}};

    return (size_t)snprintf(room, ENTRY_ETAG_MAX, "\"%016" PRIx64 "%016" PRIx64 "\"", hash(&first, content),
                            hash(&second, content));
}
