/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One valid message of each type of PROTOCOL.md, requests and the replies that answer them: what the rules
 * common to all are tested on, what the golden vectors hold and what the fuzz corpora begin with.
 */
#ifndef ASV_TESTS_SUPPORT_WIRE_SAMPLES_H
#define ASV_TESTS_SUPPORT_WIRE_SAMPLES_H

#include "firmware-proto/wire/devlog.h"
#include "firmware-proto/wire/messages.h"
#include "tests/support/samples.h"

#define ASV_WIRE_SAMPLE_MAX_BYTES 4096
/* 17 requests, 16 replies (CHUNKS has none), ERROR. */
#define ASV_WIRE_SAMPLE_COUNT 36

struct asv_wire_sample {
    char name[40]; /* "clock", "clock-reply": of its golden vector and corpus file */
    struct asv_wire_message message;
    uint8_t data[ASV_WIRE_SAMPLE_MAX_BYTES];
    size_t len;
};

struct asv_wire_samples {
    struct asv_wire_hello hello;
    struct asv_wire_hello_reply hello_reply;
    struct asv_wire_clip clips[2];
    uint8_t clip_entries[2 * ASV_WIRE_CLIP_BYTES];
    uint8_t erasures[2 * (2 + ASV_ERASURE_MAX_BYTES)];
    uint8_t destroyed[ASV_ERASURE_MAX_BYTES]; /* the record for the sample destruction statement */
    size_t destroyed_len;
    uint8_t log_entries[2 * ASV_DEVLOG_ENTRY_MAX];
    struct asv_devlog_block log;
    uint8_t log_block[1024];
    size_t log_block_len;
    struct asv_wire_sample samples[ASV_WIRE_SAMPLE_COUNT];
};

/* Made once. */
const struct asv_wire_samples *asv_wire_samples(void);

/* The sample of this type; aborts when there is none. */
const struct asv_wire_sample *asv_wire_sample(uint16_t type);

#endif
