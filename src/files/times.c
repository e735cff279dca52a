/* SPDX-License-Identifier: MIT */
/* Was a file's time written by a clock? Asked when a file is loaded, before its head is written; a request for a known
 * path never comes here. */

#include "files/times.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "files/sums.h"

#define SECOND_NS INT64_C(1000000000)
#define DAY_NS    (INT64_C(86400) * SECOND_NS)
#define EARLY_NS  (INT64_C(631152000) * SECOND_NS) /* 1990-01-01 */

/* BLOCKS: of a directory's names, about a hundred in each, that are read. FEW neighbours do not tell by their number. */
enum { CAUGHT_MAX = 64, BLOCKS = 16, BLOCK_LEN = 4096, FEW = 3, READ_MS = 5000 };

/* The latest ones. 0 is none: such a time is early anyway. */
static _Atomic int64_t caught[CAUGHT_MAX];
static atomic_uint n_caught;

const char *times_reason(enum time_verdict verdict)
{
    static const char *const reasons[] = {
        [TIME_TRUSTED] = "",
        [TIME_SHARED] = "it is a whole second, a month older than the file's change, and that of most files beside it",
        [TIME_LONE] = "it is a whole second, a year older than the file's change, and no file beside it has another",
        [TIME_EARLY] = "it lies before 1990",
        [TIME_CAUGHT] = "a file changed and kept it",
    };

    return reasons[verdict];
}

void times_init(struct times *t)
{
    *t = (struct times){0};
    hash_key_random(&t->key);
}

void times_fini(struct times *t)
{
    times_forget(t);
}

static bool was_caught(int64_t ns)
{
    for (size_t i = 0; i < CAUGHT_MAX; i++)
        if (atomic_load_explicit(&caught[i], memory_order_relaxed) == ns)
            return true;
    return false;
}

static void catch_time(int64_t ns)
{
    if (!was_caught(ns))
        atomic_store(&caught[atomic_fetch_add(&n_caught, 1) % CAUGHT_MAX], ns);
}

void times_forget_caught(void)
{
    for (size_t i = 0; i < CAUGHT_MAX; i++)
        atomic_store(&caught[i], 0);
}

void times_forget(struct times *t)
{
    if (t == NULL)
        return;
    if (t->entry != NULL)
        ref_put(&t->entry->ref);
    t->entry = NULL;
    t->known = false;
}

void times_remember(struct times *t, struct entry *old)
{
    if (t == NULL)
        return;
    times_forget(t);
    t->known = old->status == 200;
    t->before = old->stamp;
    if (!entry_has_body(old))
        return;
    ref_get(&old->ref);
    t->entry = old;
}

/* It is not the file that it was, or not as it was, by the size and time that it had. */
static bool keeps_its_time(const struct stamp *before, const struct stamp *now)
{
    return now->size == before->size && now->modified_ns == before->modified_ns && !stamp_same(now, before);
}

/* A link made to a file changes its stamp too, but not which file it is. */
static bool may_be_another(const struct stamp *before, const struct stamp *now)
{
    return now->modified_ns % SECOND_NS == 0 && now->size <= SUM_FILE_MAX &&
           (now->inode != before->inode || now->device != before->device);
}

bool times_caught(struct times *t, const struct stamp *now, struct sv content)
{
    if (t == NULL || !t->known || !keeps_its_time(&t->before, now))
        return false;
    if (content.p != NULL && t->entry != NULL ? sv_eq(content, t->entry->body) : !may_be_another(&t->before, now))
        return false;
    catch_time(now->modified_ns);
    times_forget(t);
    return true;
}

static void add_name(struct times_names *c, const char *name)
{
    static const struct hash_key key = {{1990, 631152000}};
    uint64_t h = hash(&key, sv_cstr(name));
    size_t at = c->n;

    if (at == TIMES_CANDIDATES && h >= c->file[at - 1].hash)
        return;
    if (at == TIMES_CANDIDATES)
        at--;
    else
        c->n++;
    for (; at > 0 && c->file[at - 1].hash > h; at--)
        c->file[at] = c->file[at - 1];
    c->file[at].hash = h;
    (void)snprintf(c->file[at].name, sizeof c->file[at].name, "%s", name);
}

