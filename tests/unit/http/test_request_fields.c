/* SPDX-License-Identifier: MIT */
/* The fields of a request: each that we know is found by its name and by no other, in one line or in several; lists;
 * persistence; expectations. */

#include "http/elements.h"
#include "http/request.h"

#include "make_request.h"

static const struct {
    const char *name;
    enum { REFUSED, VOID, LISTED } repeated;
} fields[FIELD_COUNT] = {
#define FIELD(id, name, repeated) [FIELD_##id] = {name, repeated},
#include "http/field.def"
#undef FIELD
};

/* A head that is fine but for what is under test: Host is there unless it is what is tested. */
static int make(struct made_request *m, char *head, size_t size, const char *version, const char *lines, bool host)
{
    (void)snprintf(head, size, "GET / HTTP/%s\r\n%s%s\r\n", version, host ? "Host: h\r\n" : "", lines);
    return make_request(m, sv_cstr(head));
}

/* A value that request_read accepts for each field. */
static const char *fit_value(size_t field)
{
    switch ((enum field)field) {
    case FIELD_CONTENT_LENGTH:
        return "12345";
    case FIELD_TRANSFER_ENCODING:
        return "chunked";
    case FIELD_EXPECT:
        return "100-continue";
    default:
        return "value";
    }
}

static void expect_found(size_t field, const char *name)
{
    char lines[128];
    char head[256];
    struct made_request m;

    (void)snprintf(lines, sizeof lines, "A: b\r\n%s: %s\r\nZ: y\r\n", name, fit_value(field));
    int status = make(&m, head, sizeof head, "1.1", lines, field != FIELD_HOST);
    expect(status == 0, "%s: status %d", name, status);
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        if (f == field)
            expect(sv_eq(m.rq.field[f], sv_cstr(fit_value(f))), "%s: \"%.*s\"", name, SV_ARG(m.rq.field[f]));
        else if (f != FIELD_HOST)
            expect(m.rq.field[f].p == NULL, "%s: was taken for %s", name, fields[f].name);
    }
}

static void every_field_is_found_by_its_name_in_any_case(void **state)
{
    (void)state;
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        char name[32];
        size_t len = strlen(fields[f].name);
        expect(len < sizeof name, "%s is long", fields[f].name);
        memcpy(name, fields[f].name, len + 1);
        expect_found(f, name);
        for (size_t i = 0; i < len; i++)
            if (name[i] >= 'a' && name[i] <= 'z' && i % 2 == 0)
                name[i] = (char)(name[i] - 'a' + 'A');
        expect_found(f, name);
        for (size_t i = 0; i < len; i++)
            if (name[i] >= 'a' && name[i] <= 'z')
                name[i] = (char)(name[i] - 'a' + 'A');
        expect_found(f, name);
    }
}

/* Every token byte at every place of every name: only the two cases of a letter may be that name. */
static void no_field_is_found_by_another_name(void **state)
{
    static const char tchars[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    (void)state;
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        for (size_t i = 0; fields[f].name[i] != '\0'; i++) {
            for (const char *c = tchars; *c != '\0'; c++) {
                char lines[64];
                char head[128];
                struct made_request m;
                (void)snprintf(lines, sizeof lines, "%s: %s\r\n", fields[f].name, fit_value(f));
                lines[i] = *c;
                (void)make(&m, head, sizeof head, "1.0", lines, false);
                bool same = sv_lower(*c) == fields[f].name[i];
                expect((m.rq.field[f].p != NULL) == same, "%s", lines);
            }
        }
    }
}

static void a_name_that_is_shorter_or_longer_is_another_name(void **state)
{
    (void)state;
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        static const char *const forms[] = {"%.*s: v\r\n", "x%.*s: v\r\n", "%.*sx: v\r\n", "%.*s-: v\r\n"};
        int len = (int)strlen(fields[f].name);
        for (size_t i = 0; i < ROWS(forms); i++) {
            char lines[64];
            char head[128];
            struct made_request m;
            (void)snprintf(lines, sizeof lines, forms[i], i == 0 ? len - 1 : len, fields[f].name);
            (void)make(&m, head, sizeof head, "1.0", lines, false);
            expect(m.rq.field[f].p == NULL, "%s", lines);
        }
    }
}

