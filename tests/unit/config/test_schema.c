/* SPDX-License-Identifier: MIT */
/* The table of keys, and the values that they take: each default is a value of its key, each bound holds on both sides,
 * and each text that is no value is told so, to the byte. */

#include "config/schema.h"

#include <stdlib.h>

#include "config/store.h"
#include "config/value.h"
#include "expect.h"
#include "http/range.h"

static void each_default_is_a_value_of_its_key(void **state)
{
    struct fault f;

    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        const struct schema_key *k = &schema_keys[i];
        bool ok = value_check(k, sv_cstr(k->default_text), &f);
        expect(ok || k->default_text[0] == '\0', "%s: %s", k->name, f.why);
        expect(k->help[0] != '\0', "%s has no help", k->name);
    }
}

static void the_keys_of_a_section_stand_together_in_its_order(void **state)
{
    (void)state;
    for (size_t i = 1; i < KEYS; i++)
        expect(schema_keys[i].section >= schema_keys[i - 1].section, "%s is out of order", schema_keys[i].name);
}

static void keys_are_found_by_name_and_section(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYS; i++)
        assert_ptr_equal(schema_find_key(schema_keys[i].section, sv_cstr(schema_keys[i].name)), &schema_keys[i]);
    assert_ptr_equal(schema_find_key(SECTION_server, SV("cache-file_max")), &schema_keys[KEY_server_cache_file_max]);
    assert_null(schema_find_key(SECTION_log, SV("workers")));
    assert_null(schema_find_key(SECTION_server, SV("Workers")));
    assert_null(schema_find_key(SECTION_server, SV("")));
    assert_ptr_equal(schema_find_section(SV("site")), &schema_sections[SECTION_site]);
    assert_null(schema_find_section(SV("sit")));
}

static const struct {
    enum units_kind kind;
    const char *text;
    enum units_status status;
    uint64_t value;
} unit_rows[] = {
    {UNITS_COUNT, "0", UNITS_OK, 0},
    {UNITS_COUNT, "007", UNITS_OK, 7},
    {UNITS_COUNT, "18446744073709551615", UNITS_OK, UINT64_MAX},
    {UNITS_COUNT, "18446744073709551616", UNITS_OVERFLOW, 0},
    {UNITS_COUNT, "99999999999999999999999999999999", UNITS_OVERFLOW, 0},
    {UNITS_COUNT, "1k", UNITS_BAD_UNIT, 0},
    {UNITS_COUNT, "", UNITS_NO_NUMBER, 0},
    {UNITS_COUNT, "-1", UNITS_NO_NUMBER, 0},
    {UNITS_COUNT, "+1", UNITS_NO_NUMBER, 0},
    {UNITS_COUNT, "0x10", UNITS_BAD_UNIT, 0},
    {UNITS_COUNT, "1.5", UNITS_BAD_UNIT, 0},
    {UNITS_SIZE, "512", UNITS_OK, 512},
    {UNITS_SIZE, "1k", UNITS_OK, 1024},
    {UNITS_SIZE, "64K", UNITS_OK, 65536},
    {UNITS_SIZE, "1m", UNITS_OK, 1048576},
    {UNITS_SIZE, "2G", UNITS_OK, UINT64_C(2147483648)},
    {UNITS_SIZE, "1kb", UNITS_BAD_UNIT, 0},
    {UNITS_SIZE, "1 k", UNITS_BAD_UNIT, 0},
    {UNITS_SIZE, "17179869184g", UNITS_OVERFLOW, 0},
    {UNITS_SIZE, "17179869183g", UNITS_OK, UINT64_C(18446744072635809792)},
    {UNITS_DURATION, "5", UNITS_OK, 5000},
    {UNITS_DURATION, "5ms", UNITS_OK, 5},
    {UNITS_DURATION, "5s", UNITS_OK, 5000},
    {UNITS_DURATION, "5m", UNITS_OK, 300000},
    {UNITS_DURATION, "5h", UNITS_OK, 18000000},
    {UNITS_DURATION, "5d", UNITS_OK, 432000000},
    {UNITS_DURATION, "5w", UNITS_OK, UINT64_C(3024000000)},
    {UNITS_DURATION, "1y", UNITS_OK, UINT64_C(31536000000)},
    {UNITS_DURATION, "5M", UNITS_BAD_UNIT, 0},
    {UNITS_DURATION, "1h30m", UNITS_BAD_UNIT, 0},
    {UNITS_DURATION, "18446744073709551615", UNITS_OVERFLOW, 0},
};

