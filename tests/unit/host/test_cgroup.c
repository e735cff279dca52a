/* SPDX-License-Identifier: MIT */
/* The limits of control groups, of both versions, as a kernel would show them. */

#include "host/cgroup.h"

#include "host/cpus.h"
#include "host/memory.h"

#include "scratch.h"

enum { FILES = 4 };

static const struct view {
    const char *groups;
    struct {
        const char *directory, *name, *text;
    } files[FILES];
    uint64_t memory; /* 0 = the machine's */
    unsigned cpus;
} views[] = {
    {"0::/a/b\n", {{"a/b", "memory.max", "50331648\n"}, {"a", "memory.max", "max\n"}}, 50331648, 0},
    {"0::/a/b\n", {{"a/b", "memory.max", "max\n"}, {"a", "memory.max", "41943040\n"}}, 41943040, 0},
    {"0::/a\n", {{"a", "memory.max", "50331648\n"}, {"a", "memory.high", "25165824\n"}}, 25165824, 0},
    {"0::/\n", {{".", "memory.max", "50331648\n"}, {".", "cpu.max", "150000 100000\n"}}, 50331648, 2},
    {"0::/a\n", {{"a", "cpu.max", "max 100000\n"}, {".", "cpu.max", "300000 100000\n"}}, 0, 3},
    /* A container without a namespace of its own: the path is that of the host, and what is mounted is the group. */
    {"0::/system.slice/c.scope\n", {{".", "memory.max", "50331648\n"}}, 50331648, 0},
    /* Version 1: each controller for itself, or with others. */
    {"4:memory:/a/b\n0::/\n",
     {{"memory/a/b", "memory.limit_in_bytes", "50331648\n"},
      {"memory", "memory.limit_in_bytes", "9223372036854771712\n"}},
     50331648,
     0},
    {"4:memory:/a/b\n", {{"memory/a", "memory.limit_in_bytes", "50331648\n"}}, 50331648, 0},
    {"7:memory:/docker/c\n", {{"memory", "memory.limit_in_bytes", "50331648\n"}}, 50331648, 0},
    {"3:cpu,cpuacct:/a\n",
     {{"cpu/a", "cpu.cfs_quota_us", "250000\n"}, {"cpu/a", "cpu.cfs_period_us", "100000\n"}},
     0,
     3},
    {"3:cpuacct,cpu:/a\n", {{"cpu/a", "cpu.cfs_quota_us", "-1\n"}, {"cpu/a", "cpu.cfs_period_us", "100000\n"}}, 0, 0},
    {"3:cpu:/a\n", {{"cpu/a", "cpu.cfs_quota_us", "250000\n"}}, 0, 0},
    /* Another controller's group is not ours. */
    {"3:cpuset:/a\n2:name=memory:/a\n",
     {{"cpu/a", "cpu.cfs_quota_us", "250000\n"},
      {"cpu/a", "cpu.cfs_period_us", "100000\n"},
      {"memory/a", "memory.limit_in_bytes", "50331648\n"}},
     0,
     0},
    {"0::/a:b\n", {{"a:b", "memory.max", "50331648\n"}}, 50331648, 0},
    {"", {{".", "memory.max", "50331648\n"}}, 0, 0},
    {"garbage\n:\n::\n", {{NULL, NULL, NULL}}, 0, 0},
    {NULL, {{".", "memory.max", "50331648\n"}}, 0, 0},
};

static void make_dirs(const char *path)
{
    char part[64];

    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        (void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        (void)mkdir(part, 0755);
    }
}

static void what_the_groups_allow_is_found(void **state)
{
    static const struct cgroup_view none = {"no/groups", "no/mounts"};
    uint64_t machine = memory_in(&none);
    char path[96];

    (void)state;
    assert_int_equal(cpus_of_groups(&none), 0);
    for (size_t i = 0; i < ROWS(views); i++) {
        char groups[32], mounts[32];
        (void)snprintf(groups, sizeof groups, "groups%zu", i);
        (void)snprintf(mounts, sizeof mounts, "mounts%zu", i);
        make_dir(mounts);
        if (views[i].groups != NULL)
            make_file(groups, sv_cstr(views[i].groups));
        for (size_t k = 0; k < FILES && views[i].files[k].name != NULL; k++) {
            (void)snprintf(path, sizeof path, "%s/%s/%s", mounts, views[i].files[k].directory, views[i].files[k].name);
            make_dirs(path);
            make_file(path, sv_cstr(views[i].files[k].text));
        }
        const struct cgroup_view view = {groups, mounts};
        uint64_t memory = views[i].memory > 0 ? views[i].memory : machine;
        expect(memory_in(&view) == memory, "row %zu: %llu bytes", i, (unsigned long long)memory_in(&view));
        expect(cpus_of_groups(&view) == views[i].cpus, "row %zu: %u CPUs", i, cpus_of_groups(&view));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(what_the_groups_allow_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
