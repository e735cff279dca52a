/* SPDX-License-Identifier: MIT */
/* What users and groups are called, in a user database that the test has written; who has no name is a number. */

#include "host/names.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"

static char long_name[2 * NAME_SIZE];

/* The database, as far as the C library reads it for us. */
struct passwd *getpwuid(uid_t uid)
{
    static char name[] = "baton";
    static struct passwd user;

    user.pw_name = uid == 7 ? long_name : name;
    return uid == 7 || uid == 4242 ? &user : NULL;
}

struct group *getgrgid(gid_t gid)
{
    static char name[] = "www-data";
    static struct group group = {.gr_name = name};

    return gid == 4343 ? &group : NULL;
}

static void who_has_a_name_is_called_by_it(void **state)
{
    char room[NAME_SIZE];

    (void)state;
    assert_ptr_equal(user_name(4242, room), room);
    assert_string_equal(room, "baton");
    assert_ptr_equal(group_name(4343, room), room);
    assert_string_equal(room, "www-data");
    (void)user_name(7, room);
    assert_int_equal(strlen(room), NAME_SIZE - 1); /* it is cut */
}

static void who_has_none_is_a_number(void **state)
{
    char room[NAME_SIZE];

    (void)state;
    assert_string_equal(user_name(4343, room), "4343");
    assert_string_equal(group_name(4242, room), "4242");
    assert_string_equal(user_name((uid_t)-2, room), "4294967294");
    assert_string_equal(user_name_at_hand((uid_t)-3, room), "4294967293");
}

/* Of /etc/passwd, whatever the C library would ask. */
static void at_hand_is_what_the_file_knows(void **state)
{
    FILE *users = fopen("/etc/passwd", "re");
    char line[1024], name[64], room[NAME_SIZE];
    unsigned uid = 0;

    (void)state;
    if (users == NULL || fgets(line, sizeof line, users) == NULL || sscanf(line, "%63[^:]:%*[^:]:%u:", name, &uid) != 2)
        skip();
    assert_string_equal(user_name_at_hand(uid, room), name);
    assert_int_equal(fclose(users), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_a_name_is_called_by_it),
        cmocka_unit_test(who_has_none_is_a_number),
        cmocka_unit_test(at_hand_is_what_the_file_knows),
    };

    memset(long_name, 'a', sizeof long_name - 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
