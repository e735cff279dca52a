/* SPDX-License-Identifier: MIT */
/* Who it is after privs_take, what is left then, and that there is no way back. Each in a child, which does not come
 * back either. */

#include "confine/privs.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

#include "confine.h"

static char nobody[] = "nobody";
static char root[] = "root";
static char nowhere[] = "no-such-user-here";

/* The answer of a child: its exit status. */
static int in_child(int (*what)(void))
{
    pid_t pid = fork();
    int status = -1;

    assert_true(pid >= 0);
    if (pid == 0) {
        log_init(STDERR_FILENO, LOG_LEVEL_ERROR);
        _exit(what());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int take(const struct config_server *server)
{
    struct config config = {.server = *server};
    struct diagnose report;

    diagnose_init(&report, false);
    int err = privs_take(&config, &report);
    bool said = (report.errors > 0) == (err < 0);
    if (err == -EPERM && server->group == NULL)
        said = said && memmem(report.text.p, report.text.len, "cannot become root; ", 20) != NULL;
    diagnose_print(&report, stderr);
    diagnose_fini(&report);
    return said ? err : -EPROTO;
}

static unsigned long long status_line(const char *name)
{
    char line[256];
    unsigned long long value = ~0ULL;
    FILE *f = fopen("/proc/thread-self/status", "re");

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtoull(line + strlen(name), NULL, 16);
    if (f != NULL)
        (void)fclose(f);
    return value;
}

static bool can_bind(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK + 96)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = bind(fd, (struct sockaddr *)&to, sizeof to) == 0;

    (void)close(fd);
    return ok;
}

static bool in_group(gid_t wanted)
{
    gid_t groups[64];
    int n = getgroups((int)ROWS(groups), groups);

    for (int i = 0; i < n; i++)
        if (groups[i] == wanted)
            return true;
    return n < 0;
}

static int becomes_nobody(void)
{
    static const gid_t before[] = {0, 54321};
    const struct config_server server = {.user = nobody};
    const struct passwd *user = getpwnam(nobody);

    if (geteuid() == 0 && setgroups(ROWS(before), before) != 0)
        return 6;
    if (take(&server) != 0)
        return 1;
    if (getuid() != user->pw_uid || geteuid() != user->pw_uid || getgid() != user->pw_gid)
        return 2;
    if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)
        return 3;
    if (in_group(before[0]) || in_group(before[1]))
        return 4;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 5;
}

static int keeps_one_capability(void)
{
    const unsigned long long bind_only = 1ULL << CAP_NET_BIND_SERVICE;

    if (becomes_nobody() != 0)
        return 1;
    if (status_line("CapEff:") != bind_only || status_line("CapPrm:") != bind_only)
        return 2;
    if (status_line("CapAmb:") != bind_only)
        return 3;
    return can_bind(999) ? 0 : 4;
}

static int shed_in_thread(void)
{
    int err = privs_shed();

    if (err != 0 || status_line("CapEff:") != 0 || status_line("CapPrm:") != 0 || status_line("CapAmb:") != 0)
        return 1;
    return can_bind(998) ? 2 : 0;
}

static int sheds_it_in_a_thread(void)
{
    if (becomes_nobody() != 0)
        return 1;
    if (confined((struct thread_enter){0}, shed_in_thread) != 0)
        return 2;
    return can_bind(998) ? 0 : 3;
}

static int checks_as_nobody(void)
{
    const struct config_server same = {.user = nobody}, other = {.user = root}, none = {0}, group = {.group = root};

    if (becomes_nobody() != 0)
        return 1;
    if (take(&same) != 0 || take(&none) != 0)
        return 2;
    return take(&other) == -EPERM && take(&group) == -EPERM ? 0 : 3;
}

static int takes_the_group_that_is_named(void)
{
    const struct config_server server = {.user = nobody, .group = root};
    int err = take(&server);

    return err == 0 && getuid() != 0 && getgid() == 0 && getegid() == 0 ? 0 : 1;
}

static int does_not_know_that_user(void)
{
    const struct config_server user = {.user = nowhere}, group = {.user = nobody, .group = nowhere};

    return take(&user) == -EINVAL && take(&group) == -EINVAL && geteuid() == 0 ? 0 : 1;
}

static int stays_root(void)
{
    const struct config_server server = {0}, again = {.user = root};

    return take(&server) == 0 && take(&again) == 0 && geteuid() == 0 && can_bind(997) ? 0 : 1;
}

static const struct row {
    const char *what;
    int (*call)(void);
} rows[] = {
    {"becomes nobody", becomes_nobody},
    {"keeps CAP_NET_BIND_SERVICE and nothing else", keeps_one_capability},
    {"sheds that too in a thread", sheds_it_in_a_thread},
    {"is asked to become another afterwards", checks_as_nobody},
    {"takes the group that is named", takes_the_group_that_is_named},
    {"does not know that user", does_not_know_that_user},
    {"stays root where no user is named", stays_root},
};

static void root_becomes_whom_the_configuration_names(void **state)
{
    (void)state;
    needs(geteuid() == 0, "root");
    for (size_t i = 0; i < ROWS(rows); i++) {
        int failed = in_child(rows[i].call);
        expect(failed == 0, "%s: check %d", rows[i].what, failed);
    }
}

static int is_himself_and_nobody_else(void)
{
    const struct passwd *self;
    struct config_server server = {0};

    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 1;
    if (take(&server) != 0)
        return 2;
    self = getpwuid(geteuid());
    if (self != NULL && self->pw_gid == getegid()) {
        server.user = self->pw_name;
        if (take(&server) != 0)
            return 3;
    }
    server.user = root;
    return take(&server) == -EPERM ? 0 : 4;
}

static void others_may_only_be_named_themselves(void **state)
{
    (void)state;
    assert_int_equal(in_child(is_himself_and_nobody_else), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_becomes_whom_the_configuration_names),
        cmocka_unit_test(others_may_only_be_named_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
