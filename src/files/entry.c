/* SPDX-License-Identifier: MIT */
/* What the cache knows about one path. The fields of its head are written here, once, so that a request for a known path
 * copies nothing and formats nothing. */

#include "files/entry.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/coded_size.h"
#include "http/date.h"
#include "http/head.h"

/* What the allocator puts around a chunk, and the entry's place in a table. */
enum { OVERHEAD = 4 * sizeof(void *) };

static size_t cost_of(void *chunk)
{
    return malloc_usable_size(chunk) + OVERHEAD;
}

static void leave_file(struct entry_account *a)
{
    a->files--;
    if (a->seats != NULL)
        seats_leave_file(a->seats);
}

static void leave_account(const struct entry *e, struct entry_account *a)
{
    a->memory -= e->cost;
    if (e->fd >= 0)
        leave_file(a);
}

void entry_close(struct entry *e)
{
    if (e->account != NULL)
        leave_file(e->account);
    close(e->fd);
    e->fd = -1;
    e->closed = true;
}

void entry_charge(struct entry *e, struct entry_account *a)
{
    e->account = a;
    a->memory += e->cost;
    a->files += e->fd >= 0;
}

static void entry_end(struct ref *ref)
{
    struct entry *e = list_of(ref, struct entry, ref);

    if (e->account != NULL)
        leave_account(e, e->account);
    if (e->fd >= 0)
        close(e->fd);
    if (e->policy != NULL)
        ref_put(&e->policy->ref);
    free(e->sum);
    free(e);
}

/* An entry with `extra` bytes behind it for its texts. */
static struct entry *entry_sized(size_t extra)
{
    struct entry *e = malloc(sizeof *e + extra);

    if (e == NULL)
        return NULL;
    *e = (struct entry){.ref = {.count = 1, .end = entry_end}, .fd = -1, .cost = cost_of(e)};
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

struct entry *entry_new_status(struct sv path, struct sv name, enum coding coding, enum why why)
{
    struct entry *e = entry_sized(path.len + 1 + name.len + 1);

    if (e == NULL)
        return NULL;
    char *at = (char *)(e + 1);
    e->why = (uint8_t)why;
    e->status = (uint16_t)why_status(why);
    e->coding = (uint8_t)coding;
    e->recheck_open = true;
    e->path = put(&at, path);
    e->name = put(&at, name);
    return e;
}

/* A policy may be shared. Each entry is charged with all of it, so that the bound on memory holds whoever shares it. */
void entry_set_policy(struct entry *e, struct policy *policy)
{
    e->policy = policy;
    if (policy == NULL)
        return;
    ref_get(&policy->ref);
    e->cost += policy->cost;
}

/* Where in a head the parts begin that others share. */
struct marks {
    size_t fields, type, type_end, shared, etag;
};

/* What only a whole answer needs: it describes the file. */
static void write_description(struct head *h, struct marks *at, const struct entry_file *f)
{
    at->type = h->len;
    head_field(h, SV("Content-Type"), f->type);
    at->type_end = h->len;
    head_field(h, SV("Accept-Ranges"), SV("bytes"));
    if (f->encoded != CODING_IDENTITY)
        head_field(h, SV("Content-Encoding"), coding_names[f->encoded].token);
}

/* What a 304 must say too. Last-Modified is for those who get no tag (RFC 9110 15.4.5), so it stands on either side of
 * the border. */
static void write_shared(struct head *h, struct marks *at, const struct entry_file *f, struct sv date)
{
    if (f->etag.len > 0)
        head_field(h, SV("Last-Modified"), date);
    at->shared = h->len;
    if (f->etag.len == 0)
        head_field(h, SV("Last-Modified"), date);
    if (f->varies)
        head_field(h, SV("Vary"), SV("Accept-Encoding"));
    if (f->policy != NULL)
        head_lines(h, f->policy->file);
    if (f->etag.len == 0)
        return;
    head_open(h, SV("ETag"));
    at->etag = h->len;
    head_put(h, f->etag);
    head_close(h);
}

static void write_head(struct head *h, struct marks *at, const struct entry_file *f)
{
    char date[DATE_LEN];

    if (f->modified != INT64_MAX)
        date_write(f->modified, date);
    head_begin(h, STATUS_INDEX_200);
    at->fields = h->len;
    head_content_length(h, f->stamp.size);
    write_description(h, at, f);
    write_shared(h, at, f, sv_of(date, f->modified != INT64_MAX ? DATE_LEN : 0));
}

/* The head goes behind the entry, terminated; *room moves on. */
static void put_head(struct entry *e, const struct entry_file *f, char **room, size_t len)
{
    struct head h = head_in(*room, len);
    struct marks at;

    write_head(&h, &at, f);
    (*room)[len] = '\0';
    *room += len + 1;
    e->head = sv_of(h.room, h.len);
    e->fields = sv_skip(e->head, at.fields);
    e->type_line = sv_of(h.room + at.type, at.type_end - at.type);
    e->described = sv_skip(e->head, at.type_end);
    e->shared = sv_skip(e->head, at.shared);
    if (f->etag.len > 0)
        e->etag = sv_of(h.room + at.etag, f->etag.len);
}

struct entry *entry_new_file(const struct entry_file *f)
{
    struct head count = head_in(NULL, 0);
    struct marks unused;

