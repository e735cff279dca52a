/* SPDX-License-Identifier: MIT */
/* A directory that is asked for without its slash, and nothing else, is redirected. */

#include "serve/redirect.h"

#include "serve/lookup.h"

#include "answering.h"

static int enter(void **state)
{
    int err = answering_enter(state);

    make_dir("one/dir");
    make_dir("one/dir/in it");
    make_file("one/dir/index.html", SV("index"));
    make_file("one/file", SV("file"));
    return err;
}

#define redirect_test(f) cmocka_unit_test_setup_teardown(f, enter, answering_leave)

/* The step, once it is known what stands at the path. */
static struct answer *begin(const char *line, struct sv path)
{
    struct answer *a = answer_begin(line, "");

    a->path = path;
    assert_false(entry_step(a));
    return a;
}

static void a_directory_is_redirected_to_its_slash_with_the_query(void **state)
{
    static const struct {
        const char *line;
        const char *path;
        const char *location;
    } rows[] = {
        {"GET /dir", "/dir", "Location: dir/\r\n"},
        {"HEAD /dir", "/dir", "Location: dir/\r\n"},
        {"GET /dir?a=b/c", "/dir", "Location: dir/?a=b/c\r\n"},
        {"GET /dir?", "/dir", "Location: dir/?\r\n"},
        {"GET /dir/in%20it", "/dir/in it", "Location: in%20it/\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct answer *a = begin(rows[i].line, sv_cstr(rows[i].path));
        expect(redirect_step(a), "%s", rows[i].line);
        expect_status(rows[i].line, &a->served, 301);
        assert_int_equal(a->served.why, WHY_SLASH);
        expect(has_line(rows[i].location), "%s: %s", rows[i].line, joined());
        expect((a->served.bytes == 0) == a->to.head_only, "%s: %d bytes", rows[i].line, (int)a->served.bytes);
        answer_end();
    }
}

static void all_else_is_left_to_the_next_step(void **state)
{
    static const char *const paths[] = {"/file", "/dir/", "/missing", "/dir/in it/", "/file/x"};

    (void)state;
    for (size_t i = 0; i < ROWS(paths); i++) {
        struct answer *a = begin("GET /", sv_cstr(paths[i]));
        expect(!redirect_step(a), "%s", paths[i]);
        assert_int_equal(out->n, 0);
        answer_end();
    }
}

/* serve_text_max is what the row is asked for before the request is answered. */
static void the_longest_location_fits_the_room_that_was_asked_for(void **state)
{
    static char name[256], line[4096], path[1024];
    size_t len = 0;

    (void)state;
    memset(name, '"', 255);
    (void)snprintf(path, sizeof path, "one/%s", name);
    make_dir(path);
    for (const char *c = "GET /"; *c != '\0'; c++)
        line[len++] = *c;
    for (size_t i = 0; i < 255; i++)
        len += (size_t)snprintf(line + len, sizeof line - len, "\"");
    line[len++] = '?';
    memset(line + len, 'q', 1000);
    (void)snprintf(path, sizeof path, "/%s", name);
    struct answer *a = begin(line, sv_cstr(path));
    assert_true(redirect_step(a));
    assert_true(has_line("Location: %22%22"));
    assert_in_range(out->text_len, 1000 + 3 * 255, serve_text_max(strlen(line) - 4));
    answer_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        redirect_test(a_directory_is_redirected_to_its_slash_with_the_query),
        redirect_test(all_else_is_left_to_the_next_step),
        redirect_test(the_longest_location_fits_the_room_that_was_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
