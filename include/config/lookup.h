/* SPDX-License-Identifier: MIT */
/* config/lookup.h: the section or the key that somebody wrote, or an error that says which one was probably meant.
 *
 * Ownership: none.
 * Threads:   one.
 * Errors:    go to the report, once; the return value says that there was one.
 */
#ifndef BATON_CONFIG_LOOKUP_H
#define BATON_CONFIG_LOOKUP_H

#include "config/schema.h"
#include "text/diagnose.h"
#include "text/ini.h"

/* The section of that kind, or NULL. */
const struct schema_section *lookup_section(struct diagnose *report, struct ini_part kind);

/* Has the section a name where its kind wants one, and none where it does not? */
bool lookup_check_name(struct diagnose *report, const struct schema_section *section, struct ini_part kind,
                       struct ini_part name);

/* The key of that name in a section, or NULL; `name` is the section's, for the message. */
const struct schema_key *lookup_key(struct diagnose *report, enum section_id section, struct sv name,
                                    struct ini_part key);

/* A key that stands before the first section. */
void lookup_homeless_key(struct diagnose *report, struct ini_part key);

#endif
