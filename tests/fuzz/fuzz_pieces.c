/* SPDX-License-Identifier: MIT */
/* Requests in pieces: whatever a peer sends, the answers are the same bytes if it comes at once, and if it comes in pieces
 * to a server that finds little room to send in, forgets its files, and waits for sums and for its log. Only a 100 (Continue) may be
 * there or not (RFC 9110 10.1.1), and Dates go on.
 *
 * A real shard is driven from here, over a socket pair, in a worker's place; its clock is ours. The input: four bytes that
 * say in which pieces, and the requests. */

#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access/line.h"
#include "base/buf.h"
#include "files/sums.h"
#include "fuzz.h"
#include "http/date.h"
#include "pieces_root.h"
#include "stage.h"

_Static_assert((int)ACCESS_RECORD_MAX < (int)LOG_RING_PIECE, "what fill_ring pushes can be told from a record");

enum { SEED_LEN = 4, IDLE_MAX = 200, TAKE = 256 * 1024 };

/* Later than any time that the files of the root have, so that none of them is young. */
#define WALL INT64_C(4102444800)

/* How one of the two runs goes. */
struct pace {
    bool whole;
    uint64_t seed;
    bool by_bytes;   /* one at a time */
    unsigned clocks; /* seconds that may still pass: a peer that is heard out is not heard for ever */
    uint64_t now_ms; /* since it began */
};

static struct stage stage;
static unsigned later; /* how often a sum is not known yet */

/* In place of the thread that sums: it has not come to it yet, or it has. */
enum sum_state sums_get(struct sums *s, int fd, const struct stamp *stamp, uint8_t sum[SHA256_LEN])
{
    static char bytes[PIECES_LARGE];
    struct sha256 state;

    (void)s;
    if (later > 0) {
        later--;
        return SUM_LATER;
    }
    check(stamp->size <= sizeof bytes && pread(fd, bytes, stamp->size, 0) == (ssize_t)stamp->size, "a file is short");
    sha256_init(&state);
    sha256_add(&state, sv_of(bytes, stamp->size));
    sha256_end(&state, sum);
    return SUM_READY;
}

/* There may always be something new. */
uint32_t sums_news(struct sums *s)
{
    static uint32_t news;

    (void)s;
    return news++;
}

static void end(void)
{
    stage_close(&stage);
    pieces_root_remove();
}

static void start(void)
{
    static const char *const set[] = {
        "server.cache_file_max=4k", "server.cache_ttl=1s",    "limits.header_size=1k",
        "limits.uri_size=256",      "limits.header_count=20", "limits.body_size=1k",
        "limits.header_timeout=1w", "limits.body_timeout=1w", "limits.keepalive_timeout=1w",
        "limits.send_timeout=1w",   "site.cache=*.txt 1h",    "site.cache=/sub/* no-cache",
        "log.format=json",          "log.full=wait",
    };
    const struct stage_options options = {
        .set = set,
        .n_set = sizeof set / sizeof set[0],
        .root = pieces_root_make(),
        .cache = {.stock = {.memory = 64 * 1024, .fds = 2}, .ttl_ms = 1000},
        .logs = true,
    };

    check(stage_open(&stage, &options) == 0, "no stage");
    check(atexit(end) == 0, "no end");
}

static bool one_in(struct pace *pace, size_t n)
{
    return !pace->whole && fuzz_below(&pace->seed, n) == 0;
}

/* As if there were many other connections: room for the lines that are promised and for one more, or none. */
static void fill_ring(void)
{
    while (log_ring_has_room(&stage.ring, stage.shard.access.promised + (uint64_t)2 * LOG_RING_COST_MAX)) {
        memset(log_ring_room(&stage.ring), ' ', LOG_RING_PIECE);
        log_ring_push(&stage.ring, LOG_RING_PIECE, 0);
    }
}

static void begin_turn(struct pace *pace)
{
    pace->now_ms += 1;
    if (pace->clocks > 0 && one_in(pace, 8)) {
        pace->clocks--;
        pace->now_ms += 1000;
    }
    if (one_in(pace, 2))
        later = (unsigned)fuzz_below(&pace->seed, 4);
    stage_set_time(&stage, 1000 + pace->now_ms, WALL + (int64_t)pace->now_ms / 1000);
}

/* What the logger does, but for writing: each line is an object of its own, whatever the requests hold. */
static void take_lines(void)
{
    struct access_dates dates;
    char room[ACCESS_LINE_MAX];

    access_dates_init(&dates);
    access_log_tell(&stage.shard.access);
    check(log_ring_dropped(&stage.ring) == 0, "a line that was promised found no room");
    for (struct log_line line; log_ring_front(&stage.ring, &line); log_ring_pop(&stage.ring, &line)) {
        if (line.record.len == LOG_RING_PIECE)
            continue; /* one of fill_ring's: a record is shorter */
        struct sv text = sv_of(room, access_json.line(&dates, line.record, room));
        bool whole = sv_find(text, '\n') == text.len - 1;
        check(whole && sv_starts(text, SV("{\"time\":\"")) && sv_ends(text, SV("}\n")), "a torn line");
    }
}

static bool turn(struct pace *pace)
{
    begin_turn(pace);
    if (one_in(pace, 3))
        fill_ring();
    bool worked = stage_turn(&stage);
    if (!one_in(pace, 3))
        take_lines();
    return worked;
}

/* Up to and with the next `mark`, or all. */
static size_t through(struct sv requests, const char *mark)
{
    const char *at = memmem(requests.p, requests.len, mark, strlen(mark));

    return at != NULL ? (size_t)(at - requests.p) + strlen(mark) : requests.len;
}

