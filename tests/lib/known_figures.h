/* SPDX-License-Identifier: MIT */
/* known_figures.h: figures that are known, of two workers, and the text that is made of them (header only).
 *
 * Ownership: known_figures_leave frees what known_figures_enter made; a text lives until the next one.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_KNOWN_FIGURES_H
#define BATON_TESTS_KNOWN_FIGURES_H

#include <stdlib.h>
#include <string.h>

#include "status/figures.h"

#include "expect.h"

static struct tally known_worker[2];
static struct figures_view known_figures;

static inline void known_figures_add(unsigned w, unsigned which, uint64_t n)
{
    known_worker[w].of[which] += n;
    known_figures.total.of[which] += n;
}

static inline int known_figures_enter(void **state)
{
    (void)state;
    memset(known_worker, 0, sizeof known_worker);
    known_figures = (struct figures_view){
        .master = {.about = {"1.2", "/etc/a\"b\\c.ini"},
                   .generation = 3,
                   .reloads = 2,
                   .last_reload_ok = true,
                   .started_wall = 1000,
                   .configured_wall = 2000},
        .uptime_us = 1500000,
        .worker = known_worker,
        .n_workers = 2,
    };
    known_figures_add(0, COUNTER_REQUESTS, 5);
    known_figures_add(1, COUNTER_REQUESTS + COUNT_HEAD * COUNT_CLASSES + 2, 1);
    known_figures_add(1, COUNTER_CACHE_BYTES, 77);
    for (unsigned i = 0; i < 4; i++)
        known_figures_add(i % 2, COUNTER_DURATION + histogram_bucket(100U << i), 1);
    known_figures_add(0, COUNTER_DURATION + HISTOGRAM_SUM, 1500);
    return buf_addf(&known_figures.listeners, "http://a\nunix:/b\n");
}

static inline int known_figures_leave(void **state)
{
    (void)state;
    buf_fini(&known_figures.listeners);
    return 0;
}

static inline char *text_of(int (*write)(struct buf *to))
{
    static struct buf text;

    buf_fini(&text);
    assert_int_equal(write(&text), 0);
    assert_int_equal(buf_add(&text, sv_of("", 1)), 0);
    return text.p;
}

static inline void expect_lines(const char *text, const char *const *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *at = strstr(text, line[i]);
        expect(at != NULL, "missing: %s", line[i]);
        text = at;
    }
}

#endif
