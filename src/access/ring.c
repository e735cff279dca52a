/* SPDX-License-Identifier: MIT */
/* Lines on their way to the thread that writes them: where a request's line leaves its worker. A block belongs to the
 * producer until it goes on to the next one, and then to the consumer. `pushed` and `popped` only grow; they count what
 * lines cost, not where they lie. */

#include "access/ring.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/wake.h"

struct log_block {
    _Atomic(struct log_block *) next; /* written by the producer, when it goes on there */
    _Atomic uint32_t told;            /* bytes that the consumer may see */
    _Alignas(LOG_RING_ROUND) char bytes[];
};

/* Before each line. */
struct head {
    uint64_t time_us;
    uint32_t len;
    uint32_t dropped; /* before this line, all in all, and mod 2^32 */
};

enum {
    BYTES = LOG_RING_BLOCK - offsetof(struct log_block, bytes),
    /* What lines of any length find room in: the last may be one byte too long for what is left. */
    SURE = BYTES - LOG_RING_COST_MAX,
    LEAST_BLOCKS = 2
};

_Static_assert(sizeof(struct head) <= LOG_RING_HEAD, "the room that is counted for a head");

int log_bell_init(struct log_bell *b)
{
    atomic_init(&b->enough, UINT32_MAX);
    atomic_init(&b->blocked, false);
    return wake_open(&b->fd);
}

void log_bell_fini(struct log_bell *b)
{
    wake_close(&b->fd);
}

void log_bell_wait(struct log_bell *b, uint32_t enough)
{
    atomic_store(&b->enough, enough);
}

void log_bell_clear(struct log_bell *b)
{
    atomic_store(&b->enough, UINT32_MAX);
    wake_clear(b->fd);
}

void log_bell_ring(struct log_bell *b)
{
    wake_up(b->fd);
}

void log_bell_block(struct log_bell *b, bool blocked)
{
    atomic_store_explicit(&b->blocked, blocked, memory_order_relaxed);
}

static void empty_block(struct log_block *b)
{
    atomic_store_explicit(&b->next, NULL, memory_order_relaxed);
    atomic_store_explicit(&b->told, 0, memory_order_relaxed);
}

/* One that was read before, if there is one, else a new one. NULL where the queue may have no more, or there is no memory. */
static struct log_block *get_block(struct log_ring *r)
{
    for (unsigned i = 0; i < LOG_RING_SPARE; i++) {
        if (atomic_load_explicit(&r->spare[i], memory_order_relaxed) == NULL)
            continue;
        struct log_block *b = atomic_exchange_explicit(&r->spare[i], NULL, memory_order_acquire);
        if (b != NULL)
            return b;
    }
    if (atomic_load_explicit(&r->blocks, memory_order_relaxed) >= r->most_blocks)
        return NULL;
    struct log_block *b = mmap(NULL, LOG_RING_BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (b == MAP_FAILED)
        return NULL;
    atomic_fetch_add_explicit(&r->blocks, 1, memory_order_relaxed);
    empty_block(b);
    return b;
}

static void free_block(struct log_ring *r, struct log_block *b)
{
    (void)munmap(b, LOG_RING_BLOCK);
    atomic_fetch_sub_explicit(&r->blocks, 1, memory_order_relaxed);
}

/* The consumer alone fills the places, so an empty one stays empty until it does. */
static void put_block(struct log_ring *r, struct log_block *b)
{
    for (unsigned i = 0; i < LOG_RING_SPARE; i++) {
        if (atomic_load_explicit(&r->spare[i], memory_order_relaxed) == NULL) {
            empty_block(b);
            atomic_store_explicit(&r->spare[i], b, memory_order_release);
            return;
        }
    }
    free_block(r, b);
}

unsigned log_ring_trim(struct log_ring *r)
{
    unsigned n = 0;

    for (unsigned i = 0; i < LOG_RING_SPARE; i++) {
        struct log_block *b = atomic_exchange_explicit(&r->spare[i], NULL, memory_order_acquire);
        if (b != NULL) {
            free_block(r, b);
            n++;
        }
    }
    return n;
}

int log_ring_init(struct log_ring *r, uint64_t most, struct log_bell *bell)
{
    memset(r, 0, sizeof *r);
    atomic_init(&r->busy_us, UINT64_MAX);
    r->bell = bell;
    r->most_blocks = most / LOG_RING_BLOCK > LEAST_BLOCKS ? (uint32_t)(most / LOG_RING_BLOCK) : LEAST_BLOCKS;
    r->to = get_block(r);
    r->from = r->to;
    return r->to != NULL ? 0 : -ENOMEM;
}

static void free_row(struct log_ring *r, struct log_block *b)
{
    while (b != NULL) {
        struct log_block *next = atomic_load_explicit(&b->next, memory_order_acquire);
        free_block(r, b);
        b = next;
    }
}

void log_ring_fini(struct log_ring *r)
{
    (void)log_ring_trim(r);
    free_row(r, r->hand);
    free_row(r, r->from);
    r->hand = r->from = r->to = NULL;
}

/* Sequentially consistent, as the consumer relies on it: who sees no turn sees none that began before it looked. */
void log_ring_begin(struct log_ring *r, uint64_t now_us)
{
    atomic_store(&r->busy_us, now_us);
}

static uint32_t sure_in(uint32_t at)
{
    return at < SURE ? SURE - at : 0;
}

bool log_ring_has_room(struct log_ring *r, uint64_t cost)
{
    while (sure_in(r->at) + (uint64_t)r->n_hand * SURE < cost) {
        struct log_block *b = get_block(r);
        if (b == NULL)
            return false;
        atomic_store_explicit(&b->next, r->hand, memory_order_relaxed);
        r->hand = b;
        r->n_hand++;
    }
    return true;
}

void log_ring_wait(struct log_ring *r)
{
    atomic_store_explicit(&r->waited, log_ring_waited(r) + 1, memory_order_relaxed);
}

static struct log_block *next_block(struct log_ring *r)
{
    struct log_block *b = r->hand;

