/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/wire_samples.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct asv_wire_samples all;
static size_t made;

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "wire sample %s: %s\n", what, asv_status_name(status));
        abort();
    }
}

/* "FILE reply" as "file-reply" */
static void name_of(char out[40], uint16_t type)
{
    const char *name = asv_wire_type_name(type);
    size_t i = 0;
    for (; name[i] != '\0' && i < 39; i++) {
        bool letter = name[i] >= 'A' && name[i] <= 'Z';
        out[i] = name[i];
        if (letter) {
            out[i] = (char)tolower(name[i]);
        } else if (name[i] == ' ' || name[i] == '_') {
            out[i] = '-';
        }
    }
    out[i] = '\0';
}

static void add(uint16_t type, struct asv_wire_message message)
{
    struct asv_wire_sample *sample = &all.samples[made++];
    struct asv_writer writer;
    if (made > ASV_WIRE_SAMPLE_COUNT) {
        abort();
    }
    message.type = type;
    message.request = (type & ASV_WIRE_REPLY) != 0 ? 0x11 : 0x10;
    sample->message = message;
    name_of(sample->name, type);
    asv_writer_init(&writer, sample->data, sizeof sample->data);
    must(asv_wire_message_encode(&writer, &message), sample->name);
    sample->len = writer.len;
}

static struct asv_wire_message object_of(size_t sample)
{
    const struct asv_sample *object = &asv_samples()->samples[sample];
    return (struct asv_wire_message){.body.object.object = {object->data, object->len}};
}

/* Indices in asv_samples, by name. */
static size_t index_of(const char *name)
{
    for (size_t i = 0; i < ASV_SAMPLE_COUNT; i++) {
        if (strcmp(asv_samples()->samples[i].name, name) == 0) {
            return i;
        }
    }
    abort();
}

static void make_lists(void)
{
    struct asv_writer writer;
    asv_writer_init(&writer, all.clip_entries, sizeof all.clip_entries);
    for (uint8_t i = 0; i < 2; i++) {
        struct asv_wire_clip *clip = &all.clips[i];
        clip->number = 41u + i;
        memset(clip->clip, 0xc1 + i, sizeof clip->clip);
        memset(clip->header, 0xd1 + i, sizeof clip->header);
        clip->flags = i == 0 ? ASV_WIRE_CLIP_MARKED | ASV_WIRE_CLIP_ENDED : ASV_WIRE_CLIP_RESERVE;
        clip->seal_bytes = 41234;
        clip->chunks = 1000;
        clip->tail_bytes = i == 0 ? 0 : 12345;
        clip->stanzas_bytes = 124;
        clip->link_bytes = i == 0 ? 240 : 0;
        clip->start_wall_ms = INT64_C(1767592800000) + i;
        must(asv_wire_clip_encode(&writer, clip), "clip");
    }
    const struct asv_sample *erasure = &asv_samples()->samples[index_of("erasure")];
    asv_writer_init(&writer, all.erasures, sizeof all.erasures);
    asv_write_view16(&writer, erasure->data, erasure->len);
    asv_write_view16(&writer, erasure->data, erasure->len);
}

/* What answers the sample destruction statement. */
static void make_record(void)
{
    struct asv_erasure record = asv_samples()->erasure;
    struct asv_writer writer;
    record.cause = ASV_ERASURE_DESTRUCTION;
    record.number = asv_samples()->destruction.number;
    asv_writer_init(&writer, all.destroyed, sizeof all.destroyed);
    must(asv_erasure_encode(&writer, &record, asv_samples()->agency.camera.sk), "erasure");
    all.destroyed_len = writer.len;
}

static void make_log(void)
{
    static const uint8_t firmware[] = "1.0.0";
    struct asv_writer writer;
    struct asv_devlog_entry entry = {
        .number = 1,
        .kind = ASV_DEVLOG_BOOT,
        .wall_ms = INT64_C(1767592800000),
        .mono_ms = 1000,
        .value = {firmware, sizeof firmware - 1},
    };
    memset(entry.boot, 0xb0, sizeof entry.boot);
    asv_writer_init(&writer, all.log_entries, sizeof all.log_entries);
    must(asv_devlog_entry_encode(&writer, &entry), "log entry");
    entry = (struct asv_devlog_entry){
        .number = 2, .kind = ASV_DEVLOG_DISPLAY_ON, .wall_ms = INT64_C(1767592801000), .mono_ms = 2000};
    must(asv_devlog_entry_encode(&writer, &entry), "log entry");
    all.log = (struct asv_devlog_block){
        .first = 1, .next = 3, .count = 2, .entries = {all.log_entries, writer.len}};
    memcpy(all.log.camera_cert, asv_samples()->agency.camera.cert_digest, ASV_SHA256_BYTES);
    asv_writer_init(&writer, all.log_block, sizeof all.log_block);
    must(asv_devlog_block_encode(&writer, &all.log, asv_samples()->agency.camera.sk), "log block");
    all.log_block_len = writer.len;
}

