/* SPDX-License-Identifier: MIT */
/* Rules become lines here, before the first answer that has them. A new kind of rule is a row of `kinds`. */

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

static void say_cache(struct head *h, const struct rules *rules, const struct asked *a)
{
    const struct rule *first = rules_first(rules, a->path, a->file);

    if (first != NULL)
        head_field(h, SV("Cache-Control"), first->says);
}

static const struct policy_kind {
    enum rule_kind rules;
    enum policy_scope scope;
    void (*say)(struct head *h, const struct rules *rules, const struct asked *a);
} kinds[] = {
    {RULE_cache, POLICY_FILE, say_cache},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void say_all(struct head *h, const struct asked *a, enum policy_scope scope)
{
    for (size_t i = 0; i < KINDS; i++) {
        const struct rules *rules = &a->site->rules[kinds[i].rules];
        if (kinds[i].scope == scope && rules->n > 0)
            kinds[i].say(h, rules, a);
    }
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