    if (b == NULL)
        return get_block(r);
    r->hand = atomic_load_explicit(&b->next, memory_order_relaxed);
    r->n_hand--;
    empty_block(b);
    return b;
}

/* Let the consumer see what was pushed, and that what is pushed from now on is not older than `busy_us`. `pushed` goes
 * first: the consumer pops nothing that is not counted there. */
static void show(struct log_ring *r, uint64_t busy_us)
{
    bool news = r->at_total != atomic_load_explicit(&r->pushed, memory_order_relaxed);

    if (news) {
        atomic_store(&r->pushed, r->at_total);
        atomic_store_explicit(&r->to->told, r->at, memory_order_release);
    }
    atomic_store_explicit(&r->busy_us, busy_us, memory_order_release);
    if (news && log_ring_held(r) >= atomic_load(&r->bell->enough) &&
        atomic_exchange(&r->bell->enough, UINT32_MAX) != UINT32_MAX)
        log_bell_ring(r->bell);
}

/* On to another block. The consumer is shown the full one at once: a turn may have more lines than the queue holds. */
static bool go_on(struct log_ring *r)
{
    struct log_block *b = next_block(r);
    uint64_t busy_us = atomic_load_explicit(&r->busy_us, memory_order_relaxed);

    if (b == NULL)
        return false;
    show(r, busy_us != UINT64_MAX ? r->last_us : UINT64_MAX);
    atomic_store_explicit(&r->to->next, b, memory_order_release);
    r->to = b;
    r->at = 0;
    return true;
}

static uint32_t dropped(const struct log_ring *r)
{
    return (uint32_t)atomic_load_explicit(&r->dropped, memory_order_relaxed);
}

char *log_ring_room(struct log_ring *r)
{
    if (BYTES - r->at < LOG_RING_COST_MAX && !go_on(r))
        return NULL;
    return r->to->bytes + r->at + LOG_RING_HEAD;
}

void log_ring_push(struct log_ring *r, size_t len, uint64_t time_us)
{
    struct head *head = (struct head *)(void *)(r->to->bytes + r->at);
    uint32_t cost = log_ring_cost(len);

    assert(len <= LOG_RING_PIECE);
    *head = (struct head){time_us, (uint32_t)len, dropped(r)};
    r->at += cost;
    r->at_total += cost;
    r->last_us = time_us;
}

void log_ring_drop(struct log_ring *r, uint64_t lines)
{
    uint64_t n = atomic_load_explicit(&r->dropped, memory_order_relaxed);

    atomic_store_explicit(&r->dropped, n + lines, memory_order_relaxed);
}

void log_ring_tell(struct log_ring *r)
{
    show(r, UINT64_MAX);
}

bool log_ring_is_crowded(const struct log_ring *r)
{
    return log_ring_held(r) > (uint64_t)r->most_blocks * LOG_RING_BLOCK / 2 &&
           !atomic_load_explicit(&r->bell->blocked, memory_order_relaxed);
}

uint64_t log_ring_until(const struct log_ring *r, uint64_t now_us)
{
    uint64_t busy = atomic_load(&r->busy_us);

    return busy < now_us ? busy : now_us;
}

/* What was told since is seen; where a block is read to its end, the consumer goes on to the next. */
static bool see_more(struct log_ring *r)
{
    for (;;) {
        struct log_block *next = atomic_load_explicit(&r->from->next, memory_order_acquire);
        r->seen = atomic_load_explicit(&r->from->told, memory_order_acquire);
        if (r->taken < r->seen)
            return true;
        if (next == NULL)
            return false;
        put_block(r, r->from);
        r->from = next;
        r->taken = 0;
    }
}

/* How much more is that? Nothing where it was seen before. */
static uint32_t later(uint32_t count, uint32_t seen)
{
    return count - seen <= INT32_MAX ? count - seen : 0;
}

bool log_ring_front(struct log_ring *r, struct log_line *line)
{
    if (r->taken == r->seen && !see_more(r))
        return false;
    const char *at = r->from->bytes + r->taken;
    const struct head *head = (const struct head *)(const void *)at;
    *line =
        (struct log_line){head->time_us, sv_of(at + LOG_RING_HEAD, head->len), later(head->dropped, r->dropped_seen)};
    return true;
}

void log_ring_pop(struct log_ring *r, const struct log_line *line)
{
    uint32_t cost = log_ring_cost(line->record.len);
    uint64_t popped = atomic_load_explicit(&r->popped, memory_order_relaxed);

    r->taken += cost;
    r->dropped_seen += line->gap;
    atomic_store_explicit(&r->popped, popped + cost, memory_order_release);
}

uint64_t log_ring_last_gap(struct log_ring *r)
{
    uint32_t gap = later(dropped(r), r->dropped_seen);

    r->dropped_seen += gap;
    return gap;
}

void log_ring_lose(struct log_ring *r, uint64_t lines)
{
    uint64_t n = atomic_load_explicit(&r->lost, memory_order_relaxed);

    atomic_store_explicit(&r->lost, n + lines, memory_order_relaxed);
}
