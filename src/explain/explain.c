/* SPDX-License-Identifier: MIT */
/* --explain: one request, taken by hand along the way that reactor/intake takes all others, and then told about. */

#include "explain/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "config/blame.h"
#include "explain/facts.h"
#include "explain/say.h"
#include "host/memory.h"
#include "host/plan.h"
#include "http/body.h"
#include "http/status.h"
#include "serve/error_page.h"
#include "serve/route.h"
#include "serve/steps.h"

/* Looks at a file that is being summed, and the time between them: five seconds, as a worker does. */
enum { SUM_WAITS = 500, SUM_NS = 10 * 1000 * 1000 };

enum { FDS = 16 };

struct explanation {
    const struct config *config; /* borrowed */
    struct sites sites;          /* owned */
    struct buf head;             /* owned: the request's */
    struct sums *sums;           /* owned */
    struct counters counters;
    struct clock clock;
    struct serve serve;
    struct out *out;
    struct parse_limits limits;
    struct parse_field *fields; /* owned */
    struct parse parse;
    struct request rq;
    bool is_request; /* rq has been read */
    struct served served;
    enum why why;
    struct tree *tree;   /* borrowed: of the site that is asked; NULL before that is known */
    struct sv path;      /* that is asked for; its pointer is NULL where it did not come so far */
    char *room;          /* owned: for the path */
    struct entry *plain; /* counted, or NULL */
    struct entry *sent;  /* counted, or NULL */
};

static int explanation_init(struct explanation *x, const struct config *config)
{
    const struct config_limits *l = &config->limits;
    /* A worker's part of the memory. Nothing stays fresh: what waits for its sum is loaded anew with each look. */
    struct serve_options options = {
        .config = config,
        .clock = &x->clock,
        .cache = {.stock = {.memory = memory_of_cache(config) / plan_workers(config),
                            .fds = FDS,
                            .counters = &x->counters}},
    };

    *x = (struct explanation){.config = config};
    x->limits = (struct parse_limits){(uint32_t)l->header_size, (uint32_t)l->uri_size, (uint32_t)l->header_count};
    x->out = out_new();
    x->fields = calloc(l->header_count, sizeof *x->fields);
    x->room = malloc(l->uri_size + 1);
    int err = error_pages_init();
    if (err == 0)
        err = sums_new(&x->sums, (struct thread_enter){0});
    if (err == 0)
        err = sites_init(&x->sites, config);
    options.sums = x->sums;
    options.sites = &x->sites;
    int opened = serve_init(&x->serve, &options);
    if (err == 0 && (x->out == NULL || x->fields == NULL || x->room == NULL))
        err = -ENOMEM;
    return err == 0 ? opened : err;
}

static void forget_entries(struct explanation *x)
{
    if (x->plain != NULL)
        ref_put(&x->plain->ref);
    if (x->sent != NULL)
        ref_put(&x->sent->ref);
    x->plain = NULL;
    x->sent = NULL;
}

static void explanation_fini(struct explanation *x)
{
    forget_entries(x);
    out_free(&x->out);
    serve_fini(&x->serve);
    sites_fini(&x->sites);
    sums_free(&x->sums);
    error_pages_fini();
    free(x->fields);
    free(x->room);
    buf_fini(&x->head);
}

static void begin_turn(struct explanation *x)
{
    clock_read(&x->clock);
    serve_turn(&x->serve);
}

static void refuse(struct explanation *x, enum why why, bool head_only)
{
    begin_turn(x);
    x->why = why;
    x->served = steps_refuse(&x->serve, why, head_only, x->out);
}

/* The entries that answered, from the cache. */
static void find_entries(struct explanation *x)
{
    bool coded = x->rq.field[FIELD_ACCEPT_ENCODING].p != NULL;

    forget_entries(x);
    if (x->path.p == NULL || x->rq.method == METHOD_OPTIONS)
        return;
    (void)cache_get(&x->serve.cache, x->tree, x->path, coded, &x->clock, &x->plain);
    if (x->plain == NULL)
        return;
    if (x->served.coding != CODING_IDENTITY)
        x->sent = cache_get_sibling(&x->serve.cache, x->plain, (enum coding)x->served.coding, &x->clock);
    if (x->sent != NULL)
        return;
    ref_get(&x->plain->ref);
    x->sent = x->plain;
}

/* The answer that clients get once large files have been summed. */
static void answer(struct explanation *x)
{
    struct timespec pause = {.tv_nsec = SUM_NS};
    bool only = x->config->limits.keepalive_requests == 1;

    for (int i = 0;; i++) {
        begin_turn(x);
        x->served = steps_answer(&x->serve, &x->rq, serve_persist(&x->rq, only), i < SUM_WAITS, x->out);
        x->why = (enum why)x->served.why;
        find_entries(x);
        bool later = x->served.status == 0 || (x->sent != NULL && x->sent->tag_source == TAG_LATER);
        if (!later || i == SUM_WAITS)
            return;
        out_clear(x->out);
        (void)nanosleep(&pause, NULL);
    }
}

/* A body that is announced is taken to come whole, unless it is refused before it does. */
static enum why check_body(const struct explanation *x)
{
    struct body body;
    enum why why = x->rq.body != BODY_NONE ? route_refuses_100(&x->rq) : WHY_NONE;

