/* SPDX-License-Identifier: MIT */
/* Paths: a table of what becomes of each, and random ones against a second reading written for clarity. Whatever goes
 * in, what comes out begins with a slash, has no empty, "." or ".." segment, and has not climbed. */

#include "http/path.h"

#include "expect.h"
#include "guard.h"
#include "resolve.h"

enum { RAW_MAX = 64 };

static const struct {
    const char *raw, *want; /* NULL: refused */
} readings[] = {
    {"/", "/"},
    {"/a", "/a"},
    {"/a/", "/a/"},
    {"/a/b.c", "/a/b.c"},
    {"/a.b..c/d.", "/a.b..c/d."},
    {"//", "/"},
    {"///", "/"},
    {"//a", "/a"},
    {"/a//b", "/a/b"},
    {"/a///", "/a/"},
    {"/.", "/"},
    {"/./", "/"},
    {"/./a", "/a"},
    {"/a/.", "/a/"},
    {"/a/./", "/a/"},
    {"/a/./b", "/a/b"},
    {"/a/..", "/"},
    {"/a/../", "/"},
    {"/a/../b", "/b"},
    {"/a/b/..", "/a/"},
    {"/a/b/../../c", "/c"},
    {"/a/b/./../c/", "/a/c/"},
    {"/a//../b", "/b"},
    {"/...", "/..."},
    {"/.../a", "/.../a"},
    {"/..a", "/..a"},
    {"/a..", "/a.."},
    {"/.a", "/.a"},
    {"/a./b", "/a./b"},
    {"/..", NULL},
    {"/../", NULL},
    {"/../a", NULL},
    {"/./..", NULL},
    {"//..", NULL},
    {"/a/../..", NULL},
    {"/a/../../a", NULL},
    {"/a/b/../../../a/b", NULL},
    {"/%61", "/a"},
    {"/%20", "/ "},
    {"/a%2Fb", "/a/b"},
    {"/a%2fb", "/a/b"},
    {"/%2f", "/"},
    {"/%2e", "/"},
    {"/%2E%2e/a", NULL},
    {"/.%2e/a", NULL},
    {"/%2e./a", NULL},
    {"/a/%2e%2e", "/"},
    {"/a/%2e%2e/b", "/b"},
    {"/a%2f..%2f..", NULL},
    {"/a%2f..", "/"},
    {"//host/..%2f", "/"},
    {"//host/..%2f..", NULL},
    {"/%2f%2fhost", "/host"},
    {"/..%2fa", NULL},
    {"/%2e%2e%2fa", NULL},
    {"/%252e%252e/a", "/%2e%2e/a"},
    {"/%25", "/%"},
    {"/%2525", "/%25"},
    {"/%5c..%5c", "/\\..\\"},
    {"/\\../a", "/\\../a"},
    {"/%3f", "/?"},
    {"/%23", "/#"},
    {"/%C3%A9", "/\xc3\xa9"},
    {"/%ff", "/\xff"},
    {"/%0d%0a", "/\r\n"},
    {"/%7f", "/\x7f"},
    {"/%00", NULL},
    {"/a%00.html", NULL},
    {"/%", NULL},
    {"/%2", NULL},
    {"/a%", NULL},
    {"/a%a", NULL},
    {"/%zz", NULL},
    {"/%2g", NULL},
    {"/%g2", NULL},
    {"/%%2e", NULL},
    {"/%u002e", NULL},
    {"/% 20", NULL},
    {"/%+2", NULL},
    {"/+", "/+"},
    {"/a;b=c", "/a;b=c"},
    {"/a;/../b", "/b"},
    {"/..;/a", "/..;/a"},
};

static void paths_become_the_one_spelling_of_their_place(void **state)
{
    struct guard in = guard_new(RAW_MAX);
    struct guard out = guard_new(RAW_MAX);

    (void)state;
    for (size_t i = 0; i < ROWS(readings); i++) {
        size_t len = strlen(readings[i].raw);
        struct sv path;
        int status =
            why_status(path_read(sv_of(guard_put(&in, readings[i].raw, len), len), guard_room(&out, len), &path));
        expect(status == (readings[i].want != NULL ? 0 : 400), "%s: status %d", readings[i].raw, status);
        if (status == 0)
            expect(sv_eq(path, sv_cstr(readings[i].want)), "%s: %.*s", readings[i].raw, SV_ARG(path));
    }
    guard_free(&in);
    guard_free(&out);
}

