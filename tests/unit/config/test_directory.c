/* SPDX-License-Identifier: MIT */
/* Paths in the service manager's directories: what each stands for, and what is said where one is not there. */

#include "config/directory.h"
#include "config/value.h"

#include <stdlib.h>

#include "expect.h"

static void paths_stand_for_what_the_manager_says(void **state)
{
    static const struct {
        const char *text;
        const char *place;
    } rows[] = {
        {"$LOGS_DIRECTORY/access.log", "/var/log/baton/access.log"},
        {"$RUNTIME_DIRECTORY/a/b", "/run/baton/a/b"},
        {"$CREDENTIALS_DIRECTORY/", "/run/credentials/batond.service/"},
        {"/var/log/$LOGS_DIRECTORY/x", "/var/log/$LOGS_DIRECTORY/x"},
        {"stdout", "stdout"},
    };

    (void)state;
    (void)setenv("LOGS_DIRECTORY", "/var/log/baton:/var/log/other", 1);
    (void)setenv("RUNTIME_DIRECTORY", "/run/baton", 1);
    (void)setenv("CREDENTIALS_DIRECTORY", "/run/credentials/batond.service", 1);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct buf place = {0};
        struct fault fault;
        struct sv text = sv_cstr(rows[i].text);
        expect(text.p[0] != '$' || directory_check(text, &fault), "%s: %s", rows[i].text, fault.why);
        assert_int_equal(directory_expand(&place, text), 0);
        expect(sv_eq(buf_sv(&place), sv_cstr(rows[i].place)), "%s: %.*s", rows[i].text, SV_ARG(place));
        buf_fini(&place);
    }
}

static void what_is_not_there_is_named(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *why;
    } rows[] = {
        {"$STATE_DIRECTORY/x", 16, "the unit has StateDirectory="},
        {"$CACHE_DIRECTORY/x", 16, "is not set"},
        {"$LOG_DIRECTORY/x", 14, "not a directory of the service manager"},
        {"$HOME/x", 5, "not a directory of the service manager"},
        {"$/x", 1, "not a directory of the service manager"},
        {"$", 1, "not a directory of the service manager"},
        {"$LOGS_DIRECTORYX/x", 16, "not a directory of the service manager"},
        {"$LOGS_DIRECTORY", 15, "a path in this directory"},
    };

    (void)state;
    (void)setenv("LOGS_DIRECTORY", "/var/log/baton", 1);
    (void)unsetenv("STATE_DIRECTORY");
    (void)setenv("CACHE_DIRECTORY", "relative", 1);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct fault fault = {0};
        expect(!directory_check(sv_cstr(rows[i].text), &fault), "%s", rows[i].text);
        expect(strstr(fault.why, rows[i].why) != NULL, "%s: %s", rows[i].text, fault.why);
        expect(fault.at == 0 && fault.len == rows[i].len, "%s: %zu", rows[i].text, fault.len);
    }
}

/* Every kind of value that is a path takes them. */
static void keys_that_hold_a_path_take_them(void **state)
{
    static const struct {
        enum key_id key;
        const char *text;
        bool good;
    } rows[] = {
        {KEY_log_access, "$LOGS_DIRECTORY/a.log", true},
        {KEY_site_root, "$RUNTIME_DIRECTORY/site", true},
        {KEY_server_sandbox_path, "$RUNTIME_DIRECTORY/more", true},
        {KEY_listen_address, "unix:$RUNTIME_DIRECTORY/http.sock", true},
        {KEY_listen_address, "unix:$HOME/http.sock", false},
        {KEY_log_error, "$STATE_DIRECTORY/x", false},
    };

    (void)state;
    (void)setenv("LOGS_DIRECTORY", "/var/log/baton", 1);
    (void)setenv("RUNTIME_DIRECTORY", "/run/baton", 1);
    (void)unsetenv("STATE_DIRECTORY");
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct fault fault;
        expect(value_check(&schema_keys[rows[i].key], sv_cstr(rows[i].text), &fault) == rows[i].good, "%s",
               rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_stand_for_what_the_manager_says),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(keys_that_hold_a_path_take_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
