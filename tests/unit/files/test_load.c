/* SPDX-License-Identifier: MIT */
/* From a path to an entry: which status and which bytes, and what is never opened. */

#include "files/load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "loading.h"

static void expect_status(const char *path, int status)
{
    struct entry *e = load(path);

    expect(e->status == status, "%s: %d instead of %d", path, e->status, status);
    expect(status == 200 || (e->fd < 0 && e->recheck_open), "%s: a %d like a file", path, status);
    ref_put(&e->ref);
}

static void a_file_is_in_memory_up_to_the_limit_and_open_beyond(void **state)
{
    static const size_t lens[] = {0, 1, BODY_MAX - 1, BODY_MAX, BODY_MAX + 1, 100000};

    (void)state;
    for (size_t i = 0; i < ROWS(lens); i++) {
        struct sv bytes = make_pattern("www/page", lens[i]);
        struct entry *e = load("/page");
        char got[BODY_MAX + 1];
        assert_int_equal(e->status, 200);
        assert_int_equal(e->size, lens[i]);
        assert_int_equal(e->fd < 0, lens[i] <= BODY_MAX);
        if (e->fd < 0) {
            assert_true(sv_eq(e->body, bytes));
        } else {
            assert_int_equal(e->body.len, 0);
            assert_int_equal(pread(e->fd, got, sizeof got, 0), sizeof got);
            assert_memory_equal(got, bytes.p, sizeof got);
        }
        assert_true(e->cost >= e->body.len);
        ref_put(&e->ref);
        free_pattern(bytes);
    }
}

static void a_directory_is_its_first_index_that_is_there(void **state)
{
    (void)state;
    expect_status("/", 404);
    make_file("www/other.txt", SV("third"));
    struct entry *e = load("/");
    assert_true(sv_eq(e->body, SV("third")));
    assert_string_equal(e->name.p, "other.txt");
    assert_int_equal(e->index, 2); /* the others may appear */
    assert_false(e->recheck_open);
    ref_put(&e->ref);
    make_dir("www/index.htm"); /* is no file */
    make_link("nowhere", "www/index.html");
    expect_head("/", "Content-Type: text/plain; charset=utf-8\r\n", true);
    assert_int_equal(unlink("www/index.html"), 0);
    make_file("www/index.html", SV("first"));
    e = load("/");
    assert_true(sv_eq(e->body, SV("first")));
    assert_true(sv_eq(e->path, SV("/")));
    assert_int_equal(e->index, 0);
    assert_false(e->recheck_open);
    ref_put(&e->ref);
    expect_head("/", "Content-Type: text/html; charset=utf-8\r\n", true);
}

static void directories_and_what_is_missing_have_their_status(void **state)
{
    static const struct row {
        const char *path;
        int status;
    } rows[] = {
        {"/dir", 301},
        {"/dir/", 200},
        {"/dir/sub", 301},
        {"/dir/sub/", 404},
        {"/missing", 404},
        {"/missing/", 404},
        {"/dir/missing", 404},
        {"/missing/page", 404},
        {"/page", 200},
        {"/page/", 404},
        {"/page/more", 404},
        {"/page/more/", 404},
        {"/link", 200},
        {"/dirlink", 301},
        {"/dirlink/", 200},
        {"/dangling", 404},
        {"/loop", 404},
        {"/loop/", 404},
        {"/out", 404},
        {"/outdir", 404},
        {"/outdir/", 404},
        {"/outdir/page", 404},
        {"/absolute", 404},
        {"/dir/index.html", 200},
        {"/dir/index.html/", 404},
    };

    (void)state;
    make_dir("outside");
    make_file("outside/page", SV("secret"));
    make_dir("www/dir");
    make_dir("www/dir/sub");
    make_file("www/dir/index.html", SV("index"));
    make_file("www/page", SV("page"));
    make_link("page", "www/link");
    make_link("dir", "www/dirlink");
    make_link("nowhere", "www/dangling");
    make_link("loop", "www/loop");
    make_link("../outside/page", "www/out");
    make_link("../outside", "www/outdir");
    make_link("/etc/passwd", "www/absolute");
    for (size_t i = 0; i < ROWS(rows); i++)
        expect_status(rows[i].path, rows[i].status);
}

static void names_may_hold_any_byte(void **state)
{
    static const char *const names[] = {"a b", "a%20b", "\xc3\xa4\xff", "q?x#y", "\"'<>&\\", "tab\tline\n", "..."};
    char path[64];

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        (void)snprintf(path, sizeof path, "www/%s", names[i]);
        make_file(path, sv_cstr(names[i]));
    }
    for (size_t i = 0; i < ROWS(names); i++) {
        (void)snprintf(path, sizeof path, "/%s", names[i]);
        struct entry *e = load(path);
        expect(sv_eq(e->body, sv_cstr(names[i])), "%s: %d", names[i], e->status);
        ref_put(&e->ref);
    }
}

static void a_name_that_is_too_long_is_not_found(void **state)
{
    static const size_t lens[] = {255, 256, 4000, 4095, 4096, 5000, 20000};
    char *path = malloc(20001);

    (void)state;
    assert_non_null(path);
    for (size_t i = 0; i < ROWS(lens); i++) {
        memset(path, 'n', lens[i]);
        path[0] = '/';
        path[lens[i]] = '\0';
        expect_status(path, 404);
        path[lens[i] - 1] = '/';
        expect_status(path, 404);
    }
    free(path);
}

