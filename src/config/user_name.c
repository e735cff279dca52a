/* SPDX-License-Identifier: MIT */
/* Names of users and groups. What a name may hold is for whoever keeps them to say; refused is what no list of users
 * can hold, and a number, which would be taken for an id. */

#include "config/user_name.h"

#include "base/decimal.h"
#include "base/utf8.h"
#include "config/store.h"
#include "config/value.h"

enum { USER_NAME_MAX_LEN = 255 };

static bool check_user_name(const struct schema_key *k, struct sv text, struct fault *f)
{
    static const char never[] = " \t:,/\"'";
    size_t digits = 0;
    size_t invalid = utf8_find_invalid(text);

    if (invalid < text.len)
        return fault_set(f, invalid, 1, "this is not UTF-8");
    if (text.len > USER_NAME_MAX_LEN)
        return fault_set(f, USER_NAME_MAX_LEN, text.len - USER_NAME_MAX_LEN, "a name is at most %d bytes long",
                         USER_NAME_MAX_LEN);
    if (text.p[0] == '-')
        return fault_set(f, 0, 1, "a name does not begin with '-'");
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(never, text.p[i], sizeof never - 1) != NULL)
            return fault_set(f, i, 1, "a name is one word, without quotes, ':', ',' and '/'");
        digits += decimal_is_digit(text.p[i]);
    }
    if (digits == text.len)
        return fault_set(f, 0, text.len, "'%s' takes a name, and this is a number", k->name);
    return true;
}

const struct value_type type_NAME = {
    .takes = "a name",
    .check = check_user_name,
    .store = store_as_written,
    .clear = store_clear_text,
    .print = store_print_text,
};
