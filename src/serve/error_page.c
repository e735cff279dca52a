/* SPDX-License-Identifier: MIT */
/* The small pages that come with a status instead of a file. They name the status, say in a sentence what it means, and
 * load nothing. */

#include "serve/error_page.h"

#include <assert.h>

#include "base/buf.h"
#include "http/head.h"

enum { HEAD_MAX = 256 };

static const char page_format[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>%d %s</title>\n"
    "<style>body{font:1.1em/1.5 system-ui,sans-serif;max-width:34em;margin:18vh auto;padding:0 1em}</style>\n"
    "<h1>%d %s</h1>\n"
    "<p>%s</p>\n"
    "</html>\n";

static struct {
    struct buf text; /* owned: the head, then the body */
    struct error_page page;
} pages[STATUS_COUNT];

static size_t write_head(const struct status *s, size_t body_len, char room[HEAD_MAX])
{
    struct head h = head_in(room, HEAD_MAX);

    head_begin(&h, status_index(s->code));
    head_field(&h, SV("Content-Type"), SV("text/html; charset=utf-8"));
    head_content_length(&h, body_len);
    if (s->code == 405)
        head_field(&h, SV("Allow"), HEAD_METHODS);
    assert(head_is_whole(&h));
    return h.len;
}

static int write_page(const struct status *s, struct buf *text, struct error_page *page)
{
    char head[HEAD_MAX];
    struct buf body = {0};
    int err = buf_addf(&body, page_format, s->code, s->phrase, s->code, s->phrase, s->text);
    size_t head_len = write_head(s, body.len, head);

    if (err == 0)
        err = buf_add(text, sv_of(head, head_len));
    if (err == 0)
        err = buf_add(text, buf_sv(&body));
    buf_fini(&body);
    *page = (struct error_page){sv_of(text->p, head_len), sv_of(text->p + head_len, text->len - head_len)};
    return err;
}

int error_pages_init(void)
{
    int err = 0;

    for (int i = 0; i < STATUS_COUNT && err == 0; i++)
        if (status_table[i].text[0] != '\0')
            err = write_page(&status_table[i], &pages[i].text, &pages[i].page);
    if (err < 0)
        error_pages_fini();
    return err;
}

void error_pages_fini(void)
{
    for (int i = 0; i < STATUS_COUNT; i++)
        buf_fini(&pages[i].text);
}

const struct error_page *error_page(int status)
{
    return &pages[status_index(status)].page;
}
