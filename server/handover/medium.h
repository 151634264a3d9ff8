/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A carrier on its medium (docs/HANDOVER.md 4): a mounted stick or disk, or the image of a DVD. What was
 * written is read back from the medium itself and compared.
 */
#ifndef ASV_SERVER_HANDOVER_MEDIUM_H
#define ASV_SERVER_HANDOVER_MEDIUM_H

#include "server/handover/protect.h"
#include "server/statement/plan.h"

#define ASV_MEDIUM_SUMS      "SHA256SUMS"           /* beside the carrier, for `sha256sum -c` */
#define ASV_MEDIUM_RECEIPT   "Empfang.txt"          /* what its recipient signs (HO-087) */
#define ASV_MEDIUM_PARTS     "Teile.txt"            /* of a carrier in parts: the digest of each (HO-086) */
#define ASV_MEDIUM_FAT_BYTES (UINT64_C(4294967295)) /* of a file there, at most */
#define ASV_MEDIUM_DVD_BYTES (UINT64_C(4700372992)) /* of one with one layer: 2,295,104 sectors, DVD+R */

struct asv_medium {
    int dir; /* -1: not open */
    uint64_t device;
    bool is_fat;
    bool is_memory; /* what is read back comes from memory, whatever is asked for */
};

/* Where a medium is mounted. ASV_E_USAGE: it is no directory, or nothing is mounted there, so that the
 * carrier would stay in the house. */
ASV_MUST_CHECK enum asv_status asv_medium_open(const char *path, struct asv_medium *out, struct asv_err *err);
void asv_medium_close(struct asv_medium *medium);

/* A small file. */
struct asv_medium_note {
    const char *name; /* one of those above */
    struct asv_bytes text;
};

/* What goes onto it. */
struct asv_medium_content {
    const char *name;                              /* of the file, without what its protection adds */
    const struct asv_source *carrier;              /* read once */
    uint8_t protection;                            /* enum asv_plan_protection */
    const char *passphrase;                        /* ASV_PLAN_ZIP */
    const uint8_t (*recipients)[ASV_X25519_BYTES]; /* ASV_PLAN_AGE */
    size_t recipient_count;
    const struct asv_medium_note *notes; /* what lies beside it */
    size_t note_count;
    const struct asv_world *world;
};

/* What lies on it. */
struct asv_medium_written {
    char name[ASV_PROTECT_NAME_BYTES];
    uint64_t bytes;
    uint8_t carrier[ASV_SHA256_BYTES]; /* digest of the carrier itself, */
    uint8_t file[ASV_SHA256_BYTES];    /* and of the file, which is another when it is protected */
    bool from_medium;                  /* what was read back came from the medium, not from memory */
};

/* Writes the file and what lies beside it, SHA256SUMS last, and compares the file as it is read back. Without
 * SHA256SUMS what has its name is what a killed run left, and goes first. ASV_E_LIMIT: FAT32 takes no file so
 * long. ASV_E_NO_SPACE: it has no room. ASV_E_EXISTS: a carrier is there. ASV_E_DIGEST: what is read back is
 * something else: the medium is bad, and the file is removed. */
ASV_MUST_CHECK enum asv_status asv_medium_write(const struct asv_medium *medium,
                                                const struct asv_medium_content *content,
                                                struct asv_medium_written *out, struct asv_err *err);

/* Removes what asv_medium_write wrote. */
void asv_medium_take_back(int dir, const char *name);

/* The image of a DVD in the directory dir, whole or not at all, with the same on it; compared as it lies in
 * the image. The protected file lies beside it while it is made. Runs genisoimage: ASV_E_NOT_FOUND without
 * it. */
ASV_MUST_CHECK enum asv_status asv_medium_image(int dir, const char *path, const char *name,
                                                const struct asv_medium_content *content,
                                                struct asv_medium_written *out, struct asv_err *err);

/* ASV_E_DIGEST unless dir/name is what was written, byte for byte. *from_medium: nothing of it came from the
 * page cache. */
ASV_MUST_CHECK enum asv_status asv_medium_compare(int dir, const char *name, uint64_t offset, uint64_t bytes,
                                                  const uint8_t sha256[ASV_SHA256_BYTES], bool *from_medium,
                                                  struct asv_err *err);

/* A file of at most max bytes out of a carrier, by its name: for the label. *data is the caller's to free.
 * ASV_E_NOT_FOUND, ASV_E_LIMIT, ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_medium_take(int fd, const char *name, size_t max, char **data, size_t *len,
                                               struct asv_err *err);

#endif
