/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A test clip as it lies in a vault: its files in a directory, with the dock's commit record and receipt.
 */
#ifndef ASV_TESTS_SUPPORT_CLIP_DIR_H
#define ASV_TESTS_SUPPORT_CLIP_DIR_H

#include "server/vault/commit.h"
#include "tests/support/clip.h"

/* Writes payload, seal, stanzas, link (when there is one), chain, and root (the agency's certificate); and,
 * when dock is not NULL, commit and receipt, signed by it. A cut clip's tail[tail_len] goes into a file of
 * its own. */
void asv_test_clip_write(const struct asv_test_clip *clip, const struct asv_test_agency *agency,
                         const struct asv_test_identity *sealer, const struct asv_test_identity *dock,
                         const void *tail, size_t tail_len, const char *directory);

/* A commit record of the dock's, in the place of the one that lies there. */
void asv_test_commit_write(const struct asv_commit *commit, const struct asv_test_identity *dock,
                           const char *directory);

/* The text of an age identity file for recipient i. */
void asv_test_clip_write_identity(const struct asv_test_clip *clip, size_t i, const char *directory,
                                  const char *name);

#endif
