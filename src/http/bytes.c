/* SPDX-License-Identifier: MIT */
/* Which bytes may stand where: the one table that all parsers look into. The compiler works it out from the grammar. */

#include "http/bytes.h"

#define IN(c, from, to)  ((c) >= (from) && (c) <= (to))
#define IS_ALNUM(c)      (IN(c, '0', '9') || IN(c, 'A', 'Z') || IN(c, 'a', 'z'))
#define IS_UNRESERVED(c) (IS_ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '_' || (c) == '~')
#define IS_SUB_DELIM(c)  ((c) == '!' || (c) == '$' || IN(c, '&', ')') || IN(c, '*', ',') || (c) == ';' || (c) == '=')

#define IS_VALUE(c)  ((c) == '\t' || ((c) >= ' ' && (c) != 0x7f))
#define IS_TARGET(c) ((c) > ' ' && (c) != 0x7f && (c) != '#')
#define IS_TOKEN(c)                                                                                           \
    (IS_ALNUM(c) || (c) == '!' || IN(c, '#', '\'') || (c) == '*' || (c) == '+' || (c) == '-' || (c) == '.' || \
     IN(c, '^', '`') || (c) == '|' || (c) == '~')
#define IS_HOST(c)  (IS_UNRESERVED(c) || IS_SUB_DELIM(c))
#define IS_PATH(c)  (IS_UNRESERVED(c) || IS_SUB_DELIM(c) || (c) == ':' || (c) == '@' || (c) == '/')
#define IS_PLAIN(c) (IN(c, ' ', '~') && (c) != '"' && (c) != '\\')

#define CLASSES(c)                                                                                        \
    ((IS_VALUE(c) ? BYTE_VALUE : 0) | (IS_TARGET(c) ? BYTE_TARGET : 0) | (IS_TOKEN(c) ? BYTE_TOKEN : 0) | \
     (IS_HOST(c) ? BYTE_HOST : 0) | (IS_PATH(c) ? BYTE_PATH : 0) | (IS_PLAIN(c) ? BYTE_PLAIN : 0))

#define ROW4(c)  CLASSES(c), CLASSES((c) + 1), CLASSES((c) + 2), CLASSES((c) + 3)
#define ROW16(c) ROW4(c), ROW4((c) + 4), ROW4((c) + 8), ROW4((c) + 12)
#define ROW64(c) ROW16(c), ROW16((c) + 16), ROW16((c) + 32), ROW16((c) + 48)

const uint8_t byte_classes[256] = {ROW64(0), ROW64(64), ROW64(128), ROW64(192)};
