/* SPDX-License-Identifier: MIT */
/* The members of struct config: each type writes its own and nothing beside it, and gives back all that it took. */

#include "config/store.h"

#include <errno.h>

#include "value_case.h"

/* All types, and the members that keep their values. */
#define TYPE(id, member) extern const struct value_type type_##id;
#include "config/types.def"
#undef TYPE

/* clang-format off */
#define IS(member, type) _Generic((member *)NULL, type *: true, default: false)
#define TYPE(id, member) {&type_##id, sizeof(member), IS(member, struct strings), IS(member, char *)},
static const struct {
    const struct value_type *type;
    size_t size;
    bool is_list;
    bool is_text;
} members[] = {
#include "config/types.def"
};
/* clang-format on */
#undef TYPE

static void a_type_is_a_list_where_its_member_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(members); i++) {
        const struct value_type *t = members[i].type;
        expect(t->is_list == members[i].is_list, "%zu: '%s'", i, t->takes);
        expect((t->clear != NULL) == (members[i].is_list || members[i].is_text), "%zu: '%s' is freed", i, t->takes);
        expect(t->is_list == (t->print == NULL), "%zu: '%s' is printed", i, t->takes);
        expect(t->is_list || (!t->shares_line && !t->each_once && t->replaces == NULL && t->agree == NULL),
               "%zu: '%s' is no list", i, t->takes);
    }
}

static size_t size_of(const struct schema_key *k)
{
    size_t i = 0;

    while (i < ROWS(members) && members[i].type != k->type)
        i++;
    expect(i < ROWS(members), "'%s' has a type that is no row", k->name);
    return members[i].size;
}

union any_section {
    struct config_server server;
    struct config_listen listen;
    struct config_limits limits;
    struct config_log log;
    struct config_status status;
    struct config_site site;
    unsigned char bytes[1];
};

static void expect_untouched(const struct schema_key *k, const union any_section *u, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        expect(u->bytes[i] == 0, "'%s' writes byte %zu", k->name, i);
}

/* Stored twice, so that a scalar is replaced and a list has two. */
static void store_sample(const struct schema_key *k, struct sv text)
{
    union any_section u;
    struct buf b = {0};

    memset(&u, 0, sizeof u);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_set(k, &u, text), 0);
    expect_untouched(k, &u, 0, k->offset);
    expect_untouched(k, &u, k->offset + size_of(k), sizeof u);
    if (!k->type->is_list) {
        struct fault f;
        assert_int_equal(store_print(&b, k, &u), 0);
        expect(value_check(k, buf_sv(&b), &f), "'%s' is printed as '%.*s'", k->name, (int)b.len, b.p);
    }
    store_free(k, &u);
    if (k->type->clear != NULL)
        expect_untouched(k, &u, 0, sizeof u);
    buf_fini(&b);
}

static void each_type_writes_its_member_and_nothing_beside_it(void **state)
{
    static const char *const samples[] = {"yes",     "1",       "1k",        "1s",     "/a",   "a",    "127.0.0.1:1",
                                          "unix:/a", "::1/128", ".a text/b", "/a 1h",  "gz",   "json", "handoff",
                                          "stat",    "error",   "stdout",    "stderr", "auto", "off",  "drop"};

    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        size_t n = 0;
        for (size_t j = 0; j < ROWS(samples); j++) {
            struct fault f;
            if (!value_check(&schema_keys[i], sv_cstr(samples[j]), &f))
                continue;
            store_sample(&schema_keys[i], sv_cstr(samples[j]));
            n++;
        }
        expect(n > 0, "no sample is a value of '%s'", schema_keys[i].name);
    }
}

static void a_text_that_could_not_be_made_is_not_stored(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_site_root];
    struct config_site site = {0};
    struct buf made = {0};

    (void)state;
    assert_int_equal(buf_add(&made, SV("/half")), 0);
    assert_int_equal(store_made(k, &site.root, &made, -ENOMEM), -ENOMEM);
    assert_null(site.root);
    assert_int_equal(made.len, 0);
    assert_int_equal(buf_add(&made, SV("/whole")), 0);
    assert_int_equal(store_made(k, &site.root, &made, 0), 0);
    assert_string_equal(site.root, "/whole");
    store_free(k, &site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_is_a_list_where_its_member_is_one),
        cmocka_unit_test(each_type_writes_its_member_and_nothing_beside_it),
        cmocka_unit_test(a_text_that_could_not_be_made_is_not_stored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