/* Where to cut: anywhere, but most of all around the ends of lines and heads. */
static size_t piece_len(struct sv requests, struct pace *pace)
{
    uint64_t *seed = &pace->seed;
    size_t n = 1;

    switch (pace->by_bytes ? 0 : fuzz_below(seed, 6)) {
    case 1:
        n = 1 + fuzz_below(seed, 4);
        break;
    case 2:
        n = 1 + fuzz_below(seed, 40);
        break;
    case 3:
        n = 1 + fuzz_below(seed, 400);
        break;
    case 4:
        n = through(requests, "\r\n") + fuzz_below(seed, 4) - 1;
        break;
    case 5:
        n = through(requests, "\r\n\r\n") + fuzz_below(seed, 8) - 1;
        break;
    }
    return n == 0 ? 1 : n < requests.len ? n : requests.len;
}

/* Send the next piece, or the end behind the last one. False where the socket is full, or all is said. */
static bool give(int fd, struct sv *requests, bool *said, struct pace *pace)
{
    size_t n = requests->len;

    if (*said)
        return false;
    if (n == 0) {
        *said = true;
        return shutdown(fd, SHUT_WR) == 0;
    }
    if (!pace->whole)
        n = piece_len(*requests, pace);
    ssize_t sent = send(fd, requests->p, n, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN)
        return false;
    *said = sent < 0;
    *requests = sv_skip(*requests, sent > 0 ? (size_t)sent : 0);
    return sent > 0;
}

/* Read some of the answers, or all that is there. */
static bool take(int fd, struct buf *answers, size_t most)
{
    check(buf_reserve(answers, most) == 0, "memory");
    ssize_t n = recv(fd, answers->p + answers->len, most, 0);
    answers->len += n > 0 ? (size_t)n : 0;
    return n > 0;
}

static void play(struct sv requests, struct pace *pace, struct buf *answers)
{
    int pair[2];
    bool said = false;
    int room = pace->whole ? TAKE : 1 + (int)fuzz_below(&pace->seed, 3) * 8000;

    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0, "no sockets");
    check(setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0, "no room");
    stage_forget_files(&stage, one_in(pace, 2) ? 0 : 2);
    later = 0;
    begin_turn(pace);
    (void)give(pair[0], &requests, &said, pace);
    turn_adopt(&stage.shard, &(struct baton){.fd = pair[1]});
    for (size_t idle = 0; stage.shard.connections > 0;) {
        bool worked = turn(pace);
        if (pace->whole || !one_in(pace, 4))
            worked = give(pair[0], &requests, &said, pace) || worked;
        if (pace->whole || idle > 0 || one_in(pace, 2))
            worked = take(pair[0], answers, pace->whole ? TAKE : 1 + fuzz_below(&pace->seed, TAKE / 8)) || worked;
        idle = worked ? 0 : idle + 1;
        check(idle < IDLE_MAX, "all is said, and the connection stays open");
    }
    while (take(pair[0], answers, TAKE))
        ;
    check(close(pair[0]) == 0, "no close");
}

/* Take out every `what`, and the `more` bytes behind it. */
static void cut_out(struct buf *answers, struct sv what, size_t more)
{
    struct sv rest = buf_sv(answers);
    size_t n = 0;

    for (const char *at; rest.len > 0 && (at = memmem(rest.p, rest.len, what.p, what.len)) != NULL;) {
        size_t before = (size_t)(at - rest.p);
        size_t out = rest.len - before < what.len + more ? rest.len - before : what.len + more;
        memmove(answers->p + n, rest.p, before);
        n += before;
        rest = sv_skip(rest, before + out);
    }
    if (rest.len > 0)
        memmove(answers->p + n, rest.p, rest.len);
    answers->len = n + rest.len;
}

/* What may differ: the time, a 100, and the sum of a file that is waited for only so long. */
static void cut_out_differences(struct buf *answers)
{
    cut_out(answers, pieces_root_digest(), 0);
    cut_out(answers, SV("HTTP/1.1 100 Continue\r\n\r\n"), 0);
    cut_out(answers, SV("\r\nDate: "), DATE_LEN);
}

static void check_same(const struct buf *whole, const struct buf *pieces, struct sv requests)
{
    size_t most = whole->len < pieces->len ? whole->len : pieces->len;
    size_t at = 0;

    if (sv_eq(buf_sv(whole), buf_sv(pieces)))
        return;
    while (at < most && whole->p[at] == pieces->p[at])
        at++;
    size_t from = at > 300 ? at - 300 : 0;
    fprintf(stderr, "== the requests\n%.*s\n== whole, %zu bytes\n%.*s\n== in pieces, %zu bytes\n%.*s\n",
            SV_ARG(requests), whole->len, (int)(whole->len - from > 600 ? 600 : whole->len - from), whole->p + from,
            pieces->len, (int)(pieces->len - from > 600 ? 600 : pieces->len - from), pieces->p + from);
    check(false, "the answers differ from byte %zu on", at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static bool started;
    static struct buf whole, pieces; /* kept, so that no run pays for growing them */
    struct sv requests = fuzz_input(data, len);

    if (len < SEED_LEN)
        return 0;
    if (!started)
        start();
    started = true;
    uint64_t seed = fuzz_seed(sv_of(requests.p, SEED_LEN));
    requests = sv_skip(requests, SEED_LEN);

    struct pace at_once = {.whole = true};
    struct pace in_pieces = {.seed = seed, .clocks = 4};
    in_pieces.by_bytes = one_in(&in_pieces, 5);
    whole.len = 0;
    pieces.len = 0;
    play(requests, &at_once, &whole);
    play(requests, &in_pieces, &pieces);
    cut_out_differences(&whole);
    cut_out_differences(&pieces);
    check_same(&whole, &pieces, requests);
    return 0;
}
