/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * keeper.conf (docs/KEEPER.md, section 9).
 */
#ifndef ASV_KEEPER_SETTINGS_H
#define ASV_KEEPER_SETTINGS_H

#include "server/keeper/server.h"

#define ASV_KEEPER_CONF "/etc/asservat/keeper.conf"

#define ASV_SETTINGS_PATH 1024

/* slot.N */
struct asv_slot_setting {
    char text[ASV_SETTINGS_PATH + 32]; /* as it was given */
    uint8_t kind;                      /* enum asv_keeper_slot_kind */
    char path[ASV_SETTINGS_PATH];      /* of the file, or of the TPM's device */
    uint32_t index;                    /* TPM: of the first of two NV indices */
};

struct asv_settings {
    char store[ASV_SETTINGS_PATH];
    char replica[ASV_SETTINGS_PATH];     /* "": none */
    char identity[ASV_SETTINGS_PATH];    /* directory: three keys, chain, root.cert */
    char key[ASV_SETTINGS_PATH];         /* "": keeper.key in identity */
    char ledger_key[ASV_SETTINGS_PATH];  /* "": ledger.key in identity */
    char package_key[ASV_SETTINGS_PATH]; /* "": package.key in identity */
    char revocations[ASV_SETTINGS_PATH];
    char socket[ASV_SETTINGS_PATH];
    char socket_group[64];
    uint64_t retention_days;
    uint64_t days_ahead;
    uint64_t policy_version;
    char origin[256]; /* the console's; "": none */
    bool slot_given[ASV_STORE_SLOTS_MAX];
    unsigned slot_count;
    struct asv_slot_setting slots[ASV_STORE_SLOTS_MAX];
    unsigned peer_count;
    struct asv_keeper_peer peers[ASV_KEEPER_PEERS];
};

/* ASV_E_USAGE with the line and what to do about it. Looks user names up. */
ASV_MUST_CHECK enum asv_status asv_settings_read(struct asv_settings *out, const char *path,
                                                 struct asv_err *err);

#endif
