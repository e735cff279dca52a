/* SPDX-License-Identifier: MIT */
/* From a request to its answer: the middle of a request's way, where it is decided what is said. */

#include "serve/serve.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/heap.h"
#include "http/digest.h"
#include "http/negotiate.h"
#include "http/precondition.h"
#include "http/range.h"
#include "serve/route.h"

static int open_trees(struct serve *s, const struct serve_options *options)
{
    const struct sites *sites = options->sites;
    int err = 0;

    s->trees = calloc(sites->n, sizeof *s->trees);
    if (s->trees == NULL)
        return -ENOMEM;
    for (; err == 0 && s->n_trees < sites->n; s->n_trees++)
        err = tree_init(&s->trees[s->n_trees], &sites->v[s->n_trees], watch_swaps(options->watch, s->n_trees));
    return err;
}

int serve_init(struct serve *s, const struct serve_options *options)
{
    const struct config *config = options->config;
    const struct load_options load = {config->server.cache_file_max, .sums = options->sums, .times = &s->times};

    *s = (struct serve){.tails = {.wall = -1}, .ranges_max = (uint32_t)config->limits.ranges};
    hash_key_random(&s->boundary_key);
    times_init(&s->times);
    int err = open_trees(s, options);
    int kept = cache_init(&s->cache, &options->cache, &load, s->trees, s->n_trees);
    if (err == 0)
        err = kept;
    if (err < 0)
        return err;
    s->room = malloc(config->limits.uri_size + 1);
    return s->room != NULL ? 0 : -ENOMEM;
}

int serve_init_reports(struct serve *s, const struct config *config, const struct reporter *reporter)
{
    *s = (struct serve){.reporter = reporter, .tails = {.wall = -1}};
    s->room = malloc(config->limits.uri_size + 1);
    return s->room != NULL ? 0 : -ENOMEM;
}

void serve_fini(struct serve *s)
{
    if (s->reporter == NULL) {
        times_fini(&s->times);
        cache_fini(&s->cache);
        while (s->n_trees > 0)
            tree_fini(&s->trees[--s->n_trees]);
        free(s->trees);
        s->trees = NULL;
    }
    free(s->room);
    s->room = NULL;
}

void serve_turn(struct serve *s)
{
    clock_read(&s->clock);
    tails_refresh(&s->tails, &s->clock);
}

/* What the allocator could give back it keeps, and this is the one time when much is free. Others that allocate wait for it,
 * so that what was not kept any more went first. */
static void give_back(struct serve *s)
{
    s->letting_go = false;
    s->let_go = true;
    heap_give_back();
}

void serve_retire(struct serve *s)
{
    if (s->reporter != NULL || s->let_go)
        return;
    s->letting_go = stock_close(&s->cache.stock);
    if (!s->letting_go)
        give_back(s);
}

int serve_wait_ms(const struct serve *s)
{
    if (s->reporter != NULL || s->let_go)
        return -1;
    return s->letting_go ? 0 : cache_wait_ms(&s->cache, s->clock.now_ms);
}

void serve_let_go(struct serve *s)
{
    while (s->reporter == NULL && !s->let_go)
        serve_retire(s);
}

/* One answer: the request, and all that is decided about it on the way. */
struct serving {
    struct serve *s;
    const struct request *rq;
    struct response r;
    bool may_wait;
};

static bool names_in(const struct request *rq, enum field field, struct sv tag)
{
    uint32_t at = 0;

    if (rq->field[field].p == NULL)
        return false;
    for (struct sv line; (line = request_next(rq, field, &at)).p != NULL;)
        if (memmem(line.p, line.len, tag.p, tag.len) != NULL)
            return true;
    return false;
}

static bool names(const struct request *rq, struct sv tag)
{
    return names_in(rq, FIELD_IF_NONE_MATCH, tag) || names_in(rq, FIELD_IF_MATCH, tag) ||
           names_in(rq, FIELD_IF_RANGE, tag);
}

