/* SPDX-License-Identifier: MIT */
/* From the command line to a running daemon: read what is wanted, load the configuration, start, and stay until told to
 * stop. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "config/config.h"
#include "config/diagnose.h"
#include "daemon/asker.h"
#include "daemon/check.h"
#include "daemon/explain.h"
#include "daemon/master.h"
#include "daemon/privs.h"
#include "serve/error_page.h"

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
    "Exit status: 0 after a stop, 78 for a bad configuration, 1 for anything else.\n";

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

static enum action read_option(struct command *cmd, int option)
{
    switch (option) {
    case 'c':
        cmd->args.file = optarg;
        return cmd->action;
    case 'l':
        cmd->listen[cmd->args.n_listen++] = optarg;
        return cmd->action;
    case 'o':
        cmd->set[cmd->args.n_set++] = optarg;
        return cmd->action;
    case 't':
        return CHECK;
    case 'T':
        return PRINT;
    case OPTION_DEFAULTS:
        return DEFAULTS;
    case OPTION_EXPLAIN:
        cmd->question.url = optarg;
        return EXPLAIN;
    case OPTION_RELOAD:
        cmd->pid = optarg;
        return RELOAD;
    case 'H':
        cmd->field[cmd->question.n_fields++] = optarg;
        return cmd->action;
    case 'X':
        cmd->question.method = optarg;
        return cmd->action;
    case 'V':
        return VERSION;
    case 'h':
        return HELP;
    default:
        return MISUSE;
    }
}

static void read_command(struct command *cmd, int argc, char **argv)
{
    int option;

    while (cmd->action != MISUSE && (option = getopt_long(argc, argv, "c:l:o:tTH:X:Vh", long_options, NULL)) != -1)
        cmd->action = read_option(cmd, option);
    if (optind < argc)
        cmd->args.root = argv[optind++];
    if (optind < argc) {
        (void)fprintf(stderr, "batond: one ROOT is enough: %s\n", argv[optind]);
        cmd->action = MISUSE;
    }
    if (cmd->question.url == NULL && (cmd->question.n_fields > 0 || cmd->question.method != NULL)) {
        (void)fprintf(stderr, "batond: -H and -X go with --explain\n");
        cmd->action = MISUSE;
    }
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

static int serve(const struct command *cmd, char *const *argv)
{
    struct master_args args = {cmd->args, argv, BATON_VERSION};
    int status = EXIT_FAILURE;

    (void)log_open("stderr", LOG_LEVEL_NOTICE); /* until the configuration says where */
    master_block_signals();
    if (error_pages_init() < 0)
        log_error("out of memory");
    else
        status = master_run(&args);
    error_pages_fini();
    return status;
}

/* With the eyes of the user that it would serve as, where that can be known and we may become it. */
static int look_as_server(const struct config *config, struct diagnose *report)
{
    if (config->server.user != NULL || config->server.group != NULL)
        return privs_take(config, report);
    if (geteuid() == 0)
        (void)fprintf(stderr, "batond: looked at as root: a service with User= may be denied what root is not\n");
    return 0;
}

static void check(const struct config *config, struct diagnose *report)
{
    (void)check_addresses(config, report);
    if (look_as_server(config, report) < 0)
        return;
    (void)check_places(config, report);
    (void)check_socket_places(config, report);
}

static int act(const struct command *cmd, const struct config *config, struct diagnose *report)
{
    int err = 0;

    if (cmd->action == PRINT) {
        (void)fwrite(config->effective.p, 1, config->effective.len, stdout);
    } else if (cmd->action == EXPLAIN) {
        err = look_as_server(config, report);
        if (err == 0)
            err = explain(config, &cmd->question, stdout);
    } else {
        check(config, report);
    }
    return err < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int with_config(const struct command *cmd)
{
    struct diagnose report;
    struct config config;
    int status = EXIT_FAILURE;

    diagnose_init(&report, diagnose_wants_colour(stderr));
    int err = config_load(&config, &cmd->args, &report);
    if (err == 0)
        status = act(cmd, &config, &report);
    diagnose_print(&report, stderr);
    if (cmd->action == CHECK && err == 0 && report.errors == 0)
        (void)fprintf(stderr, "batond: the configuration is good\n");
    if (err == -EINVAL || (err == 0 && cmd->action == CHECK && report.errors > 0))
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
        (void)fputs(usage, stderr);
        return EXIT_FAILURE;
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
    }
    free(cmd.listen);
    free(cmd.set);
    free(cmd.field);
    return status;
}
