/* SPDX-License-Identifier: MIT */
/* Media types: the table is in the order that the search needs, every row of it is found, in any case of letters, and
 * what is not in it is bytes. */

#include "http/mime.h"

#include "expect.h"
#include "guard.h"

static const struct {
    const char *extension, *type;
    enum coding coding;
} rows[] = {
#define MIME(extension, type)          {extension, type, CODING_IDENTITY},
#define CODED(extension, type, coding) {extension, type, CODING_##coding},
#define NAMED(name, type)
#include "http/mime.def"
#undef MIME
#undef CODED
#undef NAMED
};

static const struct {
    const char *name, *type;
} named[] = {
#define MIME(extension, type)
#define CODED(extension, type, coding)
#define NAMED(name, type) {name, type},
#include "http/mime.def"
#undef MIME
#undef CODED
#undef NAMED
};

static const char unknown[] = "application/octet-stream";

static bool is(struct mime mime, const char *type, enum coding coding)
{
    return sv_eq(mime.type, sv_cstr(type)) && mime.coding == coding;
}

static void the_table_is_sorted_and_has_no_row_twice(void **state)
{
    (void)state;
    for (size_t i = 1; i < ROWS(rows); i++)
        expect(strcmp(rows[i - 1].extension, rows[i].extension) < 0, "%s, then %s", rows[i - 1].extension,
               rows[i].extension);
    expect(ROWS(rows) > 200, "%zu rows", ROWS(rows));
}

static void every_row_is_found_in_any_case_and_ends_at_its_end(void **state)
{
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char name[64];
        size_t len = (size_t)snprintf(name, sizeof name, "/d.e/n.%s", rows[i].extension);
        char *p = guard_put(&g, name, len);
        expect(is(mime_of(sv_of(p, len)), rows[i].type, rows[i].coding), "%s", name);
        for (size_t k = 0; k < len; k++) {
            if (p[k] >= 'a' && p[k] <= 'z')
                p[k] = (char)(p[k] - 'a' + 'A');
            expect(is(mime_of(sv_of(p, len)), rows[i].type, rows[i].coding), "%.*s", (int)len, p);
        }
    }
    guard_free(&g);
}

static void what_the_table_does_not_know_is_bytes(void **state)
{
    static const char *const names[] = {"",
                                        "x-unknown",
                                        "htm1",
                                        "ht",
                                        "htmlx",
                                        "\xc3\xa9",
                                        ".html",
                                        "html ",
                                        "HTML ",
                                        "/",
                                        "[",
                                        "aaaaaaaaaaaaaaaa",
                                        "zzzzzzzzzzzzzzzz",
                                        "aaaaaaaaaaaaaaaaa",
                                        "html567890123456789012345678901234567890"};

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        char name[64];
        size_t len = (size_t)snprintf(name, sizeof name, "a.%s", names[i]);
        bool dotted = strcmp(names[i], ".html") == 0; /* "a..html" */
        expect(is(mime_of(sv_of(name, len)), dotted ? "text/html; charset=utf-8" : unknown, CODING_IDENTITY), "\"%s\"",
               name);
    }
    assert_true(is(mime_of(SV("a.html\0")), unknown, CODING_IDENTITY));
    assert_true(is(mime_of(SV("html")), unknown, CODING_IDENTITY));
    assert_true(is(mime_of(sv_of("", 0)), unknown, CODING_IDENTITY));
}

static void a_whole_name_is_found_as_it_is_written_and_nowhere_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(named); i++) {
        char name[128];
        expect(is(mime_of(sv_cstr(named[i].name)), named[i].type, CODING_IDENTITY), "%s", named[i].name);
        (void)snprintf(name, sizeof name, "/.well-known/%s", named[i].name);
        expect(is(mime_of(sv_cstr(name)), named[i].type, CODING_IDENTITY), "%s", name);
        (void)snprintf(name, sizeof name, "/%s/x", named[i].name);
        expect(is(mime_of(sv_cstr(name)), unknown, CODING_IDENTITY), "%s", name);
        (void)snprintf(name, sizeof name, "/x%s", named[i].name);
        expect(is(mime_of(sv_cstr(name)), unknown, CODING_IDENTITY), "%s", name);
        (void)snprintf(name, sizeof name, "/%s.json", named[i].name);
        expect(is(mime_of(sv_cstr(name)), "application/json", CODING_IDENTITY), "%s", name);
        (void)snprintf(name, sizeof name, "/%s", named[i].name);
        name[1] = (char)(name[1] - 'a' + 'A');
        expect(is(mime_of(sv_cstr(name)), unknown, CODING_IDENTITY), "%s", name);
    }
    expect(ROWS(named) > 10, "%zu names", ROWS(named));
}

static void the_types_that_pages_are_made_of_are_there(void **state)
{
    static const char *const pairs[][2] = {
        {"html", "text/html; charset=utf-8"},
        {"css", "text/css; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"},
        {"json", "application/json"},
        {"svg", "image/svg+xml"},
        {"png", "image/png"},
        {"jpg", "image/jpeg"},
        {"gif", "image/gif"},
        {"webp", "image/webp"},
        {"ico", "image/vnd.microsoft.icon"},
        {"woff2", "font/woff2"},
        {"txt", "text/plain; charset=utf-8"},
        {"pdf", "application/pdf"},
        {"mp4", "video/mp4"},
        {"wasm", "application/wasm"},
        {"xml", "application/xml"},
        {"gz", "application/gzip"},
        {"zip", "application/zip"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(pairs); i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "/a.%s", pairs[i][0]);
        expect(is(mime_of(sv_cstr(name)), pairs[i][1], CODING_IDENTITY), "%s", name);
    }
}

