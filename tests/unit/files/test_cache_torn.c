/* SPDX-License-Identifier: MIT */
/* A file that changes while it is read: what is served is one state of it, whole. */

#include "files/cache.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "site.h"
#include "threads.h"

static int enter(void **state)
{
    int err = scratch_enter(state);

    site_defaults();
    if (err < 0 || mkdir("www", 0755) < 0)
        return -1;
    site_begin(1 << 20, 100, TTL_MS);
    return 0;
}

static int leave(void **state)
{
    site_end();
    return scratch_leave(state);
}

enum { VERSIONS = 1000, SMALL = 900 };

/* The writer may hardly get a CPU, but not for ever. */
static uint64_t soon(void)
{
    return clock_now_us() + UINT64_C(1000) * NEVER_MS;
}

/* Every byte of a release is its letter. */
static void *rewrite(void *arg)
{
    char bytes[SMALL];

    for (int i = 0; !atomic_load((atomic_bool *)arg); i++) {
        memset(bytes, 'a' + i % 26, sizeof bytes);
        int fd = open("www/page.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        ssize_t n = write(fd, bytes, (size_t)(SMALL - i % 100));
        (void)close(fd);
        if (n > 0)
            (void)rename("www/page.new", "www/page");
    }
    return NULL;
}

static void a_file_that_is_replaced_all_the_time_is_never_torn(void **state)
{
    atomic_bool over = false;
    pthread_t writer;
    int different = 0, torn = 0, bad = 0;
    char last = 0;

    (void)state;
    cache.ttl_ms = 0;
    make_file("www/page", SV("a"));
    assert_int_equal(pthread_create(&writer, NULL, rewrite, &over), 0);
    for (uint64_t until = soon(); different < VERSIONS && clock_now_us() < until;) {
        struct entry *e = site_get("/page");
        bad += e->status != 200 || e->body.len != e->size ? 1 : 0;
        for (size_t k = 1; k < e->body.len; k++)
            torn += e->body.p[k] != e->body.p[0] ? 1 : 0;
        different += e->body.len > 0 && e->body.p[0] != last ? 1 : 0;
        last = e->body.len > 0 ? e->body.p[0] : last;
        ref_put(&e->ref);
    }
    atomic_store(&over, true);
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_int_equal(torn, 0);
    assert_int_equal(bad, 0);
    expect(different >= VERSIONS, "%d versions seen: this shows nothing", different);
}

/* In place: for a moment the file is empty, and what was in it is gone. */
static void *truncate_and_write(void *arg)
{
    char bytes[SMALL];

    for (int i = 0; !atomic_load((atomic_bool *)arg); i++) {
        memset(bytes, 'a' + i % 26, sizeof bytes);
        int fd = open("www/page", O_WRONLY | O_TRUNC | O_CLOEXEC);
        if (write(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes)
            break;
        (void)close(fd);
    }
    return NULL;
}

/* Memory that malloc gives holds no letter here, so bytes that were never read are seen. */
static void a_file_that_loses_its_bytes_while_it_is_read_is_read_again(void **state)
{
    atomic_bool over = false;
    pthread_t writer;
    int whole = 0, wrong = 0;

    (void)state;
    (void)mallopt(M_PERTURB, 0x55);
    cache.ttl_ms = 0;
    make_file("www/page", SV("a"));
    assert_int_equal(pthread_create(&writer, NULL, truncate_and_write, &over), 0);
    for (uint64_t until = soon(); whole < VERSIONS && clock_now_us() < until;) {
        struct entry *e = site_get("/page");
        wrong += e->status != 200 && e->status != 503 ? 1 : 0; /* one that never stands still is not served */
        for (size_t k = 0; k < e->body.len; k++)
            wrong += e->body.p[k] < 'a' || e->body.p[k] > 'z' || e->body.p[k] != e->body.p[0] ? 1 : 0;
        whole += e->body.len == SMALL ? 1 : 0;
        ref_put(&e->ref);
    }
    atomic_store(&over, true);
    assert_int_equal(pthread_join(writer, NULL), 0);
    (void)mallopt(M_PERTURB, 0);
    assert_int_equal(wrong, 0);
    expect(whole >= VERSIONS, "%d whole ones seen: this shows nothing", whole);
}

#define torn_test(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        torn_test(a_file_that_is_replaced_all_the_time_is_never_torn),
        torn_test(a_file_that_loses_its_bytes_while_it_is_read_is_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
