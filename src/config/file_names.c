/* SPDX-License-Identifier: MIT */
/* Names of files in a directory, which one of them stands for. A name that could never be found there is refused. */

#include "config/file_names.h"

#include "config/store.h"
#include "config/value.h"

static bool check_file_name(const struct schema_key *k, struct sv name, struct fault *f)
{
    size_t len = 0;

    (void)k;
    if (name.p[0] == '"' || name.p[0] == '\'')
        return fault_set(f, 0, name.len, "a name stands without quotes, and holds no space");
    if (name.p[0] == '/')
        return fault_set(f, 0, name.len,
                         "a name relative to the directory that was asked for, so without '/' in front");
    for (size_t start = 0; start <= name.len; start += len + 1) {
        len = sv_find(sv_skip(name, start), '/');
        if (sv_eq(sv_of(name.p + start, len), SV("..")))
            return fault_set(f, start, len, "'..' would lead out of the directory that was asked for");
    }
    if (len == 0 || sv_eq(sv_of(name.p + name.len - len, len), SV(".")))
        return fault_set(f, 0, name.len, "an index is a file, and this is a directory");
    return true;
}

const struct value_type type_NAMES = {
    .takes = "file names",
    .is_list = true,
    .shares_line = true,
    .each_once = true,
    .check = check_file_name,
    .store = store_as_written,
    .clear = store_clear_list,
};
