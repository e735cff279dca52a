/* SPDX-License-Identifier: MIT */
/* The tokenizer: every kind of line becomes the token that it says, with its place; whatever is wrong is a fault at the
 * byte that is; and no input, cut anywhere, is read past its end. */

#include "text/ini.h"

#include "guard.h"

/* A token as text: "1:2:7 section site 'example.com'". */
static void describe(const struct ini_token *t, char *out, size_t size)
{
    static const char *const forms[] = {
        [INI_QUOTED] = "quoted", [INI_ESCAPED] = "escaped", [INI_MADE] = "made", [INI_WRONG] = "wrong"};
    static const char *const kinds[] = {[INI_SECTION] = "section", [INI_KEY] = "key", [INI_BAD] = "bad"};
    int n = snprintf(out, size, "%zu:%zu:%zu %s '%.*s' %zu:%zu '%.*s'", t->name.place.line, t->name.place.col + 1,
                     t->name.place.len, kinds[t->kind], SV_ARG(t->name.text), t->value.place.col + 1,
                     t->value.place.len, SV_ARG(t->value.text));

    if (t->value.form != INI_PLAIN)
        n += snprintf(out + n, size - (size_t)n, " %s", forms[t->value.form]);
    if (t->comment.source != NULL)
        n += snprintf(out + n, size - (size_t)n, " comment %zu", t->comment.col + 1);
    if (t->fault != NULL)
        n += snprintf(out + n, size - (size_t)n, " ! %zu:%zu:%zu %s", t->fault_place.line, t->fault_place.col + 1,
                      t->fault_place.len, t->fault);
    if (t->meant.len > 0)
        (void)snprintf(out + n, size - (size_t)n, ": '%.*s'", SV_ARG(t->meant));
}

static struct source source_of(char *text, size_t len)
{
    return (struct source){.name = NULL, .text = text, .len = len, .first_line = 1};
}

struct good_line {
    const char *text;
    const char *token; /* NULL = none */
};

#define ENDS   "lines here end without ';'; a value that ends in one stands in quotes"
#define BRACES "there are no braces here: a section is [kind] or [kind name], and ends at the next"
#define AFTER  "only a comment may follow the closing quote, after white space"
#define ESCAPE "in quotes a backslash is written \\\\, and a quote \\\""
#define DOUBLE "only double quotes quote a value: \"...\""
#define UNSEEN "a special space, or an invisible character; in quotes it is taken as it is"
#define NAME   "a section's name stands without quotes, and is one word"

