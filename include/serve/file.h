/* SPDX-License-Identifier: MIT */
/* serve/file.h: answer with a file, or with what of it the client wants: nothing new, a part, several parts, all.
 *
 * Source: RFC 9110 13.2 (order of preconditions), 14.2 (Range); RFC 9530 4 (Want-Repr-Digest).
 */
#ifndef BATON_SERVE_FILE_H
#define BATON_SERVE_FILE_H

#include "serve/answer.h"

bool file_step(struct answer *a);

#endif
