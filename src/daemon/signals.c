/* SPDX-License-Identifier: MIT */
/* The signals of the daemon: heard from a descriptor, but for a start that has not begun anything. */

#include "daemon/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void our_signals(sigset_t *set)
{
    static const int ours[] = {SIGTERM, SIGINT, SIGQUIT, SIGXCPU, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};

    sigemptyset(set);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigaddset(set, ours[i]);
}

/* What was ignored (nohup, a shell's background) or blocked where we were started still is. Linux queues an ignored signal
 * while it is blocked, which nothing promises; and one that is blocked beside ours could not end us (a watchdog's ABRT). */
void signals_block(void)
{
    static const int raised_by_writing[] = {SIGPIPE, SIGXFSZ, SIGTTOU, SIGIO};
    sigset_t set;

    our_signals(&set);
    (void)pthread_sigmask(SIG_SETMASK, &set, NULL);
    for (int number = 1; number < NSIG; number++)
        if (sigismember(&set, number) == 1)
            (void)signal(number, SIG_DFL); /* NOLINT(bugprone-signal-handler): SIG_DFL is none */
    for (size_t i = 0; i < sizeof raised_by_writing / sizeof *raised_by_writing; i++)
        (void)signal(raised_by_writing[i], SIG_IGN); /* NOLINT(bugprone-signal-handler): SIG_IGN is none */
}

int signals_open(void)
{
    sigset_t set;

    our_signals(&set);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static void end_at_once(int number)
{
    (void)number;
    _exit(EXIT_SUCCESS);
}

void signals_end_at_once(bool at_once)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGQUIT};
    struct sigaction action = {.sa_handler = at_once ? end_at_once : SIG_DFL};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sigaddset(&set, ends[i]);
        if (at_once)
            (void)sigaction(ends[i], &action, NULL);
    }
    (void)pthread_sigmask(at_once ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !at_once; i++)
        (void)sigaction(ends[i], &action, NULL);
}