static void a_second_line_of_a_name_is_refused_or_voids_it_or_adds_to_it(void **state)
{
    (void)state;
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        char lines[128];
        char head[256];
        struct made_request m;
        if (f == FIELD_TRANSFER_ENCODING)
            continue;
        (void)snprintf(lines, sizeof lines, "%s: %s\r\nA: b\r\n%s: %s\r\n", fields[f].name, fit_value(f),
                       fields[f].name, fit_value(f));
        int status = make(&m, head, sizeof head, "1.1", lines, f != FIELD_HOST);
        int want = fields[f].repeated == REFUSED ? 400 : 0;
        expect(status == want, "%s twice: status %d", fields[f].name, status);
        if (status == 0)
            expect((m.rq.field[f].len == 0) == (fields[f].repeated == VOID), "%s twice: value", fields[f].name);
    }
    assert_int_equal(fields[FIELD_HOST].repeated, REFUSED);
    assert_int_equal(fields[FIELD_CONTENT_LENGTH].repeated, REFUSED);
}

static void lines_of_one_name_are_walked_in_their_order(void **state)
{
    struct made_request m;
    uint32_t at = 0;

    (void)state;
    assert_int_equal(
        make_request(&m, SV("GET / HTTP/1.1\r\nIf-None-Match: \"1\"\r\nHost: h\r\nif-none-match:\r\nA: b\r\n"
                            "IF-NONE-MATCH: \"3\"\r\n\r\nIf-None-Match: \"4\"\r\n\r\n")),
        0);
    assert_true(sv_eq(m.rq.field[FIELD_IF_NONE_MATCH], SV("\"1\"")));
    assert_true(sv_eq(request_next(&m.rq, FIELD_IF_NONE_MATCH, &at), SV("\"1\"")));
    struct sv empty = request_next(&m.rq, FIELD_IF_NONE_MATCH, &at);
    assert_non_null(empty.p);
    assert_int_equal(empty.len, 0);
    assert_true(sv_eq(request_next(&m.rq, FIELD_IF_NONE_MATCH, &at), SV("\"3\"")));
    assert_null(request_next(&m.rq, FIELD_IF_NONE_MATCH, &at).p);
    assert_null(request_next(&m.rq, FIELD_IF_NONE_MATCH, &at).p);
    at = 0;
    assert_null(request_next(&m.rq, FIELD_RANGE, &at).p);

    at = m.ps.n_fields;
    assert_true(sv_eq(request_previous(&m.rq, FIELD_IF_NONE_MATCH, &at), SV("\"3\"")));
    assert_int_equal(request_previous(&m.rq, FIELD_IF_NONE_MATCH, &at).len, 0);
    assert_true(sv_eq(request_previous(&m.rq, FIELD_IF_NONE_MATCH, &at), SV("\"1\"")));
    assert_null(request_previous(&m.rq, FIELD_IF_NONE_MATCH, &at).p);
    assert_null(request_previous(&m.rq, FIELD_IF_NONE_MATCH, &at).p);
}

static void expect_walk(const char *text, bool (*step)(struct sv *, struct sv *), const char *elements)
{
    struct sv list = sv_cstr(text);
    char got[64] = "";
    size_t n = 0;

    for (struct sv element; step(&list, &element);)
        n += (size_t)snprintf(got + n, sizeof got - n, "%.*s|", SV_ARG(element));
    expect(strcmp(got, elements) == 0, "\"%s\" is %s", text, got);
    expect(list.len == 0, "\"%s\": %zu bytes left", text, list.len);
}

