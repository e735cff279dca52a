/* SPDX-License-Identifier: MIT */
/* From a path to an entry. A request comes here only when the cache does not know its path, or when what it knows may
 * have changed. */

#include "files/load.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "files/caught.h"
#include "files/content.h"
#include "files/siblings.h"
#include "files/tag.h"
#include "roots/trouble.h"
#include "site/types.h"

/* A file that changes under the reader is read again, but not for ever. */
enum { READ_TRIES = 8, YOUNG_MS = 2000 };

/* Content of this size is summed where it stands, in the time of a few requests. */
enum { SUM_AT_ONCE = 64 * 1024 };

struct loading {
    const struct load_options *options;
    struct tree *tree;
    const struct clock *clock;
    struct sv path;
    struct sv original; /* name of the file that the path stands for, whatever the coding; "/" in front */
    enum coding coding;
    uint8_t siblings;
    enum time_verdict time; /* of the file that is being loaded */
    uint32_t catches;       /* before that was judged */
};

/* Rules are asked here, also for what is not there. NULL without memory. */
static struct entry *new_status(const struct loading *l, struct sv name, enum why why)
{
    struct policy *policy;
    int err = policy_find(&l->tree->policies, l->tree->site, l->path, SV(""), &policy);
    struct entry *e = err == 0 ? entry_new_status(l->path, name, l->coding, why) : NULL;

    if (e != NULL)
        entry_set_policy(e, policy);
    if (policy != NULL)
        ref_put(&policy->ref);
    return e;
}

/* An error of a system call for a name is told, where it is the operator's to mend. */
static enum why judge(const struct loading *l, struct sv name, int err)
{
    enum why why = trouble_why(err);

    trouble_tell(&l->tree->root, name.p, why, err);
    return why;
}

/* What a path is answered with when a system call for it failed. A file that is not there may be there in a coding. */
static struct entry *failed(const struct loading *l, int err, enum why why)
{
    struct sv name = err == -ENOENT && l->coding == CODING_IDENTITY ? sv_skip(l->original, 1) : SV("");
    struct entry *e = new_status(l, name, why);

    if (e != NULL)
        e->short_of_fds = err == -EMFILE || err == -ENFILE;
    return e;
}

struct tag {
    char text[ENTRY_ETAG_MAX];
    size_t len;
    enum tag_source source;
    bool stand_in; /* the content is not read yet: same length, to be written over */
};

static struct tag_file tag_file(const struct loading *l, const struct stamp *stamp)
{
    return (struct tag_file){stamp, l->time, (int)l->tree->site->etag, l->clock->wall};
}

static struct entry *new_file(const struct loading *l, struct sv name, const struct stamp *stamp, const struct tag *tag,
                              int fd)
{
    int64_t now = l->clock->wall;
    struct mime mime = types_of(l->tree->site, l->original);
    struct tag_file tagged = tag_file(l, stamp);
    struct policy *policy;

    if (policy_find(&l->tree->policies, l->tree->site, l->path, l->original, &policy) < 0)
        return NULL;
    struct entry_file f = {
        .path = l->path,
        .name = name,
        .type = mime.type,
        .etag = sv_of(tag->text, tag->len),
        .policy = policy,
        .stamp = *stamp,
        .modified = tag_modified(&tagged),
        .body_len = fd < 0 ? stamp->size : 0,
        .fd = fd,
        .coding = l->coding,
        .encoded = l->coding != CODING_IDENTITY ? l->coding : mime.coding,
        .varies = l->siblings != 0 || l->coding != CODING_IDENTITY,
    };
    struct entry *e = entry_new_file(&f);

    if (policy != NULL)
        ref_put(&policy->ref);
    if (e == NULL)
        return NULL;
    e->siblings = l->siblings;
    e->tag_source = (uint8_t)tag->source;
    e->time = (uint8_t)l->time;
    e->catches = l->catches;
    e->ahead = tag_is_ahead(stamp, now);
    e->recheck_open = tag->source == TAG_LATER || (tag_is_young(stamp, now) && !e->ahead) ||
                      now * 1000 - stamp->changed_ns / 1000000 < YOUNG_MS;
    return e;
}

static bool sum_body(struct entry *e)
{
    struct sha256 state;
    uint8_t sum[SHA256_LEN];

    sha256_init(&state);
    sha256_add(&state, e->body);
    sha256_end(&state, sum);
    return entry_set_sum(e, sum);
}

static bool set_content_tag(struct entry *e)
{
    if (!sum_body(e))
        return false;
    memcpy((char *)(uintptr_t)e->etag.p, e->sum->tag, e->sum->tag_len);
    return true;
}

