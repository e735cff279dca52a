/* SPDX-License-Identifier: MIT */
/* A library to be preloaded into batond: makes chosen calls of the C library slow, or fail, while it runs.
 *
 * $FAULTS names a file of one page, which a test writes in place at any time (batontest/faults.py). It is mapped, so that
 * looking at it takes no system call and works in every sandbox. A line is
 *
 *     CALL delay MILLISECONDS [PART]      sleep first; then the call is made
 *     CALL fail ERRNO [PART]              the call is not made
 *     CALL once ERRNO [PART]              the call is not made, once since the page was written
 *     CALL skip N [PART]                  the first N such calls are made, since the page was written; then the next line counts
 *
 * PART is a part of the path that the call is about, or of what /proc says that its descriptor is open on; without it every
 * such call is meant. The first line that fits counts. Calls by number are syscall.N, but for openat2, which is an open;
 * prctl is prctl.OPTION, epoll_add is epoll_ctl with EPOLL_CTL_ADD. malloc is all that allocate, but for builds with a
 * sanitizer, which has an allocator of its own.
 *
 * Threads: any. Nothing here allocates or locks.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, LINE_SIZE = 512, PATH_SIZE = 4096 };

static const char *rules;
static _Atomic unsigned skipped, failed, counting; /* calls; and of which version of the page */

__attribute__((constructor)) static void map_rules(void)
{
    const char *path = getenv("FAULTS");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *p = fd >= 0 ? mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (p != MAP_FAILED)
        rules = p;
    if (fd >= 0)
        close(fd);
}

static void sleep_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
        continue;
}

/* The path of a call, looked up only where a rule wants to know. */
struct about {
    const char *path; /* NULL: that of the descriptor */
    int fd;
    char room[PATH_SIZE];
};

static const char *path_of(struct about *a)
{
    char link[64];

    if (a->path != NULL)
        return a->path;
    if (a->fd < 0)
        return "";
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", a->fd);
    ssize_t n = readlinkat(AT_FDCWD, link, a->room, sizeof a->room - 1); /* workers may not call readlink */
    a->room[n > 0 ? n : 0] = '\0';
    return a->path = a->room;
}

/* Counts begin anew with each page. */
static void look_at_version(void)
{
    unsigned version = *(const volatile unsigned *)(rules + PAGE - sizeof version);

    if (atomic_exchange(&counting, version) != version)
        skipped = failed = 0;
}