static void numbers_with_units_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(unit_rows); i++) {
        uint64_t value = 0;
        size_t at;
        enum units_status got = units_parse(unit_rows[i].kind, sv_cstr(unit_rows[i].text), &value, &at);
        expect(got == unit_rows[i].status && value == unit_rows[i].value, "'%s' gave %d and %llu", unit_rows[i].text,
               (int)got, (unsigned long long)value);
    }
}

static void every_number_that_is_written_reads_back(void **state)
{
    static const struct {
        enum units_kind kind;
        uint64_t value;
        const char *text;
    } rows[] = {
        {UNITS_COUNT, 0, "0"},
        {UNITS_SIZE, 0, "0"},
        {UNITS_DURATION, 0, "0s"},
        {UNITS_COUNT, 60000, "60000"},
        {UNITS_SIZE, 65536, "64k"},
        {UNITS_SIZE, 1536, "1536"},
        {UNITS_DURATION, 1, "1ms"},
        {UNITS_DURATION, 1500, "1500ms"},
        {UNITS_DURATION, 90000, "90s"},
        {UNITS_DURATION, 60000, "1m"},
        {UNITS_DURATION, 604800000, "1w"},
    };
    uint64_t seed = 3;

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        bool fixed = i < ROWS(rows);
        enum units_kind kind = fixed ? rows[i].kind : (enum units_kind)random_below(&seed, 3);
        uint64_t value = fixed ? rows[i].value : random_next(&seed) >> random_below(&seed, 64);
        uint64_t again = 1;
        size_t at;
        char text[UNITS_TEXT];

        /* A bare duration that is no whole number of seconds ends in ms, so nothing is lost. */
        units_format(kind, value, text);
        if (fixed)
            assert_string_equal(text, rows[i].text);
        assert_int_equal(units_parse(kind, sv_cstr(text), &again, &at), UNITS_OK);
        assert_true(again == value);
    }
}

#define NO_ADDRESS \
    "this is not an address: write IPv4:port, [IPv6]:port, unix:/path or systemd:NAME (names are not looked up)"
#define NO_NETWORK "this is not an address: 192.0.2.7, 192.0.2.0/24, ::1 or 2001:db8::/32 (names are not looked up)"
#define NO_NAME    "a name is one word, without quotes, ':', ',' and '/'"
#define CODINGS    "'precompressed' takes br, zst or gz"

