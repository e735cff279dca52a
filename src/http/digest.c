/* SPDX-License-Identifier: MIT */
/* Does a client want to know the digest of what it gets? Asked after the conditions, for the few requests that carry the
 * field. A dictionary of structured fields is taken off the front of a view, piece by piece; each function that does so
 * returns false where its piece is malformed. */

#include "http/digest.h"

#include "base/decimal.h"
#include "http/bytes.h"

enum { INTEGER_DIGITS = 15, WEIGHT_MAX = 10 };

static bool take(struct sv *s, char c)
{
    if (s->len == 0 || s->p[0] != c)
        return false;
    *s = sv_skip(*s, 1);
    return true;
}

static bool is_key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || decimal_is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
}

static bool take_key(struct sv *s, struct sv *key)
{
    size_t n = 0;

    if (s->len == 0 || !((s->p[0] >= 'a' && s->p[0] <= 'z') || s->p[0] == '*'))
        return false;
    while (n < s->len && is_key_byte(s->p[n]))
        n++;
    *key = sv_of(s->p, n);
    *s = sv_skip(*s, n);
    return true;
}

/* An integer, or a decimal, of which *value is 0. */
static bool take_weight(struct sv *s, int64_t *value)
{
    bool negative = take(s, '-');
    struct decimal whole = decimal_read(sv_of(s->p, s->len < INTEGER_DIGITS ? s->len : INTEGER_DIGITS));

    *value = negative ? -(int64_t)whole.value : (int64_t)whole.value;
    *s = sv_skip(*s, whole.len);
    if (whole.len == 0 || !take(s, '.'))
        return whole.len > 0;
    *value = 0;
    struct decimal fraction = decimal_read(*s);
    *s = sv_skip(*s, fraction.len);
    return whole.len <= 12 && fraction.len >= 1 && fraction.len <= 3;
}

/* "text", with \" and \\ in it. */
static bool skip_string(struct sv *s)
{
    while (s->len > 0) {
        char c = s->p[0];
        *s = sv_skip(*s, 1);
        if (c == '"')
            return true;
        if (c == '\\' && !take(s, '"') && !take(s, '\\'))
            return false;
        if (c < ' ' || c > '~')
            return false;
    }
    return false;
}

static bool is_base64_byte(char c)
{
    return (sv_lower(c) >= 'a' && sv_lower(c) <= 'z') || decimal_is_digit(c) || c == '+' || c == '/';
}

/* :aGk=: - padding may be missing, but what is there must decode. */
static bool skip_bytes(struct sv *s)
{
    size_t n = 0;

    while (n < s->len && is_base64_byte(s->p[n]))
        n++;
    *s = sv_skip(*s, n);
    size_t pads = 0;
    while (take(s, '='))
        pads++;
    return n % 4 != 1 && (pads == 0 || (pads <= 2 && (n + pads) % 4 == 0)) && take(s, ':');
}

static void skip_token(struct sv *s)
{
    size_t n = 0;

    while (n < s->len && (byte_is(s->p[n], BYTE_TOKEN) || s->p[n] == ':' || s->p[n] == '/'))
        n++;
    *s = sv_skip(*s, n);
}

/* One value of any type but a list; *value is that of an integer, else 0. */
static bool take_item(struct sv *s, int64_t *value)
{
    *value = 0;
    if (take(s, '"'))
        return skip_string(s);
    if (take(s, ':'))
        return skip_bytes(s);
    if (take(s, '?'))
        return take(s, '0') || take(s, '1');
    if (s->len == 0)
        return false;
    if (s->p[0] == '*' || (sv_lower(s->p[0]) >= 'a' && sv_lower(s->p[0]) <= 'z')) {
        skip_token(s);
        return true;
    }
    return take_weight(s, value);
}

static void skip_spaces(struct sv *s)
{
    while (take(s, ' '))
        continue;
}

/* ;key=value;key */
static bool skip_parameters(struct sv *s)
{
    struct sv key;
    int64_t value;

    while (take(s, ';')) {
        skip_spaces(s);
        if (!take_key(s, &key) || (take(s, '=') && !take_item(s, &value)))
            return false;
    }
    return true;
}

/* (item item) */
static bool skip_list(struct sv *s)
{
    int64_t value;

    for (;;) {
        skip_spaces(s);
        if (take(s, ')'))
            return true;
        if (!take_item(s, &value) || !skip_parameters(s))
            return false;
        if (s->len > 0 && s->p[0] != ' ' && s->p[0] != ')')
            return false;
    }
}

static bool take_member(struct sv *s, struct sv *key, int64_t *value)
{
    *value = 0;
    if (!take_key(s, key))
        return false;
    if (take(s, '=') && !(take(s, '(') ? skip_list(s) : take_item(s, value)))
        return false;
    return skip_parameters(s);
}

/* One line of the field; what was said of sha-256 last counts. The lines are joined by commas, so that an empty one is a
 * member that is missing. */
static bool take_line(struct sv line, int64_t *weight)
{
    struct sv rest = line;
    struct sv key;
    int64_t value;

    for (;;) {
        if (!take_member(&rest, &key, &value))
            return false;
        if (sv_eq(key, SV("sha-256")))
            *weight = value;
        rest = sv_trim(rest);
        if (rest.len == 0)
            return true;
        if (!take(&rest, ','))
            return false;
        rest = sv_trim(rest);
    }
}

bool digest_is_wanted(const struct request *rq)
{
    int64_t weight = 0;
    uint32_t at = 0;

    for (struct sv line; (line = request_next(rq, FIELD_WANT_REPR_DIGEST, &at)).p != NULL;)
        if (!take_line(line, &weight))
            return false;
    return weight > 0 && weight <= WEIGHT_MAX;
}

/* Three bytes are four digits; what is missing at the end is padding. */
void digest_write(const uint8_t sum[SHA256_LEN], char *room)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < SHA256_LEN; i += 3) {
        uint32_t b1 = i + 1 < SHA256_LEN ? sum[i + 1] : 0;
        uint32_t b2 = i + 2 < SHA256_LEN ? sum[i + 2] : 0;
        uint32_t group = (uint32_t)sum[i] << 16 | b1 << 8 | b2;
        *room++ = digits[group >> 18];
        *room++ = digits[group >> 12 & 63];
        *room++ = i + 1 < SHA256_LEN ? digits[group >> 6 & 63] : '=';
        *room++ = i + 2 < SHA256_LEN ? digits[group & 63] : '=';
    }
}
