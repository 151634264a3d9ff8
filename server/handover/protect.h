/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A carrier in what protects it on its way (docs/HANDOVER.md 4): a ZIP with WinZip's AES-256, which the
 * recipient opens with a passphrase from a letter, or an age file for the recipients' keys. Both are written
 * from beginning to end, in memory that does not grow.
 */
#ifndef ASV_SERVER_HANDOVER_PROTECT_H
#define ASV_SERVER_HANDOVER_PROTECT_H

#include "firmware-proto/base/world.h"
#include "firmware-proto/crypto/crypto.h"
#include "server/package/source.h"

#define ASV_PROTECT_PASSPHRASE_BYTES 35 /* seven groups of four, their hyphens, NUL */
#define ASV_PROTECT_NAME_BYTES       200
#define ASV_PROTECT_RECIPIENTS_MAX   16

/* Letters and digits that are not taken for each other, of 31; 138 bits. Made once, told once: the caller
 * wipes it. */
ASV_MUST_CHECK enum asv_status asv_protect_passphrase(char out[ASV_PROTECT_PASSPHRASE_BYTES],
                                                      const struct asv_world *world, struct asv_err *err);

/* Where it goes: dir/name is there when it is whole and on the medium, in the place of what was there; until
 * then it is name.partial, which is removed on failure. sha256 is that of the file, when it is done. */
struct asv_protect_target {
    int dir; /* borrowed */
    const char *name;
    uint8_t sha256[ASV_SHA256_BYTES];
    uint64_t bytes;
};

/* ASV_E_NO_SPACE: the medium is full, or too small by what source says; ASV_E_USAGE: a name that is too long;
 * ASV_E_LIMIT: more than a file may have there (FAT32: 4 GiB - 1); source's errors. */
ASV_MUST_CHECK enum asv_status asv_protect_zip(struct asv_protect_target *target, const char *entry,
                                               const struct asv_source *source, const char *passphrase,
                                               const struct asv_world *world, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_protect_age(struct asv_protect_target *target,
                                               const struct asv_source *source,
                                               const uint8_t (*recipients)[ASV_X25519_BYTES], size_t count,
                                               const struct asv_world *world, struct asv_err *err);

/* As it is: what both are without protection. */
ASV_MUST_CHECK enum asv_status asv_protect_none(struct asv_protect_target *target,
                                                const struct asv_source *source, struct asv_err *err);

/* How long each of them becomes, for who looks for room first. */
uint64_t asv_protect_zip_bytes(const char *entry, uint64_t size);
uint64_t asv_protect_age_bytes(size_t count, uint64_t size);

#endif
