/* SPDX-License-Identifier: MIT */
/* Each status that has something to tell has its page, whose head says how long it is. */

#include "serve/error_page.h"

#include <string.h>

#include "http/status.h"

#include "expect.h"

static int init(void **state)
{
    (void)state;
    return error_pages_init();
}

static int fini(void **state)
{
    (void)state;
    error_pages_fini();
    return 0;
}

static bool holds(struct sv s, const char *text)
{
    return memmem(s.p, s.len, text, strlen(text)) != NULL;
}

static void every_status_with_a_text_has_a_page_of_it(void **state)
{
    char head[256], title[128];
    int pages = 0;

    (void)state;
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        const struct status *s = &status_table[i];
        if (s->text[0] == '\0')
            continue;
        const struct error_page *page = error_page(s->code);
        (void)snprintf(head, sizeof head,
                       "HTTP/1.1 %d %s\r\nServer: baton\r\nContent-Type: text/html; charset=utf-8\r\n"
                       "Content-Length: %zu\r\n%s",
                       s->code, s->phrase, page->body.len, s->code == 405 ? "Allow: GET, HEAD, OPTIONS\r\n" : "");
        expect(sv_eq(page->head, sv_cstr(head)), "%d: %.*s", s->code, SV_ARG(page->head));
        (void)snprintf(title, sizeof title, "<title>%d %s</title>", s->code, s->phrase);
        expect(holds(page->body, title), "%d has no title", s->code);
        expect(holds(page->body, s->text), "%d does not tell what it means", s->code);
        pages++;
    }
    assert_true(pages >= 16);
}

static void every_error_that_is_answered_has_a_page(void **state)
{
    static const int answered[] = {301, 400, 403, 404, 405, 408, 411, 413, 414, 416, 417, 421, 431, 500, 501, 503, 505};

    (void)state;
    for (size_t i = 0; i < ROWS(answered); i++)
        expect(error_page(answered[i])->body.len > 0, "%d has no page", answered[i]);
}

static void a_page_is_a_whole_document_that_loads_nothing(void **state)
{
    struct sv body = error_page(404)->body;

    (void)state;
    assert_true(sv_starts(body, SV("<!doctype html>\n<html lang=\"en\">\n")));
    assert_true(sv_ends(body, SV("</html>\n")));
    assert_false(holds(body, "src=") || holds(body, "href=") || holds(body, "url(") || holds(body, "<script"));
}

static void pages_may_be_made_anew(void **state)
{
    (void)state;
    error_pages_fini();
    error_pages_fini();
    assert_int_equal(error_pages_init(), 0);
    assert_true(error_page(404)->body.len > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_with_a_text_has_a_page_of_it),
        cmocka_unit_test(every_error_that_is_answered_has_a_page),
        cmocka_unit_test(a_page_is_a_whole_document_that_loads_nothing),
        cmocka_unit_test(pages_may_be_made_anew),
    };

    return cmocka_run_group_tests(tests, init, fini);
}