/* NULL for why: it is a value. */
static const struct {
    enum key_id key;
    const char *text;
    const char *why;
    size_t at;
    size_t len;
} value_rows[] = {
    {KEY_server_workers, "auto", NULL, 0, 0},
    {KEY_server_workers, "1", NULL, 0, 0},
    {KEY_server_workers, "1024", NULL, 0, 0},
    {KEY_server_workers, "0", "out of range: 'workers' takes auto or 1..1024", 0, 1},
    {KEY_server_workers, "1025", "out of range: 'workers' takes auto or 1..1024", 0, 4},
    {KEY_server_workers, "99999999999999999999", "out of range: 'workers' takes auto or 1..1024", 0, 20},
    {KEY_server_workers, "many", "not a number: 'workers' takes auto or 1..1024", 0, 4},
    {KEY_server_workers, "-1", "not a number: 'workers' takes auto or 1..1024", 0, 2},
    {KEY_server_workers, "4k", "unknown unit: this is a plain number", 1, 1},
    {KEY_server_workers, "", "no value: 'workers' takes auto or 1..1024", 0, 0},
    {KEY_server_workers, "1\n2", "a control byte", 1, 1},
    {KEY_server_accept, "handoff", NULL, 0, 0},
    {KEY_server_accept, "reuseport", NULL, 0, 0},
    {KEY_server_accept, "reuse-port", "'accept' takes handoff or reuseport; did you mean 'reuseport'?", 0, 10},
    {KEY_server_accept, "epoll", "'accept' takes handoff or reuseport", 0, 5},
    {KEY_server_max_connections, "10000001", "out of range: 'max_connections' takes auto or 1..10000000", 0, 8},
    {KEY_server_cache_memory, "0", NULL, 0, 0},
    {KEY_server_cache_memory, "auto", NULL, 0, 0},
    {KEY_server_cache_memory, "1025g", "out of range: 'cache_memory' takes auto or 0..1024g bytes", 0, 5},
    {KEY_server_cache_memory, "18446744073709551615", "out of range: 'cache_memory' takes auto or 0..1024g bytes", 0,
     20},
    {KEY_server_cache_memory, "1gb", "unknown unit: sizes end in k, m or g", 1, 2},
    {KEY_server_cache_file_max, "16m", NULL, 0, 0},
    {KEY_server_cache_file_max, "17m", "out of range: 'cache_file_max' takes 0..16m bytes", 0, 3},
    {KEY_server_cache_ttl, "0", NULL, 0, 0},
    {KEY_server_user, "www-data", NULL, 0, 0},
    {KEY_server_user, "_baton.1", NULL, 0, 0},
    {KEY_server_user, "host$", NULL, 0, 0},
    {KEY_server_user, "\xc3\xa9ric", NULL, 0, 0},
    {KEY_server_user, "www data", NO_NAME, 3, 1},
    {KEY_server_user, "www:data", NO_NAME, 3, 1},
    {KEY_server_user, "\"www\"", NO_NAME, 0, 1},
    {KEY_server_group, "../x", NO_NAME, 2, 1},
    {KEY_server_group, "a,b", NO_NAME, 1, 1},
    {KEY_server_group, "-g", "a name does not begin with '-'", 0, 1},
    {KEY_server_group, "33", "'group' takes a name, and this is a number", 0, 2},
    {KEY_server_group, "33a", NULL, 0, 0},
    {KEY_server_group, "a\xff", "this is not UTF-8", 1, 1},
    {KEY_server_group, "", "no value: 'group' takes a name", 0, 0},
    {KEY_server_sandbox, "require", NULL, 0, 0},
    {KEY_server_sandbox, "required", "'sandbox' takes yes, no or require; did you mean 'require'?", 0, 8},
    {KEY_server_sandbox_path, "/usr/share/zoneinfo", NULL, 0, 0},
    {KEY_server_sandbox_path, "/usr/a b,c", NULL, 0, 0},
    {KEY_server_sandbox_path, "/a /b", "one directory a line; 'sandbox_path' may be there several times", 3, 2},
    {KEY_server_sandbox_path, "/a,/b", "one directory a line; 'sandbox_path' may be there several times", 3, 2},
    {KEY_server_sandbox_path, "~/a",
     "'sandbox_path' takes an absolute path, one that starts with '/'; '~' stands for nothing here", 0, 3},
    {KEY_site_root, "\"/a\"",
     "'root' takes an absolute path, one that starts with '/'; only in a file it may stand in quotes", 0, 4},
    {KEY_server_sandbox_path, "share", "'sandbox_path' takes an absolute path, one that starts with '/'", 0, 5},
    {KEY_server_busy_poll, "50ms", NULL, 0, 0},
    {KEY_server_busy_poll, "1s", NULL, 0, 0},
    {KEY_server_busy_poll, "1001ms", "out of range: 'busy_poll' takes 0s..1s", 0, 6},
    {KEY_server_busy_poll, "50us", "unknown unit: durations end in ms, s, m, h, d, w or y", 2, 2},
    {KEY_server_drain_delay, "1h", NULL, 0, 0},
    {KEY_server_drain_delay, "2h", "out of range: 'drain_delay' takes 0s..1h", 0, 2},
    {KEY_server_drain_timeout, "366d", "out of range: 'drain_timeout' takes 0s..1y", 0, 4},
    {KEY_listen_backlog, "65536", "out of range: 'backlog' takes 1..65535", 0, 5},
    {KEY_listen_defer_accept, "off", NULL, 0, 0},
    {KEY_listen_defer_accept, "True", NULL, 0, 0},
    {KEY_listen_defer_accept, "1", "'defer_accept' takes yes or no", 0, 1},
    {KEY_listen_proxy_protocol, "v2", "'proxy_protocol' takes yes or no", 0, 2},
    {KEY_listen_trusted_proxy, "192.0.2.7", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "10.0.0.0/8 2001:db8::/32\t::1", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "unix:", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "127.0.0.1 unix: ::1", NULL, 0, 0},
    {KEY_listen_trusted_proxy, "unix:/run/nginx.sock", "write unix: alone, for whoever comes through a unix socket", 0,
     20},
    {KEY_listen_trusted_proxy, "::/0 192.0.2.7/24",
     "an address within a network: write 192.0.2.0/24 for all of it, or 192.0.2.7 for this one", 5, 12},
    {KEY_listen_trusted_proxy, "2001:db8::1/64",
     "an address within a network: write 2001:db8::/64 for all of it, or 2001:db8::1 for this one", 0, 14},
    {KEY_listen_trusted_proxy, "10.0.0.0/33", "the length of an IPv4 prefix is a number from 0 to 32", 9, 2},
    {KEY_listen_trusted_proxy, "::/129", "the length of an IPv6 prefix is a number from 0 to 128", 3, 3},
    {KEY_listen_trusted_proxy, "10.0.0.0/", "the length of an IPv4 prefix is a number from 0 to 32", 9, 0},
    {KEY_listen_trusted_proxy, "192.0.2.0/255.255.255.0",
     "a mask is written as the number of its bits; did you mean '192.0.2.0/24'?", 10, 13},
    {KEY_listen_trusted_proxy, "10.0.0.0/255.0.255.0", "the length of an IPv4 prefix is a number from 0 to 32", 9, 11},
    {KEY_listen_trusted_proxy, "10.0.0.0/0.0.0.0",
     "a mask is written as the number of its bits; did you mean '10.0.0.0/0'?", 9, 7},
    {KEY_listen_trusted_proxy, "10/8", "an IPv4 address has four parts; did you mean '10.0.0.0/8'?", 0, 2},
    {KEY_listen_trusted_proxy, "::1 172.16/12", "an IPv4 address has four parts; did you mean '172.16.0.0/12'?", 4, 6},
    {KEY_listen_trusted_proxy, "10./8", NO_NETWORK, 0, 3},
    {KEY_listen_trusted_proxy, "10.0.0.1,10.0.0.2", "a space, and no comma, parts the words of 'trusted_proxy'", 8, 1},
    {KEY_listen_trusted_proxy, "*", "for every client write ::/0, or 0.0.0.0/0 for those of IPv4", 0, 1},
    {KEY_listen_trusted_proxy, "[::1]:80", "an address alone, without brackets and port: ::1", 0, 8},
    {KEY_listen_trusted_proxy, "proxy.example/8", NO_NETWORK, 0, 13},
    {KEY_limits_connections_per_ip, "10000001", "out of range: 'connections_per_ip' takes 0..10000000", 0, 8},
    {KEY_limits_header_timeout, "1ms", NULL, 0, 0},
    {KEY_limits_header_timeout, "0", "out of range: 'header_timeout' takes 1ms..1y; 0 does not switch it off", 0, 1},
    {KEY_limits_header_timeout, "10sec", "unknown unit: durations end in ms, s, m, h, d, w or y", 2, 3},
    {KEY_limits_min_send_rate, "2g", "out of range: 'min_send_rate' takes 0..1g bytes a second", 0, 2},
    {KEY_limits_header_size, "255", "out of range: 'header_size' takes 256..64k bytes", 0, 3},
    {KEY_limits_header_size, "64k", NULL, 0, 0},
    {KEY_limits_header_count, "1001", "out of range: 'header_count' takes 1..1000", 0, 4},
    {KEY_limits_uri_size, "15", "out of range: 'uri_size' takes 16..32k bytes", 0, 2},
    {KEY_limits_ranges, "1", NULL, 0, 0},
    {KEY_limits_ranges, "1024", NULL, 0, 0},
    {KEY_limits_ranges, "0", "out of range: 'ranges' takes 1..1024", 0, 1},
    {KEY_limits_ranges, "1025", "out of range: 'ranges' takes 1..1024", 0, 4},
    {KEY_log_access, "off", NULL, 0, 0},
    {KEY_log_access, "/var/log/access.log", NULL, 0, 0},
    {KEY_log_access, "access.log", "'access' takes off, stdout or /path", 0, 10},
    {KEY_log_format, "JSON", "'format' takes combined or json; did you mean 'json'?", 0, 4},
    {KEY_log_full, "drop", NULL, 0, 0},
    {KEY_log_full, "wait", NULL, 0, 0},
    {KEY_log_full, "block", "'full' takes drop or wait", 0, 5},
    {KEY_log_error, "off", "'error' takes stderr or /path", 0, 3},
    {KEY_log_level, "warn", "'level' takes error, warning, notice, info or debug; did you mean 'warning'?", 0, 4},
    {KEY_log_level, "debgu", "'level' takes error, warning, notice, info or debug; did you mean 'debug'?", 0, 5},
    {KEY_site_root, "/srv/www", NULL, 0, 0},
    {KEY_site_root, "www", "'root' takes an absolute path, one that starts with '/'", 0, 3},
    {KEY_site_index, "index.html index.htm", NULL, 0, 0},
    {KEY_site_index, "a..b/..c", NULL, 0, 0},
    {KEY_site_index, "index.html, index.htm", "a space, and no comma, parts the words of 'index'", 10, 1},
    {KEY_site_index, "a,b", "a space, and no comma, parts the words of 'index'", 1, 1},
    {KEY_site_index, "a \"b c\"", "a name stands without quotes, and holds no space", 2, 2},
    {KEY_site_index, "'a'", "a name stands without quotes, and holds no space", 0, 3},
    {KEY_site_index, "a /b", "a name relative to the directory that was asked for, so without '/' in front", 2, 2},
    {KEY_site_index, "a b/../c", "'..' would lead out of the directory that was asked for", 4, 2},
    {KEY_site_index, "a b/..", "'..' would lead out of the directory that was asked for", 4, 2},
    {KEY_site_index, "a .", "an index is a file, and this is a directory", 2, 1},
    {KEY_site_index, "a b/", "an index is a file, and this is a directory", 2, 2},
    {KEY_site_index, "b/. a", "an index is a file, and this is a directory", 0, 3},
    {KEY_site_precompressed, "br zst gz", NULL, 0, 0},
    {KEY_site_precompressed, "gz\tbr", NULL, 0, 0},
    {KEY_site_precompressed, "brotli", CODINGS "; did you mean 'br'?", 0, 6},
    {KEY_site_precompressed, "br gzip", CODINGS "; did you mean 'gz'?", 3, 4},
    {KEY_site_precompressed, "gz zstd br", CODINGS "; did you mean 'zst'?", 3, 4},
    {KEY_site_precompressed, ".gz", CODINGS "; did you mean 'gz'?", 0, 3},
    {KEY_site_precompressed, "BR", CODINGS "; did you mean 'br'?", 0, 2},
    {KEY_site_precompressed, "br deflate", CODINGS, 3, 7},
    {KEY_site_precompressed, "g", CODINGS, 0, 1},
    {KEY_site_precompressed, "br, gz", "a space, and no comma, parts the words of 'precompressed'", 2, 1},
    {KEY_site_precompressed, "br zst,gz", "a space, and no comma, parts the words of 'precompressed'", 6, 1},
    {KEY_site_cache, "/assets/* 1y immutable", NULL, 0, 0},
    {KEY_site_cache, "/a\x7f 1h", "a control byte", 2, 1},
    {KEY_site_cache, "*.html", "an age, no-cache or no-store must follow: *.html 1h", 6, 0},
    {KEY_site_mime, ".wasm application/wasm", NULL, 0, 0},
    {KEY_site_mime, ".md\ttext/markdown;charset=utf-8;variant=GFM", NULL, 0, 0},
    {KEY_site_mime, "apple-app-site-association application/json", NULL, 0, 0},
    {KEY_site_mime, "openapi.json application/vnd.oai.openapi+json", NULL, 0, 0},
    {KEY_site_mime, "md text/markdown", NULL, 0, 0},
    {KEY_site_mime, "\xc3\xa9 text/plain", NULL, 0, 0},
    {KEY_site_mime, "a\xff text/plain", "this is not UTF-8", 1, 1},
    {KEY_site_mime, "a/b text/plain", "a file's name alone, without '/'", 0, 3},
    {KEY_site_mime, "/b text/plain", "a file's name alone, without '/'", 0, 2},
    {KEY_site_mime, "text/plain .md", "the type comes last: .md text/plain", 0, 10},
    {KEY_site_mime, "name, text/plain", "a space alone parts a name from its type", 4, 1},
    {KEY_site_mime, "name: text/plain", "a space alone parts a name from its type", 4, 1},
    {KEY_site_mime, "*.md text/plain", "this is no pattern, but an extension, such as .md, or the whole name of a file",
     0, 4},
    {KEY_site_mime, "name text", "this is not a media type: text/plain, or text/plain;charset=utf-8", 5, 4},
    {KEY_site_mime, ".md", "a line is an extension or a name, and its type: .ext type/subtype", 0, 3},
    {KEY_site_mime, ". text/markdown", "an extension is one dot, and letters, digits, '-', '_' or '+': .ext", 0, 1},
    {KEY_site_mime, ".tar.gz application/gzip", "an extension is one dot, and letters, digits, '-', '_' or '+': .ext",
     0, 7},
    {KEY_site_mime, ".a/b text/x", "an extension is one dot, and letters, digits, '-', '_' or '+': .ext", 0, 4},
    {KEY_site_mime, ".md text", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 4},
    {KEY_site_mime, ".md text/", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 5},
    {KEY_site_mime, ".md text/plain;", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 11},
    {KEY_site_mime, ".md text/plain;a=", "this is not a media type: text/plain, or text/plain;charset=utf-8", 4, 13},
    {KEY_site_mime, ".md text/plain x", "one type a line, and no space within it", 15, 1},
    {KEY_listen_address, "127.0.0.1:8080", NULL, 0, 0},
    {KEY_listen_address, "0.0.0.0:0", NULL, 0, 0},
    {KEY_listen_address, "[::]:65535", NULL, 0, 0},
    {KEY_listen_address, "[::ffff:1.2.3.4]:80", NULL, 0, 0},
    {KEY_listen_address, "unix:/run/baton/http.sock", NULL, 0, 0},
    {KEY_listen_address, "systemd:http", NULL, 0, 0},
    {KEY_status_address, "systemd:baton status.socket", NULL, 0, 0},
    {KEY_listen_address, "systemd:", "a name follows, that of FileDescriptorName= in the socket unit: systemd:http", 8,
     0},
    {KEY_listen_address, "systemd:a:b", "the name of a socket is plain ASCII without ':'", 9, 1},
    {KEY_listen_address, "systemd:\xc3\xa9", "the name of a socket is plain ASCII without ':'", 8, 1},
    {KEY_listen_address, "systemd:a\tb", "the name of a socket is plain ASCII without ':'", 9, 1},
    {KEY_status_address, "9090",
     "an address must come before the port: 127.0.0.1:9090 for this machine alone, [::]:9090 for every address", 0, 4},
    {KEY_listen_address, "127.0.0.1:65536", "a port is a number from 0 to 65535", 10, 5},
    {KEY_listen_address, "127.0.0.1:http", "a port is a number from 0 to 65535", 10, 4},
    {KEY_listen_address, "127.0.0.1:080", "a port is a number from 0 to 65535", 10, 3},
    {KEY_listen_address, "127.0.0.1:", "a port is a number from 0 to 65535", 10, 0},
    {KEY_listen_address, "[::1]:99999999999999999999", "a port is a number from 0 to 65535", 6, 20},
    {KEY_listen_address, "8080",
     "an address must come before the port: 127.0.0.1:8080 for this machine alone, [::]:8080 for every address", 0, 4},
    {KEY_listen_address, ":8080",
     "an address must come before the port: 127.0.0.1:8080 for this machine alone, [::]:8080 for every address", 0, 5},
    {KEY_listen_address, "*:80", "for every address write [::]:80, or 0.0.0.0:80 for IPv4 alone", 0, 1},
    {KEY_listen_address, "LocalHost:80", "names are not looked up: write 127.0.0.1:80, or [::1]:80", 0, 9},
    {KEY_listen_address, "example.com:80", NO_ADDRESS, 0, 11},
    {KEY_listen_address, "127.1:80", NO_ADDRESS, 0, 5},
    {KEY_listen_address, "127.0.0.1", "a port must follow: 127.0.0.1:8080", 9, 1},
    {KEY_listen_address, "::1", "an IPv6 address stands in brackets, and a port follows: [::1]:8080", 0, 3},
    {KEY_listen_address, "fe80:0:0:0:0:0:0:1:80", "an IPv6 address stands in brackets: [fe80:0:0:0:0:0:0:1]:80", 0, 18},
    {KEY_listen_address, "[::1]", "a port must follow: [::1]:8080", 5, 0},
    {KEY_listen_address, "[::1:80", "']' is missing: [::1]:8080", 7, 1},
    {KEY_listen_address, "[127.0.0.1]:80", "this is not an IPv6 address", 1, 9},
    {KEY_listen_address, "[]:80", "this is not an IPv6 address", 1, 0},
    {KEY_listen_address, "[", "']' is missing: [::1]:8080", 1, 1},
    {KEY_listen_address, "unix:http.sock", "the path of a socket starts with '/': unix:/run/baton/http.sock", 5, 9},
    {KEY_listen_address, "unix:@baton", "the path of a socket starts with '/': unix:/run/baton/http.sock", 5, 6},
};