    body_init(&body, &x->rq, x->config->limits.body_size, BODY_META_MAX);
    return why == WHY_NONE ? (enum why)body.why : why;
}

static void ask(struct explanation *x)
{
    parse_init(&x->parse, &x->limits, x->fields);
    if (parse_head(&x->parse, x->head.p, x->head.len) != PARSE_DONE) {
        refuse(x, (enum why)x->parse.why, sv_eq(parse_view(x->head.p, x->parse.method), SV("HEAD")));
        return;
    }
    x->is_request = true;
    enum why why = request_read(&x->rq, x->head.p, &x->parse) != 0 ? (enum why)x->rq.why : check_body(x);
    if (why != WHY_NONE) {
        refuse(x, why, x->rq.method == METHOD_HEAD);
        return;
    }
    x->tree = route_tree(&x->serve, &x->rq);
    if (route_request(&x->rq, x->room, &x->path) != WHY_NONE)
        x->path.p = NULL;
    answer(x);
}

static void say_entrance(const struct explanation *x, const struct entrance *in, FILE *to)
{
    const struct config_listen *l = in->listen;
    struct config_at at = {KEY_listen_address, (size_t)(l - x->config->listens), in->address};
    struct buf origin = {0};

    (void)config_origin(x->config, at, &origin);
    if (!in->fits)
        say(to, "listener", "none is at that address; this is what any of them would answer");
    else
        say(to, "listener", "[listen %s] %s (%.*s)", l->name, l->address.v[in->address], SV_ARG(buf_sv(&origin)));
    if (in->fits && l->proxy_protocol)
        say(to, "", "a PROXY header is expected in front of the request");
    buf_fini(&origin);
}

static void say_request(const struct explanation *x, FILE *to)
{
    struct sv rest = buf_sv(&x->head);

    for (const char *label = "request"; rest.len > 2; label = "") {
        const char *end = memmem(rest.p, rest.len, "\r\n", 2);
        size_t len = end != NULL ? (size_t)(end - rest.p) : rest.len;
        say(to, label, "%.*s", SV_ARG(sv_of(rest.p, len)));
        rest = sv_skip(rest, end != NULL ? len + 2 : len);
    }
    if (!x->is_request)
        say(to, "", "refused at byte %u", (unsigned)x->parse.pos + 1);
}

static void say_facts(const struct explanation *x, FILE *to)
{
    const struct site *site = x->tree != NULL ? x->tree->site : &x->sites.v[0];
    struct facts facts = {
        .config = x->config,
        .site = site,
        .serve = &x->serve,
        .path = x->path,
        .coded = x->rq.field[FIELD_ACCEPT_ENCODING].p != NULL,
        .plain = x->plain,
        .sent = x->sent,
    };

    say(to, "site", "[site %s]%s", site->name, x->sites.n == 1 ? ", the only one" : "");
    if (x->config->gave_way != NULL)
        say(to, "", "[site default] gives way to it (%s)", x->config->gave_way);
    if (x->path.p == NULL || x->plain == NULL)
        return;
    say(to, "path", "%.*s", SV_ARG(x->path));
    facts_say(&facts, to);
    if (geteuid() == 0)
        say(to, "note", "looked at as root: a service with User= may be denied what root is not");
}

/* All of the row that is in memory, up to the empty line; what is behind it is body. */
static void say_head(const struct explanation *x, FILE *to)
{
    struct buf text = {0};
    int err = 0;

    for (uint32_t i = 0; err == 0 && i < x->out->n; i++)
        if (x->out->piece[i].iov_base != NULL)
            err = buf_add(&text, sv_of(x->out->piece[i].iov_base, x->out->piece[i].iov_len));
    struct sv rest = buf_sv(&text);
    const char *end = rest.len > 0 ? memmem(rest.p, rest.len, "\r\n", 2) : NULL;
    while (end != NULL && end > rest.p) {
        say_bytes(to, sv_of(rest.p, (size_t)(end - rest.p)));
        rest = sv_skip(rest, (size_t)(end - rest.p) + 2);
        end = rest.len > 0 ? memmem(rest.p, rest.len, "\r\n", 2) : NULL;
    }
    buf_fini(&text);
}

static void tell(const struct explanation *x, const struct entrance *in, FILE *to)
{
    int status = x->served.status;

    say_request(x, to);
    say_entrance(x, in, to);
    say_facts(x, to);
    say(to, "answer", "%d %s: %s", status, status_table[status_index(status)].phrase, why_text(x->why));
    (void)fputc('\n', to);
    say_head(x, to);
}

int explain(const struct config *config, const struct question *question, FILE *to)
{
    struct entrance in = question_entrance(question, config);
    static struct explanation x; /* large, and to be aligned as counters are */

    if (in.listen == NULL) {
        say(to, "listener", "[status] %s", config->status.address.v[in.address]);
        say(to, "answer", "metrics and health, and no files");
        return 0;
    }
    int err = explanation_init(&x, config);
    if (err == 0)
        err = question_write(question, &x.head);
    if (err == 0) {
        ask(&x);
        tell(&x, &in, to);
    } else {
        log_error("cannot open the root %s: %s", config->sites[0].root, strerror(-err));
    }
    explanation_fini(&x);
    return err;
}
