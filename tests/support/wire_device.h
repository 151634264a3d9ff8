/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A camera without flash or USB: recordings in memory, and every operation that asv_wire_camera asks for.
 * What it holds follows from the seed; faults are set by the test.
 */
#ifndef ASV_TESTS_SUPPORT_WIRE_DEVICE_H
#define ASV_TESTS_SUPPORT_WIRE_DEVICE_H

#include "firmware-proto/wire/camera.h"
#include "firmware-proto/wire/devlog.h"
#include "tests/support/agency.h"
#include "tests/support/world.h"

#define ASV_TEST_CLIPS       4
#define ASV_TEST_LOG_ENTRIES 5

struct asv_test_clip {
    struct asv_wire_clip entry; /* number 0: erased */
    uint8_t erased_by[ASV_SHA256_BYTES];
};

struct asv_test_erasure {
    bool outstanding;
    uint64_t number;
    uint8_t data[ASV_ERASURE_MAX_BYTES];
    size_t len;
};

struct asv_test_device {
    const struct asv_test_agency *agency;
    struct asv_test_world *world;
    struct asv_test_clip clips[ASV_TEST_CLIPS];
    struct asv_test_erasure erasures[ASV_TEST_CLIPS];
    struct asv_wire_held held[ASV_WIRE_HELD_KINDS];
    uint8_t log[ASV_TEST_LOG_ENTRIES * ASV_DEVLOG_ENTRY_MAX];
    size_t log_at[ASV_TEST_LOG_ENTRIES + 1];

    /* What was asked of it. */
    unsigned sessions;
    unsigned dropped;
    unsigned finished;
    unsigned receipts; /* that reached it */
    unsigned erased;
    unsigned installed;
    uint8_t session[ASV_SHA256_BYTES];
    struct asv_wire_indicator indicator;

    /* Faults. */
    enum asv_status refuse;       /* every op but trust, session and held answers this, unless ASV_OK */
    enum asv_status refuse_trust; /* trust and session */
    unsigned again;               /* so many calls of receipt, destroy and finish answer ASV_E_AGAIN first */
    uint64_t bad_number;          /* this clip's chunk bad_chunk cannot be read */
    uint64_t bad_chunk;
    bool lost_clock;
    const struct asv_revocations *revocations;
};

extern const struct asv_wire_camera_ops asv_test_device_ops;

/* ASV_TEST_CLIPS recordings, numbers 1.. . The struct must not be copied while a machine uses it. */
void asv_test_device_init(struct asv_test_device *device, const struct asv_test_agency *agency,
                          struct asv_test_world *world);

/* What byte i of a clip's file, or of its chunk c, is. */
uint8_t asv_test_file_byte(uint64_t number, uint8_t file, uint64_t i);
void asv_test_chunk(uint64_t number, uint64_t chunk, uint8_t out[ASV_WIRE_CHUNK_BYTES]);

/* The custody that both sides must agree on. */
void asv_test_custody(const struct asv_test_device *device, const struct asv_wire_clip *clip,
                      struct asv_custody *out);

#endif
