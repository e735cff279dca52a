/* SPDX-License-Identifier: MIT */
/* From the command line to a running daemon: read what is wanted, load the configuration, start, and stay until told to
 * stop. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "check/all.h"
#include "config/load.h"
#include "config/schema.h"
#include "daemon/asker.h"
#include "daemon/master.h"
#include "daemon/signals.h"
#include "explain/explain.h"
#include "serve/error_page.h"
#include "text/diagnose.h"
#include "text/nearest.h"

enum action { SERVE, CHECK, PRINT, EXPLAIN, RELOAD, DEFAULTS, VERSION, HELP, MISUSE };

enum { OPTION_DEFAULTS = 256, OPTION_EXPLAIN, OPTION_RELOAD };

static const char usage[] =
    "usage: batond [OPTIONS] [ROOT]\n"
    "\n"
    "  batond DIR              serve DIR on http://127.0.0.1:8080; access log on standard output\n"
    "  -c, --config FILE       configuration (default " BATON_CONFIG_FILE ")\n"
    "  -l, --listen ADDRESS    listen here instead: 127.0.0.1:80, [::]:80, unix:/path (repeatable)\n"
    "  -o, --set S.KEY=VALUE   set one key of section S (repeatable; wins over file and environment)\n"
    "  -t, --check             would it start? looks at all that a start looks at, exit 0 or 78\n"
    "  -T, --print             print the effective configuration, each line with where it came from\n"
    "      --defaults          print every key with its default and what it means, as a valid file\n"
    "      --explain URL       print what would be answered to GET URL, and why: listener, file, rules, head\n"
    "  -H, --header FIELD      ... to a request with this field: 'Accept-Encoding: br' (repeatable)\n"
    "  -X, --method METHOD     ... to a request of another method than GET\n"
    "      --reload PID        have a running batond reload, wait, and say what came of it; exit 0 or 1\n"
    "  -V, --version           print the version\n"
    "  -h, --help              print this\n"
    "\n"
    "TERM, INT, QUIT stop: answers in flight are finished; a second one stops at once. HUP reloads the configuration,\n"
    "USR1 opens the logs anew, USR2 has a new process of the binary take over. None of these closes a connection.\n"
    "BATON__SECTION__KEY=VALUE in the environment sets one key, and wins over the files.\n"
    "Exit status: 0 after a stop, 64 for a wrong command line, 78 for a bad configuration, 1 for anything else.\n";

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"listen", required_argument, NULL, 'l'},
    {"set", required_argument, NULL, 'o'},
    {"check", no_argument, NULL, 't'},
    {"print", no_argument, NULL, 'T'},
    {"defaults", no_argument, NULL, OPTION_DEFAULTS},
    {"explain", required_argument, NULL, OPTION_EXPLAIN},
    {"header", required_argument, NULL, 'H'},
    {"method", required_argument, NULL, 'X'},
    {"reload", required_argument, NULL, OPTION_RELOAD},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* What the command line says; the arrays have room for every argument. */
struct command {
    enum action action;
    struct config_args args;
    struct question question;
    const char *pid;     /* of --reload */
    const char **listen; /* owned */
    const char **set;    /* owned */
    const char **field;  /* owned */
};

