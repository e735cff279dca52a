/* SPDX-License-Identifier: MIT */
/* From checked text to struct config, and back. The schema knows the type and the offset of each member (schema.c has
 * the compiler check that they fit), and the type what is written there. */

#include "config/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int store_set(const struct schema_key *k, void *base, struct sv text)
{
    return k->type->store(k, (char *)base + k->offset, text);
}

void store_free(const struct schema_key *k, void *base)
{
    if (k->type->clear != NULL)
        k->type->clear((char *)base + k->offset);
}

int store_print(struct buf *b, const struct schema_key *k, const void *base)
{
    assert(!k->type->is_list);
    return k->type->print(b, k, (const char *)base + k->offset);
}

char *store_copy(struct sv text)
{
    char *copy = malloc(text.len + 1);

    if (copy == NULL)
        return NULL;
    if (text.len > 0)
        memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    return copy;
}

/* Takes the text, also where there is no memory. */
static int append_text(struct strings *to, char *text)
{
    char **v = realloc(to->v, (to->n + 1) * sizeof *v);

    if (v == NULL) {
        free(text);
        return -ENOMEM;
    }
    to->v = v;
    v[to->n++] = text;
    return 0;
}

int store_as_written(const struct schema_key *k, void *member, struct sv text)
{
    char *copy = store_copy(text);

    if (copy == NULL)
        return -ENOMEM;
    if (k->type->is_list)
        return append_text(member, copy);
    store_clear_text(member);
    *(char **)member = copy;
    return 0;
}

int store_made(const struct schema_key *k, void *member, struct buf *made, int err)
{
    if (err == 0)
        err = store_as_written(k, member, buf_sv(made));
    buf_fini(made);
    return err;
}

void store_clear_text(void *member)
{
    char **text = member;

    free(*text);
    *text = NULL;
}

void store_clear_list(void *member)
{
    struct strings *s = member;

    for (size_t i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    *s = (struct strings){0};
}

int store_print_text(struct buf *b, const struct schema_key *k, const void *member)
{
    const char *text = *(char *const *)member;

    (void)k;
    return buf_add(b, text != NULL ? sv_cstr(text) : SV(""));
}
