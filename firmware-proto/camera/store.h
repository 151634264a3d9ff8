/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * All that a camera keeps on its flash.
 *
 *     state/identity  who it is (secret); *
 *     state/store     the epoch, made by format
 *     state/counter   number and final digest of the newest clip; *
 *     state/clock     what is known of time
 *     state/marks     clips marked after they ended
 *     state/log       what of the log a dock has
 *     state/reserve   room kept for ending a recording on a full medium
 *     trust/...       root, chain, bulletin, revocations, configuration, assignment; *
 *     log/NUMBER      the device log (journal.h)
 *     clips/NUMBER/   payload, stanzas, seal, link: append-only, written once (SEAL.md)
 *     erase/NUMBER    an erasure that was decided
 *     erased/NUMBER   its signed record, until a dock has it
 *
 * Without what has a star nothing can be recorded, or numbers would be given twice: it is kept twice
 * (flash.h).
 *
 * A clip's directory is made as clips/NUMBER.tmp and renamed when header and stanzas are durable, so a number
 * is given if and only if there is a signed header for it. No file is ever resumed and no key used twice:
 * every recording draws its own.
 */
#ifndef ASV_CAMERA_STORE_H
#define ASV_CAMERA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/clock.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/camera/flash.h"
#include "firmware-proto/camera/journal.h"
#include "firmware-proto/camera/state.h"
#include "firmware-proto/trust/assignment.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/configuration.h"
#include "firmware-proto/trust/revocations.h"

#define ASV_STORE_RESERVE_BYTES 262144  /* for ending a recording, and for erasing, on a full medium */
#define ASV_STORE_START_BYTES   1048576 /* below this no recording is begun */
#define ASV_STORE_LOW_BYTES     UINT64_C(268435456) /* below this the camera says so: about 9 minutes */
#define ASV_STORE_NOMINAL_RATE  500000              /* bytes a second, before the first recording: 4 Mbit/s */
#define ASV_STORE_CLIPS_MAX     65536               /* held at once */

/* What a boot found of a clip; see asv_wire_clip. */
struct asv_store_clip {
    uint64_t number;
    bool known; /* what follows was read from its seal: asv_store_clip_learn */
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t header[ASV_SHA256_BYTES];
    bool damaged;   /* no header can be read: the medium lost it */
    bool ended;     /* has an END frame */
    bool recording; /* now, by this process */
    bool marked;
    bool reserve; /* sealed to the reserve key */
    uint64_t seal_bytes;
    uint64_t chunks;        /* that the last checkpoint signs */
    uint64_t payload_bytes; /* length of the file */
    uint32_t stanzas_bytes;
    uint32_t link_bytes; /* 0: none */
    int64_t start_wall_ms;
};

/* Where it is installed: all optional until "install". */
struct asv_store_trust {
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t cert_digest[ASV_SHA256_BYTES];
    uint8_t chain_digest[ASV_SHA256_BYTES];
    struct asv_chain chain;
    bool has_revocations;
    struct asv_revocations revocations;
    bool has_bulletin;
    struct asv_bulletin bulletin;
    bool has_configuration;
    struct asv_configuration configuration;
    bool has_assignment;
    struct asv_assignment assignment;
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    uint8_t revocations_data[ASV_REVOCATIONS_MAX_BYTES];
    uint8_t bulletin_data[ASV_BULLETIN_MAX_BYTES];
    uint8_t configuration_data[ASV_CONFIGURATION_MAX_BYTES];
    uint8_t assignment_data[ASV_ASSIGNMENT_MAX_BYTES];
};

struct asv_store_secrets {
    struct asv_camera_identity identity;
    uint8_t sk[ASV_ED25519_SK_BYTES];
    uint8_t pk[ASV_ED25519_PK_BYTES];
};

/* An erasure on its way (erase.h); intent.number 0: none. */
struct asv_store_erasing {
    struct asv_camera_intent intent;
    size_t file;     /* being overwritten, */
    uint64_t offset; /* up to here */
    uint8_t method;  /* the best that all of them allowed so far */
};

/* The firmware that runs. */
struct asv_store_firmware {
    char version[ASV_TEXT_SIZE];
    uint8_t digest[ASV_SHA256_BYTES];
};

struct asv_store {
    const struct asv_flash *flash;
    const struct asv_world *world;
    struct asv_store_firmware firmware;
    uint8_t boot[ASV_UUID_BYTES];
    uint8_t epoch[ASV_UUID_BYTES];
    struct asv_store_secrets *secrets; /* in locked memory */
    struct asv_store_trust *trust;     /* NULL until installed; asv_store_need_trust */
    struct asv_journal journal;
    struct asv_camera_counter counter;
    struct asv_camera_clock_state clock;
    struct asv_camera_marks marks;
    struct asv_store_erasing erasing;
    bool has_reserve;
    bool read_only;
    bool counter_lost; /* numbering.h */
    bool trust_broken; /* installed once; what is there cannot be used */
    bool fault;        /* something went wrong since boot; the device log says what */
    size_t clip_count;
    size_t clip_cap;
    struct asv_store_clip *clips; /* ascending */
};