static void each_value_is_taken_or_refused_with_what_to_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(value_rows); i++) {
        struct fault f = {0};
        bool ok = value_check(&schema_keys[value_rows[i].key], sv_cstr(value_rows[i].text), &f);
        const char *why = value_rows[i].why;
        expect(ok == (why == NULL), "'%s': %s", value_rows[i].text, ok ? "taken" : f.why);
        expect(ok || (why != NULL && strcmp(f.why, why) == 0), "'%s'\n  gave   %s\n  wanted %s", value_rows[i].text,
               f.why, why);
        expect(ok || (f.at == value_rows[i].at && f.len == value_rows[i].len), "'%s': at %zu, %zu bytes",
               value_rows[i].text, f.at, f.len);
    }
}

static void the_path_of_a_socket_has_107_bytes_at_most(void **state)
{
    char text[128] = "unix:/";
    struct fault f;

    (void)state;
    memset(text + 6, 'x', sizeof text - 6);
    assert_true(value_check(&schema_keys[KEY_listen_address], sv_of(text, 5 + 107), &f));
    assert_false(value_check(&schema_keys[KEY_listen_address], sv_of(text, 5 + 108), &f));
    assert_string_equal(f.why, "the path of a socket is at most 107 bytes long, this one is 108");
    assert_int_equal(f.at, 5 + 107);
}

