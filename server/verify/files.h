/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Where the checks find files by their names: in a directory, or in a part of a package. Whoever made either
 * may want to fool them.
 */
#ifndef ASV_SERVER_VERIFY_FILES_H
#define ASV_SERVER_VERIFY_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "server/verify/input.h"

struct asv_files {
    const char *path; /* a directory; NULL: what follows */
    void *ctx;        /* borrowed */
    enum asv_status (*open)(void *ctx, const char *name, struct asv_input *out, struct asv_err *err);
    const char *(*name)(void *ctx, size_t i); /* in the order of strcmp; NULL behind the last */
};

/* A directory's. path is borrowed. */
struct asv_files asv_files_of(const char *path);

/* files NULL: name is the path. As asv_input_open. */
ASV_MUST_CHECK enum asv_status asv_files_open(const struct asv_files *files, const char *name,
                                              struct asv_input *out, struct asv_err *err);

/* Whether there is anything of this name. */
bool asv_files_has(const struct asv_files *files, const char *name);

struct asv_file_names {
    size_t count;
    char **names; /* heap, as each of them */
};

/* The names of all that is there, in order. ASV_E_IO, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_files_names(struct asv_file_names *out, const struct asv_files *files,
                                               struct asv_err *err);
void asv_file_names_free(struct asv_file_names *names);

#endif
