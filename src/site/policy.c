/* SPDX-License-Identifier: MIT */
/* Rules become lines here, before the first answer that has them. A new kind of rule is a row of policy_kinds,
 * and a function that writes the line. */

#include "site/policy.h"

#include <errno.h>
#include <stdlib.h>

#include "http/head.h"

/* Policies in use that are compared with a new one. A client that makes up paths may make up sets of rules that match; it
 * shall not make others wait for a long search. */
enum { COMPARED = 32 };

struct asked {
    const struct site *site;
    struct sv path, file;
};

static void say_cache(struct head *h, const struct rule *rule)
{
    head_field(h, SV("Cache-Control"), rule->says);
}

const struct policy_kind policy_kinds[POLICY_KINDS] = {
    {"cache", RULE_cache, POLICY_FILE, POLICY_FIRST, say_cache},
};

const struct rule *policy_next(const struct policy_kind *kind, const struct site *site, struct sv path, struct sv file,
                               const struct rule *last)
{
    if (last != NULL && kind->count == POLICY_FIRST)
        return NULL;
    return rules_next(&site->rules[kind->rules], last, path, file);
}

static void say_kind(struct head *h, const struct policy_kind *kind, const struct asked *a)
{
    const struct rule *rule = NULL;

    while ((rule = policy_next(kind, a->site, a->path, a->file, rule)) != NULL)
        kind->say(h, rule);
}

static void say_all(struct head *h, const struct asked *a, enum policy_scope scope)
{
    for (size_t i = 0; i < POLICY_KINDS; i++)
        if (policy_kinds[i].scope == scope)
            say_kind(h, &policy_kinds[i], a);
}

/* Both kinds of lines; returns the length of the first. Where there is no file, no answer has those of the second, and a
 * client that makes up paths has nobody look for them. */
static size_t write_lines(struct head *h, const struct asked *a)
{
    say_all(h, a, POLICY_ALL);
    size_t all_len = h->len;

    if (a->file.len > 0)
        say_all(h, a, POLICY_FILE);
    return all_len;
}

static void policy_end(struct ref *ref)
{
    struct policy *p = list_of(ref, struct policy, ref);

    list_remove(&p->link);
    free(p);
}

static struct policy *policy_new(const struct asked *a, size_t len)
{
    struct policy *p = malloc(sizeof *p + len);

    if (p == NULL)
        return NULL;
    struct head h = head_in((char *)(p + 1), len);
    size_t all_len = write_lines(&h, a);
    *p = (struct policy){.ref = {1, policy_end}, .cost = sizeof *p + len};
    p->all = sv_of(h.room, all_len);
    p->file = sv_of(h.room, h.len);
    list_init(&p->link);
    return p;
}

static struct policy *find_same(const struct policies *all, const struct policy *p)
{
    struct list *l = all->in_use.next;

    for (int i = 0; i < COMPARED && l != &all->in_use; i++, l = l->next) {
        struct policy *other = list_of(l, struct policy, link);
        if (other->all.len == p->all.len && sv_eq(other->file, p->file))
            return other;
    }
    return NULL;
}

void policies_init(struct policies *all)
{
    list_init(&all->in_use);
}

int policy_find(struct policies *all, const struct site *site, struct sv path, struct sv file, struct policy **found)
{
    struct asked a = {site, path, file};
    struct head count = head_in(NULL, 0);

    *found = NULL;
    (void)write_lines(&count, &a);
    if (count.len == 0)
        return 0;
    struct policy *p = policy_new(&a, count.len);
    if (p == NULL)
        return -ENOMEM;
    struct policy *same = find_same(all, p);
    if (same != NULL) {
        ref_put(&p->ref);
        ref_get(&same->ref);
        list_remove(&same->link);
        p = same;
    }
    list_prepend(&all->in_use, &p->link);
    *found = p;
    return 0;
}
