/* SPDX-License-Identifier: MIT */
/* Was a file's time written by a clock? Asked when a file is loaded, before its head is written; a request for a known
 * path never comes here. */

#include "files/times.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "files/caught.h"

#define SECOND_NS INT64_C(1000000000)
#define DAY_NS    (INT64_C(86400) * SECOND_NS)
#define EARLY_NS  (INT64_C(631152000) * SECOND_NS) /* 1990-01-01 */

/* BLOCKS: of a directory's names, about a hundred in each, that are read. FEW neighbours do not tell by their number. */
enum { BLOCKS = 16, BLOCK_LEN = 4096, FEW = 3, READ_MS = 5000 };

const char *times_reason(enum time_verdict verdict)
{
    static const char *const reasons[] = {
        [TIME_TRUSTED] = "",
        [TIME_SHARED] =
            "it is a whole second, a month older than the file's change, and that of most such files beside it",
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
    return caught_may_happen(now) && (now->inode != before->inode || now->device != before->device);
}

/* Than the one that this worker served last by the path. */
static bool is_another(const struct times *t, const struct stamp *now, struct sv content)
{
    if (!t->known || !keeps_its_time(&t->before, now))
        return false;
    return content.p != NULL && t->entry != NULL ? !sv_eq(content, t->entry->body) : may_be_another(&t->before, now);
}

bool times_caught(struct times *t, const struct root *root, struct sv name, const struct stamp *now, struct sv content)
{
    if (t == NULL || now->modified_ns < EARLY_NS)
        return false;
    bool seen_another = caught_look(root, name, now, content);
    if (!seen_another && !is_another(t, now, content))
        return false;
    caught_add(now->modified_ns);
    times_forget(t);
    return true;
}

bool times_stands(struct entry *e)
{
    uint32_t catches = caught_count();

    if (e->catches != catches && !time_is_false((enum time_verdict)e->time) && caught_has(e->stamp.modified_ns))
        return false;
    e->catches = catches;
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

/* By how much it is older than the file's change. File systems that are made whole, such as squashfs, know no time of a
 * change and repeat the file's: that it was not changed since is all that is known, so all of its age counts. */
static int64_t age_of(const struct stamp *stamp, int64_t wall)
{
    int64_t changed = stamp->changed_ns;

    if (changed == stamp->modified_ns && __builtin_mul_overflow(wall, SECOND_NS, &changed))
        changed = INT64_MAX;
    return changed > stamp->modified_ns ? changed - stamp->modified_ns : 0;
}

enum time_verdict times_judge(struct times *t, const struct root *root, struct sv name, const struct stamp *stamp,
                              const struct clock *clock)
{
    int64_t ns = stamp->modified_ns;
    size_t dir = name.len;
    uint32_t others = 0;
    uint32_t whole = 0; /* of those, with a time that is a whole second too */
    uint32_t same = 0;

    if (ns < EARLY_NS)
        return TIME_EARLY;
    if (caught_has(ns))
        return TIME_CAUGHT;
    int64_t age = age_of(stamp, clock->wall);
    if (t == NULL || ns % SECOND_NS != 0 || age < TIMES_SHARED_DAYS * DAY_NS)
        return TIME_TRUSTED;
    while (dir > 0 && name.p[dir - 1] != '/')
        dir--;
    const struct times_directory *d = directory_of(t, root, sv_of(name.p, dir), clock->now_ms);
    for (uint32_t i = 0; i < d->n; i++) {
        bool other = d->file[i].inode != stamp->inode;
        others += other;
        whole += other && d->file[i].modified_ns % SECOND_NS == 0;
        same += other && d->file[i].modified_ns == ns;
    }
    if (whole >= FEW)
        return 3 * same > 2 * whole ? TIME_SHARED : TIME_TRUSTED;
    return same == others && age >= TIMES_LONE_DAYS * DAY_NS ? TIME_LONE : TIME_TRUSTED;
}