static void add_requests(void)
{
    add(ASV_WIRE_CLOCK, (struct asv_wire_message){.body.clock = {UINT64_C(0x0102030405)}});
    add(ASV_WIRE_STATUS, (struct asv_wire_message){0});
    add(ASV_WIRE_LOG, (struct asv_wire_message){.body.log = {1, 100}});
    add(ASV_WIRE_CLIPS, (struct asv_wire_message){.body.clips = {40, 512}});
    add(ASV_WIRE_FILE, (struct asv_wire_message){.body.file = {42, ASV_WIRE_FILE_SEAL, 60000, 41}});
    add(ASV_WIRE_CHUNKS, (struct asv_wire_message){.body.chunks = {42, 960, 40}});
    add(ASV_WIRE_RECEIPT, object_of(index_of("receipt")));
    add(ASV_WIRE_DESTROY, object_of(index_of("destruction")));
    add(ASV_WIRE_BULLETIN, object_of(index_of("bulletin")));
    add(ASV_WIRE_REVOCATIONS, object_of(index_of("revocations")));
    add(ASV_WIRE_CONFIGURATION, object_of(index_of("configuration")));
    add(ASV_WIRE_TIME, (struct asv_wire_message){.body.time = {INT64_C(1767592800000), 15}});
    add(ASV_WIRE_ASSIGNMENT, object_of(index_of("assignment")));
    add(ASV_WIRE_INDICATOR, (struct asv_wire_message){.body.indicator = {ASV_WIRE_INDICATE_TRANSFER, 437}});
    add(ASV_WIRE_ERASURES, (struct asv_wire_message){.body.erasures = {ASV_WIRE_MAX_ERASURES}});
    struct asv_wire_message ack = {.body.erasures_ack = {.number = 41}};
    memset(ack.body.erasures_ack.record, 0xac, sizeof ack.body.erasures_ack.record);
    add(ASV_WIRE_ERASURES_ACK, ack);
    add(ASV_WIRE_FINISH, (struct asv_wire_message){.body.finish = {ASV_WIRE_FINISH_READY}});
    add(ASV_WIRE_INVENTORY, (struct asv_wire_message){0});
}

static void add_status(void)
{
    struct asv_wire_message status = {
        .body.status_reply =
            {
                .last_number = 43,
                .clips = 2,
                .erasures = 1,
                .log_first = 1,
                .log_next = 3,
                .store_bytes = UINT64_C(64) << 30,
                .free_bytes = UINT64_C(48) << 30,
                .battery_percent = 81,
                .flags = ASV_WIRE_STATUS_CHARGING,
                .firmware = "1.0.0",
                .bulletin = 2,
                .revocations = 7,
                .configuration = 4,
                .assignment = 9,
                .policy_version = 5,
            },
    };
    memset(status.body.status_reply.epoch, 0xe0, sizeof status.body.status_reply.epoch);
    memset(status.body.status_reply.firmware_digest, 0xf0, ASV_SHA256_BYTES);
    memset(status.body.status_reply.assignment_id, 0xa0, sizeof status.body.status_reply.assignment_id);
    add(ASV_WIRE_REPLY | ASV_WIRE_STATUS, status);
}

