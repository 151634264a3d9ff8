/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Names of the files in a package: which may be, and that none is there twice on any system that unpacks it.
 */
#ifndef ASV_SERVER_PACKAGE_NAMES_H
#define ASV_SERVER_PACKAGE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

#define ASV_PACKAGE_NAME_BYTES 240    /* without a NUL; Windows' paths end at 260 */
#define ASV_PACKAGE_FILES_MAX  100000 /* in one package; bounds what a reader remembers (PK-042) */

/* Whether each system can make that file below a directory, and nowhere else: relative, of ASCII and the
 * letters of U+00C0 to U+00FF, without empty, "." or ".." components, without control characters and
 * \ : * ? " < > | %, no component ending in a dot or a space or standing for a device of Windows. (%: BagIt
 * would have to encode it.) */
bool asv_package_name_is_good(struct asv_bytes name);

/* The names so far, as digests: flat. */
struct asv_names {
    uint64_t *slot; /* heap; 0: empty */
    size_t cap;     /* a power of two */
    size_t count;   /* slots in use */
};

void asv_names_free(struct asv_names *names);

/* ASV_E_EXISTS when there is this name already, in any case of its letters, or one of the two is a directory
 * of the other; ASV_E_LIMIT beyond what ASV_PACKAGE_FILES_MAX names can take; ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_names_add(struct asv_names *names, struct asv_bytes name);

#endif
