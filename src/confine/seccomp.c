/* SPDX-License-Identifier: MIT */
/* Which system calls a worker may make: a program for the kernel's filter machine, written from confine/seccomp.def. It
 * loads the number of the call, compares it with that of each row, and ends at the first that fits. */

#include "confine/seccomp.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { ARCH_KNOWN = 1 };
static const uint32_t arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__) && __BYTE_ORDER == __LITTLE_ENDIAN
enum { ARCH_KNOWN = 1 };
static const uint32_t arch = AUDIT_ARCH_AARCH64;
#else
enum { ARCH_KNOWN = 0 };
static const uint32_t arch = 0;
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* mseal(2), of Linux 6.10: the last call that was looked at for the table. Beyond x32's bit a number is not a new one. */
enum { LAST_KNOWN = 462, X32_BIT = 0x40000000 };

/* Log refusals; and do not slow this thread down against its own speculation (kernels before 5.16 do, with a filter). */
enum { FLAG_LOG = 1 << 1, FLAG_SPEC_ALLOW = 1 << 2 };

enum test { ALWAYS, ZERO, EQUAL, SELF };

static const struct rule {
    uint32_t number;
    uint32_t argument;
    enum test test;
    uint32_t value;
    bool logger; /* it alone */
} rules[] = {
#define CALL(name)                           {SYS_##name, 0, ALWAYS, 0, false},
#define CALL_IF(name, argument, test, value) {SYS_##name, (argument), (test), (value), false},
#define CALL_LOGGER(name)                    {SYS_##name, 0, ALWAYS, 0, true},
#include "confine/seccomp.def"
#undef CALL
#undef CALL_IF
#undef CALL_LOGGER
};

enum { RULES = sizeof rules / sizeof rules[0], RULE_CODE = 5, REST_CODE = 10 };

_Static_assert(RULES *RULE_CODE + REST_CODE <= SECCOMP_CODE_MAX, "the program fits whatever the rows test");

static const uint32_t refused = SECCOMP_RET_ERRNO | EPERM;

static void add(struct seccomp *s, uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
    assert(s->n < SECCOMP_CODE_MAX);
    s->code[s->n++] = (struct sock_filter){.code = code, .jt = if_true, .jf = if_false, .k = k};
}

static void add_load(struct seccomp *s, size_t offset)
{
    add(s, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void add_return(struct seccomp *s, uint32_t what)
{
    add(s, BPF_RET | BPF_K, what, 0, 0);
}

/* Arguments have 64 bits; of those that are looked at the kernel too reads the lower half alone. */
static void add_rule(struct seccomp *s, const struct rule *r)
{
    uint32_t value = r->test == SELF ? (uint32_t)getpid() : r->value;

    add(s, BPF_JMP | BPF_JEQ | BPF_K, r->number, 0, r->test == ALWAYS ? 1 : RULE_CODE - 1);
    if (r->test != ALWAYS) {
        add_load(s, offsetof(struct seccomp_data, args) + r->argument * sizeof(uint64_t));
        if (r->test == ZERO)
            add(s, BPF_JMP | BPF_JSET | BPF_K, value, 0, 1);
        else
            add(s, BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
        add_return(s, refused);
    }
    add_return(s, SECCOMP_RET_ALLOW);
}

static void write_program(struct seccomp *s, bool logger)
{
    s->n = 0;
    if (!ARCH_KNOWN)
        return;
    add_load(s, offsetof(struct seccomp_data, arch));
    add(s, BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0);
    add_return(s, refused);
    add_load(s, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < RULES; i++)
        if (logger || !rules[i].logger)
            add_rule(s, &rules[i]);
    add(s, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 1, 0);
    add(s, BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN, 1, 0);
    add_return(s, refused);
    add_return(s, SECCOMP_RET_ERRNO | ENOSYS);
}

void seccomp_init(struct seccomp *s)
{
    write_program(s, false);
}

void seccomp_init_logger(struct seccomp *s)
{
    write_program(s, true);
}

/* prctl is the older way in, without the flags; systemd's @system-service has it and not seccomp(2). */
int seccomp_restrict(const struct seccomp *s)
{
    struct sock_fprog program = {.len = s->n, .filter = (struct sock_filter *)(uintptr_t)s->code};

    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, FLAG_LOG | FLAG_SPEC_ALLOW, &program) == 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
        return 0;
    return -errno;
}