static void add_replies(void)
{
    const struct asv_sample *erasure = &asv_samples()->samples[index_of("erasure")];
    struct asv_wire_message erased = {.body.erased.record = {erasure->data, erasure->len}};
    static const uint8_t piece[41] = "forty-one bytes, the last ones of a seal";
    struct asv_wire_message clock = {
        .body.clock_reply =
            {
                .dock_mono_ms = UINT64_C(0x0102030405),
                .wall_ms = INT64_C(1767592800000),
                .mono_ms = 5000,
                .clock_state = ASV_CLOCK_HOLDOVER,
                .last_sync_wall_ms = INT64_C(1767500000000),
                .clock_source = ASV_CLOCK_DOCK,
            },
    };
    memset(clock.body.clock_reply.boot, 0xb0, sizeof clock.body.clock_reply.boot);
    add(ASV_WIRE_ERROR,
        (struct asv_wire_message){.body.error = {ASV_WIRE_CODE_RANGE, 41234, "file ends at: 41234"}});
    add(ASV_WIRE_REPLY | ASV_WIRE_CLOCK, clock);
    add_status();
    add(ASV_WIRE_REPLY | ASV_WIRE_LOG,
        (struct asv_wire_message){.body.log_reply.block = {all.log_block, all.log_block_len}});
    add(ASV_WIRE_REPLY | ASV_WIRE_CLIPS,
        (struct asv_wire_message){
            .body.clips_reply = {false, 2, {all.clip_entries, sizeof all.clip_entries}}});
    add(ASV_WIRE_REPLY | ASV_WIRE_FILE,
        (struct asv_wire_message){.body.file_reply = {42, ASV_WIRE_FILE_SEAL, 60000, {piece, sizeof piece}}});
    add(ASV_WIRE_REPLY | ASV_WIRE_RECEIPT, erased);
    erased.body.erased.record = (struct asv_bytes){all.destroyed, all.destroyed_len};
    add(ASV_WIRE_REPLY | ASV_WIRE_DESTROY, erased);
    add(ASV_WIRE_REPLY | ASV_WIRE_BULLETIN, (struct asv_wire_message){.body.done = {2}});
    add(ASV_WIRE_REPLY | ASV_WIRE_REVOCATIONS, (struct asv_wire_message){.body.done = {7}});
    add(ASV_WIRE_REPLY | ASV_WIRE_CONFIGURATION, (struct asv_wire_message){.body.done = {4}});
    add(ASV_WIRE_REPLY | ASV_WIRE_TIME,
        (struct asv_wire_message){.body.time_reply = {INT64_C(1767592799000), INT64_C(1767592800000), 5001}});
    add(ASV_WIRE_REPLY | ASV_WIRE_ASSIGNMENT, (struct asv_wire_message){.body.done = {9}});
    add(ASV_WIRE_REPLY | ASV_WIRE_INDICATOR, (struct asv_wire_message){.body.done = {0}});
    add(ASV_WIRE_REPLY | ASV_WIRE_ERASURES,
        (struct asv_wire_message){.body.erasures_reply = {5, 2, {all.erasures, 2 * (2 + erasure->len)}}});
    add(ASV_WIRE_REPLY | ASV_WIRE_ERASURES_ACK, (struct asv_wire_message){.body.done = {4}});
    add(ASV_WIRE_REPLY | ASV_WIRE_FINISH, (struct asv_wire_message){.body.done = {0}});
    const struct asv_sample *inventory = &asv_samples()->samples[index_of("inventory")];
    add(ASV_WIRE_REPLY | ASV_WIRE_INVENTORY,
        (struct asv_wire_message){.body.inventory.inventory = {inventory->data, inventory->len}});
}

const struct asv_wire_samples *asv_wire_samples(void)
{
    if (made != 0) {
        return &all;
    }
    must(asv_crypto_init(), "crypto");
    all.hello = (struct asv_wire_hello){
        .version_count = 1,
        .versions = {ASV_WIRE_VERSION_1},
        .suite_count = 1,
        .suites = {ASV_SUITE_1},
        .frame_chunks = ASV_WIRE_MAX_FRAME_CHUNKS,
        .requests = ASV_WIRE_MAX_REQUESTS,
        .asked_bytes = ASV_WIRE_MAX_ASKED_BYTES,
    };
    memcpy(all.hello.agency, asv_samples()->agency.id, sizeof all.hello.agency);
    all.hello_reply = (struct asv_wire_hello_reply){ASV_WIRE_VERSION_1, ASV_SUITE_1,
                                                    ASV_WIRE_MAX_FRAME_CHUNKS, 8, ASV_WIRE_MAX_ASKED_BYTES};
    make_lists();
    make_log();
    make_record();
    add_requests();
    add_replies();
    return &all;
}

const struct asv_wire_sample *asv_wire_sample(uint16_t type)
{
    const struct asv_wire_samples *samples = asv_wire_samples();
    for (size_t i = 0; i < made; i++) {
        if (samples->samples[i].message.type == type) {
            return &samples->samples[i];
        }
    }
    abort();
}
