/* SPDX-License-Identifier: MIT */
/* Entries: the fields of a head that are written once, the views into it, the tags, and the descriptor that goes with the entry. */

#include "files/entry.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "scratch.h"

enum { NANO = 1000000000 };

/* 1994-11-06 08:49:37, the date of the RFC. */
static const int64_t then = 784111777;

static struct entry_file some_file(void)
{
    return (struct entry_file){
        .path = SV("/dir/page.html"),
        .name = SV("dir/page.html"),
        .type = SV("text/html; charset=utf-8"),
        .etag = SV("\"abc\""),
        .stamp = {.size = 12, .modified_ns = then * NANO, .mode = S_IFREG | 0644},
        .modified = then,
        .body_len = 12,
        .fd = -1,
        .coding = CODING_IDENTITY,
        .encoded = CODING_IDENTITY,
    };
}

static void expect_sv(struct sv got, const char *expected)
{
    expect(sv_eq(got, sv_cstr(expected)), "\"%.*s\" instead of \"%s\"", SV_ARG(got), expected);
}

static void a_file_has_its_fields_written(void **state)
{
    struct entry_file f = some_file();
    struct entry *e = entry_new_file(&f);

    (void)state;
    assert_non_null(e);
    expect_sv(e->fields, "Content-Length: 12\r\n"
                         "Content-Type: text/html; charset=utf-8\r\n"
                         "Accept-Ranges: bytes\r\n"
                         "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                         "ETag: \"abc\"\r\n");
    expect_sv(sv_of(e->head.p, e->head.len - e->fields.len), "HTTP/1.1 200 OK\r\nServer: baton\r\n");
    assert_ptr_equal(e->head.p + e->head.len, e->fields.p + e->fields.len);
    expect_sv(e->described, "Accept-Ranges: bytes\r\n"
                            "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                            "ETag: \"abc\"\r\n");
    expect_sv(e->type_line, "Content-Type: text/html; charset=utf-8\r\n");
    expect_sv(e->shared, "ETag: \"abc\"\r\n");
    assert_false(entry_varies(e));
    expect_sv(e->etag, "\"abc\"");
    expect_sv(e->path, "/dir/page.html");
    assert_string_equal(e->name.p, "dir/page.html");
    assert_int_equal(e->status, 200);
    assert_int_equal(e->size, 12);
    assert_int_equal(e->modified, then);
    assert_true(stamp_same(&e->stamp, &f.stamp));
    assert_int_equal(e->ref.count, 1);
    assert_false(e->cached);
    ref_put(&e->ref);
}

static void the_views_are_the_entry_s_own(void **state)
{
    char path[] = "/page", name[] = "page", type[] = "a/b", etag[] = "\"x\"";
    struct entry_file f = some_file();

    (void)state;
    f.path = sv_cstr(path);
    f.name = sv_cstr(name);
    f.type = sv_cstr(type);
    f.etag = sv_cstr(etag);
    struct entry *e = entry_new_file(&f);
    memset(path, '#', sizeof path - 1);
    memset(name, '#', sizeof name - 1);
    memset(type, '#', sizeof type - 1);
    memset(etag, '#', sizeof etag - 1);
    memcpy(entry_body(e), "body of 12 b", 12);
    expect_sv(e->path, "/page");
    expect_sv(e->name, "page");
    expect_sv(e->etag, "\"x\"");
    expect_sv(e->body, "body of 12 b");
    assert_null(memchr(e->fields.p, '#', e->fields.len));
    ref_put(&e->ref);
}