static void names_have_255_bytes_at_most(void **state)
{
    char text[300];
    struct fault f;

    (void)state;
    memset(text, 'x', sizeof text);
    assert_true(value_check(&schema_keys[KEY_server_user], sv_of(text, 255), &f));
    assert_false(value_check(&schema_keys[KEY_server_user], sv_of(text, 256), &f));
    assert_string_equal(f.why, "a name is at most 255 bytes long");
    assert_int_equal(f.at, 255);
    memcpy(text, "systemd:", 8);
    assert_true(value_check(&schema_keys[KEY_listen_address], sv_of(text, 8 + 255), &f));
    assert_false(value_check(&schema_keys[KEY_listen_address], sv_of(text, 8 + 256), &f));
    assert_string_equal(f.why, "a name is at most 255 bytes long, this one is 256");
    assert_int_equal(f.at, 8 + 255);
}

static void a_value_that_is_stored_is_printed_as_the_same(void **state)
{
    static const struct {
        enum key_id key;
        const char *text;
        const char *printed;
    } rows[] = {
        {KEY_server_workers, "auto", "auto"},          {KEY_server_workers, "2", "2"},
        {KEY_server_accept, "reuseport", "reuseport"}, {KEY_server_cache_memory, "65536k", "64m"},
        {KEY_server_cache_ttl, "1500ms", "1500ms"},    {KEY_server_cache_ttl, "0", "0s"},
        {KEY_server_cache_memory, "auto", "auto"},     {KEY_server_cache_memory, "0", "0"},
        {KEY_server_max_connections, "auto", "auto"},
    };
    struct config_server s = {0};
    struct config_log log = {0};

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct buf b = {0};
        assert_int_equal(store_set(&schema_keys[rows[i].key], &s, sv_cstr(rows[i].text)), 0);
        assert_int_equal(store_print(&b, &schema_keys[rows[i].key], &s), 0);
        expect(sv_eq(buf_sv(&b), sv_cstr(rows[i].printed)), "'%.*s'", (int)b.len, b.p);
        buf_fini(&b);
    }
    assert_int_equal(s.workers, 2);
    assert_int_equal(s.max_connections, 0);
    assert_int_equal(s.cache_memory, 0);
    assert_int_equal(store_set(&schema_keys[KEY_server_cache_memory], &s, SV("auto")), 0);
    assert_true(s.cache_memory == CONFIG_AUTO);
    assert_int_equal(s.accept, ACCEPT_REUSEPORT);
    assert_int_equal(store_set(&schema_keys[KEY_log_access], &log, SV("/var/log/a")), 0);
    assert_string_equal(log.access, "/var/log/a");
    assert_int_equal(store_set(&schema_keys[KEY_log_access], &log, SV("off")), 0);
    assert_null(log.access);
}

