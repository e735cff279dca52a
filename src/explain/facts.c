/* SPDX-License-Identifier: MIT */
/* The file behind an answer, and the rules that made its head. Nothing is decided here: the entry holds what was decided
 * when it was loaded, and the rules of the site are asked again what they said then. */

#include "explain/facts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "config/blame.h"
#include "explain/say.h"
#include "files/siblings.h"
#include "site/types.h"

/* A text, and in brackets where the value that it is comes from. */
static void say_from(const struct facts *f, FILE *to, const char *label, struct sv text, struct config_at value)
{
    struct buf origin = {0};

    (void)config_origin(f->config, value, &origin);
    say(to, label, "%.*s (%.*s)", SV_ARG(text), SV_ARG(buf_sv(&origin)));
    buf_fini(&origin);
}

/* "root = /srv/www/current": where a deploy turned it to. */
static void say_root(const struct facts *f, FILE *to)
{
    char *real = realpath(f->site->root, NULL);

    say_from(f, to, "root", sv_cstr(f->site->root), site_at(f->site, KEY_site_root, 0));
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
            f->sent->fd < 0                                    ? "kept in memory"
            : f->sent->size > f->config->server.cache_file_max ? "sent from the disk's cache (server.cache_file_max)"
                                                               : "sent from the disk's cache (over a quarter of "
                                                                 "a worker's share of server.cache_memory)");
}

static void say_index(const struct facts *f, FILE *to)
{
    const struct strings *index = f->site->index;
    bool found = f->plain->status == 200;
    const char *label = "index";

    if (!sv_ends(f->path, SV("/")))
        return;
    struct sv name = found ? sv_skip(f->plain->name, f->path.len - 1) : SV("");
    for (size_t i = 0; i < index->n; i++) {
        struct sv one = sv_cstr(index->v[i]);
        if (found && !sv_eq(one, name))
            continue;
        say_from(f, to, label, one, site_at(f->site, KEY_site_index, i));
        label = "";
    }
}

/* ", br, gzip": the codings in which it seems to lie there, in the site's order. */
static int list_siblings(const struct facts *f, struct buf *list)
{
    const struct codings *codings = &f->site->codings;
    int err = 0;

    for (size_t i = 0; err == 0 && i < codings->n; i++)
        if ((f->plain->siblings >> codings->order[i] & 1) != 0)
            err = buf_addf(list, "%s%.*s", list->len > 0 ? ", " : "", SV_ARG(coding_names[codings->order[i]].token));
    return err;
}

static bool is_missing(const struct entry *e)
{
    return e->why == WHY_MISSING || e->why == WHY_NO_DIRECTORY || e->why == WHY_NAME_LONG;
}

/* What lies beside the file and does not stand in for it. */
static void say_unused(const struct facts *f, enum coding coding, FILE *to)
{
    const struct cache *cache = &f->serve->cache;
    struct entry *s = load_sibling(&cache->load, f->plain->tree, f->plain, coding, f->serve->clock);
    struct buf why = {0};

    if (s == NULL)
        return;
    double older = ((double)f->plain->stamp.modified_ns - (double)s->stamp.modified_ns) / 1e9;
    if (s->status != 200 && !is_missing(s))
        (void)buf_addf(&why, "%s", why_text((enum why)s->why));
    else if (s->status == 200 && !sibling_is_current(&s->stamp, &f->plain->stamp) && f->plain->status == 200)
        (void)buf_addf(&why, "it is %.1f s older than the file, and %d s are overlooked", older, SIBLING_GRACE_S);
    else if (s->status == 200 && !sibling_stands_for(s, f->plain))
        (void)buf_addf(&why, "it is %.1f s older than the file, and was made of one of another size", older);
    if (why.len > 0)
        say(to, "sibling", "%.*s.%.*s is not used: %.*s", SV_ARG(f->plain->name), SV_ARG(coding_names[coding].suffix),
            SV_ARG(buf_sv(&why)));
    buf_fini(&why);
    ref_put(&s->ref);
}

