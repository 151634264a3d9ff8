/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Master slots (docs/KEEPER.md 3): the only places where the master exists. A slot has two cells, so that it
 * holds a whole master at every instant: the new one is written beside the old one, which is then erased in
 * place.
 */
#ifndef ASV_KEEPER_SLOT_H
#define ASV_KEEPER_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"
#include "server/keeper/protocol.h"

#define ASV_SLOT_CELLS       2
#define ASV_SLOT_CELL_BYTES  112
#define ASV_STORE_ID_BYTES   16
#define ASV_SLOT_ID_BYTES    16
#define ASV_MASTER_KEY_BYTES ASV_AEAD_KEY_BYTES

/* Where a slot lies. Both calls: ASV_E_AWAY when it is not there (a medium that was taken out), ASV_E_IO. */
struct asv_slot {
    void *ctx;
    uint8_t kind;    /* enum asv_keeper_slot_kind */
    bool effaceable; /* overwriting destroys: no file system, no flash translation keeps old bytes */
    char label[ASV_KEEPER_SLOT_LABEL]; /* for people; tells configured slots apart */
    enum asv_status (*read)(void *ctx, unsigned cell, uint8_t out[ASV_SLOT_CELL_BYTES], struct asv_err *err);

    /* Overwrites in place; on the medium when it returns. */
    enum asv_status (*write)(void *ctx, unsigned cell, const uint8_t in[ASV_SLOT_CELL_BYTES],
                             struct asv_err *err);
};

/* What a cell says. Secret. */
struct asv_slot_cell {
    uint8_t store[ASV_STORE_ID_BYTES];
    uint8_t slot[ASV_SLOT_ID_BYTES];
    uint64_t epoch;
    uint8_t master[ASV_MASTER_KEY_BYTES];
};

void asv_slot_cell_encode(uint8_t out[ASV_SLOT_CELL_BYTES], const struct asv_slot_cell *cell);

/* ASV_E_NOT_FOUND for an erased (all zero) cell, ASV_E_MALFORMED for any that was not written whole. */
ASV_MUST_CHECK enum asv_status asv_slot_cell_decode(struct asv_slot_cell *out,
                                                    const uint8_t in[ASV_SLOT_CELL_BYTES]);

/* Writes a cell (NULL: erases it) and confirms it by reading it back: ASV_E_IO when it differs. */
ASV_MUST_CHECK enum asv_status asv_slot_put(const struct asv_slot *slot, unsigned index,
                                            const struct asv_slot_cell *cell, struct asv_err *err);

/* A slot in a file of its own: for demo and test. Never effaceable, because no file system promises that
 * overwritten bytes are gone. path is borrowed and must outlive the slot; the label is its end. */
struct asv_slot asv_slot_file(char *path);

/* Makes the file, erased. ASV_E_EXISTS when there is one: a slot is never overwritten by mistake. */
ASV_MUST_CHECK enum asv_status asv_slot_file_create(const char *path, struct asv_err *err);

#define ASV_SLOT_AUTH_BYTES 32 /* what lets its bearer use the two NV indices */

/* Where a slot lies in a TPM 2.0: two ordinary NV indices of ASV_SLOT_CELL_BYTES each, at index and behind it
 * (TPM 2.0 Library, Part 3, 31). */
struct asv_slot_tpm {
    const char *device; /* "/dev/tpmrm0": borrowed, must outlive the slot */
    uint32_t index;     /* of the first */
    uint8_t auth[ASV_SLOT_AUTH_BYTES];
};

#define ASV_SLOT_TPM_FIRST UINT32_C(0x01000000)
#define ASV_SLOT_TPM_LAST  UINT32_C(0x01bffffe) /* the owner's range; what follows is the platform's */

/* A slot in a TPM, which overwrites in place. Effaceable when the TPM is there and does not say that it is
 * software: that one keeps its state in a file. tpm is borrowed. */
struct asv_slot asv_slot_tpm(struct asv_slot_tpm *tpm);

/* Defines both indices, erased. ASV_E_EXISTS when there is one of them, ASV_E_AWAY without the TPM,
 * ASV_E_DENIED when its owner has a password. */
ASV_MUST_CHECK enum asv_status asv_slot_tpm_create(const struct asv_slot_tpm *tpm, struct asv_err *err);

#endif
