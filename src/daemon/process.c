/* SPDX-License-Identifier: MIT */
/* Other processes of this machine. */

#include "daemon/process.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usual[] = "batond";

void process_name(long pid, char name[PROCESS_NAME_SIZE])
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *f = fopen(path, "re");
    name[0] = '\0';
    if (f == NULL)
        return;
    if (fgets(name, PROCESS_NAME_SIZE, f) != NULL)
        name[strcspn(name, "\n")] = '\0';
    (void)fclose(f);
}

bool process_is_batond(const char *name)
{
    char own[PROCESS_NAME_SIZE];

    if (strcmp(name, usual) == 0)
        return true;
    process_name((long)getpid(), own);
    return own[0] != '\0' && strcmp(name, own) == 0;
}
