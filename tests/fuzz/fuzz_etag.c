/* SPDX-License-Identifier: MIT */
/* Entity tags: what compares equal strongly does so weakly; a list without our tag never names it; and in a well-formed
 * list it is found just where it was put. The input: a line that is the inside of our tag, and the lines of the field;
 * the same bytes also make up a list. */

#include "fuzz_request.h"
#include "http/date.h"
#include "http/precondition.h"

enum { LIST_MAX = 2048, TAG_MAX = 100 };

static struct asking match, none_match, if_range;

struct tag {
    char text[TAG_MAX + 2];
    size_t len;
};

static struct sv view(const struct tag *t)
{
    return sv_of(t->text, t->len);
}

/* With its quotes; of the inside only what a tag may hold. */
static struct tag make_tag(struct sv inside)
{
    struct tag t = {.text = "\"", .len = 1};

    for (size_t i = 0; i < inside.len && t.len < TAG_MAX; i++)
        if ((uint8_t)inside.p[i] > ' ' && inside.p[i] != '"' && inside.p[i] != 0x7f)
            t.text[t.len++] = inside.p[i];
    t.text[t.len++] = '"';
    return t;
}

/* If-Match, If-None-Match and If-Range with the same lines. */
struct verdicts {
    bool strong, weak, range;
};

static struct verdicts judge(const struct validators *v)
{
    enum verdict strong = precondition_check(&match.rq, v);
    enum verdict weak = precondition_check(&none_match.rq, v);

    check(strong == VERDICT_GO || strong == VERDICT_FAILED, "If-Match: %d", strong);
    check(weak == VERDICT_GO || weak == VERDICT_NOT_MODIFIED, "If-None-Match: %d", weak);
    return (struct verdicts){strong == VERDICT_GO, weak == VERDICT_NOT_MODIFIED,
                             precondition_if_range(&if_range.rq, v)};
}

static bool contains(struct sv text, struct sv part)
{
    return memmem(text.len > 0 ? text.p : "", text.len, part.p, part.len) != NULL;
}

static void check_raw(struct sv lines, const struct validators *v)
{
    int64_t date;

    if (!ask(&match, "If-Match", lines) || !ask(&none_match, "if-none-match", lines) ||
        !ask(&if_range, "IF-RANGE", lines))
        return;
    struct verdicts is = judge(v);
    struct sv condition = if_range.rq.field[FIELD_IF_RANGE];
    bool dated = date_read(condition, v->now, &date);
    check(is.weak || !is.strong, "a list matches strongly and not weakly");
    check(is.strong || dated || !is.range, "If-Range takes what If-Match does not");
    check(!is.range || !dated || (date == v->modified && date < v->now), "If-Range takes another date");
    if (!contains(lines, v->etag) && memchr(lines.p, '*', lines.len) == NULL)
        check(!is.strong && !is.weak, "a tag that is not there is found");

    struct validators nameless = {.modified = v->modified, .now = v->now};
    struct verdicts without = judge(&nameless);
    check(dated || !without.range, "If-Range takes a file without a tag");
    check(without.strong == without.weak && (!without.strong || is.strong), "a file without a tag is named");
}

/* What is put into a list that is made up. */
struct made {
    char text[LIST_MAX];
    size_t len;
    bool strong, weak; /* our tag is in it */
    size_t n;
};

static void put(struct made *m, uint8_t what, struct sv inside, const struct tag *ours)
{
    static const char *const before[] = {"", " ", "\t ", " ,, "};
    static const char *const after[] = {",", " ,", "\n", ",\t"};
    struct tag other = make_tag(inside);
    bool is_ours = (what & 3) == 0 || sv_eq(view(&other), view(ours));
    bool weak = (what & 4) != 0;
    struct sv tag = is_ours ? view(ours) : view(&other);

    m->len += (size_t)snprintf(m->text + m->len, sizeof m->text - m->len, "%s%s%.*s%s", before[what >> 3 & 3],
                               weak ? "W/" : "", SV_ARG(tag), after[what >> 5 & 3]);
    m->weak = m->weak || is_ours;
    m->strong = m->strong || (is_ours && !weak);
    m->n++;
}

static void check_made_up(struct sv in, const struct tag *ours, const struct validators *v)
{
    static struct made m;

    m = (struct made){.len = 0};
    while (in.len > 0 && m.n < 12) {
        uint8_t what = fuzz_byte(&in);
        size_t n = in.len < (what >> 5) ? in.len : (size_t)(what >> 5);
        put(&m, what, sv_of(in.p, n), ours);
        in = sv_skip(in, n);
    }
    struct sv list = sv_of(m.text, m.len);
    if (m.n == 0 || !ask(&match, "if-match", list) || !ask(&none_match, "If-None-Match", list) ||
        !ask(&if_range, "if-range", SV("")))
        return;
    struct verdicts is = judge(v);
    check(is.strong == m.strong, "strong %d: %.*s in\n%.*s", is.strong, SV_ARG(v->etag), SV_ARG(list));
    check(is.weak == m.weak, "weak %d: %.*s in\n%.*s", is.weak, SV_ARG(v->etag), SV_ARG(list));
    for (int i = 0; i < 2; i++) {
        struct tag alone = make_tag(in);
        struct sv tag = i == 0 ? v->etag : view(&alone);
        check(!ask(&if_range, "If-Range", tag) || precondition_if_range(&if_range.rq, v) == sv_eq(tag, v->etag),
              "If-Range: %.*s", SV_ARG(tag));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv in = fuzz_input(data, len);
    struct tag ours = make_tag(fuzz_until(&in, '\n'));
    struct validators v = {.etag = view(&ours), .modified = 784111777, .now = 784111777 + (len & 1)};

    if (in.len == 0)
        return 0;
    check_raw(in, &v);
    check_made_up(in, &ours, &v);
    return 0;
}