/* Each of these is refused, or saved instead of opened, under any other type. */
static void the_types_that_clients_insist_on_are_there(void **state)
{
    static const char *const pairs[][2] = {
        {"/a.pkpass", "application/vnd.apple.pkpass"},
        {"/a.pkpasses", "application/vnd.apple.pkpasses"},
        {"/a.mobileconfig", "application/x-apple-aspen-config"},
        {"/a.plist", "text/xml"},
        {"/a.ipa", "application/octet-stream"},
        {"/a.reality", "model/vnd.reality"},
        {"/.well-known/apple-app-site-association", "application/json"},
        {"/apple-app-site-association", "application/json"},
        {"/a.msix", "application/msix"},
        {"/a.msixbundle", "application/msixbundle"},
        {"/a.appx", "application/appx"},
        {"/a.appxbundle", "application/appxbundle"},
        {"/a.appinstaller", "application/appinstaller"},
        {"/a.application", "application/x-ms-application"},
        {"/a.exe.manifest", "application/x-ms-manifest"},
        {"/a.vsto", "application/x-ms-vsto"},
        {"/a.xpi", "application/x-xpinstall"},
        {"/a.apk", "application/vnd.android.package-archive"},
        {"/a.jnlp", "application/x-java-jnlp-file"},
        {"/a.flatpakref", "application/vnd.flatpak.ref"},
        {"/a.pac", "application/x-ns-proxy-autoconfig"},
        {"/wpad.dat", "application/x-ns-proxy-autoconfig"},
        {"/a.sxg", "application/signed-exchange;v=b3"},
        {"/.well-known/webauthn", "application/json"},
        {"/.well-known/web-identity", "application/json"},
        {"/.well-known/openid-configuration", "application/json"},
        {"/.well-known/traffic-advice", "application/trafficadvice+json"},
        {"/a.crl", "application/pkix-crl"},
        {"/a.mjs", "text/javascript; charset=utf-8"},
        {"/a.webmanifest", "application/manifest+json"},
        {"/a.usdz", "model/vnd.usdz+zip"},
        {"/a.vtt", "text/vtt; charset=utf-8"},
        {"/a.mpd", "application/dash+xml"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(pairs); i++)
        expect(is(mime_of(sv_cstr(pairs[i][0])), pairs[i][1], CODING_IDENTITY), "%s", pairs[i][0]);
    assert_true(is(mime_of(SV("/a.svgz")), "image/svg+xml", CODING_GZIP));
}

static void an_extension_is_behind_the_last_dot_of_the_last_segment(void **state)
{
    static const struct {
        const char *path, *extension;
    } names[] = {
        {"/a.html", "html"}, {"/a.tar.gz", "gz"}, {"/a", ""},
        {"/", ""},           {"/a.", ""},         {"/a.b/c", ""},
        {"/a.b/", ""},       {"/a.b/c.d", "d"},   {"/.profile", "profile"},
        {"/a..b", "b"},      {"a.b", "b"},        {"", ""},
        {".", ""},           {"/a/.", ""},        {"/a.B", "B"},
        {"/a.b c", "b c"},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        struct sv got = mime_extension(sv_cstr(names[i].path));
        expect(sv_eq(got, sv_cstr(names[i].extension)), "%s: \"%.*s\"", names[i].path, SV_ARG(got));
        expect(got.p >= names[i].path && got.p + got.len == names[i].path + strlen(names[i].path),
               "%s: not a view of it", names[i].path);
    }
}

static void a_type_is_two_names_and_parameters_without_white_space(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } types[] = {
        {"text/plain", true},
        {"application/vnd.oai.openapi+json", true},
        {"text/plain;charset=utf-8", true},
        {"text/plain;charset=utf-8;a=b", true},
        {"X/Y", true},
        {"", false},
        {"text", false},
        {"text/", false},
        {"/plain", false},
        {"text/plain/x", false},
        {"text/plain;", false},
        {"text/plain;a", false},
        {"text/plain;a=", false},
        {"text/plain;=b", false},
        {"text/plain; a=b", false},
        {"text/plain;a=\"b\"", false},
        {"text/pl\xc3\xa9", false},
        {"*/*", false},
    };
    struct guard g = guard_new(64);

    (void)state;
    for (size_t i = 0; i < ROWS(types); i++) {
        size_t len = strlen(types[i].text);
        struct sv text = sv_of(guard_put(&g, types[i].text, len), len);
        expect(mime_is_type(text) == types[i].is, "'%s'", types[i].text);
    }
    assert_int_equal(mime_type_name(SV("wasm")), 4);
    assert_int_equal(mime_type_name(SV("tar.gz/x")), 6);
    assert_int_equal(mime_type_name(SV("")), 0);
    guard_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sorted_and_has_no_row_twice),
        cmocka_unit_test(every_row_is_found_in_any_case_and_ends_at_its_end),
        cmocka_unit_test(what_the_table_does_not_know_is_bytes),
        cmocka_unit_test(a_whole_name_is_found_as_it_is_written_and_nowhere_else),
        cmocka_unit_test(the_types_that_pages_are_made_of_are_there),
        cmocka_unit_test(the_types_that_clients_insist_on_are_there),
        cmocka_unit_test(a_type_is_two_names_and_parameters_without_white_space),
        cmocka_unit_test(an_extension_is_behind_the_last_dot_of_the_last_segment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
