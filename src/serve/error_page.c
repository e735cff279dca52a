/* SPDX-License-Identifier: MIT */
/* The small pages that come with a status instead of a file. They name the status, say in a sentence what it means, and
 * load nothing. */

#include "serve/error_page.h"

#include <errno.h>

#include "base/buf.h"
#include "http/status.h"

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

static int write_page(const struct status *s, struct buf *text, struct error_page *page)
{
    struct buf body = {0};
    int err = buf_addf(&body, page_format, s->code, s->phrase, s->code, s->phrase, s->text);

    if (err == 0)
        err = buf_addf(text,
                       "HTTP/1.1 %d %s\r\nServer: baton\r\nContent-Type: text/html; charset=utf-8\r\n"
                       "Content-Length: %zu\r\n%s",
                       s->code, s->phrase, body.len, s->code == 405 ? "Allow: GET, HEAD, OPTIONS\r\n" : "");
    size_t head = text->len;
    if (err == 0)
        err = buf_add(text, buf_sv(&body));
    buf_fini(&body);
    *page = (struct error_page){sv_of(text->p, head), sv_of(text->p + head, text->len - head)};
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