static void a_mime_row_is_kept_with_its_extension_in_lower_case(void **state)
{
    const struct schema_key *k = &schema_keys[KEY_site_mime];
    struct config_site site = {0};

    (void)state;
    assert_int_equal(store_set(k, &site, SV(".ab text/css")), 0);
    assert_int_equal(store_set(k, &site, SV(".A\ttext/html")), 0);
    assert_int_equal(store_set(k, &site, SV("Name.A  text/plain")), 0);
    assert_int_equal(site.mime.n, 3);
    assert_string_equal(site.mime.v[0], ".ab text/css");
    assert_string_equal(site.mime.v[1], ".a text/html");
    assert_string_equal(site.mime.v[2], "Name.A text/plain");
    store_free(k, &site);
    assert_int_equal(site.mime.n, 0);
}

/* http/negotiate finds a coding by each of these words. */
static void the_words_of_precompressed_are_the_suffixes_of_the_codings(void **state)
{
    static const char *const suffixes[] = {
#define CODING(id, token, suffix, x_name) suffix,
#include "http/coding.def"
#undef CODING
    };
    const struct schema_key *k = &schema_keys[KEY_site_precompressed];
    struct sv rest = schema_words(k);
    struct sv word;

    (void)state;
    for (size_t i = 0; i < ROWS(suffixes); i++)
        expect(schema_word_index(k, sv_cstr(suffixes[i])) == (int)i, "%s", suffixes[i]);
    for (size_t i = 0; i < ROWS(suffixes); i++)
        assert_true(schema_next_word(&rest, &word));
    assert_false(schema_next_word(&rest, &word));
}

static void more_ranges_than_are_ever_read_cannot_be_asked_for(void **state)
{
    (void)state;
    assert_int_equal(schema_keys[KEY_limits_ranges].most, RANGES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_default_is_a_value_of_its_key),
        cmocka_unit_test(the_keys_of_a_section_stand_together_in_its_order),
        cmocka_unit_test(keys_are_found_by_name_and_section),
        cmocka_unit_test(numbers_with_units_are_read),
        cmocka_unit_test(every_number_that_is_written_reads_back),
        cmocka_unit_test(each_value_is_taken_or_refused_with_what_to_write),
        cmocka_unit_test(the_path_of_a_socket_has_107_bytes_at_most),
        cmocka_unit_test(names_have_255_bytes_at_most),
        cmocka_unit_test(a_value_that_is_stored_is_printed_as_the_same),
        cmocka_unit_test(a_mime_row_is_kept_with_its_extension_in_lower_case),
        cmocka_unit_test(the_words_of_precompressed_are_the_suffixes_of_the_codings),
        cmocka_unit_test(more_ranges_than_are_ever_read_cannot_be_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