static void lists_are_walked_without_their_empty_elements(void **state)
{
    static const struct {
        const char *list, *elements, *reversed; /* each followed by a bar */
    } rows[] = {
        {"", "", ""},
        {",", "", ""},
        {" , \t,", "", ""},
        {"a", "a|", "a|"},
        {" a ", "a|", "a|"},
        {"a,b", "a|b|", "b|a|"},
        {"a ,\tb", "a|b|", "b|a|"},
        {",a,,b,", "a|b|", "b|a|"},
        {"a b,c", "a b|c|", "c|a b|"},
        {"a;q=\"1\",b", "a;q=\"1\"|b|", "b|a;q=\"1\"|"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        expect_walk(rows[i].list, element_next, rows[i].elements);
        expect_walk(rows[i].list, element_last, rows[i].reversed);
    }
}

static void the_connection_stays_when_version_and_options_say_so(void **state)
{
    static const struct {
        const char *version, *lines;
        bool keep;
    } rows[] = {
        {"1.1", "", true},
        {"1.0", "", false},
        {"1.1", "Connection: close\r\n", false},
        {"1.1", "Connection: keep-alive\r\n", true},
        {"1.1", "cONNECTION: CLOSE\r\n", false},
        {"1.1", "Connection: Close \r\n", false},
        {"1.1", "Connection: upgrade, close\r\n", false},
        {"1.1", "Connection: ,,close,\r\n", false},
        {"1.1", "Connection: keep-alive, close\r\n", false},
        {"1.1", "Connection: close, keep-alive\r\n", false},
        {"1.1", "Connection: a\r\nConnection: close\r\n", false},
        {"1.1", "Connection: close\r\nConnection: keep-alive\r\n", false},
        {"1.1", "Connection: xclose\r\n", true},
        {"1.1", "Connection: closed\r\n", true},
        {"1.1", "Connection: \"close\"\r\n", true},
        {"1.1", "Connection:\r\n", true},
        {"1.1", "Proxy-Connection: close\r\n", true},
        {"1.1", "Konnection: close\r\n", true},
        {"1.0", "Connection: keep-alive\r\n", true},
        {"1.0", "Connection: Keep-Alive\r\n", true},
        {"1.0", "Connection: a, keep-alive\r\n", true},
        {"1.0", "Connection: a\r\nConnection: keep-alive\r\n", true},
        {"1.0", "Connection: keep-alive, close\r\n", false},
        {"1.0", "Connection: close\r\n", false},
        {"1.0", "Keep-Alive: timeout=5\r\n", false},
        {"1.0", "Proxy-Connection: keep-alive\r\n", false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char head[256];
        struct made_request m;
        expect(make(&m, head, sizeof head, rows[i].version, rows[i].lines, true) == 0, "%s: refused", head);
        expect(m.rq.keep_alive == rows[i].keep, "%s: keep-alive is %d", head, m.rq.keep_alive);
    }
}

static void the_one_known_expectation_is_met_and_others_are_417(void **state)
{
    static const struct {
        const char *version, *lines;
        int status;
        bool wants_100;
    } rows[] = {
        {"1.1", "", 0, false},
        {"1.1", "Expect: 100-continue\r\n", 0, true},
        {"1.1", "eXPECT:100-Continue\r\n", 0, true},
        {"1.1", "Expect: 100-continue\r\nContent-Length: 5\r\n", 0, true},
        {"1.1", "Expect: ,100-continue, ,100-continue\r\n", 0, true},
        {"1.1", "Expect: 100-continue\r\nExpect: 100-continue\r\n", 0, true},
        {"1.1", "Expect:\r\n", 0, false},
        {"1.1", "Expect: ,\r\n", 0, false},
        {"1.1", "Expect: 100-continue, x\r\n", 417, false},
        {"1.1", "Expect: 100-continue\r\nExpect: x\r\n", 417, false},
        {"1.1", "Expect: 100-continued\r\n", 417, false},
        {"1.1", "Expect: 200-ok\r\n", 417, false},
        {"1.1", "Expect: 100\r\n", 417, false},
        {"1.0", "Expect: 100-continue\r\n", 0, false},
        {"1.0", "Expect: nonsense\r\n", 0, false},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char head[256];
        struct made_request m;
        int status = make(&m, head, sizeof head, rows[i].version, rows[i].lines, true);
        expect(status == rows[i].status, "%s: status %d", head, status);
        if (status == 0)
            expect(m.rq.wants_100 == rows[i].wants_100, "%s: wants_100 is %d", head, m.rq.wants_100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_found_by_its_name_in_any_case),
        cmocka_unit_test(no_field_is_found_by_another_name),
        cmocka_unit_test(a_name_that_is_shorter_or_longer_is_another_name),
        cmocka_unit_test(a_second_line_of_a_name_is_refused_or_voids_it_or_adds_to_it),
        cmocka_unit_test(lines_of_one_name_are_walked_in_their_order),
        cmocka_unit_test(lists_are_walked_without_their_empty_elements),
        cmocka_unit_test(the_connection_stays_when_version_and_options_say_so),
        cmocka_unit_test(the_one_known_expectation_is_met_and_others_are_417),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