static bool may_name_tags(const struct request *rq)
{
    return rq->field[FIELD_IF_NONE_MATCH].p != NULL || rq->field[FIELD_IF_MATCH].p != NULL ||
           rq->field[FIELD_IF_RANGE].p != NULL;
}

/* The tag that is the file's for this client. One that was young when it was first served had a tag made of its content.
 * That still names it, so whoever has it is answered with it. */
static struct sv tag_for(const struct serving *g, struct entry *e)
{
    if (e->etag.len == 0 || !may_name_tags(g->rq) || names(g->rq, e->etag) || !names(g->rq, SV("\"")) ||
        !load_sum_is_at_hand(e) || cache_sum(&g->s->cache, e) != SUM_READY)
        return e->etag;
    struct sv content = sv_of(e->sum->tag, e->sum->tag_len);
    return names(g->rq, content) ? content : e->etag;
}

/* Sets what the answer says of the digest. False where that has to be waited for. */
static bool set_digest(struct serving *g, struct entry *e)
{
    if (g->rq->field[FIELD_WANT_REPR_DIGEST].p == NULL || !digest_is_wanted(g->rq))
        return true;
    g->s->sums_news = sums_news(g->s->cache.load.sums);
    enum sum_state state = cache_sum(&g->s->cache, e);
    if (state == SUM_READY)
        g->r.sum = e->sum;
    return state != SUM_LATER || !g->may_wait;
}

static void make_boundary(struct serve *s, struct boundary *b)
{
    char text[BOUNDARY_LEN + 1];
    uint64_t half[2];

    for (int i = 0; i < 2; i++, s->boundaries++)
        half[i] = hash(&s->boundary_key, sv_of((const char *)&s->boundaries, sizeof s->boundaries));
    (void)snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64, half[0], half[1]);
    memcpy(b->text, text, BOUNDARY_LEN);
}

static struct served served_as(enum why why, uint64_t bytes)
{
    return (struct served){why_status(why), (uint8_t)why, CODING_IDENTITY, bytes};
}

static struct served serve_whole(struct serving *g, struct entry *e, enum why why)
{
    return served_as(why, response_file(&g->r, e));
}

static struct served serve_error_page(struct serving *g, enum why why)
{
    return served_as(why, response_error(&g->r, why_status(why)));
}

static struct served serve_parts(struct serving *g, struct entry *e)
{
    struct boundary boundary;

    make_boundary(g->s, &boundary);
    struct parts *parts = parts_new(e, &g->s->ranges, &boundary);
    if (parts == NULL)
        return serve_error_page(g, WHY_SHORTAGE);
    return served_as(WHY_RANGE, response_parts(&g->r, e, parts, &boundary));
}

static struct served serve_range(struct serving *g, struct entry *e)
{
    struct ranges *ranges = &g->s->ranges;

    switch (range_read(g->rq->field[FIELD_RANGE], e->size, g->s->ranges_max, ranges)) {
    case RANGE_PARTS:
        if (ranges->n > 1)
            return serve_parts(g, e);
        return served_as(WHY_RANGE, response_part(&g->r, e, &ranges->part[0]));
    case RANGE_BEYOND:
        return served_as(WHY_BEYOND, response_beyond(&g->r, e));
    case RANGE_NONE:
        break;
    }
    return serve_whole(g, e, e->size > 0 ? WHY_RANGE_VOID : WHY_RANGE_EMPTY);
}

/* The order of RFC 9110 13.2.2: the conditions, then If-Range, then the range. */
static struct served serve_file(struct serving *g, struct entry *e)
{
    const struct request *rq = g->rq;
    struct validators v = {.etag = tag_for(g, e), .modified = e->modified, .now = g->s->clock.wall};
    enum verdict verdict = precondition_check(rq, &v);

