/* SPDX-License-Identifier: MIT */
/* Paths in the configuration. Whether there is something at one is for whoever opens it to say; here it is a matter of
 * text, and of what was probably meant where it is no absolute path. */

#include "config/path.h"

#include "config/directory.h"
#include "config/store.h"
#include "config/value.h"

static bool check_path(const struct schema_key *k, struct sv text, struct fault *f)
{
    if (text.p[0] == '/')
        return true;
    if (text.p[0] == '$')
        return directory_check(text, f);
    return fault_set(f, 0, text.len, "'%s' takes an absolute path, one that starts with '/'%s", k->name,
                     text.p[0] == '~'   ? "; '~' stands for nothing here"
                     : text.p[0] == '"' ? "; only in a file it may stand in quotes"
                                        : "");
}

/* Two directories in one line would be one whose name has a space or a comma at the end of a segment. */
static bool check_directory(const struct schema_key *k, struct sv text, struct fault *f)
{
    for (size_t i = 1; i < text.len; i++)
        if (text.p[i] == '/' && memchr(" \t,", text.p[i - 1], 3) != NULL)
            return fault_set(f, i, text.len - i, "one directory a line; '%s' may be there several times", k->name);
    return check_path(k, text, f);
}

static bool check_target(const struct schema_key *k, struct sv text, struct fault *f)
{
    if (schema_word_index(k, text) >= 0 || text.p[0] == '/')
        return true;
    return text.p[0] == '$' ? directory_check(text, f) : value_fault_takes(f, k, text, "");
}

static int store_path(const struct schema_key *k, void *member, struct sv text)
{
    struct buf path = {0};
    int err = directory_expand(&path, text);

    return store_made(k, member, &path, err);
}

static int store_target(const struct schema_key *k, void *member, struct sv text)
{
    if (!sv_eq(text, SV("off")))
        return store_path(k, member, text);
    store_clear_text(member);
    return 0;
}

static int print_target(struct buf *b, const struct schema_key *k, const void *member)
{
    return *(char *const *)member != NULL ? store_print_text(b, k, member) : buf_add(b, SV("off"));
}

const struct value_type type_PATH = {
    .takes = "an absolute path",
    .shape = SHAPE_PATH,
    .check = check_path,
    .store = store_path,
    .clear = store_clear_text,
    .print = store_print_text,
};

const struct value_type type_DIRS = {
    .takes = "an absolute path",
    .shape = SHAPE_PATH,
    .is_list = true,
    .each_once = true,
    .check = check_directory,
    .store = store_path,
    .clear = store_clear_list,
};

const struct value_type type_TARGET = {
    .takes = "/path",
    .shape = SHAPE_PATH_OR_WORD,
    .check = check_target,
    .store = store_target,
    .clear = store_clear_text,
    .print = print_target,
};

const struct value_type type_GLOB = {
    .takes = "a file, or conf.d/*.ini",
    .shape = SHAPE_PATH,
    .is_list = true,
    .is_followed = true,
    .store = store_as_written,
    .clear = store_clear_list,
};
