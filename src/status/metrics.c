/* SPDX-License-Identifier: MIT */
/* The figures as Prometheus reads them. */

#include "status/metrics.h"

#include <inttypes.h>

#include "status/family.h"
#include "status/text.h"

/* The bounds that a histogram shows, powers of two: 4 us to 33 s. Four buckets of ours lie between two of them. */
enum { BOUND_FIRST = 2, BOUND_LAST = 25, BUCKETS_A_BOUND = 4 };

enum { WHOLE = -1 };

/* A family of a worker, or of the whole process, on its way into the text. */
struct series {
    struct text *t;
    const struct family *family;
    int worker; /* or WHOLE */
    const uint64_t *number;
};

static const char *prefix(int worker)
{
    return worker == WHOLE ? "baton_" : "baton_worker_";
}

/* The name with `suffix`, and the label of the worker, after which further ones may follow. */
static void begin(const struct series *s, const char *suffix, bool more)
{
    text_add(s->t, "%s%s%s", prefix(s->worker), s->family->name, suffix);
    if (s->worker != WHOLE || more)
        text_add(s->t, "{");
    if (s->worker != WHOLE)
        text_add(s->t, "worker=\"%d\"%s", s->worker, more ? "," : "}");
}

static void add_number(const struct series *s, unsigned i, const char *suffix)
{
    const struct family_label *label = s->family->label;
    char room[FAMILY_LABELS][FAMILY_WORD_MAX];
    bool labelled = label[0].name != NULL;

    if (labelled && family_word(s->family, i, 0, room[0]) == NULL)
        return;
    begin(s, suffix, labelled);
    for (unsigned k = 0; k < FAMILY_LABELS && label[k].name != NULL; k++)
        text_add(s->t, "%s%s=\"%s\"", k > 0 ? "," : "", label[k].name, family_word(s->family, i, k, room[k]));
    text_add(s->t, "%s %" PRIu64 "\n", labelled ? "}" : "", s->number[i]);
}

static void add_histogram(const struct series *s)
{
    uint64_t below = 0;
    unsigned next = 0;

    for (unsigned bound = BOUND_FIRST; bound <= BOUND_LAST; bound++) {
        for (; next < (bound - 1) * BUCKETS_A_BOUND; next++)
            below += s->number[next];
        begin(s, "_bucket", true);
        text_add(s->t, "le=\"");
        text_add_seconds(s->t, 1ULL << bound);
        text_add(s->t, "\"} %" PRIu64 "\n", below);
    }
    uint64_t count = histogram_count(s->number);
    begin(s, "_bucket", true);
    text_add(s->t, "le=\"+Inf\"} %" PRIu64 "\n", count);
    begin(s, "_sum", false);
    text_add(s->t, " ");
    text_add_seconds(s->t, s->number[HISTOGRAM_SUM]);
    text_add(s->t, "\n");
    begin(s, "_count", false);
    text_add(s->t, " %" PRIu64 "\n", count);
}

static void add_series(const struct series *s)
{
    const struct family *f = s->family;

    if (f->kind == FAMILY_TIMES)
        add_histogram(s);
    else
        for (unsigned i = 0; i < family_size(f); i++)
            add_number(s, i, f->kind == FAMILY_COUNTER ? "_total" : "");
}

static void add_help(struct text *t, const struct family *f, int worker)
{
    static const char *const type[] = {
        [FAMILY_COUNTER] = "counter", [FAMILY_GAUGE] = "gauge", [FAMILY_TIMES] = "histogram"};
    const char *suffix = f->kind == FAMILY_COUNTER ? "_total" : "";

    text_add(t, "# HELP %s%s%s %s%s.\n", prefix(worker), f->name, suffix, f->help,
             worker == WHOLE ? "" : ", of one worker");
    text_add(t, "# TYPE %s%s%s %s\n", prefix(worker), f->name, suffix, type[f->kind]);
}

static void add_family(struct text *t, const struct family *f, const struct figures_view *view)
{
    add_help(t, f, WHOLE);
    add_series(&(struct series){t, f, WHOLE, view->total.of + f->first});
    add_help(t, f, 0);
    for (size_t i = 0; i < view->n_workers; i++)
        add_series(&(struct series){t, f, (int)i, view->worker[i].of + f->first});
}

static void add_one(struct text *t, const char *name, const char *type, const char *help, uint64_t value)
{
    text_add(t, "# HELP baton_%s %s\n# TYPE baton_%s %s\nbaton_%s %" PRIu64 "\n", name, help, name, type, name, value);
}

static void add_master(struct text *t, const struct figures_view *view, bool draining)
{
    const struct figures_master *m = &view->master;

    text_add(t, "# HELP baton_build_info The version that runs.\n# TYPE baton_build_info gauge\n");
    text_add(t, "baton_build_info{version=\"%s\"} 1\n", m->about.version); /* ours: nothing in it is to be escaped */
    add_one(t, "start_time_seconds", "gauge", "When the process started, since 1970.", (uint64_t)m->started_wall);
    add_one(t, "generation", "gauge", "Number of the configuration in effect, from 1 on.", m->generation);
    add_one(t, "draining", "gauge", "1 while it stops.", draining ? 1 : 0);
    text_add(t, "# HELP baton_reloads_total Reloads of the configuration, by result.\n"
                "# TYPE baton_reloads_total counter\n");
    text_add(t, "baton_reloads_total{result=\"ok\"} %" PRIu64 "\n", m->reloads);
    text_add(t, "baton_reloads_total{result=\"refused\"} %" PRIu64 "\n", m->refused);
    add_one(t, "config_last_reload_successful", "gauge", "1 where the last reload was taken, or there was none.",
            m->last_reload_ok ? 1 : 0);
    add_one(t, "config_last_reload_success_timestamp_seconds", "gauge",
            "When the configuration in effect was loaded, since 1970.", (uint64_t)m->configured_wall);
    add_one(t, "upgrades_total", "counter", "Upgrades to another binary that this process began.", m->upgrades);
}

int metrics_write(const struct figures_view *view, bool draining, struct buf *to)
{
    struct text t = {to, 0};

    add_master(&t, view, draining);
    for (unsigned i = 0; i < FAMILIES; i++)
        add_family(&t, &families[i], view);
    return t.err;
}
