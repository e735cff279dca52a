/* SPDX-License-Identifier: MIT */
/* value_case.h: a text, and whether it is a value of a key; where it is none, what is said, about which part of it
 * (header only).
 *
 * Ownership: rows are static.
 * Threads:   one.
 * Errors:    what is not as wanted fails the test.
 */
#ifndef BATON_TESTS_VALUE_CASE_H
#define BATON_TESTS_VALUE_CASE_H

#include <string.h>

#include "config/store.h"
#include "config/value.h"

#include "expect.h"

/* NULL for why: it is a value. */
struct value_row {
    enum key_id key;
    const char *text;
    const char *why;
    size_t at;
    size_t len;
};

static inline void run_values(const struct value_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct fault f = {0};
        bool ok = value_check(&schema_keys[rows[i].key], sv_cstr(rows[i].text), &f);
        const char *why = rows[i].why;
        expect(ok == (why == NULL), "'%s': %s", rows[i].text, ok ? "taken" : f.why);
        expect(ok || (why != NULL && strcmp(f.why, why) == 0), "'%s'\n  gave   %s\n  wanted %s", rows[i].text, f.why,
               why);
        expect(ok || (f.at == rows[i].at && f.len == rows[i].len), "'%s': at %zu, %zu bytes", rows[i].text, f.at,
               f.len);
    }
}

/* A value of a scalar, and how it is printed once it is stored. */
struct stored_row {
    enum key_id key;
    const char *text;
    const char *printed;
};

/* `base` is the structure of the section that all rows are of. */
static inline void run_stored(const struct stored_row *rows, size_t n, void *base)
{
    for (size_t i = 0; i < n; i++) {
        struct buf b = {0};
        assert_int_equal(store_set(&schema_keys[rows[i].key], base, sv_cstr(rows[i].text)), 0);
        assert_int_equal(store_print(&b, &schema_keys[rows[i].key], base), 0);
        expect(sv_eq(buf_sv(&b), sv_cstr(rows[i].printed)), "'%s' gave '%.*s'", rows[i].text, (int)b.len, b.p);
        buf_fini(&b);
    }
}

#endif