static void what_a_304_shares_depends_on_the_tag(void **state)
{
    static const struct shared {
        const char *etag;
        bool dated;
        bool varies;
        const char *policy;
        const char *shared;
    } rows[] = {
        {"\"abc\"", true, false, "", "ETag: \"abc\"\r\n"},
        {"\"abc\"", false, false, "", "ETag: \"abc\"\r\n"},
        {"", true, false, "", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
        {"", false, false, "", ""},
        {"", false, true, "Cache-Control: no-cache\r\n", "Vary: Accept-Encoding\r\nCache-Control: no-cache\r\n"},
        {"\"abc\"", true, true, "X-A: b\r\nCache-Control: max-age=60, immutable\r\n",
         "Vary: Accept-Encoding\r\nX-A: b\r\nCache-Control: max-age=60, immutable\r\nETag: \"abc\"\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct policy policy = {.ref = {.count = 1}, .file = sv_cstr(rows[i].policy)};
        struct entry_file f = some_file();
        f.etag = sv_cstr(rows[i].etag);
        f.modified = rows[i].dated ? then : INT64_MAX;
        f.varies = rows[i].varies;
        f.policy = &policy;
        struct entry *e = entry_new_file(&f);
        expect_sv(e->shared, rows[i].shared);
        expect_sv(e->etag, rows[i].etag);
        assert_true(e->modified == f.modified);
        bool says = memmem(e->fields.p, e->fields.len, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 46) != NULL;
        expect(says == rows[i].dated, "row %zu: \"%.*s\"", i, SV_ARG(e->fields));
        assert_int_equal(policy.ref.count, 2);
        ref_put(&e->ref);
        assert_int_equal(policy.ref.count, 1);
    }
}

static void a_coding_is_said_and_has_a_tag_of_its_own(void **state)
{
    static const struct coded {
        enum coding coding;
        const char *line;
        const char *stat_tag;
        const char *sum_tag;
    } rows[] = {
        {CODING_BR, "Content-Encoding: br\r\n", "\"7-9-br\"", "\"00000000000000000000000000000000-br\""},
        {CODING_ZSTD, "Content-Encoding: zstd\r\n", "\"7-9-zstd\"", "\"00000000000000000000000000000000-zstd\""},
        {CODING_GZIP, "Content-Encoding: gzip\r\n", "\"7-9-gzip\"", "\"00000000000000000000000000000000-gzip\""},
        {CODING_IDENTITY, NULL, "\"7-9\"", "\"00000000000000000000000000000000\""},
    };
    static const uint8_t sum[SHA256_LEN];
    const struct stamp stamp = {.size = 9, .modified_ns = 7};
    char tag[ENTRY_ETAG_MAX];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct entry_file f = some_file();
        f.coding = rows[i].coding;
        f.encoded = rows[i].coding;
        struct entry *e = entry_new_file(&f);
        const char *line = rows[i].line != NULL ? rows[i].line : "Content-Encoding";
        bool says = memmem(e->fields.p, e->fields.len, line, strlen(line)) != NULL;
        assert_int_equal(says, rows[i].line != NULL);
        assert_int_equal(e->coding, rows[i].coding);
        assert_int_equal(entry_varies(e), rows[i].line != NULL);
        expect_sv(sv_of(tag, entry_etag_of_stamp(&stamp, rows[i].coding, tag)), rows[i].stat_tag);
        expect_sv(sv_of(tag, entry_etag_of_sum(sum, rows[i].coding, tag)), rows[i].sum_tag);
        assert_true(entry_set_sum(e, sum));
        expect_sv(sv_of(e->sum->tag, e->sum->tag_len), rows[i].sum_tag);
        ref_put(&e->ref);
    }
}

static void the_largest_numbers_fit_the_head(void **state)
{
    char etag[ENTRY_ETAG_MAX], type[201];
    struct entry_file f = some_file();

    (void)state;
    memset(type, 't', 200);
    type[200] = '\0';
    f.stamp = (struct stamp){.size = UINT64_MAX, .modified_ns = INT64_MAX};
    f.type = sv_cstr(type);
    f.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    f.body_len = 0;
    f.etag = sv_of(etag, entry_etag_of_stamp(&f.stamp, CODING_IDENTITY, etag));
    struct entry *e = entry_new_file(&f);
    assert_non_null(memmem(e->fields.p, e->fields.len, "Content-Length: 18446744073709551615\r\n", 38));
    expect_sv(sv_skip(e->fields, e->fields.len - f.etag.len - 2), "\"7fffffffffffffff-ffffffffffffffff\"\r\n");
    ref_put(&e->ref);
}

/* A configuration may say anything that is a media type. In a process of its own, since it ended one. */
static void a_long_media_type_is_written_whole(void **state)
{
    static char type[4001];
    struct entry_file f = some_file();
    int status = 0;

    (void)state;
    memset(type, 't', sizeof type - 1);
    f.type = sv_cstr(type);
    pid_t child = fork();
    if (child == 0) {
        struct entry *e = entry_new_file(&f);
        _exit(e == NULL || memmem(e->fields.p, e->fields.len, type, sizeof type - 1) != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the process ended with %#x", (unsigned)status);
}

static void the_descriptor_goes_with_the_last_reference(void **state)
{
    struct entry_file f = some_file();

    (void)state;
    f.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    f.body_len = 0;
    struct entry *e = entry_new_file(&f);
    assert_int_equal(e->fd, f.fd);
    assert_int_equal(e->body.len, 0);
    ref_get(&e->ref);
    ref_put(&e->ref);
    assert_int_not_equal(fcntl(f.fd, F_GETFD), -1);
    ref_put(&e->ref);
    assert_int_equal(fcntl(f.fd, F_GETFD), -1);
}

static void the_cost_counts_head_and_body(void **state)
{
    enum { ROUNDING = 16 }; /* of the allocator */
    struct entry_file f = some_file();
    struct entry *small = entry_new_file(&f);

    (void)state;
    f.body_len = 10012;
    f.stamp.size = 10012;
    struct entry *large = entry_new_file(&f);
    assert_in_range(large->cost - small->cost, 10000 - ROUNDING, 10010 + ROUNDING);
    assert_true(small->cost > sizeof *small + small->fields.len + small->path.len + small->name.len + 12);
    ref_put(&small->ref);
    ref_put(&large->ref);
}

static void an_answer_without_a_file_has_its_status_and_path(void **state)
{
    char path[] = "/gone";
    struct entry *e = entry_new_status(sv_cstr(path), SV("gone"), CODING_BR, WHY_MISSING);

    (void)state;
    path[1] = '#';
    assert_int_equal(e->status, 404);
    expect_sv(e->path, "/gone");
    expect_sv(e->name, "gone");
    assert_int_equal(e->coding, CODING_BR);
    assert_int_equal(e->fd, -1);
    assert_true(e->recheck_open);
    assert_int_equal(e->ref.count, 1);
    assert_true(e->cost > sizeof *e);
    ref_put(&e->ref);
}

static void a_stamp_s_tag_tells_time_and_size(void **state)
{
    struct stamp stamp = {.size = 0x1234, .modified_ns = 0xabcdef};
    char tag[ENTRY_ETAG_MAX], other[ENTRY_ETAG_MAX];

    (void)state;
    size_t len = entry_etag_of_stamp(&stamp, CODING_IDENTITY, tag);
    expect_sv(sv_of(tag, len), "\"abcdef-1234\"");
    stamp.inode = 77; /* not the same on every node */
    expect_sv(sv_of(other, entry_etag_of_stamp(&stamp, CODING_IDENTITY, other)), "\"abcdef-1234\"");
    stamp.modified_ns = -1;
    expect_sv(sv_of(other, entry_etag_of_stamp(&stamp, CODING_IDENTITY, other)), "\"ffffffffffffffff-1234\"");
}

/* This must never change: caches everywhere hold such tags. */
static void a_sum_s_tag_is_its_first_half(void **state)
{
    uint8_t sum[SHA256_LEN];
    char tag[ENTRY_ETAG_MAX];

    (void)state;
    for (int i = 0; i < SHA256_LEN; i++)
        sum[i] = (uint8_t)(i * 17);
    expect_sv(sv_of(tag, entry_etag_of_sum(sum, CODING_IDENTITY, tag)), "\"00112233445566778899aabbccddeeff\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_has_its_fields_written),
        cmocka_unit_test(the_views_are_the_entry_s_own),
        cmocka_unit_test(what_a_304_shares_depends_on_the_tag),
        cmocka_unit_test(a_coding_is_said_and_has_a_tag_of_its_own),
        cmocka_unit_test(the_largest_numbers_fit_the_head),
        cmocka_unit_test(a_long_media_type_is_written_whole),
        cmocka_unit_test(the_descriptor_goes_with_the_last_reference),
        cmocka_unit_test(the_cost_counts_head_and_body),
        cmocka_unit_test(an_answer_without_a_file_has_its_status_and_path),
        cmocka_unit_test(a_stamp_s_tag_tells_time_and_size),
        cmocka_unit_test(a_sum_s_tag_is_its_first_half),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
