/* SPDX-License-Identifier: MIT */
/* The table of keys: each default is a value of its key, and each row is found. What values are, the tests of their
 * types show (test_numbers and so on). */

#include "config/schema.h"

#include "config/value.h"
#include "expect.h"
#include "http/range.h"

static void each_default_is_a_value_of_its_key(void **state)
{
    struct fault f;

    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        const struct schema_key *k = &schema_keys[i];
        bool ok = value_check(k, sv_cstr(k->default_text), &f);
        expect(ok || k->default_text[0] == '\0', "%s: %s", k->name, f.why);
        expect(k->help[0] != '\0', "%s has no help", k->name);
    }
}

static void the_keys_of_a_section_stand_together_in_its_order(void **state)
{
    (void)state;
    for (size_t i = 1; i < KEYS; i++)
        expect(schema_keys[i].section >= schema_keys[i - 1].section, "%s is out of order", schema_keys[i].name);
}

static void keys_are_found_by_name_and_section(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYS; i++)
        assert_ptr_equal(schema_find_key(schema_keys[i].section, sv_cstr(schema_keys[i].name)), &schema_keys[i]);
    assert_ptr_equal(schema_find_key(SECTION_server, SV("cache-file_max")), &schema_keys[KEY_server_cache_file_max]);
    assert_null(schema_find_key(SECTION_log, SV("workers")));
    assert_null(schema_find_key(SECTION_server, SV("Workers")));
    assert_null(schema_find_key(SECTION_server, SV("")));
    assert_ptr_equal(schema_find_section(SV("site")), &schema_sections[SECTION_site]);
    assert_null(schema_find_section(SV("sit")));
}

static void a_word_has_a_place_among_those_of_its_key(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_log_level];

    (void)state;
    assert_int_equal(schema_word_index(k, SV("error")), 0);
    assert_int_equal(schema_word_index(k, SV("debug")), 4);
    assert_int_equal(schema_word_index(k, SV("err")), -1);
    assert_int_equal(schema_word_index(k, SV("")), -1);
    assert_int_equal(schema_word_index(&schema_keys[KEY_site_root], SV("error")), -1);
    assert_true(sv_eq(schema_word(k, 2), SV("notice")));
}

static void more_ranges_than_are_ever_read_cannot_be_asked_for(void **state)
{
    (void)state;
    assert_int_equal(schema_keys[KEY_limits_ranges].most, RANGES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_default_is_a_value_of_its_key),
        cmocka_unit_test(the_keys_of_a_section_stand_together_in_its_order),
        cmocka_unit_test(keys_are_found_by_name_and_section),
        cmocka_unit_test(a_word_has_a_place_among_those_of_its_key),
        cmocka_unit_test(more_ranges_than_are_ever_read_cannot_be_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