static void read_names(struct times_names *c, int dir)
{
    _Alignas(struct dirent64) char block[BLOCK_LEN];
    ssize_t len;

    c->n = 0;
    for (int i = 0; i < BLOCKS && (len = getdents64(dir, block, sizeof block)) > 0; i++) {
        for (ssize_t at = 0; at < len;) {
            const struct dirent64 *d = (const struct dirent64 *)(const void *)(block + at);
            if (d->d_type == DT_REG || (d->d_type == DT_UNKNOWN && d->d_name[0] != '.'))
                add_name(c, d->d_name);
            at += d->d_reclen;
        }
    }
}

/* Is there a file beside it of which it is a sibling? That says nothing by having its time. */
static bool is_sibling(const struct root *root, char *path)
{
    struct stamp stamp;
    char *dot = strrchr(path, '.');

    if (dot == NULL || coding_of_suffix(sv_cstr(dot + 1)) == CODING_NONE)
        return false;
    *dot = '\0';
    bool there = root_stamp_at(root, path, &stamp) == 0;
    *dot = '.';
    return there;
}

static void sample(struct times_directory *d, struct times_names *names, const struct root *root, struct sv dir)
{
    char path[PATH_MAX];
    struct stamp stamp;

    d->n = 0;
    if ((size_t)snprintf(path, sizeof path, "%.*s", SV_ARG(dir)) >= sizeof path)
        return;
    int fd = root_open_at(root, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return;
    read_names(names, fd);
    close(fd);
    for (size_t i = 0; i < names->n && d->n < TIMES_SAMPLE; i++) {
        int n = snprintf(path, sizeof path, "%.*s%s", SV_ARG(dir), names->file[i].name);
        if (n < 0 || (size_t)n >= sizeof path || root_stamp_at(root, path, &stamp) < 0 || !S_ISREG(stamp.mode) ||
            is_sibling(root, path))
            continue;
        d->file[d->n].inode = stamp.inode;
        d->file[d->n++].modified_ns = stamp.modified_ns;
    }
}

/* `dir` has a slash at its end, or is empty. */
static const struct times_directory *directory_of(struct times *t, const struct root *root, struct sv dir,
                                                  uint64_t now_ms)
{
    uint64_t key = (hash(&t->key, dir) ^ root->stamp.inode) | 1;
    struct times_directory *d = &t->directory[(key >> 1) % TIMES_DIRECTORIES];

    if (d->key == key && now_ms - d->read_ms < READ_MS)
        return d;
    d->key = key;
    d->read_ms = now_ms;
    sample(d, &t->names, root, dir);
    return d;
}

enum time_verdict times_judge(struct times *t, const struct root *root, struct sv name, const struct stamp *stamp,
                              uint64_t now_ms)
{
    int64_t ns = stamp->modified_ns;
    size_t dir = name.len;
    uint32_t others = 0;
    uint32_t same = 0;

    if (ns < EARLY_NS)
        return TIME_EARLY;
    if (was_caught(ns))
        return TIME_CAUGHT;
    int64_t age = stamp->changed_ns > ns ? stamp->changed_ns - ns : 0;
    if (t == NULL || ns % SECOND_NS != 0 || age < TIMES_SHARED_DAYS * DAY_NS)
        return TIME_TRUSTED;
    while (dir > 0 && name.p[dir - 1] != '/')
        dir--;
    const struct times_directory *d = directory_of(t, root, sv_of(name.p, dir), now_ms);
    for (uint32_t i = 0; i < d->n; i++) {
        bool other = d->file[i].inode != stamp->inode;
        others += other;
        same += other && d->file[i].modified_ns == ns;
    }
    if (others >= FEW)
        return 3 * same > 2 * others ? TIME_SHARED : TIME_TRUSTED;
    return same == others && age >= TIMES_LONE_DAYS * DAY_NS ? TIME_LONE : TIME_TRUSTED;
}
