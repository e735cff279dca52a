/* SPDX-License-Identifier: MIT */
/* The files of the configuration, and the directories that its patterns list, once more. */

#include "check/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/written.h"
#include "host/denial.h"
#include "host/names.h"
#include "text/matches.h"

static struct sv folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return sv_of(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
}

/* "the user baton may not read /etc/baton/baton.ini (mode 0600, root:root)"; or which directory is closed. */
static void explain(const char *path, char text[DENIAL_SIZE])
{
    char directory[PATH_MAX], user[NAME_SIZE], owner[NAME_SIZE], group[NAME_SIZE];
    struct sv folder = folder_of(path);
    struct stat st;

    (void)snprintf(directory, sizeof directory, "%.*s", (int)(folder.len > 1 ? folder.len - 1 : folder.len), folder.p);
    denial_explain(folder.len > 0 ? directory : ".", text);
    if (text[0] != '\0')
        return;
    if (stat(path, &st) < 0)
        (void)snprintf(text, DENIAL_SIZE, "the user %s may not read %s", user_name(geteuid(), user), path);
    else
        (void)snprintf(text, DENIAL_SIZE, "the user %s may not read %s (mode %04o, %s:%s)", user_name(geteuid(), user),
                       path, st.st_mode & 07777U, user_name(st.st_uid, owner), group_name(st.st_gid, group));
}

static void warn(struct diagnose *report, struct place at, const char *path)
{
    char why[DENIAL_SIZE];

    explain(path, why);
    diagnose_warning(report, at, "every reload will be refused: %s", why);
}

static void check_file(const struct source *s, struct diagnose *report)
{
    if (s->tier == SOURCE_FILE && faccessat(AT_FDCWD, s->name, R_OK, AT_EACCESS) < 0 && errno == EACCES)
        warn(report, s->from.source != NULL ? s->from : place_whole(s), s->name);
}

/* A directory in which nothing matches has no file that could be asked about. */
static void check_pattern(const struct place *at, const char *pattern, struct diagnose *report)
{
    struct matches found = {0};

    if (matches_find(&found, folder_of(at->source->name), sv_cstr(pattern)) == -EACCES && found.failed != NULL)
        warn(report, *at, found.failed);
    matches_fini(&found);
}

void check_sources(const struct config *config, struct diagnose *report)
{
    const struct sources none = {0};
    const struct sources *all = config->written != NULL ? &config->written->sources : &none;

    for (size_t i = 0; i < all->n; i++)
        check_file(all->v[i], report);
    for (size_t i = 0; i < config->server.include.n; i++) {
        const char *text = config->server.include.v[i];
        const struct place *at = written_find(config->written, (struct config_at){KEY_server_include, 0, i});
        if (at != NULL && at->source != NULL && matches_is_pattern(sv_cstr(text)))
            check_pattern(at, text, report);
    }
}
