/* SPDX-License-Identifier: MIT */
/* roots/beneath.h: open a name below a directory, and nothing outside it.
 *
 * openat2(2) with RESOLVE_BENEATH does this in one call. Where it may not be used (systemd's RestrictSUIDSGID=, which
 * comes with DynamicUser=, answers it with ENOSYS, and so do kernels before 5.6 and some containers), the same is done
 * by walking: each component is opened with O_NOFOLLOW, and links are read and followed by hand. Both refuse an
 * absolute link, a ".." above the directory, and the links of /proc.
 *
 * Ownership: borrows the directory's descriptor; the caller owns what is returned.
 * Threads:   any; no state.
 * Errors:    -errno of open(2); -EXDEV where the name leaves the directory, -ELOOP for too many links.
 * Source:    openat2(2), path_resolution(7).
 */
#ifndef BATON_ROOTS_BENEATH_H
#define BATON_ROOTS_BENEATH_H

#include <stdbool.h>
#include <stdint.h>

/* May openat2 be used here? */
bool beneath_by_kernel(int dir);

/* Open `name` ("" is the directory itself), in one of the two ways. O_CLOEXEC is added to the flags. */
int beneath_open(int dir, const char *name, uint64_t flags, bool by_kernel);

#endif
