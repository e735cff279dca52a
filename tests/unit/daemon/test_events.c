/* SPDX-License-Identifier: MIT */
/* What the master hears of: each event says by whom, and of which descriptor. */

#include "daemon/events.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "expect.h"

static const enum event_source sources[] = {EVENT_SIGNALS, EVENT_GATE,      EVENT_OUTBOX,
                                            EVENT_ERRAND,  EVENT_SUCCESSOR, EVENT_PREDECESSOR};

/* A byte that nobody reads is told of once; of a signal again and again, as only some are read at a time. */
static void an_event_is_an_edge_but_for_signals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(sources); i++) {
        struct epoll_event event;
        int epoll_fd = epoll_create1(EPOLL_CLOEXEC), pipes[2];
        assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
        assert_int_equal(events_watch(epoll_fd, sources[i], pipes[0], EPOLLIN), 0);
        assert_int_equal(epoll_wait(epoll_fd, &event, 1, 0), 0);
        assert_int_equal(write(pipes[1], "x", 1), 1);
        assert_int_equal(epoll_wait(epoll_fd, &event, 1, 0), 1);
        expect(events_source(event.data.u64) == sources[i], "%zu: another source", i);
        expect(events_fd(event.data.u64) == pipes[0], "%zu: another descriptor", i);
        expect(epoll_wait(epoll_fd, &event, 1, 0) == (sources[i] == EVENT_SIGNALS), "%zu: again", i);
        (void)close(pipes[0]);
        (void)close(pipes[1]);
        (void)close(epoll_fd);
    }
}

static void the_mark_of_a_door_is_its_descriptor(void **state)
{
    (void)state;
    assert_int_equal(events_source(17), EVENT_DOOR);
    assert_int_equal(events_fd(17), 17);
}

static void what_cannot_be_watched_is_an_error(void **state)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    (void)state;
    assert_int_equal(events_watch(epoll_fd, EVENT_GATE, -1, EPOLLIN), -EBADF);
    (void)close(epoll_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_an_edge_but_for_signals),
        cmocka_unit_test(the_mark_of_a_door_is_its_descriptor),
        cmocka_unit_test(what_cannot_be_watched_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