/* What is wrong with the command line, in one line: only the first mistake, as the others may come of it. */
static void misuse(struct command *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void misuse(struct command *cmd, const char *fmt, ...)
{
    char text[512];
    struct buf line = {0};
    va_list ap;

    if (cmd->action == MISUSE)
        return;
    cmd->action = MISUSE;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (diagnose_escape(&line, sv_cstr(text)) == 0)
        (void)fprintf(stderr, "batond: %.*s; try 'batond --help'\n", (int)line.len, line.p);
    buf_fini(&line);
}

/* What one does is done once, and says all there is to say. */
static void act(struct command *cmd, enum action action, const char *option)
{
    if (cmd->action != SERVE && cmd->action != action)
        misuse(cmd, "of -t, -T, --explain, --reload and --defaults one is enough, and '%s' is another", option);
    else if (cmd->action != MISUSE)
        cmd->action = action;
}

static void set_once(struct command *cmd, const char **to, const char *option)
{
    if (*to != NULL)
        misuse(cmd, "'%s' is there twice", option);
    *to = optarg;
}

/* An option that is none of ours: what other programs mean by it, here. */
static const struct {
    const char *option;
    const char *hint;
} hints[] = {
    {"p", "-l ADDRESS says where to listen"},
    {"port", "-l ADDRESS says where to listen"},
    {"bind", "-l ADDRESS says where to listen"},
    {"d", "it stays in the foreground, and the service manager keeps it in the background"},
    {"daemon", "it stays in the foreground, and the service manager keeps it in the background"},
    {"f", "-c FILE names the configuration"},
    {"s", "--reload PID reloads it, and signals stop it: TERM"},
    {"v", "-V prints the version"},
};

/* A long option that has the name of a key, or nearly that of an option. */
static void hint_of_name(struct buf *hint, struct sv name)
{
    struct nearest near;

    for (size_t i = 0; i < KEYS; i++)
        if (schema_same_key(name, sv_cstr(schema_keys[i].name))) {
            (void)buf_addf(hint, " (-o %s.%s=VALUE sets this key)", schema_sections[schema_keys[i].section].kind,
                           schema_keys[i].name);
            return;
        }
    nearest_init(&near, name);
    for (const struct option *o = long_options; o->name != NULL; o++)
        nearest_try(&near, sv_cstr(o->name));
    if (near.best.len > 0)
        (void)buf_addf(hint, " (did you mean '--%.*s'?)", SV_ARG(near.best));
}

/* `option` with its dashes, and perhaps its value behind '='. */
static void unknown(struct command *cmd, struct sv option)
{
    struct sv whole = sv_of(option.p, sv_find(option, '='));
    struct sv name = sv_skip(whole, sv_starts(whole, SV("--")) ? 2 : 1);
    struct buf hint = {0};

    for (size_t i = 0; i < sizeof hints / sizeof *hints && hint.len == 0; i++)
        if (sv_eq(name, sv_cstr(hints[i].option)))
            (void)buf_addf(&hint, " (%s)", hints[i].hint);
    if (hint.len == 0 && name.len > 1)
        hint_of_name(&hint, name);
    misuse(cmd, "unknown option '%.*s'%.*s", SV_ARG(diagnose_cut(whole)), SV_ARG(buf_sv(&hint)));
    buf_fini(&hint);
}

/* getopt_long found a mistake: `option` is ':' where a value is missing, and '?' else. In optopt it leaves the letter
 * of an unknown short option, what a known long one stands for, or 0 for an unknown long one. */
static void read_mistake(struct command *cmd, int option, const char *word)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    bool is_long = strncmp(word, "--", 2) == 0;
    const struct option *known = long_options;

    while (known->name != NULL && known->val != optopt)
        known++;
    if (option == ':')
        misuse(cmd, "'%s' needs a value", is_long ? word : letter);
    else if (optopt == 0)
        unknown(cmd, sv_cstr(word));
    else if (known->name != NULL)
        misuse(cmd, "'--%s' takes no value", known->name);
    else
        unknown(cmd, sv_cstr(letter));
}

static void read_option(struct command *cmd, int option, const char *word)
{
    switch (option) {
    case 'c':
        set_once(cmd, &cmd->args.file, "-c");
        break;
    case 'l':
        cmd->listen[cmd->args.n_listen++] = optarg;
        break;
    case 'o':
        cmd->set[cmd->args.n_set++] = optarg;
        break;
    case 't':
        act(cmd, CHECK, "-t");
        break;
    case 'T':
        act(cmd, PRINT, "-T");
        break;
    case OPTION_DEFAULTS:
        act(cmd, DEFAULTS, "--defaults");
        break;
    case OPTION_EXPLAIN:
        set_once(cmd, &cmd->question.url, "--explain");
        act(cmd, EXPLAIN, "--explain");
        break;
    case OPTION_RELOAD:
        set_once(cmd, &cmd->pid, "--reload");
        act(cmd, RELOAD, "--reload");
        break;
    case 'H':
        cmd->field[cmd->question.n_fields++] = optarg;
        break;
    case 'X':
        set_once(cmd, &cmd->question.method, "-X");
        break;
    case 'V':
        cmd->action = VERSION;
        break;
    case 'h':
        cmd->action = HELP;
        break;
    default:
        read_mistake(cmd, option, word);
    }
}

/* Has all been said that counts? */
static bool is_decided(const struct command *cmd)
{
    return cmd->action == VERSION || cmd->action == HELP || cmd->action == MISUSE;
}

/* What is there, and would not count. */
static void check_words(struct command *cmd, const char *second_root)
{
    const struct config_args *args = &cmd->args;
    bool configures = args->file != NULL || args->root != NULL || args->n_listen > 0 || args->n_set > 0;

    if (second_root != NULL)
        misuse(cmd, "one ROOT is enough, and '%s' is another", second_root);
    if (args->file != NULL && args->file[0] == '\0')
        misuse(cmd, "'-c' needs the name of a file, and it is empty");
    if (cmd->question.url == NULL && (cmd->question.n_fields > 0 || cmd->question.method != NULL))
        misuse(cmd, "-H and -X go with --explain");
    if (cmd->action == RELOAD && configures)
        misuse(cmd, "--reload has a process read its own configuration again, and takes no other");
    if (cmd->action == DEFAULTS && configures)
        misuse(cmd, "--defaults reads no configuration, and takes none");
}

