/* SPDX-License-Identifier: MIT */
/* Lines of the access log: whatever a client sends, its record holds the front of it, and the line of that is one line of
 * printable bytes, in which each of its texts can be read back: all of it, or as much as there is room for. So a text
 * that a record cuts off shows as much as one that it keeps whole would. The input: for each of four texts a byte that is
 * its length, one that says how often it is repeated, and the text. */

#include "access/line.h"
#include "access/record.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "fuzz.h"

static const size_t most[ACCESS_TEXTS] = {ACCESS_REQUEST_MAX, ACCESS_HOST_MAX, ACCESS_FIELD_MAX, ACCESS_FIELD_MAX,
                                          ACCESS_CACHE_MAX};

/* How an input's text is read back from what stands in a line. */
typedef size_t reader(struct sv text, struct sv shown, size_t *used);

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* The next byte of the text; returns how many of those in the line show it. */
static size_t read_combined(struct sv text, struct sv shown, size_t *used)
{
    char expected[5];

    *used = 1;
    (void)snprintf(expected, sizeof expected, is_plain(text.p[0]) ? "%c" : "\\x%02x", (unsigned char)text.p[0]);
    check(sv_starts(shown, sv_cstr(expected)), "'%.*s' does not begin with '%s'", SV_ARG(shown), expected);
    return strlen(expected);
}

static size_t read_json(struct sv text, struct sv shown, size_t *used)
{
    char expected[32];
    unsigned char byte = (unsigned char)text.p[0];
    uint32_t point = byte;
    size_t n = utf8_decode(text, &point);
    bool seen = n > 0 && (n == 1 ? byte >= ' ' && byte != 0x7f : utf8_is_printable(point));

    *used = n > 0 ? n : 1;
    if (seen)
        (void)snprintf(expected, sizeof expected, "%s%.*s", byte == '"' || byte == '\\' ? "\\" : "", (int)n, text.p);
    else if (n == 0 || point <= 0xffff)
        (void)snprintf(expected, sizeof expected, "\\u%04x", n > 0 ? point : byte);
    else
        (void)snprintf(expected, sizeof expected, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10),
                       0xdc00 + (point & 0x3ff));
    check(sv_starts(shown, sv_cstr(expected)), "'%.*s' does not begin with '%s'", SV_ARG(shown), expected);
    return strlen(expected);
}

/* A text stands at the front of the line, up to a quote. Returns what follows that. */
static struct sv pass(struct sv line, struct sv text, size_t room, reader *read_one)
{
    size_t len = 0;

    while (text.len > 0 && len < line.len && line.p[len] != '"') {
        size_t used;
        len += read_one(text, sv_skip(line, len), &used);
        text = sv_skip(text, used);
    }
    check(len < line.len && line.p[len] == '"', "a text without an end");
    check(len <= room && (text.len == 0 || len + ESCAPE_JSON_MAX > room), "%zu bytes of %zu", len, room);
    return sv_skip(line, len + 1);
}

static struct sv skip(struct sv line, struct sv what)
{
    check(sv_starts(line, what), "'%.*s' does not begin with '%.*s'", SV_ARG(line), SV_ARG(what));
    return sv_skip(line, what.len);
}

static struct sv pass_quoted(struct sv line, const struct access_record *r, enum access_text i)
{
    struct sv text = r->text[i].len > 0 ? r->text[i] : SV("-");

    return pass(skip(line, SV("\"")), text, most[i], read_combined);
}

static struct sv pass_member(struct sv line, const struct access_record *r, enum access_text i)
{
    if (r->text[i].len == 0)
        return skip(line, SV("null"));
    return pass(skip(line, SV("\"")), r->text[i], most[i], read_json);
}

static void check_combined(struct sv line, const struct access_record *r)
{
    line = skip(line, SV("- - - [01/Jan/1970:00:00:00 +0000] "));
    line = skip(pass_quoted(line, r, ACCESS_REQUEST), SV(" 200 7 "));
    line = skip(pass_quoted(line, r, ACCESS_REFERER), SV(" "));
    line = skip(pass_quoted(line, r, ACCESS_AGENT), SV("\n"));
    check(line.len == 0, "a second line");
}

static void check_json(struct sv line, const struct access_record *r)
{
    line = skip(line, SV("{\"time\":\"1970-01-01T00:00:00.000000Z\",\"client\":\"-\",\"host\":"));
    line = skip(pass_member(line, r, ACCESS_HOST), SV(",\"request\":"));
    line = skip(pass_member(line, r, ACCESS_REQUEST), SV(",\"status\":200,\"referer\":"));
    line = skip(pass_member(line, r, ACCESS_REFERER), SV(",\"agent\":"));
    line = skip(pass_member(line, r, ACCESS_AGENT), SV(",\"cache\":null,\"bytes\":7,\"duration\":0.000009}\n"));
    check(line.len == 0, "a second line");
}

static void check_line(const struct access_record *r, struct sv written)
{
    struct access_dates dates;
    char room[ACCESS_LINE_MAX];

    access_dates_init(&dates);
    check_combined(sv_of(room, access_combined.line(&dates, written, room)), r);
    access_dates_init(&dates);
    check_json(sv_of(room, access_json.line(&dates, written, room)), r);
}

static void check_record(const struct access_record *r, struct sv written)
{
    struct access_record got;

    access_record_read(written, &got);
    for (size_t i = 0; i < ACCESS_TEXTS; i++) {
        size_t kept = r->text[i].len < most[i] ? r->text[i].len : most[i];
        check(sv_eq(got.text[i], sv_of(r->text[i].p, kept)), "text %zu is another", i);
    }
}

/* In memory of just its size. */
static struct sv next_text(struct sv *in)
{
    size_t len = fuzz_byte(in), times = fuzz_byte(in);

    if (len > in->len)
        len = in->len;
    char *p = malloc(len * times);
    check(p != NULL || len * times == 0, "memory");
    for (size_t i = 0; i < times && len > 0; i++)
        memcpy(p + i * len, in->p, len);
    *in = sv_skip(*in, len);
    return sv_of(p, len * times);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sv in = fuzz_input(data, len);
    struct access_record r = {.status = 200};
    char room[ACCESS_RECORD_MAX];

    for (size_t i = 0; i < ACCESS_CACHE; i++)
        r.text[i] = next_text(&in);
    size_t written_len = access_record_write(&r, room);
    access_record_end(room, 7, 9);
    char *written = fuzz_copy(sv_of(room, written_len));
    check_record(&r, sv_of(written, written_len));
    check_line(&r, sv_of(written, written_len));
    fuzz_free(written);
    for (size_t i = 0; i < ACCESS_CACHE; i++)
        fuzz_free(r.text[i].p);
    return 0;
}
