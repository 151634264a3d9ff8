/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What every part of the dock needs and none of them changes: who this dock is, what it believes, where it
 * keeps things and within which limits. Workers read it without a lock.
 */
#ifndef ASV_DOCK_SITE_H
#define ASV_DOCK_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/world.h"
#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/inventory.h"
#include "firmware-proto/trust/revocations.h"
#include "firmware-proto/wire/clock.h"
#include "firmware-proto/wire/messages.h"
#include "server/base/badge.h"
#include "server/policy/arrival.h"
#include "server/vault/vault.h"

/* Keys lie in locked memory that its owner wipes. */
struct asv_dock_keys {
    uint8_t sign[ASV_ED25519_SK_BYTES];
    uint8_t kx[ASV_X25519_BYTES];
    bool has_badge;
    uint8_t badge[ASV_BADGE_SECRET_BYTES]; /* makes pseudonyms of badge numbers */
};

struct asv_site_limits {
    uint64_t free_floor_bytes; /* of the disk; a recording is not begun when less would be left */
    uint64_t free_warn_bytes;  /* a person is called when less is left */
    uint64_t quarantine_bytes; /* what all of quarantine may take */
    uint64_t max_chunks;       /* of one recording */
    uint64_t max_seal_bytes;   /* of one seal */
    uint64_t max_tail_bytes;   /* behind the last checkpoint */
};

struct asv_site {
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    uint8_t agency[ASV_SHA256_BYTES];
    struct asv_bytes chain; /* this dock's, encoded */
    struct asv_chain dock;  /* and decoded */
    uint8_t dock_cert[ASV_SHA256_BYTES];
    const struct asv_dock_keys *keys;
    const struct asv_world *world; /* the operating system's: safe in any thread */
    struct asv_vault *vault;
    /* What the keeper said last, of which what it said before stays as long as the dock: workers read it. */
    const struct asv_retention_periods *_Atomic periods;
    struct asv_site_limits limits;
    bool read_back; /* false: measurements only */
    /* Bytes on their way into quarantine: they count for its quota as if they lay there. */
    _Atomic uint64_t *quarantine_coming;
};

/* The newest revocation list known: signed, verified, immutable. Counted on the loop's thread only. */
struct asv_revoked {
    unsigned users;
    struct asv_revocations list; /* views into data */
    size_t len;
    uint8_t data[];
};

/* One session with one camera: the facts that each of its recordings carries into custody. Made when the
 * camera has been identified, not changed afterwards but for what is marked. Counted on the loop's thread. */
struct asv_docking {
    unsigned users;
    uint8_t session[ASV_SHA256_BYTES];
    uint16_t slot;
    char port[ASV_COMMIT_TEXT_BYTES];
    int64_t began_ms;
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t chain_len;
    struct asv_chain camera; /* views into chain */
    uint8_t camera_cert[ASV_SHA256_BYTES];
    bool has_fix;
    struct asv_clock_fix fix;
    struct asv_wire_status_reply status;
    uint8_t clock_source;
    bool partial;                /* known from a commit record only: what the camera said of itself is lost */
    struct asv_revoked *revoked; /* NULL: none known */
    int64_t emptied_ms;          /* an earlier docking left nothing on it then; ASV_TIME_UNKNOWN */
    bool suspect;                /* may be a clone: what is not known yet goes to quarantine */
    bool twin;                   /* another camera with this certificate is in the dock */
    bool recorded;               /* in the database; changes when it was away */
    bool reserve_used;           /* it brought recordings under its reserve key */
    bool has_bulletin;           /* it was given one */
    bool word_wanted;            /* keys wait for what it signs by a new bulletin */
    size_t inventory_len;        /* 0: it signed none, or not yet */
    uint8_t inventory[ASV_INVENTORY_MAX_BYTES];
};

#endif