static void what_is_no_regular_file_is_not_found(void **state)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "www/socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&a, sizeof a), 0);
    (void)close(fd);
    assert_int_equal(mkfifo("www/fifo", 0644), 0);
    make_link("fifo", "www/fifolink");
    make_dir("www/dir");
    assert_int_equal(mkfifo("www/dir/index.html", 0644), 0);
    expect_status("/socket", 404);
    expect_status("/fifo", 404);
    expect_status("/fifolink", 404);
    expect_status("/dir/", 404);
    tree_fini(&tree);
    assert_int_equal(root_init(&tree.root, "/dev", NULL), 0);
    expect_status("/null", 404);
    expect_status("/zero", 404);
}

static enum why why_of(const char *path)
{
    struct entry *e = load(path);
    enum why why = (enum why)e->why;

    ref_put(&e->ref);
    return why;
}

/* They have a size of 0, or of a page, whatever they hold; some cannot be read at all. */
static void what_the_kernel_makes_when_it_is_read_is_not_served(void **state)
{
    (void)state;
    tree_fini(&tree);
    assert_int_equal(root_init(&tree.root, "/proc", NULL), 0);
    assert_int_equal(why_of("/version"), WHY_UNSIZED);
    assert_int_equal(why_of("/self/status"), WHY_UNSIZED);
    assert_int_equal(why_of("/self/mem"), WHY_UNSIZED);
    assert_int_equal(why_of("/self/"), WHY_NO_INDEX);
    assert_int_equal(why_of("/self/exe"), WHY_LINKS);
    expect_status("/version", 404);
}

static void a_directory_without_an_index_is_missing_and_says_so(void **state)
{
    (void)state;
    make_dir("www/dir");
    assert_int_equal(why_of("/"), WHY_NO_INDEX);
    assert_int_equal(why_of("/dir/"), WHY_NO_INDEX);
    assert_int_equal(why_of("/dir"), WHY_SLASH);
    expect_status("/dir/", 404);
}

static atomic_bool joined;

static void *wait_for_reader(void *arg)
{
    int fd = open(arg, O_WRONLY | O_CLOEXEC); /* until somebody opens it for reading */

    atomic_store(&joined, true);
    if (fd >= 0)
        (void)close(fd);
    return NULL;
}

static void a_fifo_is_never_opened_for_reading(void **state)
{
    char name[] = "www/fifo";
    pthread_t writer;

    (void)state;
    assert_int_equal(mkfifo(name, 0644), 0);
    make_dir("www/dir");
    make_link("../fifo", "www/dir/index.html");
    atomic_store(&joined, false);
    assert_int_equal(pthread_create(&writer, NULL, wait_for_reader, name), 0);
    for (int i = 0; i < 200; i++) {
        expect_status("/fifo", 404);
        expect_status("/dir/", 404);
        (void)usleep(500);
    }
    bool was_joined = atomic_load(&joined);
    assert_int_equal(open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
    while (!atomic_load(&joined)) { /* let the writer go, whenever it came to wait */
        int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        (void)usleep(1000);
        (void)close(fd);
    }
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_false(was_joined);
}

static void what_may_not_be_read_is_forbidden(void **state)
{
    (void)state;
    make_file("www/page", SV("page"));
    make_dir("www/closed");
    make_file("www/closed/page", SV("page"));
    make_dir("www/dir");
    make_file("www/dir/index.html", SV("index"));
    assert_int_equal(chmod("www/page", 0), 0);
    assert_int_equal(chmod("www/closed", 0), 0);
    assert_int_equal(chmod("www/dir/index.html", 0), 0);
    uid_t me = geteuid();
    if (me == 0 && seteuid(65534) < 0) {
        print_message("root may read everything, and here it cannot be anybody else\n");
        skip();
    }
    struct entry *page = load("/page"), *below = load("/closed/page"), *index = load("/dir/"), *dir = load("/closed/");
    if (me == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod("www/closed", 0755), 0);
    assert_int_equal(page->status, 403);
    assert_int_equal(below->status, 403);
    assert_int_equal(index->status, 403);
    assert_int_equal(dir->status, 403);
    ref_put(&page->ref);
    ref_put(&below->ref);
    ref_put(&index->ref);
    ref_put(&dir->ref);
}

static void without_descriptors_the_service_is_unavailable(void **state)
{
    struct entry *e[4];

    (void)state;
    make_dir("www/dir");
    make_file("www/index.html", SV("index"));
    make_file("www/page", SV("page"));
    rlim_t before = limit_fds(0);
    e[0] = load("/page");
    e[1] = load("/");
    e[2] = load("/dir");
    e[3] = load("/missing");
    (void)set_fd_limit(before);
    for (size_t i = 0; i < ROWS(e); i++) {
        expect(e[i]->status == 503, "row %zu: %d", i, e[i]->status);
        ref_put(&e[i]->ref);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        load_test(a_file_is_in_memory_up_to_the_limit_and_open_beyond),
        load_test(a_directory_is_its_first_index_that_is_there),
        load_test(directories_and_what_is_missing_have_their_status),
        load_test(names_may_hold_any_byte),
        load_test(a_name_that_is_too_long_is_not_found),
        load_test(what_is_no_regular_file_is_not_found),
        load_test(what_the_kernel_makes_when_it_is_read_is_not_served),
        load_test(a_directory_without_an_index_is_missing_and_says_so),
        load_test(a_fifo_is_never_opened_for_reading),
        load_test(what_may_not_be_read_is_forbidden),
        load_test(without_descriptors_the_service_is_unavailable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
