/* SPDX-License-Identifier: MIT */
/* What holds for values of every type, before the type itself is asked; and the sentences in which types say what a key
 * takes. */

#include "config/value.h"

#include "text/ini.h"
#include "text/nearest.h"

int value_describe_words(struct buf *b, const struct schema_key *k, const char *last)
{
    struct sv words = schema_words(k);
    struct sv word;
    int err = 0;

    for (bool first = true; err == 0 && sv_next_word(&words, &word); first = false) {
        bool is_last = sv_trim(words).len == 0 && last[0] == '\0';
        err = buf_addf(b, "%s%.*s", first ? "" : is_last ? " or " : ", ", SV_ARG(word));
        if (err == 0 && sv_trim(words).len == 0 && !is_last)
            err = buf_add(b, SV(" or "));
    }
    return err == 0 ? buf_add(b, sv_cstr(last)) : err;
}

int value_describe(struct buf *b, const struct schema_key *k)
{
    return k->type->describe != NULL ? k->type->describe(b, k) : value_describe_words(b, k, k->type->takes);
}

bool value_fault_takes(struct fault *f, const struct schema_key *k, struct sv text, const char *what)
{
    struct buf takes = {0};

    if (value_describe(&takes, k) < 0)
        takes.len = 0;
    (void)fault_set(f, 0, text.len, "%s'%s' takes %.*s", what, k->name, SV_ARG(takes));
    buf_fini(&takes);
    return false;
}

/* Meant was perhaps the nearest of the words, or the one that it begins with: gz by gzip. */
bool value_fault_word(struct fault *f, const struct schema_key *k, struct sv word)
{
    struct sv rest = schema_words(k);
    struct sv start = {"", 0};
    struct sv known;
    struct nearest near;

    nearest_init(&near, word);
    while (sv_next_word(&rest, &known)) {
        nearest_try(&near, known);
        if (sv_starts(word, known))
            start = known;
    }
    if (near.best.len == 0)
        near.best = start;
    (void)value_fault_takes(f, k, word, "");
    return near.best.len > 0 ? fault_add(f, "; did you mean '%.*s'?", SV_ARG(near.best)) : false;
}

bool value_check(const struct schema_key *k, struct sv text, struct fault *f)
{
    size_t control = ini_find_control(text);
    struct sv rest = text;
    struct sv one;
    size_t comma = k->type->shares_line ? sv_find(text, ',') : text.len;

    if (control < text.len)
        return fault_set(f, control, 1, "a control byte");
    if (text.len == 0)
        return value_fault_takes(f, k, text, "no value: ");
    if (comma < text.len)
        return fault_set(f, comma, 1, "a space, and no comma, parts the words of '%s'", k->name);
    while (value_next(k, &rest, &one))
        if (k->type->check != NULL && !k->type->check(k, one, f)) {
            f->at += (size_t)(one.p - text.p);
            return false;
        }
    return true;
}

bool value_may_hold_marks(const struct schema_key *k, struct sv text)
{
    if (k->type->shape == SHAPE_PATH_OR_WORD)
        return sv_starts(text, SV("/")) || sv_starts(text, SV("$")) || sv_starts(text, SV("unix:"));
    return k->type->shape != SHAPE_PLAIN;
}

bool value_check_plain(const struct schema_key *k, struct sv text, struct fault *f)
{
    struct sv rest = text;
    struct sv path;

    if (k->type->shape != SHAPE_PATH_OR_WORD || !value_may_hold_marks(k, text))
        return true;
    (void)sv_next_word(&rest, &path);
    rest = sv_trim(rest);
    if (rest.len == 0 && !sv_ends(path, SV(",")))
        return true;
    size_t at = sv_ends(path, SV(",")) ? path.len - 1 : (size_t)(rest.p - text.p);
    return fault_set(
        f, at, text.len - at,
        "'%s' takes one path, and other settings stand in lines of their own; quote the value if this is a "
        "part of the name",
        k->name);
}