static void a_path_that_needs_no_change_is_not_copied(void **state)
{
    static const char *const rows[] = {"/", "/a", "/a/b/c.html", "/a/", "/a.b.c", "/a..", "/a./b~-_"};
    char room[RAW_MAX];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sv path;
        assert_int_equal(path_read(sv_cstr(rows[i]), room, &path), 0);
        expect(path.p == rows[i] && path.len == strlen(rows[i]), "%s was copied", rows[i]);
    }
}

/* The header says so of every NUL, not of an encoded one alone. */
static void a_nul_byte_is_refused_encoded_or_not(void **state)
{
    char room[RAW_MAX];
    struct sv path;

    (void)state;
    assert_int_equal(path_read(SV("/a%00"), room, &path), WHY_PATH_NUL);
    assert_int_equal(path_read(SV("/./a\0b"), room, &path), WHY_PATH_NUL);
    assert_int_equal(path_read(SV("/a\0b"), room, &path), WHY_PATH_NUL);
}

/* The second reading: decode, part into segments, keep a stack of them, put it together. */
static bool naive_decode(const char *raw, char *text)
{
    for (; *raw != '\0'; raw++) {
        unsigned value = (unsigned char)*raw;
        if (*raw == '%') {
            static const char digits[] = "0123456789abcdefABCDEF";
            if (raw[1] == '\0' || raw[2] == '\0' || strchr(digits, raw[1]) == NULL || strchr(digits, raw[2]) == NULL)
                return false;
            if (sscanf(raw + 1, "%2x", &value) != 1 || value == 0)
                return false;
            raw += 2;
        }
        *text++ = (char)value;
    }
    *text = '\0';
    return true;
}

static bool naive_read(const char *raw, char *result)
{
    char text[RAW_MAX + 1];
    char *segments[RAW_MAX];
    size_t depth = 0;
    bool slash = true;

    if (!naive_decode(raw, text))
        return false;
    for (char *at = text, *segment; (segment = strsep(&at, "/")) != NULL;) {
        bool up = strcmp(segment, "..") == 0;
        slash = up || *segment == '\0' || strcmp(segment, ".") == 0;
        if (up && depth == 0)
            return false;
        if (up)
            depth--;
        else if (!slash)
            segments[depth++] = segment;
    }
    size_t n = (size_t)snprintf(result, RAW_MAX + 2, "/");
    for (size_t i = 0; i < depth; i++)
        n += (size_t)snprintf(result + n, RAW_MAX + 2 - n, "%s%s", segments[i], i + 1 < depth || slash ? "/" : "");
    return true;
}

static void expect_contained(struct sv path, const char *raw)
{
    expect(path.len > 0 && path.p[0] == '/', "%s: \"%.*s\" does not begin with a slash", raw, SV_ARG(path));
    struct sv rest = sv_skip(path, 1);
    while (rest.len > 0) {
        size_t end = sv_find(rest, '/');
        struct sv segment = sv_of(rest.p, end);
        expect(end > 0, "%s: \"%.*s\" has an empty segment", raw, SV_ARG(path));
        expect(!sv_eq(segment, SV(".")) && !sv_eq(segment, SV("..")), "%s: \"%.*s\" has dots", raw, SV_ARG(path));
        rest = sv_skip(rest, end < rest.len ? end + 1 : end);
    }
}

static void random_paths_are_read_as_a_second_reading_reads_them(void **state)
{
    static const char *const pieces[] = {"/", "/",   ".",   "..",  "%",   "2",  "e",  "f",
                                         "a", "%2e", "%2F", "%2f", "/..", "/.", "%61"};
    struct guard in = guard_new(RAW_MAX);
    struct guard out = guard_new(RAW_MAX);
    uint64_t seed = 0x9a7b;
    size_t accepted = 0;

    (void)state;
    for (int i = 0; i < 400000; i++) {
        char raw[RAW_MAX] = "/";
        char want[RAW_MAX + 2];
        size_t len = 1;
        for (size_t n = random_below(&seed, 14); n > 0; n--)
            len += (size_t)snprintf(raw + len, sizeof raw - len, "%s", pieces[random_below(&seed, ROWS(pieces))]);

        struct sv path;
        int status = why_status(path_read(sv_of(guard_put(&in, raw, len), len), guard_room(&out, len), &path));
        bool good = naive_read(raw, want);
        expect((status == 0) == good, "%s: status %d", raw, status);
        if (status != 0) {
            expect(status == 400, "%s: status %d", raw, status);
            continue;
        }
        accepted++;
        expect(sv_eq(path, sv_cstr(want)), "%s: \"%.*s\", want \"%s\"", raw, SV_ARG(path), want);
        expect_contained(path, raw);
    }
    expect(accepted > 50000, "only %zu paths were good", accepted);
    guard_free(&in);
    guard_free(&out);
}

