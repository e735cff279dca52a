/* SPDX-License-Identifier: MIT */
/* What the [status] listener answers. */

#include "status/reports.h"

#include <errno.h>

#include "base/sha256.h"
#include "http/digest.h"
#include "status/json.h"
#include "status/metrics.h"
#include "status/page.h"

/* The hash, as a CSP wants it, of what stands in the page between two tags. */
static int add_source(struct buf *to, const char *directive, struct sv open, struct sv close)
{
    struct sv page = sv_of((const char *)status_page, status_page_len);
    char hash[DIGEST_LEN];
    uint8_t sum[SHA256_LEN];
    struct sha256 sha;

    const char *begin = memmem(page.p, page.len, open.p, open.len);
    if (begin == NULL)
        return -EINVAL;
    struct sv rest = sv_skip(page, (size_t)(begin - page.p) + open.len);
    const char *end = memmem(rest.p, rest.len, close.p, close.len);
    if (end == NULL)
        return -EINVAL;
    sha256_init(&sha);
    sha256_add(&sha, sv_of(rest.p, (size_t)(end - rest.p)));
    sha256_end(&sha, sum);
    digest_write(sum, hash);
    return buf_addf(to, "; %s 'sha256-%.*s'", directive, DIGEST_LEN, hash);
}

static int write_page_policy(struct buf *to)
{
    int err = buf_add(to, SV("default-src 'none'; connect-src 'self'; img-src data:; "
                             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"));

    if (err == 0)
        err = add_source(to, "style-src", SV("<style>"), SV("</style>"));
    return err == 0 ? add_source(to, "script-src", SV("<script>"), SV("</script>")) : err;
}

static int make_page(const struct reports *r, struct report *report)
{
    report->type = SV("text/html; charset=utf-8");
    report->policy = buf_sv(&r->page_policy);
    return buf_add(&report->body, sv_of((const char *)status_page, status_page_len));
}

static int make_health(const struct reports *r, struct report *report)
{
    char room[FIGURES_ILL_MAX];
    const char *illness = figures_illness(r->figures, room);

    report->status = illness != NULL ? 503 : 200;
    report->type = SV("text/plain; charset=utf-8");
    return buf_addf(&report->body, "%s\n", illness != NULL ? illness : "ok");
}

static int make_metrics(const struct reports *r, struct report *report)
{
    struct figures_view view;
    int err = figures_take(r->figures, &view);

    if (err < 0)
        return err;
    report->type = SV(METRICS_TYPE);
    err = metrics_write(&view, atomic_load(&r->figures->draining), &report->body);
    figures_view_fini(&view);
    return err;
}

static int make_json(const struct reports *r, struct report *report)
{
    char room[FIGURES_ILL_MAX];
    struct figures_view view;
    int err = figures_take(r->figures, &view);

    if (err < 0)
        return err;
    report->type = SV("application/json");
    err = status_json_write(&view, figures_illness(r->figures, room), &report->body);
    figures_view_fini(&view);
    return err;
}

static int make(void *context, struct sv path, struct report *report)
{
    static const struct {
        const char *path;
        int (*make)(const struct reports *r, struct report *report);
    } known[] = {{"/", make_page}, {"/metrics", make_metrics}, {"/status.json", make_json}, {"/healthz", make_health}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (sv_eq(path, sv_cstr(known[i].path)))
            return known[i].make(context, report);
    return -ENOENT;
}

int reports_init(struct reports *r, struct figures *figures)
{
    *r = (struct reports){.figures = figures, .reporter = {make, r}};
    return write_page_policy(&r->page_policy);
}

void reports_fini(struct reports *r)
{
    buf_fini(&r->page_policy);
}
