/* SPDX-License-Identifier: MIT */
/* config/type.h: what a type of value is: how its text is checked, kept and shown (header only).
 *
 * Each row of config/types.def has one, type_ID, in a file of its own or in that of a few which belong together. The
 * rest of config/ knows no type by its name: it asks these members, through the row of the key.
 *
 * Ownership: types are static and const. What `store` allocates belongs to the member, and `clear` gives it back.
 * Threads:   any; a member is written by config_load alone.
 * Errors:    `check` returns false and fills the fault; what returns an int returns 0 or -ENOMEM.
 */
#ifndef BATON_CONFIG_TYPE_H
#define BATON_CONFIG_TYPE_H

#include "base/buf.h"
#include "base/sv.h"
#include "text/diagnose.h"
#include "text/fault.h"

struct schema_key;
struct setting;

/* How a value stands in a file. Where it may be a path, white space at its ends counts. Where a '#' or ';' behind white
 * space may well be a part of it, it is no comment until the value is quoted. */
enum value_shape {
    SHAPE_PLAIN,        /* no path, and a '#' behind white space starts a comment */
    SHAPE_RULE,         /* no path, but it begins with a pattern or a name, which '#' may be a part of */
    SHAPE_PATH,         /* relative ones of the command line and the environment are made absolute */
    SHAPE_PATH_OR_WORD, /* a path if it begins as one; what it names is made where there is none */
};

/* The lists of a configuration, while they are looked at for values that do not go together. */
struct agreement {
    struct diagnose *report; /* borrowed */
    size_t work;             /* bytes of patterns that may still be compared, of all lists together */
};

struct value_type {
    const char *takes; /* what a value is, in words, behind the words of the key: "/path" */
    enum value_shape shape;
    bool is_list;     /* values add up in a struct strings, and an empty one clears what was inherited */
    bool shares_line; /* of a list: a line may hold several, parted by white space; each of those words is a value */
    bool each_once;   /* of a list: the same value twice is an error */
    bool is_followed; /* it names files to read: only a file may set it, and -T shows it as a comment */

    /* Is this text a value of the key? It is not empty and has no control byte. NULL: any text is. */
    bool (*check)(const struct schema_key *k, struct sv text, struct fault *fault);

    /* Keep a value that `check` let pass: in place of the one of a scalar, behind those of a list. */
    int (*store)(const struct schema_key *k, void *member, struct sv text);

    /* Free what the member holds, and leave it empty. NULL: it holds nothing. */
    void (*clear)(void *member);

    /* Append a scalar's value, in the shortest form that reads back as the same. NULL for a list. */
    int (*print)(struct buf *b, const struct schema_key *k, const void *member);

    /* Append what a value is, in words. NULL: the words of the key, and `takes`. */
    int (*describe)(struct buf *b, const struct schema_key *k);

    /* Of two values of a list, does the later one take the place of the other? NULL: all count. */
    bool (*replaces)(struct sv earlier, struct sv later);

    /* Report the values of a list that do not go together; `first` is the first in effect. NULL: all do. */
    void (*agree)(struct agreement *a, const struct setting *first);
};

#endif