static void say_all_unused(const struct facts *f, FILE *to)
{
    const struct codings *codings = &f->site->codings;

    if (f->plain->name.len == 0 || types_of(f->site, f->plain->name).coding != CODING_IDENTITY)
        return;
    for (size_t i = 0; i < codings->n; i++)
        say_unused(f, (enum coding)codings->order[i], to);
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
    struct mime mime = types_of(f->site, file);
    const struct rule *rule = types_find(f->site, file);
    struct buf type = {0};

    (void)buf_addf(&type, "%.*s", SV_ARG(mime.type));
    if (mime.coding != CODING_IDENTITY)
        (void)buf_addf(&type, ", always in %.*s", SV_ARG(coding_names[mime.coding].token));
    if (rule == NULL)
        say(to, "type", "%.*s (built in)", SV_ARG(buf_sv(&type)));
    else
        say_from(f, to, "type", buf_sv(&type), rule->at);
    buf_fini(&type);
}

static void say_rules(const struct facts *f, const struct policy_kind *kind, struct sv file, FILE *to)
{
    const struct rule *rule = policy_next(kind, f->site, f->path, file, NULL);
    const char *label = kind->label;

    if (rule == NULL)
        say(to, label, "%s", f->site->rules[kind->rules].n == 0 ? "there is no rule" : "no rule matches");
    for (; rule != NULL; rule = policy_next(kind, f->site, f->path, file, rule), label = "")
        say_from(f, to, label, config_text(f->config, rule->at), rule->at);
}

/* As the policy was asked: where no file answers, rules know the path alone. */
static void say_policy(const struct facts *f, struct sv file, FILE *to)
{
    bool has_file = f->sent->status == 200;

    for (size_t i = 0; i < POLICY_KINDS; i++)
        if (has_file || policy_kinds[i].scope == POLICY_ALL)
            say_rules(f, &policy_kinds[i], has_file ? file : SV(""), to);
}

/* Why the file's time tells nothing of its content. */
static const char *doubt(const struct entry *e)
{
    return e->time != TIME_TRUSTED ? times_reason((enum time_verdict)e->time) : "it is of this moment, or lies ahead";
}

static void say_validators(const struct facts *f, FILE *to)
{
    static const char *const made[] = {
        [TAG_NONE] = "none",
        [TAG_STAT] = "made of the file's time and size",
        [TAG_CONTENT] = "made of the file's bytes",
        [TAG_LATER] = "none until the file's bytes are summed",
    };
    bool fallback = f->site->etag == ETAG_STAT && f->sent->tag_source != TAG_STAT;
    bool huge = f->site->etag == ETAG_CONTENT && f->sent->tag_source == TAG_NONE;
    struct buf tag = {0};

    (void)buf_addf(&tag, "%s%s%s%s", made[f->sent->tag_source], fallback ? ", as its time is not trusted: " : "",
                   fallback ? doubt(f->sent) : "", huge ? ", as the file is larger than 256 MiB" : "");
    say_from(f, to, "etag", buf_sv(&tag), site_at(f->site, KEY_site_etag, 0));
    buf_fini(&tag);
    if (f->sent->modified == INT64_MAX)
        say(to, "modified", "not told: %s",
            f->site->etag == ETAG_CONTENT ? "with etag = content no time is" : doubt(f->sent));
}

void facts_say(const struct facts *f, FILE *to)
{
    char room[1 + PATH_MAX];
    struct sv file = original(f, room);

    say_root(f, to);
    say_file(f, to);
    say_index(f, to);
    say_coding(f, to);
    say_all_unused(f, to);
    if (f->sent->status == 200)
        say_type(f, file, to);
    say_policy(f, file, to);
    if (f->sent->status == 200)
        say_validators(f, to);
}