/* A new camera in an empty flash: directories, identity, epoch. ASV_E_EXISTS when there is one: format is for
 * that. */
ASV_MUST_CHECK enum asv_status asv_store_init(const struct asv_flash *flash, const struct asv_world *world,
                                              const struct asv_camera_identity *identity,
                                              struct asv_err *err);

/* Who the camera is; wipe *out. *spoilt: only the copy could be read. ASV_E_NOT_FOUND when there is none. */
ASV_MUST_CHECK enum asv_status asv_store_identity_load(const struct asv_flash *flash,
                                                       struct asv_camera_state *out, bool *spoilt);

/* What asv_store_open reads and does. */
struct asv_store_options {
    const uint8_t *boot; /* 16 bytes; NULL: drawn */
    struct asv_store_firmware firmware;
    bool read_only; /* looks, recovers nothing and writes nothing */
};

/* Switches on: reads everything, ends what a power cut left, finishes begun erasures, notes the boot in the
 * device log. *out is heap; everything given is borrowed until close. */
ASV_MUST_CHECK enum asv_status asv_store_open(struct asv_store **out, const struct asv_flash *flash,
                                              const struct asv_world *world,
                                              const struct asv_store_options *options, struct asv_err *err);
void asv_store_close(struct asv_store *store);

/* ASV_E_STATE, saying what to do, while the camera is not installed. */
ASV_MUST_CHECK enum asv_status asv_store_need_trust(const struct asv_store *store, struct asv_err *err);

/* A new epoch: numbers begin again at 1. ASV_E_STATE while clips or erasure records are held, which would be
 * lost. */
ASV_MUST_CHECK enum asv_status asv_store_format(struct asv_store *store, struct asv_err *err);

/* Makes an entry in the device log at this moment. Never stands in the way of what is being done: a failure
 * is counted in the log and shows as a fault. */
void asv_store_note(struct asv_store *store, uint16_t kind, const void *value, size_t value_len);
void asv_store_note_clip(struct asv_store *store, uint16_t kind, uint64_t number);
void asv_store_note_text(struct asv_store *store, uint16_t kind, const char *text);

/* ---- clips ---- */

/* NULL when there is none. Valid until clips change. */
struct asv_store_clip *asv_store_clip_find(struct asv_store *store, uint64_t number);

/* The clip with the smallest number above after; NULL behind the last. */
struct asv_store_clip *asv_store_clip_next(struct asv_store *store, uint64_t after);

/* "clips/NUMBER/NAME"; name NULL: the directory. */
void asv_store_clip_path(char out[ASV_FLASH_PATH_MAX + 1], uint64_t number, const char *name);

/* Appends an entry for a clip that was just begun. Its address is valid until clips change. ASV_E_LIMIT,
 * ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_store_clip_add(struct asv_store *store, uint64_t number,
                                                  struct asv_store_clip **out);
void asv_store_clip_forget(struct asv_store *store, uint64_t number);

/* Marks a clip that has ended: durable, and in the device log. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_store_clip_mark(struct asv_store *store, uint64_t number);

/* Reads what the clip's seal says of it, once. One whose seal cannot be read now is damaged. */
ASV_MUST_CHECK enum asv_status asv_store_clip_learn(struct asv_store *store, struct asv_store_clip *clip);

/* The lengths of its files, now. */
void asv_store_clip_sizes(const struct asv_store *store, struct asv_store_clip *clip);

/* Ends a clip that nobody records any more: writes its link (RECOVERED, or ENDED when its END frame is there)
 * and moves the counter on. What the clip holds is not changed. */
ASV_MUST_CHECK enum asv_status asv_store_clip_recover(struct asv_store *store, uint64_t number,
                                                      struct asv_err *err);

/* The newest clip's seal cannot be read, and recording must go on: the next clip does not name it. */
ASV_MUST_CHECK enum asv_status asv_store_clip_unchain(struct asv_store *store, uint64_t number,
                                                      struct asv_err *err);

/* Saves the counter: clip `number` is the newest and ended at wall_ms. */
ASV_MUST_CHECK enum asv_status asv_store_count(struct asv_store *store, uint64_t number,
                                               const uint8_t final[ASV_SHA256_BYTES], int64_t wall_ms,
                                               uint32_t bytes_per_second);

/* ---- room ---- */

struct asv_store_space {
    uint64_t total_bytes;
    uint64_t free_bytes; /* for recordings: the reserve is not counted */
    uint64_t minutes_left;
    bool low;
    bool full; /* no recording can be begun */
};

ASV_MUST_CHECK enum asv_status asv_store_space(struct asv_store *store, struct asv_store_space *out);

/* As asv_flash_replace; on a full medium with the reserve's room. */
ASV_MUST_CHECK enum asv_status asv_store_replace(struct asv_store *store, const char *path, const void *data,
                                                 size_t len);

/* Gives the reserve's room back to what must be written now; fills it again when there is room. */
void asv_store_release_reserve(struct asv_store *store);
void asv_store_fill_reserve(struct asv_store *store);

#endif
