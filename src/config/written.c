/* SPDX-License-Identifier: MIT */
/* The places of values outlive the draft that they were read into: what a value names is opened later. */

#include "config/written.h"

#include <errno.h>
#include <stdlib.h>

#include "text/diagnose.h"

struct written *written_new(void)
{
    return calloc(1, sizeof(struct written));
}

void written_free(struct written **out)
{
    struct written *w = *out;

    *out = NULL;
    if (w == NULL)
        return;
    sources_fini(&w->sources);
    free(w->v);
    free(w);
}

int written_add(struct written *w, struct config_at at, struct place place)
{
    if (w->n == w->cap) {
        size_t cap = w->cap > 0 ? 2 * w->cap : 64;
        struct written_value *v = realloc(w->v, cap * sizeof *v);
        if (v == NULL)
            return -ENOMEM;
        w->v = v;
        w->cap = cap;
    }
    w->v[w->n++] = (struct written_value){at, place};
    return 0;
}

const struct place *written_find(const struct written *w, struct config_at at)
{
    for (size_t i = w != NULL ? w->n : 0; i > 0; i--) {
        const struct written_value *v = &w->v[i - 1];
        if (v->at.key == at.key && v->at.section == at.section && v->at.value == at.value)
            return &v->place;
    }
    return NULL;
}

int written_print(struct buf *to, const struct place *place)
{
    if (place == NULL)
        return buf_add(to, SV("default"));
    int err = diagnose_escape(to, sv_cstr(place->source->name));
    if (err == 0 && place->source->tier == SOURCE_FILE)
        err = buf_addf(to, ":%zu", place->line);
    return err;
}
