/* SPDX-License-Identifier: MIT */
/* Answers that are made when they are asked for: what the workers of the status listener give where others look into
 * the cache. */

#include "serve/report.h"

#include <errno.h>
#include <stdlib.h>

#include "http/status.h"

/* A report in the row: its head and its body, one behind the other. */
struct sheet {
    struct ref ref;
    struct buf text; /* owned */
};

static void sheet_end(struct ref *ref)
{
    struct sheet *sheet = (struct sheet *)(void *)ref;

    buf_fini(&sheet->text);
    free(sheet);
}

_Static_assert(offsetof(struct sheet, ref) == 0, "a sheet is where its reference is");

static int write_sheet(struct buf *text, const struct report *report, size_t *head_len)
{
    const struct status *status = &status_table[status_index(report->status)];
    int err = buf_addf(text,
                       "HTTP/1.1 %d %s\r\nServer: baton\r\nContent-Type: %.*s\r\nContent-Length: %zu\r\n"
                       "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
                       status->code, status->phrase, SV_ARG(report->type), report->body.len);

    if (err == 0)
        err = buf_add(text, report->more_fields);
    *head_len = text->len;
    if (err == 0)
        err = buf_add(text, buf_sv(&report->body));
    return err;
}

static uint64_t add_sheet(const struct response *r, struct sheet *sheet, size_t head_len)
{
    struct sv text = buf_sv(&sheet->text);
    struct sv body = sv_skip(text, head_len);

    out_piece(r->out, sv_of(text.p, head_len), &sheet->ref);
    response_tail(r);
    if (r->head_only || body.len == 0)
        return 0;
    out_piece(r->out, body, &sheet->ref);
    return body.len;
}

uint64_t report_answer(const struct reporter *reporter, const struct response *r, struct sv path, int *status)
{
    struct report report = {.status = 200};
    struct sheet *sheet = calloc(1, sizeof *sheet);
    size_t head_len = 0;
    uint64_t bytes;
    int err = sheet != NULL ? reporter->make(reporter->context, path, &report) : -ENOMEM;

    if (err == 0)
        err = write_sheet(&sheet->text, &report, &head_len);
    buf_fini(&report.body);
    if (err == 0) {
        sheet->ref = (struct ref){1, sheet_end};
        *status = report.status;
        bytes = add_sheet(r, sheet, head_len);
        ref_put(&sheet->ref);
        return bytes;
    }
    if (sheet != NULL)
        sheet_end(&sheet->ref);
    *status = err == -ENOENT ? 404 : 503;
    return response_error(r, *status);
}