/* `at_hand`: the content will be read in a moment. */
static void write_tag(const struct loading *l, int fd, const struct stamp *stamp, bool at_hand, struct tag *t)
{
    struct tag_file tagged = tag_file(l, stamp);
    enum tag_source source = tag_source(&tagged, at_hand);
    uint8_t sum[SHA256_LEN] = {0};

    *t = (struct tag){.source = source};
    if (source == TAG_STAT)
        t->len = entry_etag_of_stamp(stamp, l->coding, t->text);
    if (source != TAG_CONTENT)
        return;
    t->stand_in = at_hand;
    if (!at_hand && sums_get(l->options->sums, fd, stamp, sum) != SUM_READY)
        t->source = TAG_LATER;
    else
        t->len = entry_etag_of_sum(sum, l->coding, t->text);
}

/* One try to read a file whole; NULL with the reason where it could not be, or where its time was caught and its head is to
 * be written anew. */
static struct entry *read_whole(const struct loading *l, struct sv name, int fd, const struct stamp *before,
                                enum why *why)
{
    struct tag tag;
    struct stamp after;

    write_tag(l, fd, before, before->size <= SUM_AT_ONCE, &tag);
    struct entry *e = new_file(l, name, before, &tag, -1);
    *why = WHY_SHORTAGE;
    if (e == NULL)
        return NULL;
    int err = content_read(e, fd);
    bool same = stamp_of_fd(fd, &after) == 0 && stamp_same(before, &after);
    if (err == 0 && same && !times_caught(l->options->times, &l->tree->root, name, before, e->body) &&
        (!tag.stand_in || set_content_tag(e)))
        return e;
    *why = err == 0 || err == -ERANGE ? WHY_CHANGING : trouble_why(err);
    if (same &&
        (err == -ERANGE || err == -EAGAIN || err == -EINVAL || err == -ESPIPE || (err < 0 && before->size == 0)))
        *why = WHY_UNSIZED;
    trouble_tell(&l->tree->root, name.p, *why, err);
    ref_put(&e->ref);
    return NULL;
}

/* Is it sent from its descriptor? */
static bool stays_behind(const struct load_options *o, const struct stamp *stamp)
{
    return stamp->size > o->body_max || (o->room.has != NULL && !o->room.has(o->room.of, stamp->size));
}

/* Takes over the descriptor of a regular file. */
static struct entry *load_open_file(struct loading *l, struct sv name, int fd)
{
    struct entry *e = NULL;
    struct stamp stamp;
    struct tag tag;
    enum why why = WHY_CHANGING;

    /* What looks unsized may have been caught in the middle of a write; it is that if it looks so each time. */
    for (int i = 0; e == NULL && (why == WHY_CHANGING || why == WHY_UNSIZED) && i < READ_TRIES; i++) {
        int err = stamp_of_fd(fd, &stamp);
        if (err < 0 || !S_ISREG(stamp.mode)) {
            why = err < 0 ? judge(l, name, err) : WHY_NOT_REGULAR;
            continue;
        }
        bool stays = stays_behind(l->options, &stamp);
        if (stays)
            (void)times_caught(l->options->times, &l->tree->root, name, &stamp, (struct sv){0});
        l->catches = caught_count();
        l->time = times_judge(l->options->times, &l->tree->root, name, &stamp, l->clock);
        if (stays) {
            write_tag(l, fd, &stamp, false, &tag);
            e = new_file(l, name, &stamp, &tag, fd);
            if (e != NULL)
                return e; /* it has the descriptor now */
            why = WHY_SHORTAGE;
        } else {
            enum why before = why;
            e = read_whole(l, name, fd, &stamp, &why);
            if (i > 0 && why == WHY_UNSIZED)
                why = before;
        }
    }
    close(fd);
    return e != NULL ? e : new_status(l, SV(""), why);
}

/* What kind of thing a name leads to, without opening it. */
static int look(const struct loading *l, const char *name, struct stamp *stamp)
{
    int fd = root_open_at(&l->tree->root, name, O_PATH);
    if (fd < 0)
        return fd;

    int err = stamp_of_fd(fd, stamp);
    close(fd);
    return err;
}

/* A name that was looked at. Which siblings it has must be known before its head is written. */
static struct entry *load_regular(struct loading *l, struct sv name, const struct stamp *stamp)
{
    if (l->coding == CODING_IDENTITY)
        l->siblings = siblings_look(l->tree->site, &l->tree->root, name, stamp);
    int fd = root_open_at(&l->tree->root, name.p, O_RDONLY);

    return fd < 0 ? failed(l, fd, judge(l, name, fd)) : load_open_file(l, name, fd);
}

/* A name that does not end in a slash. */
static struct entry *load_name(struct loading *l, struct sv name)
{
    struct stamp stamp;
    int err = look(l, name.p, &stamp);

