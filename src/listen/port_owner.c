/* SPDX-License-Identifier: MIT */
/* The kernel tells which sockets listen where, and for each process which sockets it has open. */

#include "listen/port_owner.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/address.h"
#include "listen/sockets.h"

enum { LINK_SIZE = 32, LINE_SIZE = 512, LISTENS = 0x0A, FIRST_PASSED = 3 };

struct listening {
    char link[LINK_SIZE]; /* as /proc names it: "socket:[123]" */
    uid_t uid;            /* of who opened it */
    bool is_same;         /* it is at the address itself */
    struct port_owner owner;
};

struct all {
    struct listening *v; /* owned */
    size_t n;
};

bool port_owner_is_batond(const struct port_owner *o)
{
    return o->pid > 0 && process_is_batond(o->name);
}

/* "0100007F:1F90", each word in the order of this machine, as an address of a configuration; false for what is none. */
static bool read_local(const char *local, char *text, size_t size)
{
    uint32_t words[4];
    char host[INET6_ADDRSTRLEN];
    unsigned port;
    size_t len = strcspn(local, ":");
    bool is_ipv6 = len == 32;

    if ((len != 8 && len != 32) || sscanf(local + len, ":%x", &port) != 1)
        return false;
    for (size_t i = 0; i < len / 8; i++)
        if (sscanf(local + 8 * i, "%8x", &words[i]) != 1)
            return false;
    if (inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, words, host, sizeof host) == NULL)
        return false;
    (void)snprintf(text, size, is_ipv6 ? "[%s]:%u" : "%s:%u", host, port);
    return true;
}

static void add(struct all *all, unsigned long inode, uid_t uid, bool is_same)
{
    struct listening *v = realloc(all->v, (all->n + 1) * sizeof *v);

    if (v == NULL)
        return;
    all->v = v;
    v[all->n] = (struct listening){.uid = uid, .is_same = is_same};
    (void)snprintf(v[all->n++].link, LINK_SIZE, "socket:[%lu]", inode);
}

static void find_sockets(const char *table, const char *address, struct all *all)
{
    char line[LINE_SIZE], local[64], text[INET6_ADDRSTRLEN + 16];
    FILE *f = fopen(table, "re");

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        unsigned state;
        unsigned long inode;
        uid_t uid;
        /* sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode */
        if (sscanf(line, " %*u: %63s %*s %x %*s %*s %*s %u %*d %lu", local, &state, &uid, &inode) != 4 ||
            state != LISTENS || !read_local(local, text, sizeof text))
            continue;
        enum address_relation relation = address_compare(sv_cstr(text), sv_cstr(address));
        if (relation != ADDRESS_APART)
            add(all, inode, uid, relation == ADDRESS_SAME);
    }
    if (f != NULL)
        (void)fclose(f);
}

static void take(struct listening *one, long pid)
{
    struct port_owner owner = {.pid = pid};

    process_name(pid, owner.name);
    if (one->owner.pid == 0 || (port_owner_is_batond(&owner) && !port_owner_is_batond(&one->owner)))
        one->owner = owner;
}

/* The sockets that this process has, of those. */
static void look_into(long pid, struct all *all)
{
    char path[64], target[LINK_SIZE];
    const struct dirent *e;

    (void)snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *dir = opendir(path);
    while (dir != NULL && (e = readdir(dir)) != NULL) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        for (size_t i = 0; i < all->n; i++)
            if (strcmp(target, all->v[i].link) == 0)
                take(&all->v[i], pid);
    }
    if (dir != NULL)
        (void)closedir(dir);
}

/* The next process; 0 after the last. */
static long next_process(DIR *proc)
{
    const struct dirent *e;
    long pid = 0;

    while (proc != NULL && pid <= 0 && (e = readdir(proc)) != NULL)
        pid = strtol(e->d_name, NULL, 10);
    return pid;
}

/* The socket that it was passed as its `number`-th, where it has that still. */
static bool has_at(long pid, int number, const char *link)
{
    char path[64], target[LINK_SIZE];

    (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", pid, FIRST_PASSED + number);
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n > 0 ? n : 0] = '\0';
    return strcmp(target, link) == 0;
}

/* Was it passed this socket by another name than ours, as that of a unit is? */
static bool was_passed_by_unit(const struct listening *one)
{
    char *names = process_variable(one->owner.pid, "LISTEN_FDNAMES");
    char *rest = names;
    const char *name;
    bool is = false;

    for (int i = 0; !is && (name = strsep(&rest, ":")) != NULL; i++)
        is = !sockets_names_ours(name) && has_at(one->owner.pid, i, one->link);
    free(names);
    return is;
}

static void look_at_user(struct listening *one, const struct port_owner *likely)
{
    uid_t uid;
    gid_t gid;

    if (one->owner.pid == 0 && likely->pid > 0 && process_identity(likely->pid, &uid, &gid) && uid == one->uid)
        one->owner = *likely;
    if (!port_owner_is_batond(&one->owner))
        return;
    bool is_other_s = process_identity(one->owner.pid, &uid, &gid) && uid != one->uid;
    one->owner.is_lent = was_passed_by_unit(one) || (is_other_s && !one->is_same);
}

static bool is_taken_over(const struct listening *one)
{
    return port_owner_is_batond(&one->owner) && !one->owner.is_lent;
}

/* Whom to ask, or to blame. A server goes on with the socket that it has at the address, whatever else is at the port. */
static struct port_owner choose(const struct all *all)
{
    struct port_owner found = {.pid = 0};

    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].is_same && is_taken_over(&all->v[i]))
            return all->v[i].owner;
    for (size_t i = 0; i < all->n; i++) {
        found = all->v[i].owner;
        if (!is_taken_over(&all->v[i]))
            break;
    }
    return found;
}

struct port_owner port_owner_find(const char *address, const struct port_owner *likely)
{
    struct all all = {.n = 0};
    long pid;

    find_sockets("/proc/net/tcp", address, &all);
    find_sockets("/proc/net/tcp6", address, &all);
    DIR *proc = all.n > 0 ? opendir("/proc") : NULL;
    while ((pid = next_process(proc)) > 0)
        look_into(pid, &all);
    if (proc != NULL)
        (void)closedir(proc);
    for (size_t i = 0; i < all.n; i++)
        look_at_user(&all.v[i], likely);
    struct port_owner found = choose(&all);
    free(all.v);
    return found;
}

struct port_owner port_owner_started_with(dev_t dev, ino_t ino)
{
    struct port_owner found = {.pid = 0};
    DIR *proc = opendir("/proc");
    long pid;

    while (found.pid == 0 && (pid = next_process(proc)) > 0) {
        struct port_owner one = {.pid = pid};
        process_name(pid, one.name);
        if (pid != (long)getpid() && port_owner_is_batond(&one) && process_names(pid, dev, ino) == PROCESS_NAMES_IT)
            found = one;
    }
    if (proc != NULL)
        (void)closedir(proc);
    return found;
}