static const struct good_line good_lines[] = {
    {"", NULL},
    {"\n\r\n  \t \n", NULL},
    {"# comment", NULL},
    {"; comment = 1", NULL},
    {"   # [server]", NULL},
    {"# any byte \xff\x01 but NUL", NULL},
    {"\xef\xbb\xbf", NULL},
    {"[server]", "1:2:6 section 'server' 8:0 ''"},
    {"\xef\xbb\xbf[server]", "1:2:6 section 'server' 8:0 ''"},
    {"  [ server ]  ; comment", "1:5:6 section 'server' 11:0 ''"},
    {"[site example.com]\r\n", "1:2:4 section 'site' 7:11 'example.com'"},
    {"[site\t*.example.com ]", "1:2:4 section 'site' 7:13 '*.example.com'"},
    {"key = value", "1:1:3 key 'key' 7:5 'value'"},
    {"key=value", "1:1:3 key 'key' 5:5 'value'"},
    {"\tkey\t=\tvalue\t", "1:2:3 key 'key' 8:5 'value'"},
    {"key = two words  ", "1:1:3 key 'key' 7:9 'two words'"},
    {"key = a = b", "1:1:3 key 'key' 7:5 'a = b'"},
    {"key =", "1:1:3 key 'key' 6:0 ''"},
    {"key = ; comment", "1:1:3 key 'key' 6:0 ''"},
    {"key = value ; comment", "1:1:3 key 'key' 7:5 'value' comment 13"},
    {"key = value\t# comment", "1:1:3 key 'key' 7:5 'value' comment 13"},
    {"key = a;b#c", "1:1:3 key 'key' 7:5 'a;b#c'"},
    {"key =#fff", "1:1:3 key 'key' 6:4 '#fff'"},
    {"key = [x]", "1:1:3 key 'key' 7:3 '[x]'"},
    {"key = \"value\"", "1:1:3 key 'key' 8:5 'value' quoted"},
    {"key=\"\"", "1:1:3 key 'key' 6:0 '' quoted"},
    {"key = \" a ; b #c\" ; \"comment\"", "1:1:3 key 'key' 8:9 ' a ; b #c' quoted"},
    {"key = \"a\"\t#", "1:1:3 key 'key' 8:1 'a' quoted"},
    {"key = \"a;\"", "1:1:3 key 'key' 8:2 'a;' quoted"},
    {"key = \"[x] = {\"", "1:1:3 key 'key' 8:7 '[x] = {' quoted"},
    {"key = \"a\xc2\xa0z\"", "1:1:3 key 'key' 8:4 'a\xc2\xa0z' quoted"},
    {"key = \"\\\"\"", "1:1:3 key 'key' 8:2 '\\\"' escaped"},
    {"key = \"\\\\\" ;", "1:1:3 key 'key' 8:2 '\\\\' escaped"},
    {"key = \"a\\\" ; b\"", "1:1:3 key 'key' 8:7 'a\\\" ; b' escaped"},
    {"key = a\"b", "1:1:3 key 'key' 7:3 'a\"b'"},
    {"key = a\\b", "1:1:3 key 'key' 7:3 'a\\b'"},
    {"key = a ;;", "1:1:3 key 'key' 7:1 'a' comment 9"},
    {"key = a{}", "1:1:3 key 'key' 7:3 'a{}'"},
    {"\n\n  key = \xc3\xa9\xf0\x9f\x9a\x80", "3:3:3 key 'key' 9:6 '\xc3\xa9\xf0\x9f\x9a\x80'"},
};