    write_head(&count, &unused, f);
    struct entry *e = entry_sized(f->path.len + 1 + f->name.len + 1 + count.len + 1 + f->body_len);
    if (e == NULL)
        return NULL;
    char *at = (char *)(e + 1);
    e->why = WHY_FILE;
    e->status = (uint16_t)why_status(WHY_FILE);
    e->coding = (uint8_t)f->coding;
    e->fd = f->fd;
    e->path = put(&at, f->path);
    e->name = put(&at, f->name);
    put_head(e, f, &at, count.len);
    e->body = sv_of(at, f->body_len);
    e->size = f->stamp.size;
    e->content_size = CODED_SIZE_UNKNOWN;
    e->stamp = f->stamp;
    e->modified = f->modified;
    entry_set_policy(e, f->policy);
    return e;
}

char *entry_body(struct entry *e)
{
    return (char *)(uintptr_t)e->body.p;
}

/* Two codings of a file may have one time and one size, but not one tag. */
static size_t end_etag(enum coding coding, char *room, int len)
{
    struct sv token = coding < CODING_COUNT ? coding_names[coding].token : SV("");

    return (size_t)len + (size_t)snprintf(room + len, ENTRY_ETAG_MAX - (size_t)len, "%s%.*s\"",
                                          token.len > 0 ? "-" : "", SV_ARG(token));
}

size_t entry_etag_of_stamp(const struct stamp *stamp, enum coding coding, char *room)
{
    return end_etag(
        coding, room,
        snprintf(room, ENTRY_ETAG_MAX, "\"%" PRIx64 "-%" PRIx64, (uint64_t)stamp->modified_ns, stamp->size));
}

/* Half of the sum is more than enough to tell contents apart. */
size_t entry_etag_of_sum(const uint8_t sum[SHA256_LEN], enum coding coding, char *room)
{
    int len = snprintf(room, ENTRY_ETAG_MAX, "\"");

    for (int i = 0; i < SHA256_LEN / 2; i++)
        len += snprintf(room + len, ENTRY_ETAG_MAX - (size_t)len, "%02x", sum[i]);
    return end_etag(coding, room, len);
}

bool entry_set_sum(struct entry *e, const uint8_t sum[SHA256_LEN])
{
    struct entry_sum *s = malloc(sizeof *s);

    if (s == NULL)
        return false;
    memcpy(s->sha256, sum, SHA256_LEN);
    s->tag_len = entry_etag_of_sum(sum, (enum coding)e->coding, s->tag);
    if (e->sum == NULL) {
        e->cost += cost_of(s);
        if (e->account != NULL)
            e->account->memory += cost_of(s);
    }
    free(e->sum);
    e->sum = s;
    return true;
}
