/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A keeper with its agency, store and clock in one process, and clips for it to open. Anything that fails
 * here aborts the test.
 */
#ifndef ASV_TESTS_SIM_KEEPER_SITE_H
#define ASV_TESTS_SIM_KEEPER_SITE_H

#include "firmware-proto/seal/writer.h"
#include "server/keeper/keeper.h"
#include "tests/sim/keeper_disk.h"
#include "tests/support/agency.h"
#include "tests/support/world.h"

/* Must not be copied. */
struct keeper_site {
    struct asv_test_agency agency;
    struct asv_test_world world;
    struct keeper_disk *disk;
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup;
    struct asv_keeper keeper;
    uint8_t ledger_pk[ASV_ED25519_PK_BYTES], ledger_sk[ASV_ED25519_SK_BYTES]; /* the same in every site */
    uint8_t package_sk[ASV_P256_SK_BYTES];
};

/* With an empty, open store, Europe/Berlin, 14 days, 60 days ahead. */
void keeper_site_init(struct keeper_site *site, uint64_t seed);
void keeper_site_free(struct keeper_site *site);

/* When what is recorded on that local day is due there, without a decision about the policy. */
int64_t keeper_site_due(uint32_t date);

/* The keeper is killed and starts again: the store is closed and opened, its memory of the clock and of
 * what it gave out is gone. */
void keeper_site_restart(struct keeper_site *site);

/* The same on the bytes that another disk holds, which is copied. */
void keeper_site_load(struct keeper_site *site, const struct keeper_disk *disk);

/* Time passes until then, day by day, as keepers live. */
void keeper_site_go_to(struct keeper_site *site, int64_t wall);

/* Writes the list with this number to keeper.revocations_path; revoked NULL: nobody is. */
void keeper_site_revoke(struct keeper_site *site, uint64_t number, const struct asv_test_identity *revoked);

/* One request as a peer of this role sends it, through the bytes on the socket and back. chain NULL: none. */
struct asv_keeper_reply keeper_ask(struct keeper_site *site, enum asv_keeper_role role,
                                   struct asv_keeper_request *request);
struct asv_keeper_reply keeper_make_days(struct keeper_site *site, const struct asv_test_identity *camera,
                                         uint32_t from, uint16_t count);

/* Asks for a bulletin, verifies it as a camera would, and decodes it into *out, which views memory that lives
 * until the next call. */
void keeper_bulletin(struct keeper_site *site, const struct asv_test_identity *camera,
                     struct asv_bulletin *out);

#define KEEPER_CLIP_CHUNKS 3

struct keeper_clip {
    struct asv_seal_header header;
    uint8_t frame[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    size_t frame_len;
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    size_t stanzas_len;
    uint32_t chunk_count;
    uint8_t chunks[KEEPER_CLIP_CHUNKS][ASV_CHUNK_CIPHER_BYTES];
};

/* A clip of this camera, sealed for this key of its bulletin. */
void keeper_clip_make(struct keeper_site *site, const struct asv_test_identity *camera,
                      const struct asv_bulletin_key *key, uint32_t chunks, struct keeper_clip *out);

/* The same without a site: for a keeper that is a program of its own. */
void keeper_clip_seal(const struct asv_test_agency *agency, struct asv_test_world *world,
                      const struct asv_test_identity *camera, const struct asv_bulletin_key *key,
                      uint32_t chunks, struct keeper_clip *out);

/* Writes and signs the frame anew after a test changed the header. */
void keeper_clip_sign(struct keeper_clip *clip, const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* OPENS for this clip, as the dock asks. */
struct asv_keeper_reply keeper_opens(struct keeper_site *site, const struct asv_test_identity *camera,
                                     const struct keeper_clip *clip);
void keeper_opens_request(struct asv_keeper_request *request, const struct asv_test_identity *camera,
                          const struct keeper_clip *clip);

#endif
