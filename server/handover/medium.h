/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A carrier on its medium (docs/HANDOVER.md 4): a mounted stick or disk, or the image of a DVD. What was
 * written is read back from the medium itself and compared.
 */
#ifndef ASV_SERVER_HANDOVER_MEDIUM_H
#define ASV_SERVER_HANDOVER_MEDIUM_H

#include "server/base/uuid.h"
#include "server/handover/protect.h"
#include "server/statement/plan.h"

#define ASV_MEDIUM_SUMS        "SHA256SUMS"   /* beside the carrier, for `sha256sum -c` */
#define ASV_MEDIUM_RECEIPT     "Empfang.txt"  /* what its recipient signs (HO-087) */
#define ASV_MEDIUM_PARTS       "Teile.txt"    /* of a carrier in parts: the digest of each (HO-086) */
#define ASV_MEDIUM_MARK        "UNFERTIG.txt" /* first and last: it is not finished (HO-155) */
#define ASV_MEDIUM_MARK_IMAGE  ".unfertig"    /* behind an image's name: the same, beside it */
#define ASV_MEDIUM_LABEL_BYTES 129            /* what custody calls it, and NUL */
#define ASV_MEDIUM_PATH_BYTES  1024
#define ASV_MEDIUM_FAT_BYTES   (UINT64_C(4294967295)) /* of a file there, at most */
#define ASV_MEDIUM_DVD_BYTES   (UINT64_C(4700372992)) /* of one with one layer: 2,295,104 sectors, DVD+R */

struct asv_medium {
    int dir; /* -1: not open */
    uint64_t device;
    bool is_fat;
    bool is_memory;                     /* what is read back comes from memory, whatever is asked for */
    char place[ASV_MEDIUM_PATH_BYTES];  /* of an image: the directory dir */
    char image[ASV_PROTECT_NAME_BYTES]; /* and its name; "": it is mounted */
};

/* Where a medium is mounted, for this run alone. ASV_E_USAGE: it is no directory, or nothing is mounted
 * there, so that the carrier would stay in the house. ASV_E_BUSY: another run writes to it (HO-156). */
ASV_MUST_CHECK enum asv_status asv_medium_open(const char *path, struct asv_medium *out, struct asv_err *err);

/* The image of a DVD that is to become the file at path. ASV_E_BUSY: another run writes one into that
 * directory. */
ASV_MUST_CHECK enum asv_status asv_medium_open_image(const char *path, struct asv_medium *out,
                                                     struct asv_err *err);
void asv_medium_close(struct asv_medium *medium);

/* A small file. */
struct asv_medium_note {
    const char *name; /* one of those above */
    struct asv_bytes text;
};

/* What goes onto it. */
struct asv_medium_content {
    const char *name;                              /* of the file, without what its protection adds */
    const char *label;                             /* what custody calls the medium, */
    const uint8_t *id;                             /* and which it is (HO-175) */
    bool is_known;                                 /* custody has this medium (HO-176) */
    const struct asv_source *carrier;              /* read once, or not at all */
    const uint8_t *sha256;                         /* of the carrier, as custody has it */
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

/* What a run that did not end called the medium, "" where none is left; and which it is. */
struct asv_medium_left {
    char label[ASV_MEDIUM_LABEL_BYTES];
    uint8_t id[ASV_UUID_BYTES];
};

/* HO-155. ASV_E_EXISTS: there is a carrier, or what is left is of another one; err says what to do. ASV_E_IO:
 * the medium is bad, or was taken out. */
ASV_MUST_CHECK enum asv_status asv_medium_left(const struct asv_medium *medium,
                                               const struct asv_medium_content *content,
                                               struct asv_medium_left *out, struct asv_err *err);

/* After asv_medium_left: the file, what lies beside it, and SHA256SUMS, and compares the file as it is read
 * back. Where a run that did not end left the whole file, it is read and not written. The medium stays marked
 * as not finished; on failure everything is taken back, of one that is known nothing. ASV_E_LIMIT: FAT32
 * takes no file so long. ASV_E_NO_SPACE: it has no room. ASV_E_DIGEST: what is read back is something else:
 * the medium is bad. ASV_E_IO: it is, or was taken out, and may still be marked. An image: runs genisoimage
 * (ASV_E_NOT_FOUND without it); the protected file lies beside it while it is made. */
ASV_MUST_CHECK enum asv_status asv_medium_write(const struct asv_medium *medium,
                                                const struct asv_medium_content *content,
                                                struct asv_medium_written *out, struct asv_err *err);

/* Custody knows of it: it is finished. */
ASV_MUST_CHECK enum asv_status asv_medium_finish(const struct asv_medium *medium, struct asv_err *err);

/* Removes what asv_medium_write wrote, under the name that written has. What cannot be removed stays marked.
 * Not of a medium that custody has. */
void asv_medium_take_back(const struct asv_medium *medium, const char *name);

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