    if (err < 0)
        return failed(l, err, judge(l, name, err));
    if (S_ISDIR(stamp.mode))
        return new_status(l, SV(""), l->coding == CODING_IDENTITY ? WHY_SLASH : WHY_NOT_REGULAR);
    return S_ISREG(stamp.mode) ? load_regular(l, name, &stamp) : new_status(l, SV(""), WHY_NOT_REGULAR);
}

/* A directory without an index: the first index may be there in a coding. */
static struct entry *no_index(const struct loading *l, const char *name, size_t len)
{
    const struct strings *index = l->tree->site->index;
    size_t first = index->n > 0 ? strlen(index->v[0]) : 0;

    return new_status(l, sv_of(name, first > 0 ? len + first : 0), WHY_NO_INDEX);
}

/* A directory: the first of its index files that is there; l->original has room for the longest. */
static struct entry *load_index(struct loading *l, char *name, size_t len)
{
    const struct strings *index = l->tree->site->index;
    struct stamp stamp;

    for (size_t i = 0; i < index->n; i++) {
        size_t n = strlen(index->v[i]);
        memcpy(name + len, index->v[i], n + 1);
        l->original.len = 1 + len + n;
        int err = look(l, name, &stamp);
        enum why why = err < 0 ? judge(l, sv_of(name, len + n), err) : WHY_NONE;
        if (err < 0 && why_status(why) != 404)
            return failed(l, err, why);
        if (err < 0 || !S_ISREG(stamp.mode))
            continue;
        struct entry *e = load_regular(l, sv_of(name, len + n), &stamp);
        if (e != NULL)
            e->index = (uint32_t)i;
        return e;
    }
    name[len] = '\0';
    int err = look(l, name, &stamp);
    if (err < 0)
        return new_status(l, SV(""), judge(l, sv_of(name, len), err));
    if (index->n > 0)
        memcpy(name + len, index->v[0], strlen(index->v[0]) + 1);
    return no_index(l, name, len);
}

static size_t longest(const struct strings *s)
{
    size_t most = 0;

    for (size_t i = 0; i < s->n; i++)
        if (strlen(s->v[i]) > most)
            most = strlen(s->v[i]);
    return most;
}

struct entry *load_path(const struct load_options *options, struct tree *tree, struct sv path,
                        const struct clock *clock)
{
    struct loading l = {options, tree, clock, path, .coding = CODING_IDENTITY};

    if (path.len >= PATH_MAX)
        return new_status(&l, SV(""), WHY_NAME_LONG);
    char *room = malloc(path.len + longest(tree->site->index) + 1);
    if (room == NULL)
        return NULL;
    memcpy(room, path.p, path.len);
    room[path.len] = '\0';
    l.original = sv_of(room, path.len);
    struct entry *e =
        sv_ends(path, SV("/")) ? load_index(&l, room + 1, path.len - 1) : load_name(&l, sv_of(room + 1, path.len - 1));
    free(room);
    times_forget(options->times);
    return e;
}

struct entry *load_sibling(const struct load_options *options, struct tree *tree, const struct entry *original,
                           enum coding coding, const struct clock *clock)
{
    char room[PATH_MAX + 1] = "/";
    struct loading l = {options, tree, clock, original->path, .coding = coding};

    if (!sibling_name(original->name, coding, room + 1))
        return new_status(&l, SV(""), WHY_NAME_LONG);
    l.original = sv_of(room, 1 + original->name.len); /* the suffix says nothing of the type */
    struct entry *e = load_name(&l, sv_cstr(room + 1));
    if (e != NULL)
        e->content_size = content_of_original(e);
    times_forget(options->times);
    return e;
}

static enum sum_state sum_elsewhere(const struct load_options *options, struct entry *e)
{
    int fd = e->fd >= 0 ? e->fd : root_open_at(&e->tree->root, e->name.p, O_RDONLY);
    uint8_t sum[SHA256_LEN];

    if (fd < 0)
        return SUM_LATER;
    enum sum_state state = sums_get(options->sums, fd, &e->stamp, sum);
    if (fd != e->fd)
        close(fd);
    return state == SUM_READY && !entry_set_sum(e, sum) ? SUM_LATER : state;
}

enum sum_state load_sum(const struct load_options *options, struct entry *e)
{
    if (e->sum != NULL)
        return SUM_READY;
    if (e->fd >= 0 || e->size > SUM_AT_ONCE)
        return sum_elsewhere(options, e);
    return sum_body(e) ? SUM_READY : SUM_LATER;
}

bool load_sum_is_at_hand(const struct entry *e)
{
    return e->sum != NULL || (e->fd < 0 && e->size <= SUM_AT_ONCE);
}
