/* SPDX-License-Identifier: MIT */
/* Want-Repr-Digest as a dictionary of structured fields, and the line that answers it. */

#include "http/digest.h"

#include <stdio.h>

#include "guard.h"
#include "make_request.h"

static struct guard guard;

static int init(void **state)
{
    (void)state;
    guard = guard_new(4096);
    return 0;
}

static int fini(void **state)
{
    (void)state;
    guard_free(&guard);
    return 0;
}

static bool wanted(const char *lines)
{
    struct made_request m;
    char head[2048];
    int len = snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", lines);

    assert_in_range(len, 1, sizeof head - 1);
    assert_int_equal(make_request(&m, sv_of(guard_put(&guard, head, (size_t)len), (size_t)len)), 0);
    return digest_is_wanted(&m.rq);
}

static void expect_wanted(const char *const *values, size_t n, bool want)
{
    for (size_t i = 0; i < n; i++) {
        char line[1024];
        (void)snprintf(line, sizeof line, "Want-Repr-Digest: %s\r\n", values[i]);
        expect(wanted(line) == want, "\"%s\"", values[i]);
    }
}

static void a_weight_from_1_to_10_wants_it(void **state)
{
    static const char *const values[] = {
        "sha-256=1",
        "sha-256=10",
        "sha-256=5;a;b=2;c=\"x\"",
        "sha-512=3, sha-256=10, unixsum=0",
        "sha-256=1,sha-512=2",
        "sha-512=\"text \\\" \\\\ ,\" , sha-256=1",
        "a=:AAE=:, sha-256=1",
        "a=::, sha-256=1",
        "a=:A+/9:, sha-256=1",
        "a=:AA==:;b=:AA:, c=:AAA:, sha-256=1",
        "a=?1, b=?0, c, d;e, sha-256=3",
        "a=token/x:y*, b=*t, c=Token, d=Z, sha-256=3",
        "a=-1, b=-0.5, c=1.125, sha-256=3",
        "a=(), b=(1), c=(1 2;x  \"y\" ), d=(a);p, sha-256=3",
        "*a_b-c.d*=1, sha-256=3",
        "sha-256=0, sha-256=4",
        "sha-256=0000000000004",
        "a;  b, sha-256=2",
    };

    (void)state;
    expect_wanted(values, ROWS(values), true);
}

static void no_weight_or_another_s_does_not(void **state)
{
    static const char *const values[] = {
        "",
        "sha-256=0",
        "sha-256",
        "sha-256=?1",
        "sha-256=11",
        "sha-256=-5",
        "sha-512=10",
        "sha-512=5, sha-256",
        "sha-512=5, sha-256;x",
        "sha-256=5.0",
        "sha-256=\"5\"",
        "sha-256=(5)",
        "sha-256=5, sha-256=0",
        "sha-256;x=5",
        "x-sha-256=5",
        "sha-2560=5",
        "a=\"sha-256=5\"",
        "a=5;sha-256=5",
        "sha-256=999999999999999",
        "sha-256=a",
    };

    (void)state;
    expect_wanted(values, ROWS(values), false);
    assert_false(wanted(""));
}

static void what_is_malformed_anywhere_wants_nothing(void **state)
{
    static const char *const values[] = {
        "sha-256=5,",
        "sha-256=5,,a=1",
        ",sha-256=5",
        "sha-256=5 a=1",
        "sha-256=",
        "sha-256 =5",
        "sha-256= 5",
        "SHA-256=5",
        "sha-256=5; ",
        "sha-256=5;",
        "sha-256=5;A",
        "sha-256=5;a=",
        "a=\"x, sha-256=5",
        "a=\"\\x\", sha-256=5",
        "a=\"\xc3\xa4\", sha-256=5",
        "a=:A!:, sha-256=5",
        "a=:AAAA, sha-256=5",
        "a=:A:, sha-256=5",
        "a=:AAAAA:, sha-256=5",
        "a=:AA=:, sha-256=5",
        "a=:AAA==:, sha-256=5",
        "a=:AAAA====:, sha-256=5",
        "a=:AA===:, sha-256=5",
        "a=:AA======:, sha-256=5",
        "a=:=:, sha-256=5",
        "a=:AA==AAAA:, sha-256=5",
        "a=?2, sha-256=5",
        "a=?, sha-256=5",
        "a=(1, sha-256=5",
        "a=(1)2, sha-256=5",
        "a=(1\"x\"), sha-256=5",
        "a=((1)), sha-256=5",
        "a=-, sha-256=5",
        "a=1., sha-256=5",
        "a=.5, sha-256=5",
        "a=-.5, sha-256=5",
        "a=1.1234, sha-256=5",
        "a=1234567890123456, sha-256=5",
        "a=1234567890123.1, sha-256=5",
        "a=#, sha-256=5",
        "1a=5, sha-256=5",
        "-a=5, sha-256=5",
        "sha-256=5x",
        "sha-256=5, =1",
        "sha-256=5\t;a",
    };

    (void)state;
    expect_wanted(values, ROWS(values), false);
}

static void all_lines_are_one_dictionary(void **state)
{
    (void)state;
    assert_true(wanted("Want-Repr-Digest: sha-512=1\r\nWant-Repr-Digest: sha-256=1\r\n"));
    assert_false(wanted("Want-Repr-Digest: sha-256=1\r\nWant-Repr-Digest: sha-256=0\r\n"));
    assert_false(wanted("Want-Repr-Digest: sha-256=1\r\nWant-Repr-Digest: !\r\n"));
    assert_false(wanted("Want-Repr-Digest: sha-256=1\r\nWant-Repr-Digest:\r\n"));
    assert_false(wanted("Want-Repr-Digest:\r\nWant-Repr-Digest: sha-256=1\r\n"));
    assert_false(wanted("Want-Content-Digest: sha-256=1\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weight_from_1_to_10_wants_it),
        cmocka_unit_test(no_weight_or_another_s_does_not),
        cmocka_unit_test(what_is_malformed_anywhere_wants_nothing),
        cmocka_unit_test(all_lines_are_one_dictionary),
    };

    return cmocka_run_group_tests(tests, init, fini);
}
