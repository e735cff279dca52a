/* SPDX-License-Identifier: MIT */
/* What a worker owns: all of it is there once a shard was made, and given back where only a part could be made. */

#include "reactor/shard.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"

#include "scratch.h"
#include "stage_peer.h"

static const char *const keys[] = {"limits.header_timeout=1s", "limits.body_timeout=2s", "limits.keepalive_timeout=3s",
                                   "limits.send_timeout=4s",   "limits.header_size=2k",  "limits.uri_size=300",
                                   "limits.header_count=7",    "log.full=wait",          "log.format=json"};

static void limits_are_those_of_the_configuration(void **state)
{
    static const uint64_t after_ms[] = {
        [TIMEOUT_HEADER] = 1000, [TIMEOUT_BODY] = 2000, [TIMEOUT_KEEPALIVE] = 3000, [TIMEOUT_SEND] = 4000};
    struct stage stage;

    (void)state;
    stage_begin(&stage, keys, ROWS(keys));
    const struct shard *s = &stage.shard;
    for (size_t i = 0; i < ROWS(after_ms); i++)
        expect(s->timeouts.after_ms[i] == after_ms[i], "%zu: %" PRIu64 " ms", i, s->timeouts.after_ms[i]);
    assert_int_equal(s->parse_limits.head_size, 2048);
    assert_int_equal(s->parse_limits.target_size, 300);
    assert_int_equal(s->parse_limits.field_count, 7);
    assert_ptr_equal(s->limits, &stage.config.limits);
    stage_end(&stage);
}

static void at_first_nobody_is_there_and_nothing_is_to_be_done(void **state)
{
    struct stage stage;

    (void)state;
    stage_begin(&stage, NULL, 0);
    struct shard *s = &stage.shard;
    assert_true(list_empty(&s->ready));
    assert_true(list_empty(&s->stalled));
    assert_int_equal(timeouts_next(&s->timeouts, 0), -1);
    assert_true(out_has_room(s->out, OUT_ANSWER_TEXT));
    assert_false(s->ending || s->draining || s->evicting || s->retiring || s->outbox_full);
    assert_true(handoff_has_room(&s->outbox));
    assert_false(handoff_waits(&s->outbox));
    assert_true(fcntl(s->epoll_fd, F_GETFD) == FD_CLOEXEC);
    assert_int_equal(s->connections + s->ended, 0);
    memset(s->bytes, 'x', SHARD_BYTES); /* all of them are ours: ASan tells */
    memset(s->fields, 0, s->parse_limits.field_count * sizeof *s->fields);
    assert_false(stage_turn(&stage));
    stage_end(&stage);
}

/* The log's part: where lines have to find room an answer waits for it. */
static void it_logs_as_the_configuration_says(void **state)
{
    const struct stage_options options = {.set = keys, .n_set = ROWS(keys), .reporter = &stage_reporter, .logs = true};
    struct stage stage;

    (void)state;
    assert_int_equal(stage_open(&stage, &options), 0);
    assert_true(access_log_is_on(&stage.shard.access));
    assert_true(stage.shard.access.waits);
    stage_end(&stage);
    stage_begin(&stage, NULL, 0);
    assert_false(access_log_is_on(&stage.shard.access));
    stage_end(&stage);
}

/* Descriptors run out after each step in turn: the error is told, and what was opened is closed. */
static void one_that_cannot_be_made_gives_back_what_it_has(void **state)
{
    static const char *const no_keys[] = {"site.index=index.html"};
    const struct stage_options options = {.set = no_keys, .n_set = 1, .root = "www"};
    struct stage stage;
    int err = -EMFILE;

    (void)state;
    make_dir("www");
    size_t before = count_fds();
    for (rlim_t spare = 0; err != 0; spare++) {
        rlim_t limit = limit_fds(spare);
        err = stage_open(&stage, &options);
        (void)set_fd_limit(limit);
        expect(err == 0 || err == -EMFILE, "%d spare: %d", (int)spare, err);
        expect(err < 0 || spare >= 2, "with %d descriptors", (int)spare);
        stage_close(&stage);
        expect(count_fds() == before, "%d spare: %zu descriptors are left", (int)spare, count_fds() - before);
    }
}

static void after_its_end_nothing_of_it_is_open(void **state)
{
    struct stage stage;

    (void)state;
    stage_begin(&stage, NULL, 0);
    stage_close(&stage);
    assert_int_equal(stage.shard.epoll_fd, -1);
    assert_int_equal(stage.shard.outbox.wake_fd, -1);
    assert_null(stage.shard.out);
    assert_null(stage.shard.bytes);
}

static size_t read_log(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    ssize_t n = read(fd, text, size - 1);
    assert_true(n >= 0);
    text[n] = '\0';
    assert_int_equal(close(fd), 0);
    return (size_t)n;
}

static void the_log_is_told_how_connections_ended(void **state)
{
    struct stage stage;
    char text[1024];

    (void)state;
    int fd = open("log", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    stage_begin(&stage, NULL, 0);
    counters_add(&stage.shard.counters, COUNTER_CLOSED + CLOSE_IDLE, 3);
    counters_add(&stage.shard.counters, COUNTER_CLOSED + CLOSE_NO_MEMORY, 1);
    log_init(fd, LOG_LEVEL_NOTICE);
    shard_report(&stage.shard);
    assert_int_equal(read_log("log", text, sizeof text), 0);
    log_init(fd, LOG_LEVEL_INFO);
    shard_report(&stage.shard);
    log_init(STDERR_FILENO, LOG_LEVEL_NOTICE);
    (void)read_log("log", text, sizeof text);
    assert_non_null(strstr(text, "3 connections: keep-alive timeout"));
    assert_non_null(strstr(text, "1 connections: out of memory"));
    assert_int_equal(stage_count(sv_cstr(text), "connections"), 2);
    stage_end(&stage);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_those_of_the_configuration),
        cmocka_unit_test(at_first_nobody_is_there_and_nothing_is_to_be_done),
        cmocka_unit_test(it_logs_as_the_configuration_says),
        scratch_test(one_that_cannot_be_made_gives_back_what_it_has),
        cmocka_unit_test(after_its_end_nothing_of_it_is_open),
        scratch_test(the_log_is_told_how_connections_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
