/* SPDX-License-Identifier: MIT */
/* Answers that are made when they are asked for: what the workers of the status listener give where others look into
 * the cache. */

#include "serve/report.h"

#include <errno.h>
#include <stdlib.h>

#include "http/head.h"

/* A report in the row: its head and its body, one behind the other. */
struct report_text {
    struct ref ref;
    struct buf text; /* owned */
};

static void report_text_end(struct ref *ref)
{
    struct report_text *whole = (struct report_text *)(void *)ref;

    buf_fini(&whole->text);
    free(whole);
}

_Static_assert(offsetof(struct report_text, ref) == 0, "the text is where its reference is");

static void write_report_head(struct head *h, const struct report *report)
{
    head_begin(h, status_index(report->status));
    head_field(h, SV("Content-Type"), report->type);
    head_content_length(h, report->body.len);
    head_field(h, SV("Cache-Control"), SV("no-store"));
    head_field(h, SV("X-Content-Type-Options"), SV("nosniff"));
    if (report->policy.len > 0) {
        head_field(h, SV("Content-Security-Policy"), report->policy);
        head_field(h, SV("Referrer-Policy"), SV("no-referrer"));
    }
}

static int write_report(struct buf *text, const struct report *report, size_t *head_len)
{
    struct head count = head_in(NULL, 0);

    write_report_head(&count, report);
    int err = buf_reserve(text, count.len + report->body.len);
    if (err < 0)
        return err;
    struct head h = head_in(text->p, count.len);
    write_report_head(&h, report);
    text->len = *head_len = h.len;
    return buf_add(text, buf_sv(&report->body));
}

static uint64_t add_report(const struct response *r, struct report_text *whole, size_t head_len)
{
    struct sv text = buf_sv(&whole->text);
    struct sv body = sv_skip(text, head_len);

    out_piece(r->out, sv_of(text.p, head_len), &whole->ref);
    response_tail(r);
    if (r->head_only || body.len == 0)
        return 0;
    out_piece(r->out, body, &whole->ref);
    return body.len;
}

uint64_t report_answer(const struct reporter *reporter, const struct response *r, struct sv path, int *status)
{
    struct report report = {.status = 200};
    struct report_text *whole = calloc(1, sizeof *whole);
    size_t head_len = 0;
    uint64_t bytes;
    int err = whole != NULL ? reporter->make(reporter->context, path, &report) : -ENOMEM;

    if (err == 0)
        err = write_report(&whole->text, &report, &head_len);
    buf_fini(&report.body);
    if (err == 0) {
        whole->ref = (struct ref){1, report_text_end};
        *status = report.status;
        bytes = add_report(r, whole, head_len);
        ref_put(&whole->ref);
        return bytes;
    }
    if (whole != NULL)
        report_text_end(&whole->ref);
    *status = err == -ENOENT ? 404 : 503;
    return response_error(r, *status);
}

bool report_step(struct answer *a)
{
    int status;

    if (a->serve->reporter == NULL)
        return false;
    uint64_t bytes = report_answer(a->serve->reporter, &a->to, a->path, &status);
    a->served = (struct served){status, WHY_NONE, CODING_IDENTITY, bytes};
    return true;
}
