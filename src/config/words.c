/* SPDX-License-Identifier: MIT */
/* Words that the schema knows. One that it does not know is perhaps nearly one of them. */

#include "config/words.h"

#include "config/store.h"
#include "config/value.h"

static bool check_word(const struct schema_key *k, struct sv word, struct fault *f)
{
    return schema_word_index(k, word) >= 0 || value_fault_word(f, k, word);
}

static int store_enum(const struct schema_key *k, void *member, struct sv text)
{
    *(int *)member = schema_word_index(k, text);
    return 0;
}

static int print_enum(struct buf *b, const struct schema_key *k, const void *member)
{
    return buf_add(b, schema_word(k, (uint64_t) * (const int *)member));
}

const struct value_type type_ENUM = {
    .takes = "",
    .check = check_word,
    .store = store_enum,
    .print = print_enum,
};

const struct value_type type_WORDS = {
    .takes = "",
    .is_list = true,
    .shares_line = true,
    .each_once = true,
    .check = check_word,
    .store = store_as_written,
    .clear = store_clear_list,
};