    g->r.etag = v.etag;
    if (verdict == VERDICT_FAILED)
        return serve_error_page(g, precondition_why(rq, verdict));
    if (verdict == VERDICT_NOT_MODIFIED)
        return served_as(precondition_why(rq, verdict), response_not_modified(&g->r, e));
    if (!set_digest(g, e))
        return (struct served){0};
    if (rq->field[FIELD_RANGE].p == NULL)
        return serve_whole(g, e, WHY_FILE);
    if (rq->method != METHOD_GET)
        return serve_whole(g, e, WHY_RANGE_METHOD);
    return precondition_if_range(rq, &v) ? serve_range(g, e) : serve_whole(g, e, WHY_IF_RANGE);
}

/* The entry in the coding that the client likes best; takes over the reference to the one without a coding. NULL where
 * there is none that it would accept. */
static struct entry *negotiate(struct serving *g, struct entry *e)
{
    const struct codings *codings = &e->tree->site->codings;
    uint32_t available = e->siblings | (e->status == 200 ? 1U << CODING_IDENTITY : 0);
    struct acceptable acceptable;

    negotiate_read(&acceptable, g->rq);
    while (available != 0) {
        enum coding best = negotiate_choose(&acceptable, available, codings->order, codings->n);
        if (best == CODING_IDENTITY)
            return e;
        if (best == CODING_NONE) {
            ref_put(&e->ref);
            return NULL;
        }
        struct entry *sibling = cache_get_sibling(&g->s->cache, e, best, &g->s->clock);
        if (sibling != NULL) {
            ref_put(&e->ref);
            return sibling;
        }
        available &= ~(1U << best);
    }
    return e;
}

static struct served serve_path(struct serving *g, struct sv path)
{
    bool coded = g->rq->field[FIELD_ACCEPT_ENCODING].p != NULL;
    struct tree *tree = serve_tree(g->s);
    struct entry *e = cache_get(&g->s->cache, tree, path, coded, &g->s->clock);

    if (e == NULL)
        return serve_error_page(g, WHY_SHORTAGE);
    g->r.varies = entry_varies(e);
    g->r.policy = e->policy;
    if (coded && g->r.varies)
        e = negotiate(g, e);
    if (e == NULL)
        return serve_error_page(g, WHY_NOT_ACCEPTABLE);
    struct served served;
    if (e->status == 200)
        served = serve_file(g, e);
    else if (e->status == 301)
        served = served_as(WHY_SLASH, response_slash(&g->r, g->rq->path, path, g->rq->query));
    else
        served = serve_error_page(g, (enum why)e->why);
    served.coding = e->coding;
    ref_put(&e->ref);
    return served;
}

static struct served serve_report(struct serving *g, struct sv path)
{
    struct served served = {0};

    served.bytes = report_answer(g->s->reporter, &g->r, path, &served.status);
    return served;
}

struct served serve_request(struct serve *s, const struct request *rq, enum persist persist, bool may_wait,
                            struct out *out)
{
    struct serving g = {s, rq, {out, &s->tails, persist, .head_only = rq->method == METHOD_HEAD}, may_wait};
    struct sv path;
    s->cache.worst_lookup = 0;
    enum why why = route_request(rq, s->room, &path);

    if (why != WHY_NONE)
        return serve_error_page(&g, why);
    if (rq->method == METHOD_OPTIONS)
        return served_as(WHY_OPTIONS, response_options(&g.r));
    if (s->reporter != NULL)
        return serve_report(&g, path);
    return serve_path(&g, path);
}

/* An answer may take several looks; the worst of them counts. */
struct sv serve_verdict(const struct serve *s)
{
    static const struct sv words[1 + COUNT_LOOKUPS] = {
        [1 + COUNT_HIT] = {"hit", 3}, [1 + COUNT_REVALIDATED] = {"revalidated", 11}, [1 + COUNT_MISS] = {"miss", 4}};

    return words[s->cache.worst_lookup];
}

struct served serve_error(struct serve *s, enum why why, bool head_only, struct out *out)
{
    struct response r = {out, &s->tails, PERSIST_NOT, .head_only = head_only};

    s->cache.worst_lookup = 0;
    return served_as(why, response_error(&r, why_status(why)));
}