static const struct good_line bad_lines[] = {
    {"nonsense", "1:1:8 bad 'nonsense' 1:0 '' ! 1:1:8 '=' is missing; a line is [section], key = value, or a comment"},
    {"key ; = 1", "1:1:3 bad 'key' 1:0 '' ! 1:1:3 '=' is missing; a line is [section], key = value, or a comment"},
    {" = value", "1:2:0 bad '' 4:5 'value' ! 1:2:1 there is no key before '='"},
    {"[server", "1:2:6 section 'server' 8:0 '' ! 1:8:0 ']' is missing"},
    {"[site #]", "1:2:4 section 'site' 6:0 '' ! 1:6:0 ']' is missing"},
    {"[site a ; ]", "1:2:4 section 'site' 7:1 'a' ! 1:8:0 ']' is missing"},
    {"[server] workers = 2", "1:2:6 section 'server' 8:0 '' ! 1:10:11 only a comment may follow ']', after a space"},
    {"[server];c", "1:2:6 section 'server' 8:0 '' ! 1:9:2 only a comment may follow ']', after a space"},
    {"[]", "1:2:0 section '' 2:0 '' ! 1:2:0 a section needs a kind: [server], or [site NAME]"},
    {"[ ]", "1:3:0 section '' 3:0 '' ! 1:2:1 a section needs a kind: [server], or [site NAME]"},
    {"[site a b c]", "1:2:4 section '' 7:1 'a' ! 1:9:3 a section is [kind] or [kind name], and a name is one word"},
    {"[site [a]",
     "1:2:4 section '' 7:2 '[a' ! 1:7:2 a section's name is one word, without brackets, quotes, ',' and ';'"},
    {"[site a\"b]",
     "1:2:4 section '' 7:3 'a\"b' ! 1:7:3 a section's name is one word, without brackets, quotes, ',' and ';'"},
    {"[site \"example.com\"]", "1:2:4 section 'site' 8:11 'example.com' ! 1:7:13 " NAME ": 'example.com'"},
    {"[site 'a']", "1:2:4 section 'site' 8:1 'a' ! 1:7:3 " NAME ": 'a'"},
    {"[site \"a b\"]", "1:2:4 section '' 7:2 '\"a' ! 1:7:5 " NAME},
    {"[site \"\"]", "1:2:4 section '' 7:2 '\"\"' ! 1:7:2 " NAME},
    {"[site a] {", "1:2:4 section 'site' 7:1 'a' ! 1:10:1 there are no braces here: a section ends at the next"},
    {"server {", "1:1:8 bad 'server {' 1:0 '' ! 1:8:1 " BRACES},
    {"}", "1:1:1 bad '}' 1:0 '' ! 1:1:1 " BRACES},
    {"listen 80;",
     "1:1:10 bad 'listen 80;' 1:0 '' ! 1:1:10 '=' is missing; a line is key = value, without ';' at its end"},
    {"key = a;b; # c", "1:1:3 key 'key' 7:3 'a;b' comment 12 ! 1:10:1 " ENDS},
    {"key =;", "1:1:3 key 'key' 6:0 '' ! 1:6:1 " ENDS},
    {"key = a;;", "1:1:3 key 'key' 7:1 'a' ! 1:9:1 " ENDS},
    {"key = {", "1:1:3 key 'key' 7:1 '{' wrong ! 1:7:1 " BRACES},
    {"key = /a {", "1:1:3 key 'key' 7:4 '/a {' wrong ! 1:10:1 " BRACES},
    {"key == a", "1:1:3 key 'key' 6:3 '= a' wrong ! 1:6:1 '=' is there twice"},
    {"key = 'a'", "1:1:3 key 'key' 7:3 ''a'' wrong ! 1:7:1 " DOUBLE},
    {"key = \xe2\x80\x9cq\xe2\x80\x9d", "1:1:3 key 'key' 7:7 '\xe2\x80\x9cq\xe2\x80\x9d' wrong ! 1:7:1 " DOUBLE},
    {"key = a\xc2\xa0z", "1:1:3 key 'key' 7:4 'a\xc2\xa0z' wrong ! 1:8:1 " UNSEEN},
    {"key = \"a", "1:1:3 key 'key' 8:0 '' wrong ! 1:7:1 this quote is not closed"},
    {"key = \"a\\\"", "1:1:3 key 'key' 8:0 '' wrong ! 1:7:1 this quote is not closed"},
    {"key = \"a\\", "1:1:3 key 'key' 8:0 '' wrong ! 1:7:1 this quote is not closed"},
    {"key = \"", "1:1:3 key 'key' 8:0 '' wrong ! 1:7:1 this quote is not closed"},
    {"key = \"a ; b", "1:1:3 key 'key' 8:0 '' wrong ! 1:7:1 this quote is not closed"},
    {"key = \"\\n\"", "1:1:3 key 'key' 8:2 '\\n' wrong ! 1:8:2 " ESCAPE},
    {"key = \"a\"b", "1:1:3 key 'key' 8:1 'a' quoted ! 1:10:1 " AFTER},
    {"key = \"a\" \"b\" ; c", "1:1:3 key 'key' 8:1 'a' quoted ! 1:11:3 " AFTER},
    {"key = \"a\";c", "1:1:3 key 'key' 8:1 'a' quoted ! 1:10:2 " AFTER},
    {"key = \"a\";", "1:1:3 key 'key' 8:1 'a' quoted ! 1:10:1 lines here end without ';'"},
    {"key = \"a\x1b\"", "0:1:0 bad '' 1:0 '' ! 1:9:1 a control byte"},
    {"key = \"a ; \xff\"", "0:1:0 bad '' 1:0 '' ! 1:12:1 this is not UTF-8"},
    {"key = \x1b[31m", "0:1:0 bad '' 1:0 '' ! 1:7:1 a control byte"},
    {"key = a\rb", "0:1:0 bad '' 1:0 '' ! 1:8:1 a control byte"},
    {"key = \x7f", "0:1:0 bad '' 1:0 '' ! 1:7:1 a control byte"},
    {"a\nkey = \xff", "1:1:1 bad 'a' 1:0 '' ! 1:1:1 '=' is missing; a line is [section], key = value, or a comment"},
    {"key = \xff", "0:1:0 bad '' 1:0 '' ! 1:7:1 this is not UTF-8"},
    {"key = \xc0\xaf", "0:1:0 bad '' 1:0 '' ! 1:7:1 this is not UTF-8"},
    {"key = \xed\xa0\x80", "0:1:0 bad '' 1:0 '' ! 1:7:1 this is not UTF-8"},
    {"key = \xf4\x90\x80\x80", "0:1:0 bad '' 1:0 '' ! 1:7:1 this is not UTF-8"},
    {"key = \xe2\x82", "0:1:0 bad '' 1:0 '' ! 1:7:1 this is not UTF-8"},
    {"\xff\xfek\1e\1y\1\n\1", "0:1:0 bad '' 1:0 '' ! 1:1:2 this file is UTF-16; save it as UTF-8"},
    {"\xfe\xff\1k", "0:1:0 bad '' 1:0 '' ! 1:1:2 this file is UTF-16; save it as UTF-8"},
};