static void read_command(struct command *cmd, int argc, char **argv)
{
    int option;

    opterr = 0;
    while (!is_decided(cmd) && (option = getopt_long(argc, argv, ":c:l:o:tTH:X:Vh", long_options, NULL)) != -1)
        read_option(cmd, option, argv[optind - 1]);
    if (is_decided(cmd))
        return;
    if (optind < argc)
        cmd->args.root = argv[optind++];
    check_words(cmd, argv[optind]);
    if (cmd->args.root == NULL && cmd->args.file == NULL)
        cmd->args.file = BATON_CONFIG_FILE;
    cmd->args.listen = cmd->listen;
    cmd->args.set = cmd->set;
    cmd->question.field = cmd->field;
}

/* A closed standard descriptor would be given to the next thing that is opened, and be written to by mistake. */
static void fill_standard_fds(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* A disk that works has written the error log's last lines within this time. */
enum { LAST_LINES_MS = 200 };

static int serve(const struct command *cmd, char *const *argv)
{
    struct master_args args = {cmd->args, argv, BATON_VERSION};
    int status = EXIT_FAILURE;

    (void)log_open("stderr", LOG_LEVEL_NOTICE); /* until the configuration says where */
    signals_block();
    if (error_pages_init() < 0)
        log_error("out of memory");
    else
        status = master_run(&args);
    error_pages_fini();
    log_tell(true);
    scribes_wait(LAST_LINES_MS);
    return status;
}

static int answer(const struct command *cmd, const struct config *config, struct diagnose *report)
{
    int err = 0;

    if (cmd->action == PRINT) {
        (void)fwrite(config->effective.p, 1, config->effective.len, stdout);
    } else if (cmd->action == EXPLAIN) {
        err = check_as_server(config, report);
        if (err == 0)
            err = explain(config, &cmd->question, stdout);
    } else {
        check_all(config, report);
    }
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int with_config(const struct command *cmd)
{
    struct diagnose report;
    struct config config;
    int status = EXIT_FAILURE;

    diagnose_init(&report, diagnose_wants_colour(stderr));
    int err = config_load(&config, &cmd->args, &report);
    if (err == 0)
        status = answer(cmd, &config, &report);
    diagnose_print(&report, stderr);
    if (cmd->action == CHECK && err == 0 && report.errors == 0)
        (void)fprintf(stderr, "batond: the configuration is good\n");
    if (err == -EINVAL && report.misuses > 0)
        status = EX_USAGE;
    else if (err == -EINVAL || (err == 0 && cmd->action == CHECK && report.errors > 0))
        status = EX_CONFIG;
    diagnose_fini(&report);
    if (err == 0)
        config_fini(&config);
    return status;
}

static int run(const struct command *cmd, char *const *argv)
{
    switch (cmd->action) {
    case DEFAULTS:
        config_print_defaults(stdout);
        return EXIT_SUCCESS;
    case VERSION:
        (void)printf("batond %s\n", BATON_VERSION);
        return EXIT_SUCCESS;
    case HELP:
        (void)fputs(usage, stdout);
        return EXIT_SUCCESS;
    case MISUSE:
        return EX_USAGE;
    case SERVE:
        return serve(cmd, argv);
    case RELOAD:
        return asker_run(cmd->pid);
    case CHECK:
    case PRINT:
    case EXPLAIN:
        break;
    }
    return with_config(cmd);
}

int main(int argc, char **argv)
{
    struct command cmd = {
        .action = SERVE,
        .listen = calloc((size_t)argc, sizeof *cmd.listen),
        .set = calloc((size_t)argc, sizeof *cmd.set),
        .field = calloc((size_t)argc, sizeof *cmd.field),
    };
    int status = EXIT_FAILURE;

    fill_standard_fds();
    if (cmd.listen != NULL && cmd.set != NULL && cmd.field != NULL) {
        read_command(&cmd, argc, argv);
        cmd.args.environment = (const char *const *)environ;
        cmd.args.may_wait = true;
        status = run(&cmd, argv);
        if (fflush(stdout) != 0 || ferror(stdout) != 0) {
            (void)fprintf(stderr, "batond: cannot write to standard output\n");
            status = EXIT_FAILURE;
        }
    } else {
        (void)fputs("batond: error: out of memory\n", stderr);
    }
    free(cmd.listen);
    free(cmd.set);
    free(cmd.field);
    return status;
}