static void hidden_is_what_has_a_segment_with_a_dot_in_front(void **state)
{
    static const struct {
        const char *path;
        bool hidden;
    } rows[] = {
        {"/", false},
        {"/a", false},
        {"/a.b", false},
        {"/a./b.", false},
        {"/.a", true},
        {"/...", true},
        {"/.git/config", true},
        {"/a/.htaccess", true},
        {"/a/b/.c/d", true},
        {"/.well-known", false},
        {"/.well-known/", false},
        {"/.well-known/acme-challenge/x", false},
        {"/.well-known/.x", true},
        {"/.well-known/a/.x", true},
        {"/.well-knownx", true},
        {"/.well-known.x", true},
        {"/.well-know", true},
        {"/.Well-Known/a", true},
        {"/a/.well-known/b", true},
        {"/a/.well-known", true},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        expect(path_is_hidden(sv_cstr(rows[i].path)) == rows[i].hidden, "%s", rows[i].path);
}

/* A client that follows the reference from `raw` comes to that place with a slash behind it, on the same host. */
static void expect_leads_to_slash(const char *raw, const char *place)
{
    char reference[512];
    char target[1024];
    char room[1024];
    char room_of_raw[512];
    struct sv path;
    struct sv to;
    size_t target_len = 0;

    assert_int_equal(path_read(sv_cstr(raw), room_of_raw, &path), WHY_NONE);
    struct sv ref = sv_of(reference, path_to_slash(sv_cstr(raw), path, reference));
    expect(place == NULL || sv_eq(path, sv_cstr(place)), "%s is %.*s", raw, SV_ARG(path));
    for (size_t i = 0; i < ref.len; i++)
        expect(ref.p[i] > ' ' && ref.p[i] < 0x7f && strchr("\"#<>?[\\]^`{|}", ref.p[i]) == NULL, "%s: \"%.*s\"", raw,
               SV_ARG(ref));
    expect(resolve(sv_cstr(raw), ref, target, &target_len), "%s: %.*s names a host", raw, SV_ARG(ref));
    assert_int_equal(path_read(sv_of(target, target_len), room, &to), WHY_NONE);
    expect(to.len == path.len + 1 && sv_starts(to, path) && sv_ends(to, SV("/")), "%s: %.*s leads to %.*s", raw,
           SV_ARG(ref), SV_ARG(to));
}

static void the_way_to_the_slash_is_the_last_segment_as_it_was_sent(void **state)
{
    static const char *const rows[][3] = {
        {"/sub", "/sub", "sub/"},
        {"/a/b/sub", "/a/b/sub", "sub/"},
        {"/%73ub", "/sub", "%73ub/"},
        {"/d%2Fe", "/d/e", "d%2Fe/"},
        {"/a/d%2fe%2ff", "/a/d/e/f", "d%2fe%2ff/"},
        {"/x/..%2Fsub", "/sub", "..%2Fsub/"},
        {"/x/%2e%2e%2fsub", "/sub", "%2e%2e%2fsub/"},
        {"/x/../sub", "/sub", "sub/"},
        {"/x//../sub", "/sub", "/sub/"},
        {"/x/y/%2e/../sub", "/x/sub", "/x/sub/"},
        {"/x//../a%2Fb", "/a/b", "/a/b/"},
        {"/a%2Fb/../sub", "/a/sub", "/a/sub/"},
        {"/x/../%2Fsub%25:", "/sub%:", "/sub%25:/"},
        {"/x//../\\evil", "/\\evil", "/%5Cevil/"},
        {"/x/%2e%2e/sub", "/sub", "sub/"},
        {"/./././sub", "/sub", "sub/"},
        {"//sub", "/sub", "sub/"},
        {"///x///sub", "/x/sub", "sub/"},
        {"/%2F%2Fsub", "/sub", "%2F%2Fsub/"},
        {"/%2F%2Fevil.example%2F..%2Fsub", "/sub", "%2F%2Fevil.example%2F..%2Fsub/"},
        {"//evil.example/..%2fsub", "/sub", "..%2fsub/"},
        {"//evil.example/%2e%2e/sub", "/sub", "sub/"},
        {"/\\\\evil.example\\%2f..%2fsub", "/sub", "%5C%5Cevil.example%5C%2f..%2fsub/"},
        {"/\\evil.example", "/\\evil.example", "%5Cevil.example/"},
        {"/a:b", "/a:b", "./a:b/"},
        {"/x/a:b", "/x/a:b", "./a:b/"},
        {"/a%3Ab", "/a:b", "a%3Ab/"},
        {"/http:%2f%2fevil.example", "/http:/evil.example", "./http:%2f%2fevil.example/"},
        {"/javascript:alert(1)", "/javascript:alert(1)", "./javascript:alert(1)/"},
        {"/a%3Fb%23c", "/a?b#c", "a%3Fb%23c/"},
        {"/100%25", "/100%", "100%25/"},
        {"/a%0d%0aX:%20y", "/a\r\nX: y", "./a%0d%0aX:%20y/"},
        {"/%09", "/\t", "%09/"},
        {"/\xc3\xbc", "/\xc3\xbc", "%C3%BC/"},
        {"/%c3%bc\"<>", "/\xc3\xbc\"<>", "%c3%bc%22%3C%3E/"},
        {"/...", "/...", ".../"},
        {"/azAZ09-._~!$&'()*+,;=@", "/azAZ09-._~!$&'()*+,;=@", "azAZ09-._~!$&'()*+,;=@/"},
    };
    char room[256];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t len = path_to_slash(sv_cstr(rows[i][0]), sv_cstr(rows[i][1]), room);
        expect(sv_eq(sv_of(room, len), sv_cstr(rows[i][2])), "%s: %.*s", rows[i][0], (int)len, room);
        expect_leads_to_slash(rows[i][0], rows[i][1]);
    }
}

