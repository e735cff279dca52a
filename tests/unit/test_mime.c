/* SPDX-License-Identifier: MIT */
/* Media types: the table is in the order that the search needs, every row of it is found, in any case of letters, and
 * what is not in it is bytes. */

#include "http/mime.h"

#include "expect.h"
#include "guard.h"

static const struct {
    const char *extension, *type;
} rows[] = {
#define MIME(extension, type) {extension, type},
#include "http/mime.def"
#undef MIME
};

static const char unknown[] = "application/octet-stream";

static void the_table_is_sorted_and_has_no_row_twice(void **state)
{
    (void)state;
    for (size_t i = 1; i < ROWS(rows); i++)
        expect(strcmp(rows[i - 1].extension, rows[i].extension) < 0, "%s, then %s", rows[i - 1].extension,
               rows[i].extension);
    expect(ROWS(rows) > 200, "%zu rows", ROWS(rows));
}

static void every_row_is_found_in_any_case_and_ends_at_its_end(void **state)
{
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = strlen(rows[i].extension);
        char *p = guard_put(&g, rows[i].extension, len);
        expect(sv_eq(mime_of_extension(sv_of(p, len)), sv_cstr(rows[i].type)), "%s", rows[i].extension);
        for (size_t k = 0; k < len; k++) {
            if (p[k] >= 'a' && p[k] <= 'z')
                p[k] = (char)(p[k] - 'a' + 'A');
            expect(sv_eq(mime_of_extension(sv_of(p, len)), sv_cstr(rows[i].type)), "%.*s", (int)len, p);
        }
    }
    guard_free(&g);
}

static void what_the_table_does_not_know_is_bytes(void **state)
{
    static const char *const names[] = {"",
                                        "x-unknown",
                                        "htm1",
                                        "ht",
                                        "htmlx",
                                        "\xc3\xa9",
                                        ".html",
                                        "html ",
                                        "HTML ",
                                        "/",
                                        "[",
                                        "aaaaaaaaaaaaaaaa",
                                        "zzzzzzzzzzzzzzzz",
                                        "aaaaaaaaaaaaaaaaa",
                                        "html567890123456789012345678901234567890"};

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++)
        expect(sv_eq(mime_of_extension(sv_cstr(names[i])), sv_cstr(unknown)), "\"%s\"", names[i]);
    assert_true(sv_eq(mime_of_extension(SV("html\0")), SV("application/octet-stream")));
    assert_true(sv_eq(mime_of_extension(sv_of(NULL, 0)), SV("application/octet-stream")));
}

static void the_types_that_pages_are_made_of_are_there(void **state)
{
    static const char *const pairs[][2] = {
        {"html", "text/html; charset=utf-8"},
        {"css", "text/css; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"},
        {"json", "application/json"},
        {"svg", "image/svg+xml"},
        {"png", "image/png"},
        {"jpg", "image/jpeg"},
        {"gif", "image/gif"},
        {"webp", "image/webp"},
        {"ico", "image/vnd.microsoft.icon"},
        {"woff2", "font/woff2"},
        {"txt", "text/plain; charset=utf-8"},
        {"pdf", "application/pdf"},
        {"mp4", "video/mp4"},
        {"wasm", "application/wasm"},
        {"xml", "application/xml"},
        {"gz", "application/gzip"},
        {"zip", "application/zip"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(pairs); i++) {
        struct sv got = mime_of_extension(sv_cstr(pairs[i][0]));
        expect(sv_eq(got, sv_cstr(pairs[i][1])), "%s is %.*s", pairs[i][0], SV_ARG(got));
    }
}

static void an_extension_is_behind_the_last_dot_of_the_last_segment(void **state)
{
    static const struct {
        const char *path, *extension;
    } names[] = {
        {"/a.html", "html"}, {"/a.tar.gz", "gz"}, {"/a", ""},
        {"/", ""},           {"/a.", ""},         {"/a.b/c", ""},
        {"/a.b/", ""},       {"/a.b/c.d", "d"},   {"/.profile", "profile"},
        {"/a..b", "b"},      {"a.b", "b"},        {"", ""},
        {".", ""},           {"/a/.", ""},        {"/a.B", "B"},
        {"/a.b c", "b c"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        struct sv got = mime_extension(sv_cstr(names[i].path));
        expect(sv_eq(got, sv_cstr(names[i].extension)), "%s: \"%.*s\"", names[i].path, SV_ARG(got));
        expect(got.p >= names[i].path && got.p + got.len == names[i].path + strlen(names[i].path),
               "%s: not a view of it", names[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sorted_and_has_no_row_twice),
        cmocka_unit_test(every_row_is_found_in_any_case_and_ends_at_its_end),
        cmocka_unit_test(what_the_table_does_not_know_is_bytes),
        cmocka_unit_test(the_types_that_pages_are_made_of_are_there),
        cmocka_unit_test(an_extension_is_behind_the_last_dot_of_the_last_segment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
