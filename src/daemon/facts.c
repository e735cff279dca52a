/* SPDX-License-Identifier: MIT */
/* The file behind an answer, and the rules that made its head. Nothing is decided here: the entry holds what was decided
 * when it was loaded, and files/labels is asked again what it said then. */

#include "daemon/facts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "config/origin.h"
#include "daemon/say.h"
#include "files/labels.h"
#include "files/siblings.h"
#include "http/mime.h"

int facts_header(const struct config_site *site, struct buf *header)
{
    return buf_addf(header, "[site %s]", site->name);
}

/* The i-th line of a key of the site; empty texts where there is none. */
static struct origin origin_of(const struct facts *f, const char *key, size_t i)
{
    struct buf header = {0};
    struct origin o = {0};

    if (facts_header(f->site, &header) == 0 && origin_first(f->config, buf_sv(&header), key, &o))
        for (; i > 0 && origin_next(key, &o); i--)
            continue;
    buf_fini(&header);
    return o;
}

/* "root = /srv/www/current": where a deploy turned it to. */
static void say_root(const struct facts *f, FILE *to)
{
    struct origin o = origin_of(f, "root", 0);
    char *real = realpath(f->site->root, NULL);

    say(to, "root", "%s (%.*s)", f->site->root, SV_ARG(o.from));
    if (real != NULL && strcmp(real, f->site->root) != 0)
        say(to, "", "-> %s", real);
    free(real);
}

static void say_file(const struct facts *f, FILE *to)
{
    bool found = f->sent->status == 200;
    struct sv name = found ? f->sent->name : sv_skip(f->path, 1);
    size_t end = strlen(f->site->root);

    say(to, "file", "%s%s%.*s", f->site->root, end > 0 && f->site->root[end - 1] == '/' ? "" : "/", SV_ARG(name));
    if (found)
        say(to, "", "%" PRIu64 " bytes, %s", f->sent->size,
            f->sent->fd < 0 ? "kept in memory" : "sent from the disk's cache (server.cache_file_max)");
}

/* Which of the lines of `index` names it. */
static struct sv index_from(const struct facts *f, struct sv name)
{
    struct origin o = origin_of(f, "index", 0);

    for (bool more = o.from.len > 0; more; more = origin_next("index", &o)) {
        struct sv rest = o.value;
        while (rest.len > 0) {
            struct sv word = sv_of(rest.p, sv_find(rest, ' '));
            if (sv_eq(word, name))
                return o.from;
            rest = sv_skip(rest, word.len < rest.len ? word.len + 1 : word.len);
        }
    }
    return SV("");
}

static void say_index(const struct facts *f, FILE *to)
{
    const struct strings *index = &f->site->index;
    size_t dir = f->path.len - 1;

    if (!sv_ends(f->path, SV("/")))
        return;
    if (f->plain->status == 200) {
        struct sv name = sv_skip(f->plain->name, dir);
        say(to, "index", "%.*s (%.*s)", SV_ARG(name), SV_ARG(index_from(f, name)));
        return;
    }
    for (size_t i = 0; i < index->n; i++)
        say(to, i == 0 ? "index" : "", "%s (%.*s)", index->v[i], SV_ARG(index_from(f, sv_cstr(index->v[i]))));
}

/* ", br, gzip": the codings in which it seems to lie there, in the site's order. */
static int list_siblings(const struct facts *f, struct buf *list)
{
    struct codings codings;
    int err = 0;

    codings_init(&codings, f->site);
    for (size_t i = 0; err == 0 && i < codings.n; i++)
        if ((f->plain->siblings >> codings.order[i] & 1) != 0)
            err = buf_addf(list, "%s%.*s", list->len > 0 ? ", " : "", SV_ARG(coding_names[codings.order[i]].token));
    return err;
}

static void say_coding(const struct facts *f, FILE *to)
{
    struct buf list = {0};

    if (f->plain->siblings == 0)
        return;
    (void)list_siblings(f, &list);
    if (!f->coded)
        say(to, "coding", "none, as the request has no Accept-Encoding; there is %.*s", SV_ARG(buf_sv(&list)));
    else if (f->sent->coding < CODING_COUNT)
        say(to, "coding", "%.*s; there is %.*s", SV_ARG(coding_names[f->sent->coding].token), SV_ARG(buf_sv(&list)));
    else
        say(to, "coding", "none, by Accept-Encoding; there is %.*s", SV_ARG(buf_sv(&list)));
    buf_fini(&list);
}

/* The file that the path stands for, as rules see it: whatever the coding, and with its slash. */
static struct sv original(const struct facts *f, char *room)
{
    size_t len = f->plain->name.len;

    room[0] = '/';
    if (len > PATH_MAX)
        len = 0;
    if (len > 0)
        memcpy(room + 1, f->plain->name.p, len);
    return sv_of(room, 1 + len);
}

static void say_type(const struct facts *f, struct sv file, FILE *to)
{
    struct sv type = labels_type(f->site, file);
    struct sv extension = mime_extension(file);
    size_t i = labels_find_mime(f->site, file);

    if (i == f->site->mime.n) {
        say(to, "type", "%.*s (built in)", SV_ARG(type));
        return;
    }
    /* The last line for an extension is the one that counts. */
    struct origin o = origin_of(f, "mime", 0);
    struct sv from = SV("");
    for (bool more = o.from.len > 0; more; more = origin_next("mime", &o))
        if (o.value.len > extension.len && sv_ieq(sv_of(o.value.p + 1, extension.len), extension) &&
            (o.value.p[1 + extension.len] == ' ' || o.value.p[1 + extension.len] == '\t'))
            from = o.from;
    say(to, "type", "%.*s (%.*s)", SV_ARG(type), SV_ARG(from));
}

static void say_cache(const struct facts *f, struct sv file, FILE *to)
{
    size_t i = labels_find_cache(f->site, f->path, file);
    struct origin o = origin_of(f, "cache", i);

    if (f->site->cache.n == 0)
        say(to, "cache", "there is no rule");
    else if (i == f->site->cache.n)
        say(to, "cache", "no rule matches");
    else
        say(to, "cache", "%.*s (%.*s)", SV_ARG(o.value), SV_ARG(o.from));
}

static void say_validators(const struct facts *f, FILE *to)
{
    static const char *const made[] = {
        [TAG_NONE] = "none",
        [TAG_STAT] = "made of the file's time and size",
        [TAG_CONTENT] = "made of the file's bytes",
        [TAG_LATER] = "none until the file's bytes are summed",
    };
    static const char young[] = "; its time is not to be trusted yet, or never was one";
    bool fallback = f->site->etag == ETAG_STAT && f->sent->tag_source != TAG_STAT;
    struct origin o = origin_of(f, "etag", 0);

    say(to, "etag", "%s%s (%.*s)", made[f->sent->tag_source], fallback ? young : "", SV_ARG(o.from));
    if (f->sent->modified == INT64_MAX)
        say(to, "modified", "not told%s", young);
}

void facts_say(const struct facts *f, FILE *to)
{
    char room[1 + PATH_MAX];
    struct sv file = original(f, room);

    say_root(f, to);
    say_file(f, to);
    say_index(f, to);
    say_coding(f, to);
    if (f->sent->status != 200)
        return;
    say_type(f, file, to);
    say_cache(f, file, to);
    say_validators(f, to);
}