static void check_first_token(const struct good_line *row)
{
    struct guard g = guard_new(4096);
    size_t len = strlen(row->text);
    struct source s = source_of(guard_put(&g, row->text, len), len);
    struct ini ini;
    struct ini_token t;
    char got[512] = "";

    ini_init(&ini, &s);
    bool any = ini_next(&ini, &t);
    if (any)
        describe(&t, got, sizeof got);
    expect(any == (row->token != NULL), "'%s': %s", row->text, any ? got : "no token");
    expect(!any || strcmp(got, row->token) == 0, "'%s'\n  gave   %s\n  wanted %s", row->text, got, row->token);
    guard_free(&g);
}

static void each_well_formed_line_is_the_token_that_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(good_lines); i++)
        check_first_token(&good_lines[i]);
}

static void each_mistake_is_a_fault_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(bad_lines); i++)
        check_first_token(&bad_lines[i]);
}

static void a_nul_byte_is_a_fault_even_in_a_comment(void **state)
{
    static const char *const texts[] = {"k = \0v", "# c \0c"};

    (void)state;
    for (size_t i = 0; i < ROWS(texts); i++) {
        char text[8];
        memcpy(text, texts[i], 6);
        struct source s = source_of(text, 6);
        struct ini ini;
        struct ini_token t;

        ini_init(&ini, &s);
        assert_true(ini_next(&ini, &t));
        assert_string_equal(t.fault, "a NUL byte; is this a text file?");
        assert_int_equal(t.fault_place.col, 4);
        assert_false(ini_next(&ini, &t));
    }
}

static void a_line_may_be_8192_bytes_long_and_no_longer(void **state)
{
    static char text[INI_LINE_MAX + 16];

    (void)state;
    for (size_t more = 0; more < 2; more++) {
        size_t len = INI_LINE_MAX + more;
        memset(text, 'v', sizeof text);
        memcpy(text, "k =", 3);
        memcpy(text + len, "\nk = 1\n", 7);
        struct source s = source_of(text, len + 7);
        struct ini ini;
        struct ini_token t;

        ini_init(&ini, &s);
        assert_true(ini_next(&ini, &t));
        assert_int_equal(t.fault != NULL, more);
        if (more > 0) {
            assert_string_equal(t.fault, "this line is longer than 8192 bytes");
            assert_int_equal(t.fault_place.col, INI_LINE_MAX);
        }
        assert_true(ini_next(&ini, &t));
        assert_null(t.fault);
        assert_int_equal(t.name.place.line, 2);
        assert_int_equal(t.name.place.line_at, len + 1);
        assert_false(ini_next(&ini, &t));
    }
}

