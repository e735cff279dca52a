/* SPDX-License-Identifier: MIT */
/* answers.h: a row for answers, entries to answer with, and what must be in the row (header only).
 *
 * Ownership: answers_init and answers_fini belong together, as setup and teardown of a group.
 * Threads:   the test's own.
 * Errors:    what must not fail fails the test.
 */
#ifndef BATON_TESTS_ANSWERS_H
#define BATON_TESTS_ANSWERS_H

#include <string.h>

#include "serve/error_page.h"
#include "serve/response.h"

#include "scratch.h"

#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static const char *const connection[PERSIST_KINDS] = {
    [PERSIST] = "",
    [PERSIST_SAID] = "Connection: keep-alive\r\n",
    [PERSIST_NOT] = "Connection: close\r\n",
};

static struct tails tails = {.wall = -1};
static struct out *out;
static struct entry *small, *large;
static const struct boundary bound = {"0123456789abcdef0123456789ABCDEF"};

/* Small: the body "0123456789". Large: as long, behind a descriptor. */
static inline int answers_init(void **state)
{
    struct clock clock = {.wall = 784111777};
    struct entry_file f = {
        .path = SV("/page"),
        .name = SV("page"),
        .type = SV("text/plain"),
        .etag = SV("\"tag\""),
        .stamp = {.size = 10},
        .modified = 0,
        .body_len = 10,
        .fd = -1,
        .coding = CODING_IDENTITY,
        .encoded = CODING_IDENTITY,
    };

    (void)state;
    tails_refresh(&tails, &clock);
    out = out_new();
    small = entry_new_file(&f);
    memcpy(entry_body(small), "0123456789", 10);
    f.body_len = 0;
    f.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    large = entry_new_file(&f);
    return error_pages_init();
}

static inline int answers_fini(void **state)
{
    (void)state;
    out_free(&out);
    ref_put(&small->ref);
    ref_put(&large->ref);
    error_pages_fini();
    return 0;
}

/* All pieces in memory, one behind the other. */
static inline const char *joined(void)
{
    static char text[65536];
    size_t len = 0;

    for (uint32_t i = 0; i < out->n; i++) {
        if (out->piece[i].iov_base == NULL)
            continue; /* a part of a file */
        memcpy(text + len, out->piece[i].iov_base, out->piece[i].iov_len);
        len += out->piece[i].iov_len;
    }
    text[len] = '\0';
    return text;
}

/* The row holds these bytes, in as few pieces as were promised; then it is cleared and all references are back. */
static inline void expect_row(const char *expected)
{
    assert_string_equal(joined(), expected);
    assert_in_range(out->n, 1, OUT_ANSWER_PIECES);
    out_clear(out);
    assert_int_equal(small->ref.count, 1);
    assert_int_equal(large->ref.count, 1);
}

static inline struct response response(int persist, bool head_only)
{
    return (struct response){out, &tails, (enum persist)persist, .head_only = head_only};
}

/* What stands for %s in a format: the end of the head, then the body, unless it was HEAD. */
static inline const char *answer(const char *head, int persist, bool head_only, const char *body)
{
    static char text[65536];

    (void)snprintf(text, sizeof text, "%s" DATE "%s\r\n%s", head, connection[persist], head_only ? "" : body);
    return text;
}

/* Every kind of persistence, to GET (even numbers) and to HEAD. */
enum { KINDS = 2 * PERSIST_KINDS };

static inline void expect_part(size_t i, uint64_t at, uint64_t left)
{
    assert_int_equal(out->part[i].fd, large->fd);
    assert_int_equal(out->part[i].at, at);
    assert_int_equal(out->part[i].left, left);
}

#endif
