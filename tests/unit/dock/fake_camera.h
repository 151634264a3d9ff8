/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A camera in memory that holds real recordings, speaks the real protocol, and lies when it is told to.
 */
#ifndef ASV_TESTS_DOCK_FAKE_CAMERA_H
#define ASV_TESTS_DOCK_FAKE_CAMERA_H

#include "firmware-proto/wire/camera.h"
#include "tests/support/clip.h"

#define FAKE_CLIPS 8

struct fake_clip {
    struct asv_test_clip *clip; /* NULL: none, or erased */
    bool marked, recording, reserve;
    size_t tail; /* bytes at the payload's end that nothing signs */
    uint8_t erasure[ASV_ERASURE_MAX_BYTES];
    size_t erasure_len;
    bool outstanding; /* the proof is not acknowledged */
};

/* Must not be copied. */
struct fake_camera {
    const struct asv_test_agency *agency;
    struct asv_test_identity identity;
    const uint8_t *trusts; /* root key that it believes */
    struct asv_test_world world;
    struct fake_clip clips[FAKE_CLIPS]; /* number i + 1 */
    uint64_t last_number;
    bool on_reserve; /* it would record to its reserve key */
    uint8_t battery; /* percent */
    bool charging;
    struct asv_wire_held held[ASV_WIRE_HELD_KINDS];
    uint8_t assignment_id[16];
    char assigned_unit[ASV_TEXT_SIZE], assigned_area[ASV_TEXT_SIZE];
    struct asv_wire_camera machine;

    /* What it said of itself last. */
    uint8_t session[ASV_SHA256_BYTES];
    struct asv_wire_clock_reply clock;
    struct asv_wire_status_reply status;

    /* What was asked of it. */
    unsigned sessions, chunks_given, finished, erased, refused;
    uint64_t order[64]; /* numbers in the order in which their first chunk was asked for */
    unsigned order_count;
    uint8_t finish_reason;
    struct asv_wire_indicator indicator;

    /* Faults. */
    uint64_t wrong_number, wrong_chunk; /* this chunk is given wrong */
    unsigned wrong_times;               /* so many times */
    bool wrong_varies;                  /* and otherwise each time */
    uint64_t bad_number, bad_chunk;     /* this one cannot be read */
    uint64_t lie_number;                /* it announces another header for this one */
    uint64_t short_number;              /* it announces fewer chunks for this one than its seal signs */
    uint64_t flip_number;               /* a bit of this one's seal is wrong, at: */
    size_t flip_at;
    bool no_assignment;           /* answers every one with CONFLICT */
    bool mute_assigned;           /* takes one, and says nothing more */
    bool cannot_erase;            /* answers every receipt with MISMATCH */
    enum asv_status no_inventory; /* ASV_E_UNSUPPORTED: its firmware knows of none */
    bool mute_leaving;            /* says nothing more once it shows that it is ready */
    bool lost_clock;
    bool no_clock;         /* does not say what its clock says */
    bool endless;          /* lists recordings without end */
    unsigned silent_after; /* chunks; then nothing is answered any more; 0: never */
    uint16_t requests;     /* that it queues; 0: as many as there can be */
    bool silent;
};

void fake_camera_init(struct fake_camera *camera, const struct asv_test_agency *agency, uint32_t index);
void fake_camera_free(struct fake_camera *camera);

/* A recording made now by the camera's clock, which goes on by the time it takes. */
struct asv_test_clip *fake_camera_record(struct fake_camera *camera, uint64_t number, uint32_t chunks);

/* The same as a plan says; tail: so many bytes behind it that nothing signs. */
struct asv_test_clip *fake_camera_record_as(struct fake_camera *camera, const struct asv_test_plan *plan,
                                            size_t tail);

/* The machine anew, as after a boot: for each plugging in. */
void fake_camera_boot(struct fake_camera *camera);

#endif