static const char sample[] = "\xef\xbb\xbf# sample\r\n[server]\nworkers = 2 ; two\n\n[site example.com]\r\n"
                             "root = \"/srv/\xc3\xa9\xe2\x82\xac\\\\ ;\" # c\nin-dex=a b\n[log\nx\n = 1\n[]\nkey =\n";

/* All tokens of a text; each must lie within it. */
static size_t count_tokens(char *text, size_t len)
{
    struct source s = source_of(text, len);
    struct ini ini;
    struct ini_token t;
    size_t n = 0;

    ini_init(&ini, &s);
    for (; ini_next(&ini, &t); n++) {
        const struct ini_part *parts[] = {&t.name, &t.value};
        for (size_t i = 0; i < ROWS(parts); i++)
            if (parts[i]->text.len > 0) {
                assert_true(parts[i]->text.p >= text && parts[i]->text.p + parts[i]->text.len <= text + len);
                assert_ptr_equal(parts[i]->text.p, text + parts[i]->place.line_at + parts[i]->place.col);
            }
        assert_true(t.fault != NULL || t.name.text.len > 0);
        assert_true(t.fault == NULL || t.fault_place.line_at + t.fault_place.col + t.fault_place.len <= len);
    }
    return n;
}

static void input_cut_at_any_byte_is_not_read_past_its_end(void **state)
{
    struct guard g = guard_new(sizeof sample);

    (void)state;
    for (size_t len = 0; len < sizeof sample; len++) {
        size_t n = count_tokens(guard_put(&g, sample, len), len);
        assert_true(n <= 10);
        assert_true(len < sizeof sample - 1 || n == 10);
    }
    guard_free(&g);
}

static void no_mutation_of_a_file_is_read_past_its_end(void **state)
{
    static const char bytes[] = "\0\n\r\t []=;#.\"\\{}ak\xc3\xa9\xff\xef\xbb\xbf";
    struct guard g = guard_new(sizeof sample);
    uint64_t seed = 20;

    (void)state;
    for (int round = 0; round < 50000; round++) {
        char *text = guard_put(&g, sample, sizeof sample - 1);
        for (size_t i = 0; i < 1 + random_below(&seed, 8); i++)
            text[random_below(&seed, sizeof sample - 1)] = bytes[random_below(&seed, sizeof bytes - 1)];
        assert_true(count_tokens(text, sizeof sample - 1) <= sizeof sample);
    }
    guard_free(&g);
}

static void what_can_be_held_is_known(void **state)
{
    static const struct {
        const char *value;
        bool can;
        bool plain;
    } rows[] = {
        {"", true, true},
        {"/srv/www", true, true},
        {"a b", true, true},
        {"a;b", true, true},
        {"a ;b", true, false},
        {"a #b", true, false},
        {"#a", true, true},
        {";", true, false},
        {" a", true, false},
        {"a\t", true, false},
        {"a\nb", false, true},
        {"a\xff", false, true},
        {"a;", true, false},
        {"\"a\"", true, false},
        {"'a'", true, false},
        {"= a", true, false},
        {"a {", true, false},
        {"a\"b", true, true},
        {"a\\b", true, true},
        {"\xe2\x80\x8b", true, false},
        {"\xe3\x80\x80", true, false},
    };
    static char longest[INI_LINE_MAX + 1];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        expect(ini_can_hold(sv_cstr(rows[i].value)) == rows[i].can, "row %zu", i);
        expect(ini_value_is_plain(sv_cstr(rows[i].value)) == rows[i].plain, "row %zu", i);
    }
    memset(longest, '"', INI_LINE_MAX);
    assert_false(ini_can_hold(sv_of(longest, INI_LINE_MAX / 2)));
    assert_true(ini_can_hold(sv_of(longest, INI_LINE_MAX / 2 - 100)));
    assert_true(ini_is_name(SV("*.example.com")));
    assert_false(ini_is_name(SV("")));
    assert_false(ini_is_name(SV("a b")));
    assert_false(ini_is_name(SV("a]")));
    assert_false(ini_is_name(SV("#a")));
    assert_false(ini_is_name(SV("\"a\"")));
    assert_false(ini_is_name(SV("'a'")));
    assert_false(ini_is_name(SV("a,b")));
    assert_false(ini_is_name(SV("a;")));
    assert_false(ini_is_name(SV("\xe2\x80\x9c"
                                "a\xe2\x80\x9d")));
    assert_false(ini_is_name(SV("a\xe2\x80\x8b")));
    assert_true(ini_is_name(SV("\xc3\xa9.example")));
}

