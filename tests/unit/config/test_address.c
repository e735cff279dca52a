/* SPDX-License-Identifier: MIT */
/* Two addresses to listen on: the same, apart, or one among those of the other, whichever way they are written. */

#include "config/address.h"

#include "expect.h"

static const struct {
    const char *a;
    const char *b;
    enum address_relation relation;
} rows[] = {
    {"127.0.0.1:80", "127.0.0.1:80", ADDRESS_SAME},
    {"127.0.0.1:80", "127.0.0.1:81", ADDRESS_APART},
    {"127.0.0.1:80", "127.0.0.2:80", ADDRESS_APART},
    {"127.0.0.1:0", "127.0.0.1:0", ADDRESS_APART},
    {"[::]:0", "127.0.0.1:0", ADDRESS_APART},
    {"[::1]:80", "[0:0::0:1]:80", ADDRESS_SAME},
    {"[2001:db8::A]:80", "[2001:DB8::a]:80", ADDRESS_SAME},
    {"[::ffff:127.0.0.1]:80", "127.0.0.1:80", ADDRESS_SAME},
    {"[::1]:80", "127.0.0.1:80", ADDRESS_APART},
    {"[::]:80", "[0::0]:80", ADDRESS_SAME},
    {"[::]:80", "[::1]:80", ADDRESS_OVERLAP},
    {"[::]:80", "127.0.0.1:80", ADDRESS_OVERLAP},
    {"[::]:80", "0.0.0.0:80", ADDRESS_OVERLAP},
    {"[::]:80", "0.0.0.0:8080", ADDRESS_APART},
    {"0.0.0.0:80", "127.0.0.1:80", ADDRESS_OVERLAP},
    {"0.0.0.0:80", "[::1]:80", ADDRESS_APART},
    {"unix:/run/a", "unix:/run/a", ADDRESS_SAME},
    {"unix:/run/a:0", "unix:/run/a:0", ADDRESS_SAME},
    {"unix:/run/a:80", "127.0.0.1:80", ADDRESS_APART},
    {"unix:/run/a", "unix:/run/b", ADDRESS_APART},
    {"systemd:a", "systemd:a", ADDRESS_SAME},
    {"systemd:a", "systemd:b", ADDRESS_APART},
    {"systemd:a", "unix:/a", ADDRESS_APART},
};

static void two_addresses_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv a = sv_cstr(rows[i].a);
        struct sv b = sv_cstr(rows[i].b);
        expect(address_compare(a, b) == rows[i].relation, "%s and %s gave %d", rows[i].a, rows[i].b,
               (int)address_compare(a, b));
        expect(address_compare(b, a) == rows[i].relation, "%s and %s gave %d", rows[i].b, rows[i].a,
               (int)address_compare(b, a));
        expect(address_compare(a, a) == ADDRESS_SAME || sv_ends(a, SV(":0")), "%s and itself", rows[i].a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_addresses_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
