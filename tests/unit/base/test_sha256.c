/* SPDX-License-Identifier: MIT */
/* SHA-256 against the vectors of its standard and against sums that other tools made, whole and in pieces. */

#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

static const char *hex(struct sv bytes, size_t piece)
{
    static char text[2 * SHA256_LEN + 1];
    uint8_t sum[SHA256_LEN];
    struct sha256 s;

    sha256_init(&s);
    while (bytes.len > 0) {
        size_t n = piece < bytes.len ? piece : bytes.len;
        sha256_add(&s, sv_of(bytes.p, n));
        bytes = sv_skip(bytes, n);
    }
    sha256_end(&s, sum);
    for (size_t i = 0; i < SHA256_LEN; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", sum[i]);
    return text;
}

static void the_vectors_of_the_standard_hold(void **state)
{
    char *million = malloc(1000000);

    (void)state;
    assert_string_equal(hex(SV(""), 1), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(hex(SV("abc"), 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(hex(SV("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 99),
                        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_string_equal(hex(SV("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                               "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
                            99),
                        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    memset(million, 'a', 1000000);
    assert_string_equal(hex(sv_of(million, 1000000), 4096),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

/* Around every border of a block and of the padding. */
static void sums_of_other_tools_are_ours(void **state)
{
    static const struct known {
        size_t len;
        const char *sum;
    } rows[] = {
        {1, "084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5"},
        {55, "e7313d333c272e639f790978283f9eb392e843d0f29b7016828bb1daa4aac70b"},
        {56, "4324d65f3c103567f5589c710bc08f8523f929a9272e3af36fc968e52abc6c27"},
        {57, "35df609437dcfea3279283ab79fd554e2bf78f8f7ae2de532d8ee300b09e8f73"},
        {63, "81c80242132f230c3bd41b3e63bbcff16107339549214a99614ff26664625055"},
        {64, "39e3d7b6b5d075d37d053ad89b24b41bef4f3c29760c84447cab3f3be1882241"},
        {65, "aacca6ff74fdbb296d165a45cecfa04e5127bc008770fbbdd48006f2d2fae95e"},
        {119, "9ce7368e4daf32341631b492e80359dc9f594b48453cd0dd5bf0b19279cc177e"},
        {120, "7836b787757e95e58b3ca5aec90b1b004e8deba1e50e9675af9cabf1a13a04b5"},
        {127, "a8d23e75d936f303d248888d9b165ee543f4cbafcad3c9dd2a79bd84faa11d07"},
        {128, "d2742f1f4ac6bb7ca2b239ee18402ba8b3f9f8e652d2a72973c2b9ba11c08cf6"},
        {1000, "1e9bc38cbf860b9ec31918b065f9b52476c549a782e0e7990bed8ce3868d2371"},
        {100000, "d96bab6a55ee326ba206dd4a85a6e95e14360d7fabbf448f03e689c24382b7d0"},
    };
    char *bytes = malloc(100000);

    (void)state;
    for (size_t i = 0; i < 100000; i++)
        bytes[i] = (char)((i * 7 + 3) % 256);
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_string_equal(hex(sv_of(bytes, rows[i].len), rows[i].len), rows[i].sum);
        assert_string_equal(hex(sv_of(bytes, rows[i].len), 61), rows[i].sum);
    }
    free(bytes);
}

static void how_the_bytes_are_cut_does_not_matter(void **state)
{
    char bytes[200];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 13);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        char whole[2 * SHA256_LEN + 1];
        (void)snprintf(whole, sizeof whole, "%s", hex(sv_of(bytes, len), sizeof bytes));
        for (size_t piece = 1; piece <= len; piece++)
            assert_string_equal(hex(sv_of(bytes, len), piece), whole);
    }
}

/* No test can wait for so many bytes: the count is set as if they were behind us, which changes the last block alone. The
 * sum is a second program's, written from the standard. */
static void the_length_counts_with_all_its_bits(void **state)
{
    static const uint8_t right[SHA256_LEN] = {0x35, 0xdc, 0xfd, 0x17, 0x3a, 0xd8, 0x45, 0xf2, 0x24, 0x28, 0x96,
                                              0x34, 0x98, 0xec, 0x99, 0x6c, 0x7b, 0x4d, 0x0a, 0xd5, 0xcd, 0x84,
                                              0xfb, 0x10, 0x5a, 0x2b, 0x48, 0xde, 0xc8, 0x64, 0x10, 0x4b};
    uint8_t sum[SHA256_LEN];
    struct sha256 s;

    (void)state;
    sha256_init(&s);
    s.total = (uint64_t)0x123456789abcde * SHA256_BLOCK;
    sha256_add(&s, SV("abc"));
    sha256_end(&s, sum);
    assert_memory_equal(sum, right, sizeof sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_standard_hold),
        cmocka_unit_test(sums_of_other_tools_are_ours),
        cmocka_unit_test(how_the_bytes_are_cut_does_not_matter),
        cmocka_unit_test(the_length_counts_with_all_its_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
