/* SPDX-License-Identifier: MIT */
/* The figures as JSON. */

#include "status/json.h"

#include <inttypes.h>

#include "status/family.h"
#include "status/text.h"

static void add_buckets(struct text *t, const uint64_t *number)
{
    const char *comma = "";

    text_add(t, ",\"buckets\":[");
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (number[i] == 0)
            continue;
        text_add(t, "%s[%" PRIu64 ",%" PRIu64 "]", comma, histogram_floor(i + 1), number[i]);
        comma = ",";
    }
    text_add(t, "]");
}

static void add_times(struct text *t, const uint64_t *number)
{
    static const struct {
        const char *name;
        unsigned per_mille;
    } quantiles[] = {{"p50", 500}, {"p90", 900}, {"p99", 990}, {"p999", 999}};

    text_add(t, "{\"count\":%" PRIu64 ",\"sum\":", histogram_count(number));
    text_add_seconds(t, number[HISTOGRAM_SUM]);
    for (unsigned i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        text_add(t, ",\"%s\":", quantiles[i].name);
        text_add_seconds(t, histogram_quantile(number, quantiles[i].per_mille));
    }
    add_buckets(t, number);
    text_add(t, "}");
}

/* {"first word": number} or {"first word": {"second word": number}} */
static void add_labelled(struct text *t, const struct family *f, const uint64_t *number)
{
    unsigned inner = f->label[1].name != NULL ? f->label[1].n : 1;
    char room[FAMILY_WORD_MAX];
    const char *comma = "";

    text_add(t, "{");
    for (unsigned i = 0; i < family_size(f); i += inner) {
        const char *word = family_word(f, i, 0, room);
        if (word == NULL)
            continue;
        text_add(t, "%s\"%s\":%s", comma, word, inner > 1 ? "{" : "");
        for (unsigned k = 0; k < inner; k++) {
            if (inner > 1)
                text_add(t, "%s\"%s\":", k > 0 ? "," : "", family_word(f, i + k, 1, room));
            text_add(t, "%" PRIu64, number[i + k]);
        }
        text_add(t, "%s", inner > 1 ? "}" : "");
        comma = ",";
    }
    text_add(t, "}");
}

static void add_tally(struct text *t, const struct tally *tally)
{
    for (unsigned i = 0; i < FAMILIES; i++) {
        const struct family *f = &families[i];
        const uint64_t *number = tally->of + f->first;
        text_add(t, "%s\"%s\":", i > 0 ? "," : "{", f->name);
        if (f->kind == FAMILY_TIMES)
            add_times(t, number);
        else if (f->label[0].name != NULL)
            add_labelled(t, f, number);
        else
            text_add(t, "%" PRIu64, number[0]);
    }
    text_add(t, "}");
}

static void add_listeners(struct text *t, struct sv lines)
{
    const char *comma = "";

    while (lines.len > 0) {
        size_t len = sv_find(lines, '\n');
        text_add(t, "%s", comma);
        text_add_json(t, sv_of(lines.p, len));
        lines = sv_skip(lines, len < lines.len ? len + 1 : len);
        comma = ",";
    }
}

static void add_master_members(struct text *t, const struct figures_view *view, const char *illness)
{
    const struct figures_master *m = &view->master;

    text_add(t, "{\"version\":");
    text_add_json(t, sv_cstr(m->about.version));
    text_add(t, ",\"health\":\"%s\",\"config\":", illness != NULL ? illness : "ok");
    if (m->about.config != NULL)
        text_add_json(t, sv_cstr(m->about.config));
    else
        text_add(t, "null");
    text_add(t, ",\"start_time_seconds\":%" PRId64 ",\"uptime_seconds\":", m->started_wall);
    text_add_seconds(t, view->uptime_us);
    text_add(t, ",\"generation\":%" PRIu64 ",\"configured_seconds\":%" PRId64, m->generation, m->configured_wall);
    text_add(t, ",\"reloads\":{\"ok\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"last_ok\":%s,\"reason\":", m->reloads,
             m->refused, m->last_reload_ok ? "true" : "false");
    if (m->last_reload_ok)
        text_add(t, "null");
    else
        text_add_json(t, sv_cstr(m->refused_why));
    text_add(t, "},\"upgrades\":%" PRIu64, m->upgrades);
    text_add(t, ",\"listeners\":[");
    add_listeners(t, buf_sv(&view->listeners));
    text_add(t, "]");
}

int status_json_write(const struct figures_view *view, const char *illness, struct buf *to)
{
    struct text t = {to, 0};

    add_master_members(&t, view, illness);
    text_add(&t, ",\"total\":");
    add_tally(&t, &view->total);
    text_add(&t, ",\"workers\":[");
    for (size_t i = 0; i < view->n_workers; i++) {
        text_add(&t, "%s", i > 0 ? "," : "");
        add_tally(&t, &view->worker[i]);
    }
    text_add(&t, "]}\n");
    return t.err;
}