static void a_value_in_quotes_reads_back_as_itself(void **state)
{
    static const char *const rows[][2] = {
        {"", "\"\""},           {"/srv #2", "\"/srv #2\""}, {" a ", "\" a \""},
        {"a\"b", "\"a\\\"b\""}, {"\\", "\"\\\\\""},         {"\"\\\"", "\"\\\"\\\\\\\"\""},
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct buf b = {0};
        struct ini_value v;
        char plain[16];
        assert_int_equal(ini_value_quote(&b, sv_cstr(rows[i][0])), 0);
        expect(sv_eq(buf_sv(&b), sv_cstr(rows[i][1])), "row %zu: %.*s", i, (int)b.len, b.p);
        ini_value_read(buf_sv(&b), &v);
        expect(v.fault == NULL, "row %zu: %s", i, v.fault);
        size_t len = ini_value_unescape(v.text, plain);
        expect(sv_eq(sv_of(plain, len), sv_cstr(rows[i][0])), "row %zu: %.*s", i, (int)len, plain);
        buf_fini(&b);
    }
}

/* The place of each byte of a text, whatever was made of what is written. */
static void places_within_a_value_account_for_escapes(void **state)
{
    static char text[] = "k = \"a\\\"b\\\\c\"";
    struct source s = source_of(text, sizeof text - 1);
    struct ini ini;
    struct ini_token t;
    char out[16];

    (void)state;
    ini_init(&ini, &s);
    assert_true(ini_next(&ini, &t));
    assert_int_equal(t.value.form, INI_ESCAPED);
    struct sv value = sv_of(out, ini_value_unescape(t.value.text, out));
    assert_true(sv_eq(value, SV("a\"b\\c")));
    static const size_t cols[] = {5, 6, 8, 9, 11, 12};
    for (size_t i = 0; i < ROWS(cols); i++)
        assert_int_equal(ini_place(&t.value, i, 0).col, cols[i]);
    assert_int_equal(ini_place(&t.value, 1, 3).len, 5);
    t.value.form = INI_MADE;
    assert_int_equal(ini_place(&t.value, 3, 1).col, 5);
    assert_int_equal(ini_place(&t.value, 3, 1).len, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_well_formed_line_is_the_token_that_it_says),
        cmocka_unit_test(each_mistake_is_a_fault_at_its_place),
        cmocka_unit_test(a_nul_byte_is_a_fault_even_in_a_comment),
        cmocka_unit_test(a_line_may_be_8192_bytes_long_and_no_longer),
        cmocka_unit_test(input_cut_at_any_byte_is_not_read_past_its_end),
        cmocka_unit_test(no_mutation_of_a_file_is_read_past_its_end),
        cmocka_unit_test(what_can_be_held_is_known),
        cmocka_unit_test(a_value_in_quotes_reads_back_as_itself),
        cmocka_unit_test(places_within_a_value_account_for_escapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
