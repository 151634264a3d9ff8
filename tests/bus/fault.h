/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Faults armed on a port: each waits for its place in the stream, strikes a set number of times and is gone.
 * They belong to the port and outlive the camera in it.
 */
#ifndef ASV_BUS_FAULT_H
#define ASV_BUS_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "tests/bus/frame.h"

enum asv_bus_fault_kind {
    ASV_BUS_FAULT_STALL,   /* the endpoint halts; the frame waits until the halt is cleared */
    ASV_BUS_FAULT_SHORT,   /* the frame loses its last bytes */
    ASV_BUS_FAULT_LONG,    /* the frame gains bytes */
    ASV_BUS_FAULT_BABBLE,  /* the device sends more than was asked for: overflow, the frame is lost */
    ASV_BUS_FAULT_ERROR,   /* a transaction error: the frame is lost */
    ASV_BUS_FAULT_LENGTH,  /* the length field in the frame's header is wrong */
    ASV_BUS_FAULT_FLIP,    /* one bit of the frame is flipped */
    ASV_BUS_FAULT_GARBAGE, /* random bytes of the same length */
    ASV_BUS_FAULT_MUTATE,  /* one frame in odds is changed somehow */
    ASV_BUS_FAULT_DROP,    /* the frame never comes */
    ASV_BUS_FAULT_DOUBLE,  /* the frame comes twice */
    ASV_BUS_FAULT_HANG,    /* neither endpoint answers any more */
    ASV_BUS_FAULT_MUTE,    /* takes everything, says nothing any more */
    ASV_BUS_FAULT_UNPLUG,  /* pulled out within the frame, whose first bytes arrive */
    ASV_BUS_FAULT_CUT,     /* as UNPLUG, and the camera loses its power */
    ASV_BUS_FAULT_IOCTL,   /* the host's own system call fails */
    ASV_BUS_FAULT_KINDS
};

enum asv_bus_fault_call { ASV_BUS_CALL_CLAIM, ASV_BUS_CALL_SUBMIT, ASV_BUS_CALL_RESET };

struct asv_bus_fault {
    enum asv_bus_fault_kind kind;
    uint64_t after;  /* strikes at the frame that holds this byte, counted from the arming */
    uint64_t frames; /* lets so many matching frames pass first */
    uint64_t count;  /* strikes left; 0: for ever */
    int frame_kind;  /* only frames whose first byte is this; -1: any */
    bool out;        /* STALL: the OUT endpoint */
    uint64_t bytes;  /* SHORT, LONG: how many; LENGTH: added to the field, modulo 2^32 */
    uint64_t offset; /* FLIP: byte; UINT64_MAX: the middle */
    unsigned bit;    /* FLIP */
    uint64_t odds;   /* MUTATE */
    uint64_t seed;   /* GARBAGE, LONG, MUTATE */
    enum asv_bus_fault_call call;
    int error; /* IOCTL: errno */
};

#define ASV_BUS_FAULTS_MAX 16

struct asv_bus_faults {
    struct asv_bus_fault list[ASV_BUS_FAULTS_MAX];
    unsigned count;
    uint64_t struck[ASV_BUS_FAULT_KINDS];
};

/* What becomes of a frame. */
enum asv_bus_verdict {
    ASV_BUS_VERDICT_PASS,
    ASV_BUS_VERDICT_DROP,
    ASV_BUS_VERDICT_DOUBLE,
    ASV_BUS_VERDICT_STALL,
    ASV_BUS_VERDICT_BABBLE,
    ASV_BUS_VERDICT_ERROR,
    ASV_BUS_VERDICT_HANG,
    ASV_BUS_VERDICT_MUTE,
    ASV_BUS_VERDICT_UNPLUG,
    ASV_BUS_VERDICT_CUT,
};

/* Arms what "KIND key=value ..." says. ASV_E_USAGE with the reason in err. */
ASV_MUST_CHECK enum asv_status asv_bus_faults_arm(struct asv_bus_faults *faults, const char *text,
                                                  struct asv_err *err);
void asv_bus_faults_clear(struct asv_bus_faults *faults);
const char *asv_bus_fault_name(enum asv_bus_fault_kind kind);

/* An IN frame is about to be sent: changes it and says what becomes of it. *frame may be replaced by a larger
 * one. UNPLUG and CUT: *part bytes of it still arrive. */
enum asv_bus_verdict asv_bus_faults_in(struct asv_bus_faults *faults, struct asv_bus_frame **frame,
                                       uint64_t *part);

/* An OUT transfer is about to be taken: true when the endpoint halts instead. */
bool asv_bus_faults_out(struct asv_bus_faults *faults);

/* The host makes a call: the errno it fails with, or 0. */
int asv_bus_faults_call(struct asv_bus_faults *faults, enum asv_bus_fault_call call);

#endif
