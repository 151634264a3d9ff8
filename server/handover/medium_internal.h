/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For medium*.c alone. */
#ifndef ASV_SERVER_HANDOVER_MEDIUM_INTERNAL_H
#define ASV_SERVER_HANDOVER_MEDIUM_INTERNAL_H

#include "server/handover/medium.h"

#define ASV_MEDIUM_SUMS_BYTES (2 * ASV_SHA256_BYTES + ASV_PROTECT_NAME_BYTES + 4)

/* A carrier whose digest is taken while it is read. */
struct asv_medium_counted {
    const struct asv_source *source;
    struct asv_sha256 sha256;
};

/* What the file is called when it is protected as content says. */
ASV_MUST_CHECK enum asv_status asv_medium_name(const struct asv_medium_content *content,
                                               char out[ASV_PROTECT_NAME_BYTES], struct asv_err *err);

/* Writes the file, protected as content says, as out->name: bytes and digests of *out. */
ASV_MUST_CHECK enum asv_status asv_medium_put(int dir, const struct asv_medium_content *content,
                                              struct asv_medium_written *out, struct asv_err *err);

/* What lies beside it, and SHA256SUMS, which says that all of it is there. */
ASV_MUST_CHECK enum asv_status asv_medium_put_notes(int dir, const struct asv_medium_content *content,
                                                    const struct asv_medium_written *written,
                                                    struct asv_err *err);

/* HO-156: for this run alone, while dir is open. */
ASV_MUST_CHECK enum asv_status asv_medium_lock(int dir, const char *path, struct asv_err *err);

/* What a mounted medium that fails says is seldom what is wrong with it: status, which err tells, as people
 * need it. */
ASV_MUST_CHECK enum asv_status asv_medium_say_bad(const struct asv_medium *medium, enum asv_status status,
                                                  struct asv_err *err);

/* ---- HO-155 ---- */

/* Says on the medium that it is not finished, and what it is to be called. */
ASV_MUST_CHECK enum asv_status asv_medium_mark(const struct asv_medium *medium,
                                               const struct asv_medium_content *content, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_medium_unmark(const struct asv_medium *medium, struct asv_err *err);

/* ---- an image ---- */

/* Makes it, and finds in it what was written, under a name of its own until it is finished. */
ASV_MUST_CHECK enum asv_status asv_medium_image_write(const struct asv_medium *medium,
                                                      const struct asv_medium_content *content,
                                                      struct asv_medium_written *out, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_medium_image_finish(const struct asv_medium *medium, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_medium_image_take_back(const struct asv_medium *medium,
                                                          struct asv_err *err);

/* ASV_OK also where there is none. */
ASV_MUST_CHECK enum asv_status asv_medium_remove(int dir, const char *name, struct asv_err *err);

#endif
