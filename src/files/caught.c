/* SPDX-License-Identifier: MIT */
/* Times that files kept while they changed. Asked when a file is loaded, and after a time was caught; a request for a known
 * path comes here at most when its file is looked at again. */

#include "files/caught.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/hash.h"
#include "files/sums.h"

#define SECOND_NS INT64_C(1000000000)

/* SEEN_MAX: files that are remembered; 128 KiB. */
enum { CAUGHT_MAX = 64, SEEN_MAX = 8192, HALF = 32 };

/* The latest ones. 0 is none: such a time is early anyway. */
static _Atomic int64_t caught[CAUGHT_MAX];
static atomic_uint next_caught;
static atomic_uint n_caught;

/* A slot is read and written without a lock: `check` is the key, mixed with the state that belongs to it, so a state that
 * another thread wrote meanwhile belongs to no key. */
static struct {
    _Atomic uint64_t check;
    _Atomic uint64_t state; /* a hash of which file it is, and in the lower half of its content; 0 = not known */
} seen[SEEN_MAX];

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct hash_key hash_by;

static void make_key(void)
{
    hash_key_random(&hash_by);
}

bool caught_has(int64_t ns)
{
    for (size_t i = 0; i < CAUGHT_MAX; i++)
        if (atomic_load_explicit(&caught[i], memory_order_relaxed) == ns)
            return true;
    return false;
}

void caught_add(int64_t ns)
{
    if (caught_has(ns))
        return;
    atomic_store(&caught[atomic_fetch_add(&next_caught, 1) % CAUGHT_MAX], ns);
    atomic_fetch_add(&n_caught, 1); /* whoever sees it sees the time */
}

uint32_t caught_count(void)
{
    return atomic_load_explicit(&n_caught, memory_order_acquire);
}

bool caught_may_happen(const struct stamp *stamp)
{
    return stamp->modified_ns % SECOND_NS == 0 && stamp->size > 0 && stamp->size <= SUM_FILE_MAX;
}

static uint64_t hash_of(const uint64_t *words, size_t n)
{
    return hash(&hash_by, sv_of((const char *)words, n * sizeof *words));
}

static uint64_t key_of(const struct root *root, struct sv name, const struct stamp *stamp)
{
    uint64_t words[] = {hash(&hash_by, sv_cstr(root->path)), hash(&hash_by, name), stamp->size,
                        (uint64_t)stamp->modified_ns};

    return hash_of(words, sizeof words / sizeof words[0]);
}

static uint64_t state_of(const struct stamp *stamp, struct sv content)
{
    uint64_t file[] = {stamp->device, stamp->inode};
    uint64_t of_content = content.p != NULL ? hash(&hash_by, content) >> HALF : 0;

    if (content.p != NULL && of_content == 0)
        of_content = 1;
    return hash_of(file, sizeof file / sizeof file[0]) >> HALF << HALF | of_content;
}

bool caught_look(const struct root *root, struct sv name, const struct stamp *now, struct sv content)
{
    if (!caught_may_happen(now))
        return false;
    (void)pthread_once(&once, make_key);
    uint64_t key = key_of(root, name, now);
    uint64_t is = state_of(now, content);
    _Atomic uint64_t *check = &seen[key % SEEN_MAX].check;
    _Atomic uint64_t *state = &seen[key % SEEN_MAX].state;
    uint64_t was = atomic_load_explicit(state, memory_order_relaxed);
    bool known = (atomic_load_explicit(check, memory_order_relaxed) ^ was) == key;
    bool same_file = is >> HALF == was >> HALF;
    bool compared = (uint32_t)is != 0 && (uint32_t)was != 0;

    if (known && same_file && content.p == NULL)
        return false; /* what is known of its content stays */
    atomic_store_explicit(state, is, memory_order_relaxed);
    atomic_store_explicit(check, key ^ is, memory_order_relaxed);
    return known && (compared ? (uint32_t)is != (uint32_t)was : !same_file);
}

void caught_forget(void)
{
    for (size_t i = 0; i < CAUGHT_MAX; i++)
        atomic_store(&caught[i], 0);
    for (size_t i = 0; i < SEEN_MAX; i++) {
        atomic_store(&seen[i].check, 0);
        atomic_store(&seen[i].state, 0);
    }
}
