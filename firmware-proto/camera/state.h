/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera's small state files. Each is replaced as a whole (asv_flash_replace) and is
 *
 *     "ASVS", kind u8, version u8 = 1, body, SHA-256 over all before it
 *
 * The digest is against a medium that forgets, not against an attacker: who can write here has the camera's
 * keys too.
 */
#ifndef ASV_CAMERA_STATE_H
#define ASV_CAMERA_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/camera/flash.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/trust/common.h"

#define ASV_CAMERA_STATE_MAX_BYTES 8192
#define ASV_CAMERA_MARKS_MAX       512 /* clips marked after they ended; the oldest mark goes first */

enum asv_camera_state_kind {
    ASV_CAMERA_STATE_IDENTITY = 1,
    ASV_CAMERA_STATE_STORE = 2,
    ASV_CAMERA_STATE_COUNTER = 3,
    ASV_CAMERA_STATE_CLOCK = 4,
    ASV_CAMERA_STATE_MARKS = 5,
    ASV_CAMERA_STATE_LOG = 6,
    ASV_CAMERA_STATE_INTENT = 7,
    ASV_CAMERA_STATE_KINDS = 8,
};

/* Who the camera is. Made once, by init. Holds secrets: wipe it. */
struct asv_camera_identity {
    char model[ASV_TEXT_SIZE];
    char serial[ASV_TEXT_SIZE];
    uint8_t signing_seed[ASV_ED25519_SEED_BYTES];
    uint8_t kx_sk[ASV_X25519_BYTES];
};

/* The store, from one format to the next. */
struct asv_camera_store_state {
    uint8_t epoch[ASV_UUID_BYTES];
};

/* Where the chain of clips stands. */
struct asv_camera_counter {
    uint64_t number;                 /* of the newest clip; 0 none yet */
    uint8_t final[ASV_SHA256_BYTES]; /* digest of its last signed frame; zeros for none */
    uint32_t bytes_per_second;       /* that it took; 0 unknown */
    int64_t wall_ms;                 /* when it ended; ASV_TIME_UNKNOWN for none */
};

/* What is known of time. ASV_TIME_UNKNOWN where nothing is. */
struct asv_camera_clock_state {
    int64_t sync_wall_ms;  /* the last time that was set, */
    uint64_t sync_mono_ms; /* at this time since boot */
    uint8_t sync_boot[ASV_UUID_BYTES];
    uint8_t source;         /* enum asv_clock_source; NONE: never set */
    int64_t offset_ms;      /* to be added to the real-time clock; ASV_TIME_UNKNOWN: it had no time then */
    int64_t docked_wall_ms; /* the last authenticated docking */
};

struct asv_camera_marks {
    uint16_t count;
    uint64_t number[ASV_CAMERA_MARKS_MAX];
};

/* The device log's entries below this number are held by a dock. */
struct asv_camera_log_state {
    uint64_t acknowledged;
};

/* An erasure that was decided: from this file's being durable on, it will be finished. */
struct asv_camera_intent {
    uint64_t number;
    uint8_t header[ASV_SHA256_BYTES];
    uint8_t cause; /* enum asv_erasure_cause */
    uint8_t cause_digest[ASV_SHA256_BYTES];
    uint8_t method; /* enum asv_erasure_method, once all files are overwritten or could not be; 0 before */
};

union asv_camera_state_body {
    struct asv_camera_identity identity;
    struct asv_camera_store_state store;
    struct asv_camera_counter counter;
    struct asv_camera_clock_state clock;
    struct asv_camera_marks marks;
    struct asv_camera_log_state log;
    struct asv_camera_intent intent;
};

struct asv_camera_state {
    enum asv_camera_state_kind kind;
    union asv_camera_state_body body;
};

/* ASV_E_LIMIT when out is too small (ASV_CAMERA_STATE_MAX_BYTES suffices), ASV_E_USAGE for a value that
 * decode would refuse. */
ASV_MUST_CHECK enum asv_status asv_camera_state_encode(uint8_t *out, size_t cap, size_t *len,
                                                       const struct asv_camera_state *state);

/* ASV_E_DIGEST for bytes that changed on the medium, ASV_E_UNSUPPORTED for another version or kind,
 * ASV_E_MALFORMED. out is untouched on failure. */
ASV_MUST_CHECK enum asv_status asv_camera_state_decode(struct asv_camera_state *out, const void *data,
                                                       size_t len);

/* The file at path, of this kind. ASV_E_NOT_FOUND; ASV_E_MISMATCH when it is of another kind. */
ASV_MUST_CHECK enum asv_status asv_camera_state_load(const struct asv_flash *flash, const char *path,
                                                     enum asv_camera_state_kind kind,
                                                     struct asv_camera_state *out);

/* Durable when it answers ASV_OK. */
ASV_MUST_CHECK enum asv_status asv_camera_state_save(const struct asv_flash *flash, const char *path,
                                                     const struct asv_camera_state *state);

#endif
