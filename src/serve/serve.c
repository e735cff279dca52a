/* SPDX-License-Identifier: MIT */
/* What a worker answers from, from the start of its generation until it has let go of it all. */

#include "serve/serve.h"

#include <errno.h>
#include <stdlib.h>

#include "base/heap.h"

static int open_trees(struct serve *s, struct watch *watch)
{
    size_t n = s->sites != NULL ? s->sites->n : 0;
    int err = 0;

    if (n == 0)
        return 0;
    s->trees = calloc(n, sizeof *s->trees);
    if (s->trees == NULL)
        return -ENOMEM;
    for (; err == 0 && s->n_trees < n; s->n_trees++)
        err = tree_init(&s->trees[s->n_trees], &s->sites->v[s->n_trees], watch_swaps(watch, s->n_trees));
    return err;
}

int serve_init(struct serve *s, const struct serve_options *options)
{
    const struct config *config = options->config;
    const struct load_options load = {config->server.cache_file_max, .sums = options->sums, .times = &s->times};

    *s = (struct serve){
        .clock = options->clock,
        .sites = options->sites,
        .reporter = options->reporter,
        .tails = {.wall = -1},
        .ranges_max = (uint32_t)config->limits.ranges,
    };
    hash_key_random(&s->boundary_key);
    times_init(&s->times);
    int err = open_trees(s, options->watch);
    int kept = cache_init(&s->cache, &options->cache, &load, s->trees, s->n_trees);
    if (err == 0)
        err = kept;
    if (err < 0)
        return err;
    s->room = malloc(config->limits.uri_size + 1);
    return s->room != NULL ? 0 : -ENOMEM;
}

void serve_fini(struct serve *s)
{
    times_fini(&s->times);
    cache_fini(&s->cache);
    while (s->n_trees > 0)
        tree_fini(&s->trees[--s->n_trees]);
    free(s->trees);
    s->trees = NULL;
    free(s->room);
    s->room = NULL;
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
    if (s->n_trees == 0 || s->let_go)
        return;
    s->letting_go = stock_close(&s->cache.stock);
    if (!s->letting_go)
        give_back(s);
}

int serve_wait_ms(const struct serve *s)
{
    if (s->n_trees == 0 || s->let_go)
        return -1;
    return s->letting_go ? 0 : cache_wait_ms(&s->cache, s->clock->now_ms);
}

void serve_let_go(struct serve *s)
{
    while (s->n_trees > 0 && !s->let_go)
        serve_retire(s);
}

/* An answer may take several looks; the worst of them counts. */
struct sv serve_verdict(const struct serve *s)
{
    static const struct sv words[1 + COUNT_LOOKUPS] = {
        [1 + COUNT_HIT] = {"hit", 3}, [1 + COUNT_REVALIDATED] = {"revalidated", 11}, [1 + COUNT_MISS] = {"miss", 4}};

    return words[s->cache.worst_lookup];
}
