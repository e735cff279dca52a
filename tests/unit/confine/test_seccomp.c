/* SPDX-License-Identifier: MIT */
/* What the filter decides, by running its program here: each call, each argument that is looked at, each number. */

#include "confine/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "confine.h"

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif

enum { NO = SECCOMP_RET_ERRNO | EPERM, UNKNOWN = SECCOMP_RET_ERRNO | ENOSYS, YES = SECCOMP_RET_ALLOW };

static struct seccomp filter;

static int enter(void **state)
{
    (void)state;
    seccomp_init(&filter);
    return filter.n > 0 ? 0 : -1;
}

/* The kernel's machine, as far as the filter uses it. It has one register, and jumps only forward. */
static uint32_t run(const struct seccomp_data *data)
{
    uint32_t a = 0;

    for (size_t at = 0; at < filter.n;) {
        const struct sock_filter *f = &filter.code[at++];
        switch (f->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            assert_true(f->k + sizeof a <= sizeof *data);
            memcpy(&a, (const char *)data + f->k, sizeof a);
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += a == f->k ? f->jt : f->jf;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            at += a > f->k ? f->jt : f->jf;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            at += a >= f->k ? f->jt : f->jf;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            at += (a & f->k) != 0 ? f->jt : f->jf;
            break;
        case BPF_RET | BPF_K:
            return f->k;
        default:
            fail_msg("instruction %zu: code %u", at - 1, f->code);
        }
    }
    fail_msg("the program runs off its end");
    return 0;
}

static uint32_t decide(uint32_t arch, long number, unsigned argument, uint64_t value)
{
    struct seccomp_data data = {.nr = (int)number, .arch = arch};

    data.args[argument] = value;
    return run(&data);
}

static const struct decision {
    const char *what;
    long number;
    unsigned argument;
    uint64_t value;
    uint32_t answer;
} decisions[] = {
    {"recv", SYS_recvfrom, 0, 0, YES},
    {"writev", SYS_writev, 0, 0, YES},
    {"sendfile", SYS_sendfile, 0, 0, YES},
    {"epoll_pwait", SYS_epoll_pwait, 0, 0, YES},
    {"accept4", SYS_accept4, 0, 0, YES},
    {"openat2", SYS_openat2, 0, 0, YES},
    {"statx", SYS_statx, 0, 0, YES},
    {"futex", SYS_futex, 0, 0, YES},
    {"exit", SYS_exit, 0, 0, YES},
    {"exit_group", SYS_exit_group, 0, 0, YES},
    {"rt_sigreturn", SYS_rt_sigreturn, 0, 0, YES},

    {"openat for reading", SYS_openat, 2, O_RDONLY | O_CLOEXEC | O_NONBLOCK, YES},
    {"openat O_PATH", SYS_openat, 2, O_PATH | O_NOFOLLOW | O_CLOEXEC, YES},
    {"openat for writing", SYS_openat, 2, O_WRONLY, NO},
    {"openat for both", SYS_openat, 2, O_RDWR, NO},
    {"openat O_CREAT", SYS_openat, 2, O_CREAT, NO},
    {"openat O_TRUNC", SYS_openat, 2, O_TRUNC, NO},
    {"openat O_TMPFILE", SYS_openat, 2, O_TMPFILE | O_RDWR, NO},
    {"ioctl SIOCOUTQ", SYS_ioctl, 1, SIOCOUTQ, YES},
    {"ioctl TIOCSTI", SYS_ioctl, 1, TIOCSTI, NO},
    {"ioctl 0", SYS_ioctl, 1, 0, NO},
    {"mmap of memory", SYS_mmap, 2, PROT_READ | PROT_WRITE, YES},
    {"mmap of code", SYS_mmap, 2, PROT_READ | PROT_EXEC, NO},
    {"mprotect to code", SYS_mprotect, 2, PROT_EXEC, NO},
    {"mprotect to data", SYS_mprotect, 2, PROT_READ, YES},

    {"socket", SYS_socket, 0, 0, NO},
    {"connect", SYS_connect, 0, 0, NO},
    {"bind", SYS_bind, 0, 0, NO},
    {"listen", SYS_listen, 0, 0, NO},
    {"socketpair", SYS_socketpair, 0, 0, NO},
    {"execve", SYS_execve, 0, 0, NO},
    {"execveat", SYS_execveat, 0, 0, NO},
    {"clone", SYS_clone, 0, 0, NO},
    {"clone3", SYS_clone3, 0, 0, NO},
    {"kill", SYS_kill, 0, 0, NO},
    {"ptrace", SYS_ptrace, 0, 0, NO},
    {"process_vm_readv", SYS_process_vm_readv, 0, 0, NO},
    {"process_vm_writev", SYS_process_vm_writev, 0, 0, NO},
    {"setuid", SYS_setuid, 0, 0, NO},
    {"capset", SYS_capset, 0, 0, NO},
    {"chroot", SYS_chroot, 0, 0, NO},
    {"mount", SYS_mount, 0, 0, NO},
    {"unlinkat", SYS_unlinkat, 0, 0, NO},
    {"renameat2", SYS_renameat2, 0, 0, NO},
    {"mkdirat", SYS_mkdirat, 0, 0, NO},
    {"truncate", SYS_truncate, 0, 0, NO},
    {"ftruncate", SYS_ftruncate, 0, 0, NO},
    {"fchmod", SYS_fchmod, 0, 0, NO},
    {"bpf", SYS_bpf, 0, 0, NO},
    {"io_uring_setup", SYS_io_uring_setup, 0, 0, NO},
    {"userfaultfd", SYS_userfaultfd, 0, 0, NO},
    {"keyctl", SYS_keyctl, 0, 0, NO},
    {"memfd_create", SYS_memfd_create, 0, 0, NO},
    {"the last number known", 462, 0, 0, NO},
    {"a call of a later kernel", 463, 0, 0, UNKNOWN},
    {"a much later one", 4000, 0, 0, UNKNOWN},
    {"an x32 call", 0x40000000 + SYS_recvfrom, 0, 0, NO},
    {"-1", -1, 0, 0, NO},
};