static void every_byte_may_stand_in_a_segment_that_gets_a_slash(void **state)
{
    (void)state;
    for (int c = 0x21; c < 256; c++) {
        char raw[] = {'/', 'a', '/', 'x', (char)c, 'y', '\0'};
        char encoded[16];
        if (c != '%' && c != '/' && c != '?' && c != '#')
            expect_leads_to_slash(raw, NULL);
        (void)snprintf(encoded, sizeof encoded, "/a/x%%%02xy", (unsigned)c);
        expect_leads_to_slash(encoded, NULL);
    }
}

/* Whatever a target may hold: as many hostile pieces as there is room for. */
static void the_way_to_the_slash_never_leads_to_another_place(void **state)
{
    static const char *const pieces[] = {
        "/",    "//", "%2f", "%2F%2f", ".",         "..",   "%2e", "%2E%2e", "\\",   "%5c",
        "evil", ":",  "@",   "http:",  "host:80",   "%3a",  "%3f", "%23",    "\xff", "%ff",
        "a",    "b",  "%09", "%0d%0a", "%25%32%66", ";x=y", "%20", "~"};
    uint64_t seed = 3986;
    size_t asked = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        char raw[256] = "/";
        char room[256];
        struct sv path;
        for (size_t n = random_below(&seed, 12); n > 0; n--)
            (void)snprintf(raw + strlen(raw), sizeof raw - strlen(raw), "%s",
                           pieces[random_below(&seed, ROWS(pieces))]);
        if (path_read(sv_cstr(raw), room, &path) != WHY_NONE || sv_ends(path, SV("/")))
            continue;
        expect_leads_to_slash(raw, NULL);
        asked++;
    }
    expect(asked > 10000, "only %zu were asked", asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_become_the_one_spelling_of_their_place),
        cmocka_unit_test(a_path_that_needs_no_change_is_not_copied),
        cmocka_unit_test(a_nul_byte_is_refused_encoded_or_not),
        cmocka_unit_test(random_paths_are_read_as_a_second_reading_reads_them),
        cmocka_unit_test(hidden_is_what_has_a_segment_with_a_dot_in_front),
        cmocka_unit_test(the_way_to_the_slash_is_the_last_segment_as_it_was_sent),
        cmocka_unit_test(every_byte_may_stand_in_a_segment_that_gets_a_slash),
        cmocka_unit_test(the_way_to_the_slash_never_leads_to_another_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
