/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * dock.conf (docs/DOCK.md lists the keys).
 */
#ifndef ASV_DOCK_SETTINGS_H
#define ASV_DOCK_SETTINGS_H

#include "dock/dock.h"

#define ASV_SETTINGS_PATH 512

struct asv_dock_slot_setting {
    uint16_t number;
    char port[ASV_USB_PORT_BYTES];
};

struct asv_dock_conf {
    char identity[ASV_SETTINGS_PATH]; /* directory: dock.key, chain, root.cert */
    char vault[ASV_SETTINGS_PATH];
    char vault_mirror[ASV_SETTINGS_PATH]; /* empty: none */
    unsigned readback;                    /* index: direct, cached, none */
    char keeper_socket[ASV_SETTINGS_PATH];
    char database[1024]; /* conninfo of the role asv_dock */
    char status_socket[ASV_SETTINGS_PATH];
    char status_group[64];                  /* who may see the status; empty: the dock's own group */
    char control_socket[ASV_SETTINGS_PATH]; /* beside the other, unless given */
    char control_group[64];                 /* who may give orders; empty: the dock's own group */
    char issue_area[ASV_TEXT_SIZE];         /* empty: no camera is issued for a badge */
    uint64_t issue_wait_ms, charge_ms;
    char slots_file[ASV_SETTINGS_PATH];  /* what --learn writes; need not exist */
    char revocations[ASV_SETTINGS_PATH]; /* a signed list; need not exist; in identity, unless given */
    bool production;
    uint64_t retention_days;
    uint64_t policy_version;
    uint64_t bulletin_days;
    uint64_t free_floor_bytes, free_warn_bytes;
    uint64_t quarantine_bytes;
    uint64_t usb_bytes;
    uint64_t threads;
    uint64_t configuration;
    uint64_t pre_roll_ms;
    uint64_t checkpoint_ms;
    uint64_t handshake_ms, reply_ms, chunk_ms, erase_ms, retry_ms, retries;
    uint64_t rate_floor_bytes, rate_window_ms, probe_ms;
    char log_level[16];
    struct asv_dock_slot_setting slots[ASV_DOCK_MAX_SLOTS];
    unsigned slot_count;
};

/* Reads it, and the file of slots that it names. ASV_E_USAGE with path:line for whatever is wrong; without
 * any slot that is for the caller to say. */
ASV_MUST_CHECK enum asv_status asv_dock_conf_read(struct asv_dock_conf *out, const char *path,
                                                  struct asv_err *err);

/* The part that the dock itself works with. */
void asv_dock_conf_apply(const struct asv_dock_conf *conf, struct asv_dock *dock);

#endif