static void each_call_is_allowed_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(decisions); i++) {
        const struct decision *d = &decisions[i];
        uint32_t answer = decide(NATIVE, d->number, d->argument, d->value);
        expect(answer == d->answer, "%s: %#x instead of %#x", d->what, answer, d->answer);
    }
}

/* It may take a part of a line off the end of the log. */
static void the_logger_may_shorten_files_besides_and_nothing_else(void **state)
{
    uint32_t answers[1024];

    (void)state;
    for (long number = 0; number < (long)ROWS(answers); number++)
        answers[number] = decide(NATIVE, number, 0, 0);
    seccomp_init_logger(&filter);
    for (long number = 0; number < (long)ROWS(answers); number++) {
        uint32_t answer = decide(NATIVE, number, 0, 0);
        expect(answer == (number == SYS_ftruncate ? (uint32_t)YES : answers[number]), "call %ld: %#x", number, answer);
    }
    seccomp_init(&filter);
}

static void abort_reaches_this_process_and_no_other(void **state)
{
    (void)state;
    assert_int_equal(decide(NATIVE, SYS_tgkill, 0, (uint64_t)getpid()), YES);
    assert_int_equal(decide(NATIVE, SYS_tgkill, 0, (uint64_t)getppid()), NO);
    assert_int_equal(decide(NATIVE, SYS_tgkill, 0, 1), NO);
}

static void another_architecture_gets_nothing(void **state)
{
    (void)state;
    for (long number = 0; number < 500; number++)
        assert_int_equal(decide(AUDIT_ARCH_I386, number, 0, 0), NO);
}

/* Whatever the number, the program comes to an end, and to one of the three answers. */
static void every_number_has_an_answer(void **state)
{
    size_t allowed = 0;

    (void)state;
    for (long number = 0; number < 1024; number++) {
        uint32_t answer = decide(NATIVE, number, 0, 0);
        expect(answer == YES || answer == NO || answer == UNKNOWN, "call %ld: %#x", number, answer);
        allowed += answer == YES;
    }
    assert_in_range(allowed, 40, 80);
}

static int calls(void)
{
    char byte;

    if (syscall(SYS_getppid) != -1 || errno != EPERM)
        return 1;
    if (syscall(4000) != -1 || errno != ENOSYS)
        return 2;
    if (read(STDIN_FILENO, &byte, 0) < 0 && errno == EPERM)
        return 3;
    void *memory = malloc(1 << 20);
    free(memory);
    return memory == NULL ? 4 : 0;
}

static int restrict_self(const void *of)
{
    return seccomp_restrict(of);
}

static void the_kernel_takes_it_for_one_thread(void **state)
{
    (void)state;
    assert_int_equal(confined((struct thread_enter){restrict_self, &filter}, calls), 0);
    assert_true(getppid() > 0);
    assert_int_equal(prctl(PR_GET_SECCOMP), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_is_allowed_or_refused),
        cmocka_unit_test(the_logger_may_shorten_files_besides_and_nothing_else),
        cmocka_unit_test(abort_reaches_this_process_and_no_other),
        cmocka_unit_test(another_architecture_gets_nothing),
        cmocka_unit_test(every_number_has_an_answer),
        cmocka_unit_test(the_kernel_takes_it_for_one_thread),
    };

    return cmocka_run_group_tests(tests, enter, NULL);
}
