/* SPDX-License-Identifier: MIT */
/* The keyed hash is SipHash-1-3: the expected numbers come from CPython's, which is another implementation of it. */

#include "base/hash.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "guard.h"

static const struct hash_key zero = {{0, 0}};
static const struct hash_key some = {{0xaed66ce184be2329, 0xebe9bbf1f1499052}};

static const struct vector {
    struct sv bytes;
    uint64_t with_zero;
    uint64_t with_some;
} vectors[] = {
    {{"/", 1}, 0x25582f928c81f862, 0x9aeee810d04cc019},
    {{"/a", 2}, 0xdd06f214311ed0f9, 0x162973250a63148d},
    {{"/index", 6}, 0x628004dad112ea17, 0xa17c81df180da81c},
    {{"/index.h", 8}, 0x263acc8ac9e002e3, 0x57179f65b22ae44d},
    {{"/index.ht", 9}, 0xa6d28db02d9e1969, 0xe76354fbaa0368e6},
    {{"/index.html", 11}, 0x400c586a6e2df20a, 0xba078e4e95bb0d4e},
    {{"0123456789abcdef", 16}, 0x1d42b30f7e060c24, 0x32fb2aa9e1a93942},
    {{"\xff\0\x80 and so on, past three words", 31}, 0xc93e86f5c3e74866, 0x258db9f92e34a77d},
};

static void it_is_siphash_1_3(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        expect(hash(&zero, vectors[i].bytes) == vectors[i].with_zero, "row %zu with key 0", i);
        expect(hash(&some, vectors[i].bytes) == vectors[i].with_some, "row %zu with a key", i);
    }
    assert_true(hash(&zero, SV("")) == 0xd1fba762150c532c);
}

static void no_byte_behind_the_last_is_read_at_any_length(void **state)
{
    struct guard g = guard_new(65);
    char bytes[65];

    (void)state;
    memset(bytes, 'b', sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++)
        assert_true(hash(&some, sv_of(guard_put(&g, bytes, len), len)) == hash(&some, sv_of(bytes, len)));
    guard_free(&g);
}

static void every_byte_and_the_length_count(void **state)
{
    char bytes[32] = {0};
    uint64_t before = hash(&some, sv_of(bytes, 0));

    (void)state;
    for (size_t len = 1; len <= sizeof bytes; len++) {
        uint64_t h = hash(&some, sv_of(bytes, len));
        expect(h != before, "%zu zero bytes are like %zu", len, len - 1);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = 1;
            expect(hash(&some, sv_of(bytes, len)) != h, "byte %zu of %zu does not count", i, len);
            bytes[i] = 0;
        }
        before = h;
    }
}

static void random_keys_differ(void **state)
{
    struct hash_key a = {{0, 0}}, b = {{0, 0}};

    (void)state;
    hash_key_random(&a);
    hash_key_random(&b);
    assert_memory_not_equal(&a, &b, sizeof a);
    assert_memory_not_equal(&a, &zero, sizeof a);
    assert_true(hash(&a, SV("/")) != hash(&b, SV("/")));
}

/* As under a filter that knows no getrandom(2), or a kernel that has none. */
static void without_random_numbers_keys_differ_and_are_not_zero(void **state)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        struct hash_key a = {{0, 0}}, b = {{0, 0}};
        char byte;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
            _exit(77);
        hash_key_random(&a);
        hash_key_random(&b);
        bool fails = getrandom(&byte, 1, 0) < 0;
        _exit(fails && a.k[0] != b.k[0] && a.k[1] != b.k[1] && a.k[0] != 0 && a.k[1] != 0 && a.k[0] != a.k[1] ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_siphash_1_3),
        cmocka_unit_test(no_byte_behind_the_last_is_read_at_any_length),
        cmocka_unit_test(every_byte_and_the_length_count),
        cmocka_unit_test(random_keys_differ),
        cmocka_unit_test(without_random_numbers_keys_differ_and_are_not_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
