/* SPDX-License-Identifier: MIT */
/* From checked text to struct config, and back. The schema knows the type and the offset of each member (schema.c has
 * the compiler check that they fit), so this is the one file that writes through them. */

#include "config/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "config/cache_rule.h"
#include "config/directory.h"
#include "config/mime_rule.h"
#include "config/value.h"

static void *member(const struct schema_key *k, void *base)
{
    return (char *)base + k->offset;
}

static const void *const_member(const struct schema_key *k, const void *base)
{
    return (const char *)base + k->offset;
}

static void set_number(const struct schema_key *k, void *base, uint64_t value)
{
    if (k->type == BOOL)
        *(bool *)member(k, base) = value != 0;
    else if (k->type == ENUM)
        *(int *)member(k, base) = (int)value;
    else
        *(uint64_t *)member(k, base) = value;
}

static uint64_t get_number(const struct schema_key *k, const void *base)
{
    if (k->type == BOOL)
        return *(const bool *)const_member(k, base);
    if (k->type == ENUM)
        return (uint64_t) * (const int *)const_member(k, base);
    return *(const uint64_t *)const_member(k, base);
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

static int set_text(char **to, struct sv text)
{
    char *copy = store_copy(text);

    if (copy == NULL)
        return -ENOMEM;
    free(*to);
    *to = copy;
    return 0;
}

static int append(struct strings *s, struct sv text)
{
    char **v = realloc(s->v, (s->n + 1) * sizeof *v);

    if (v == NULL)
        return -ENOMEM;
    s->v = v;
    s->v[s->n] = NULL;
    int err = set_text(&s->v[s->n], text);
    if (err == 0)
        s->n++;
    return err;
}

static int append_mime_rule(struct strings *s, struct sv text)
{
    struct mime_rule rule;
    struct fault unused;
    struct buf row = {0};

    (void)mime_rule_read(text, &rule, &unused);
    int err = mime_rule_print(&row, &rule);
    if (err == 0)
        err = append(s, buf_sv(&row));
    buf_fini(&row);
    return err;
}

static int append_cache_rule(struct strings *s, struct sv text)
{
    struct cache_rule rule;
    struct fault unused;
    struct buf row = {0};

    (void)cache_rule_read(text, &rule, &unused);
    int err = cache_rule_print(&row, &rule);
    if (err == 0)
        err = append(s, buf_sv(&row));
    buf_fini(&row);
    return err;
}

/* Of a path, or of the address of a unix socket: what it stands for. */
static int set_place(const struct schema_key *k, void *base, struct sv text)
{
    struct sv scheme = sv_starts(text, SV("unix:")) ? sv_of(text.p, 5) : sv_of(text.p, 0);
    struct buf place = {0};
    int err = buf_add(&place, scheme);

    if (err == 0)
        err = directory_expand(&place, sv_skip(text, scheme.len));
    if (err == 0)
        err = k->repeats ? append(member(k, base), buf_sv(&place)) : set_text(member(k, base), buf_sv(&place));
    buf_fini(&place);
    return err;
}

int store_set(const struct schema_key *k, void *base, struct sv text)
{
    struct fault unused;
    uint64_t number = 0;

    switch (k->type) {
    case TARGET:
        if (sv_eq(text, SV("off"))) {
            store_free(k, base);
            return 0;
        }
        return set_place(k, base, text);
    case PATH:
    case ADDRESS:
    case DIRS:
        return set_place(k, base, text);
    case NAME:
        return set_text(member(k, base), text);
    case GLOB:
    case CIDR:
    case NAMES:
    case WORDS:
        return append(member(k, base), text);
    case MIME:
        return append_mime_rule(member(k, base), text);
    case CACHE:
        return append_cache_rule(member(k, base), text);
    default:
        (void)value_number(k, text, &number, &unused);
        set_number(k, base, number);
        return 0;
    }
}

static void strings_free(struct strings *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    *s = (struct strings){0};
}

void store_free(const struct schema_key *k, void *base)
{
    if (k->repeats) {
        strings_free(member(k, base));
    } else if (!schema_is_number(k)) {
        char **text = member(k, base);
        free(*text);
        *text = NULL;
    }
}

int store_print(struct buf *b, const struct schema_key *k, const void *base)
{
    char number[UNITS_TEXT];

    assert(!k->repeats);
    if (!schema_is_number(k)) {
        const char *text = *(char *const *)const_member(k, base);
        return buf_add(b, text != NULL ? sv_cstr(text) : k->type == TARGET ? SV("off") : SV(""));
    }
    uint64_t value = get_number(k, base);
    if (k->type == BOOL)
        return buf_add(b, value != 0 ? SV("yes") : SV("no"));
    if (k->type == ENUM)
        return buf_add(b, schema_word(k, value));
    if (k->words != NULL && value == schema_word_number(k))
        return buf_add(b, schema_words(k));
    units_format(schema_units(k), value, number);
    return buf_add(b, sv_cstr(number));
}
