/* SPDX-License-Identifier: MIT */
/* Terms of connections. Asked where a generation opens, and where a connection is passed on; a request only reads what its
 * connection has. */

#include "serve/terms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void terms_free(struct terms *t)
{
    free(t->section);
    free(t->address);
    trust_fini(&t->trust);
    free(t);
}

static struct terms *copy_of(const struct terms *from)
{
    struct terms *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->section = strdup(from->section);
    t->address = strdup(from->address);
    t->proxy_protocol = from->proxy_protocol;
    if (t->section != NULL && t->address != NULL && trust_copy(&t->trust, &from->trust) == 0)
        return t;
    terms_free(t);
    return NULL;
}

static int add_copy(struct terms_book *book, const struct terms *from, const struct terms **out)
{
    struct terms **v = realloc(book->v, (book->n + 1) * sizeof(struct terms *));

    if (v == NULL)
        return -ENOMEM;
    book->v = v;
    v[book->n] = copy_of(from);
    if (v[book->n] == NULL)
        return -ENOMEM;
    *out = v[book->n++];
    return 0;
}

int terms_add(struct terms_book *book, const struct config_listen *listen, const char *address,
              const struct terms **out)
{
    struct terms t = {
        .section = listen->name, .address = (char *)(uintptr_t)address, .proxy_protocol = listen->proxy_protocol};
    int err = trust_init(&t.trust, &listen->trusted_proxy);

    if (err == 0)
        err = add_copy(book, &t, out);
    trust_fini(&t.trust);
    book->n_own = book->n;
    return err;
}

static bool same_section(const struct terms *a, const struct terms *b)
{
    return strcmp(a->section, b->section) == 0;
}

static bool same_address(const struct terms *a, const struct terms *b)
{
    return a->address[0] != '\0' && strcmp(a->address, b->address) == 0;
}

const struct terms *terms_find(const struct terms_book *book, const struct terms *terms)
{
    /* Where it came in says more than what that was called: names may be exchanged. */
    static bool (*const same[])(const struct terms *a, const struct terms *b) = {same_address, same_section};

    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        for (size_t k = 0; k < book->n_own; k++)
            if (same[i](terms, book->v[k]))
                return book->v[k];
    return NULL;
}

/* A copy that was made before, for another connection. */
static const struct terms *copy_in(const struct terms_book *book, const struct terms *terms)
{
    for (size_t i = book->n_own; i < book->n; i++) {
        const struct terms *t = book->v[i];
        if (same_section(t, terms) && strcmp(t->address, terms->address) == 0 &&
            t->proxy_protocol == terms->proxy_protocol && trust_eq(&t->trust, &terms->trust))
            return t;
    }
    return NULL;
}

int terms_take(struct terms_book *book, const struct terms *terms, const struct terms **out)
{
    const struct terms *t = NULL;

    if (terms != NULL && (t = terms_find(book, terms)) == NULL && (t = copy_in(book, terms)) == NULL)
        return add_copy(book, terms, out);
    *out = t;
    return 0;
}

void terms_book_fini(struct terms_book *book)
{
    for (size_t i = 0; i < book->n; i++)
        terms_free(book->v[i]);
    free((void *)book->v);
    *book = (struct terms_book){0};
}