/* True where the call is to fail, with errno set. */
static bool faulty(const char *call, struct about *a)
{
    char line[LINE_SIZE], name[32], action[8], part[LINE_SIZE];
    long number;

    for (const char *p = rules; p != NULL && p < rules + PAGE && *p != '\0';) {
        const char *end = memchr(p, '\n', (size_t)(rules + PAGE - p));
        size_t len = end != NULL ? (size_t)(end - p) : 0;
        if (len == 0 || len >= sizeof line)
            return false;
        memcpy(line, p, len);
        line[len] = '\0';
        p = end + 1;
        part[0] = '\0';
        if (sscanf(line, "%31s %7s %ld %511s", name, action, &number, part) < 3 || strcmp(name, call) != 0 ||
            strstr(part[0] != '\0' ? path_of(a) : "", part) == NULL)
            continue;
        look_at_version();
        if (strcmp(action, "skip") == 0) {
            if (skipped++ < (unsigned)number)
                return false;
            continue;
        }
        if (strcmp(action, "once") == 0 && failed++ > 0)
            return false;
        if (strcmp(action, "fail") == 0 || strcmp(action, "once") == 0) {
            errno = (int)number;
            return true;
        }
        sleep_ms(number);
        return false;
    }
    return false;
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

int execv(const char *path, char *const argv[])
{
    struct about a = {path, -1, ""};

    return faulty("execv", &a) ? -1 : REAL(execv)(path, argv);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    struct about a = {path, -1, ""};

    return faulty("execv", &a) ? -1 : REAL(execve)(path, argv, envp);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    struct about a = {"", -1, ""};

    return faulty("pthread_create", &a) ? errno : REAL(pthread_create)(thread, attr, run, arg);
}

int open(const char *path, int flags, ...)
{
    struct about a = {path, -1, ""};
    va_list ap;

    va_start(ap, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return faulty("open", &a) ? -1 : REAL(open)(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    struct about a = {path, -1, ""};
    va_list ap;

    va_start(ap, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return faulty("open", &a) ? -1 : REAL(openat)(dir, path, flags, mode);
}

int statx(int dir, const char *restrict path, int flags, unsigned mask, struct statx *restrict st)
{
    struct about a = {path[0] != '\0' ? path : NULL, dir, ""};

    return faulty("statx", &a) ? -1 : REAL(statx)(dir, path, flags, mask, st);
}

ssize_t pread(int fd, void *to, size_t len, off_t at)
{
    struct about a = {NULL, fd, ""};

    return faulty("pread", &a) ? -1 : REAL(pread)(fd, to, len, at);
}

ssize_t sendfile(int out, int in, off_t *at, size_t len)
{
    struct about a = {NULL, in, ""};

    return faulty("sendfile", &a) ? -1 : REAL(sendfile)(out, in, at, len);
}

ssize_t write(int fd, const void *from, size_t len)
{
    struct about a = {NULL, fd, ""};

    return faulty("write", &a) ? -1 : REAL(write)(fd, from, len);
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict len, int flags)
{
    struct about a = {NULL, fd, ""};

    return faulty("accept4", &a) ? -1 : REAL(accept4)(fd, address, len, flags);
}

int unlink(const char *path)
{
    struct about a = {path, -1, ""};

    return faulty("unlink", &a) ? -1 : REAL(unlink)(path);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct about a = {NULL, fd, ""};

    return faulty("sendmsg", &a) ? -1 : REAL(sendmsg)(fd, message, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    struct about a = {NULL, fd, ""};

    return faulty("recvmsg", &a) ? -1 : REAL(recvmsg)(fd, message, flags);
}

int listen(int fd, int backlog)
{
    struct about a = {NULL, fd, ""};

    return faulty("listen", &a) ? -1 : REAL(listen)(fd, backlog);
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    struct about a = {NULL, fd, ""};

    return op == EPOLL_CTL_ADD && faulty("epoll_add", &a) ? -1 : REAL(epoll_ctl)(epoll, op, fd, event);
}

int prctl(int option, ...)
{
    va_list ap;
    unsigned long v[4];

    va_start(ap, option);
    for (int i = 0; i < 4; i++)
        v[i] = va_arg(ap, unsigned long);
    va_end(ap);
    struct about a = {"", -1, ""};
    char name[32];
    (void)snprintf(name, sizeof name, "prctl.%d", option);
    return faulty(name, &a) ? -1 : REAL(prctl)(option, v[0], v[1], v[2], v[3]);
}

long syscall(long number, ...)
{
    va_list ap;
    long v[6];

    va_start(ap, number);
    for (int i = 0; i < 6; i++)
        v[i] = va_arg(ap, long);
    va_end(ap);
    struct about a = {number == SYS_openat2 ? (const char *)v[1] : "", -1, ""};
    char name[32];
    (void)snprintf(name, sizeof name, number == SYS_openat2 ? "open" : "syscall.%ld", number);
    return faulty(name, &a) ? -1 : REAL(syscall)(number, v[0], v[1], v[2], v[3], v[4], v[5]);
}

#if defined(FAIL_MEMORY)
/* What these are called by the C library itself: dlsym(3) may allocate. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static bool no_memory(void)
{
    struct about a = {"", -1, ""};

    return rules != NULL && rules[0] != '\0' && faulty("malloc", &a);
}

void *malloc(size_t size)
{
    return no_memory() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return no_memory() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    return no_memory() ? NULL : __libc_realloc(p, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return no_memory() ? NULL : __libc_memalign(alignment, size);
}
#endif
