/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sim/camera_rig.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/trust.h"

static void must(enum asv_status status, const struct asv_err *err, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "rig: %s: %s: %s\n", what, asv_status_name(status), err == NULL ? "" : err->text);
        abort();
    }
}

/* A private key follows from its day; the reserve key from day 0 and the bulletin's number. */
static void day_key(const struct asv_rig *rig, uint32_t date, uint64_t number, uint8_t sk[ASV_X25519_BYTES])
{
    uint8_t text[24];
    asv_store_be64(text, rig->agency.seed);
    asv_store_be64(text + 8, date);
    asv_store_be64(text + 16, date == 0 ? number : 0);
    asv_sha256(sk, text, sizeof text);
}

void asv_rig_days(struct asv_bulletin_key *days, uint16_t count, uint32_t date, int64_t start_ms)
{
    for (uint16_t i = 0; i < count; i++) {
        days[i] = (struct asv_bulletin_key){.date = date + i,
                                            .start_ms = start_ms + i * ASV_RIG_DAY_MS,
                                            .end_ms = start_ms + (i + 1) * ASV_RIG_DAY_MS};
    }
}

void asv_rig_make_bulletin(struct asv_rig *rig, uint64_t number, const struct asv_bulletin_key *days,
                           uint16_t count)
{
    struct asv_bulletin_key keys[ASV_RIG_DAYS_MAX];
    uint8_t sk[ASV_X25519_BYTES];
    struct asv_writer writer;
    assert(count <= ASV_RIG_DAYS_MAX);
    struct asv_bulletin bulletin = {.number = number,
                                    .issued_ms = ASV_TEST_NOW_MS,
                                    .policy_version = 3,
                                    .key_count = count,
                                    .keeper.encoded = rig->agency.keeper.chain.encoded};
    memcpy(bulletin.agency, rig->agency.id, sizeof bulletin.agency);
    memcpy(bulletin.camera_cert, rig->agency.camera.cert_digest, sizeof bulletin.camera_cert);
    if (number > 1 && rig->bulletin.number != 0) {
        asv_object_digest(bulletin.previous, &rig->bulletin.object);
    } else if (number > 1) {
        memset(bulletin.previous, 1, sizeof bulletin.previous);
    }
    for (uint16_t i = 0; i < count; i++) {
        keys[i] = days[i];
        day_key(rig, keys[i].date, number, sk);
        asv_x25519_public(keys[i].pk, sk);
    }
    day_key(rig, 0, number, sk);
    asv_x25519_public(bulletin.reserve.pk, sk);
    asv_writer_init(&writer, rig->bulletin_data, sizeof rig->bulletin_data);
    must(asv_bulletin_encode(&writer, &bulletin, keys, rig->agency.keeper.sk), NULL, "bulletin");
    must(asv_write_end(&writer, &rig->bulletin_len), NULL, "bulletin");
    must(asv_bulletin_decode(&rig->bulletin, rig->bulletin_data, rig->bulletin_len, &rig->err), &rig->err,
         "bulletin");
}

void asv_rig_key(const struct asv_rig *rig, const uint8_t id[ASV_KEY_ID_BYTES], uint8_t sk[ASV_X25519_BYTES])
{
    struct asv_bulletin_key key;
    must(asv_bulletin_find(&rig->bulletin, id, &key), NULL, "key");
    day_key(rig, key.date, rig->bulletin.number, sk);
}

enum asv_status asv_rig_try_boot(struct asv_rig *rig)
{
    struct asv_store_options options = {.firmware.version = "asservat-camera test"};
    assert(rig->store == NULL);
    memset(options.firmware.digest, 0x5a, sizeof options.firmware.digest);
    return asv_store_open(&rig->store, &rig->flash.flash, &rig->world.world, &options, &rig->err);
}

void asv_rig_boot(struct asv_rig *rig)
{
    must(asv_rig_try_boot(rig), &rig->err, "boot");
}

void asv_rig_shut(struct asv_rig *rig)
{
    asv_store_close(rig->store);
    rig->store = NULL;
}

void asv_rig_crash(struct asv_rig *rig, enum asv_flash_mem_loss loss, uint64_t tear_seed)
{
    asv_rig_shut(rig);
    asv_flash_mem_reboot(&rig->flash, loss, tear_seed);
}

void asv_rig_init(struct asv_rig *rig, uint64_t seed)
{
    struct asv_camera_identity identity = {.model = "Test", .serial = "CAMERA-1"};
    struct asv_bulletin_key days[10];
    must(asv_crypto_init(), NULL, "crypto");
    memset(rig, 0, sizeof *rig);
    asv_test_agency_init(&rig->agency, seed);
    asv_test_world_init(&rig->world, seed);
    asv_flash_mem_init(&rig->flash);
    memcpy(identity.signing_seed, rig->agency.camera.sk, sizeof identity.signing_seed);
    memcpy(identity.kx_sk, rig->agency.camera.kx_sk, sizeof identity.kx_sk);
    must(asv_store_init(&rig->flash.flash, &rig->world.world, &identity, &rig->err), &rig->err, "init");
    asv_rig_days(days, 10, 20260105, ASV_RIG_START_MS);
    asv_rig_make_bulletin(rig, 1, days, 10);
    asv_rig_boot(rig);
    must(asv_store_install(rig->store, (struct asv_bytes){rig->agency.root.pk, sizeof rig->agency.root.pk},
                           rig->agency.camera.chain.encoded,
                           (struct asv_bytes){rig->bulletin_data, rig->bulletin_len}, &rig->err),
         &rig->err, "install");
    must(asv_store_set_time(rig->store, rig->world.wall, ASV_CLOCK_RTC, NULL, NULL), NULL, "time");
    asv_rig_shut(rig);
    asv_flash_mem_reboot(&rig->flash, ASV_FLASH_MEM_DROP, 0);
}

void asv_rig_free(struct asv_rig *rig)
{
    asv_rig_shut(rig);
    asv_flash_mem_free(&rig->flash);
}

enum asv_status asv_rig_record(struct asv_rig *rig, const uint8_t *stream, size_t len, size_t piece,
                               uint64_t step_ms)
{
    const struct asv_recorder_options options = {.full_speed = true};
    struct asv_recorder *recorder = calloc(1, sizeof *recorder);
    assert(recorder != NULL);
    enum asv_status status = asv_recorder_open(recorder, rig->store, &options, &rig->err);
    for (size_t at = 0; at < len && status == ASV_OK; at += piece) {
        status = asv_recorder_feed(recorder, stream + at, len - at < piece ? len - at : piece, &rig->err);
        asv_test_world_step(&rig->world, step_ms);
    }
    if (status == ASV_OK) {
        status = asv_recorder_source_ended(recorder, &rig->err);
    }
    asv_recorder_close(recorder);
    free(recorder);
    return status;
}

/* ---- judging ---- */

/* A whole file; *data NULL when there is none. */
static void load(struct asv_rig *rig, uint64_t number, const char *name, uint8_t **data, size_t *len)
{
    const struct asv_flash *flash = &rig->flash.flash;
    char path[ASV_FLASH_PATH_MAX + 1];
    uint64_t size = 0;
    *data = NULL;
    *len = 0;
    asv_store_clip_path(path, number, name);
    if (flash->ops->size(flash->ctx, path, &size) != ASV_OK) {
        return;
    }
    *data = malloc(size == 0 ? 1 : (size_t)size);
    assert(*data != NULL);
    must(flash->ops->read(flash->ctx, path, 0, *data, (size_t)size, len), NULL, "read");
}

struct leaves {
    const uint8_t *payload;
    size_t payload_len;
    struct asv_chunk_ranges wrong;
    struct asv_rig_verdict *out;
    size_t unsigned_records;
    uint64_t key_offsets[256];
};

static enum asv_status note_record(void *ctx, const struct asv_seal_record *record)
{
    struct leaves *leaves = ctx;
    size_t at = leaves->out->record_count + leaves->unsigned_records++;
    assert(at < ASV_RIG_RECORDS_MAX);
    leaves->out->records[at] = *record;
    return ASV_OK;
}

static enum asv_status note_checkpoint(void *ctx, const struct asv_seal_checkpoint *checkpoint)
{
    struct leaves *leaves = ctx;
    assert(leaves->out->checkpoint_count < 256);
    leaves->key_offsets[leaves->out->checkpoint_count++] = checkpoint->key_frame_offset;
    leaves->out->record_count += leaves->unsigned_records;
    leaves->unsigned_records = 0;
    assert(checkpoint->key_frame_offset == 0 ||
           checkpoint->key_frame_offset < checkpoint->chunks * ASV_CHUNK_PLAIN_BYTES);
    return ASV_OK;
}

static enum asv_status check_leaf(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct leaves *leaves = ctx;
    size_t at = (size_t)index * ASV_CHUNK_CIPHER_BYTES;
    if (at + ASV_CHUNK_CIPHER_BYTES <= leaves->payload_len &&
        asv_seal_check_chunk(leaf, leaves->payload + at, ASV_CHUNK_CIPHER_BYTES) != ASV_OK) {
        asv_chunk_ranges_add(&leaves->wrong, index);
    }
    return ASV_OK;
}

static void judge_seal(struct asv_rig *rig, const uint8_t *seal, size_t seal_len, const uint8_t *payload,
                       size_t payload_len, struct asv_rig_verdict *out)
{
    struct leaves leaves = {.payload = payload, .payload_len = payload_len, .out = out};
    const struct asv_seal_events events = {
        .ctx = &leaves, .leaf = check_leaf, .record = note_record, .checkpoint = note_checkpoint};
    struct asv_seal_verifier *verifier = malloc(sizeof *verifier);
    struct asv_seal_signer signer;
    assert(verifier != NULL);
    asv_chunk_ranges_init(&leaves.wrong);
    asv_seal_signer_of(&signer, &rig->agency.camera.chain);
    asv_seal_verifier_init(verifier, &signer, &events);
    if (asv_seal_verifier_feed(verifier, seal, seal_len, &rig->err) != ASV_OK) {
        fprintf(stderr, "rig: seal: %s\n", rig->err.text);
    }
    out->seal = *asv_seal_verifier_result(verifier);
    struct asv_payload_facts facts = {.bytes = payload_len, .wrong = &leaves.wrong};
    size_t signed_len = (size_t)out->seal.checkpoint.chunks * ASV_CHUNK_CIPHER_BYTES;
    if (payload_len > signed_len) {
        size_t rest = payload_len - signed_len;
        memcpy(facts.rest, payload + signed_len, rest < sizeof facts.rest ? rest : sizeof facts.rest);
    }
    asv_verdict_of(&out->verdict, &out->seal, &facts, ASV_PROVENANCE_TRUSTED);
    memcpy(out->key_offsets, leaves.key_offsets, sizeof out->key_offsets);
    free(verifier);
}

static void open_chunks(struct asv_rig *rig, const uint8_t *stanzas, size_t stanzas_len,
                        const uint8_t *payload, struct asv_rig_verdict *out)
{
    uint8_t identity[ASV_X25519_BYTES];
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_seal_opener opener;
    uint64_t chunks = out->seal.checkpoint.chunks;
    asv_rig_key(rig, out->seal.header.stanzas[0].key_id, identity);
    must(asv_seal_stanzas_check(&out->seal.header, (struct asv_bytes){stanzas, stanzas_len}), NULL,
         "stanzas");
    must(asv_seal_unwrap(file_key, &out->seal.header, (struct asv_bytes){stanzas, stanzas_len}, identity),
         NULL, "unwrap");
    must(asv_seal_opener_init(&opener, &out->seal.header, file_key), NULL, "opener");
    out->plain_len = (size_t)chunks * ASV_CHUNK_PLAIN_BYTES;
    out->plain = malloc(out->plain_len + 1);
    assert(out->plain != NULL);
    for (uint64_t i = 0; i < chunks; i++) {
        uint8_t *plain = out->plain + i * ASV_CHUNK_PLAIN_BYTES;
        must(asv_seal_opener_decrypt(&opener, plain, payload + i * ASV_CHUNK_CIPHER_BYTES, i), NULL, "chunk");
        must(asv_seal_opener_disclose(&opener, plain), NULL, "disclosure");
    }
    if (out->seal.has_checkpoint) {
        must(asv_seal_opener_check_disclosure(&opener, &out->seal.checkpoint), NULL, "disclosure root");
        must(asv_seal_opener_check_final(&opener, out->seal.checkpoint.final_chunk, chunks), NULL,
             "final chunk");
    }
    asv_seal_opener_wipe(&opener);
    for (size_t i = 0; i < out->checkpoint_count; i++) {
        uint64_t at = out->key_offsets[i];
        if (at != 0 && (at + 8 > out->plain_len || memcmp(out->plain + at + 4, "moof", 4) != 0)) {
            fprintf(stderr, "rig: checkpoint %u names no moof\n", (unsigned)i);
            abort();
        }
    }
}

bool asv_rig_judge(struct asv_rig *rig, uint64_t number, struct asv_rig_verdict *out)
{
    uint8_t *seal = NULL;
    uint8_t *payload = NULL;
    uint8_t *stanzas = NULL;
    uint8_t *link = NULL;
    size_t seal_len = 0;
    size_t payload_len = 0;
    size_t stanzas_len = 0;
    size_t link_len = 0;
    memset(out, 0, sizeof *out);
    load(rig, number, "seal", &seal, &seal_len);
    if (seal == NULL) {
        return false;
    }
    load(rig, number, "payload", &payload, &payload_len);
    load(rig, number, "stanzas", &stanzas, &stanzas_len);
    load(rig, number, "link", &link, &link_len);
    judge_seal(rig, seal, seal_len, payload, payload_len, out);
    if (out->seal.has_header && out->verdict.integrity != ASV_INTEGRITY_GAP &&
        out->verdict.integrity != ASV_INTEGRITY_INVALID) {
        open_chunks(rig, stanzas, stanzas_len, payload, out);
    }
    if (link != NULL) {
        must(asv_link_read(&out->link, NULL, link, link_len, rig->agency.camera.pk, &rig->err), &rig->err,
             "link");
        must(asv_link_check(&out->link, &out->seal), NULL, "link of its clip");
        out->has_link = true;
    }
    free(seal);
    free(payload);
    free(stanzas);
    free(link);
    return true;
}

void asv_rig_verdict_free(struct asv_rig_verdict *verdict)
{
    free(verdict->plain);
    verdict->plain = NULL;
}

uint64_t asv_rig_judge_all(struct asv_rig *rig)
{
    uint8_t previous[ASV_SHA256_BYTES] = {0};
    struct asv_rig_verdict verdict;
    uint64_t number = 1;
    while (asv_rig_judge(rig, number, &verdict)) {
        bool sound = verdict.verdict.integrity == ASV_INTEGRITY_VALID ||
                     verdict.verdict.integrity == ASV_INTEGRITY_TRUNCATED;
        bool ended = verdict.has_link && verdict.link.ending == ASV_LINK_ENDED;
        if (!sound || verdict.seal.header.number != number || ended != verdict.seal.ended ||
            !verdict.has_link || memcmp(verdict.seal.header.previous, previous, sizeof previous) != 0) {
            fprintf(stderr, "rig: clip %u: integrity %d, number %u, link %d, ended %d\n", (unsigned)number,
                    (int)verdict.verdict.integrity, (unsigned)verdict.seal.header.number,
                    (int)verdict.has_link, (int)verdict.seal.ended);
            abort();
        }
        memcpy(previous, verdict.seal.final_digest, sizeof previous);
        asv_rig_verdict_free(&verdict);
        number++;
    }
    return number - 1;
}

/* A clip's plaintext without the free box that was appended to fill its last chunk; power may have failed
 * between it and the end record. */
static size_t unpadded(const struct asv_rig_verdict *verdict)
{
    size_t len = verdict->plain_len;
    if (verdict->seal.ended) {
        return (size_t)verdict->seal.end.media_bytes;
    }
    for (size_t pad = 8; pad <= 65543 && pad <= len; pad++) {
        const uint8_t *box = verdict->plain + len - pad;
        if (asv_load_be32(box) == pad && memcmp(box + 4, "free", 4) == 0) {
            return len - pad;
        }
    }
    return len;
}

static size_t init_bytes(const uint8_t *plain, size_t len)
{
    if (len < 8) {
        return 0;
    }
    size_t ftyp = asv_load_be32(plain);
    return ftyp + 8 <= len ? ftyp + asv_load_be32(plain + ftyp) : 0;
}

bool asv_rig_is_prefix(struct asv_rig *rig, const uint8_t *stream, size_t len, size_t *got)
{
    struct asv_rig_verdict verdict;
    size_t at = 0;
    bool same = true;
    for (uint64_t number = 1; same && asv_rig_judge(rig, number, &verdict); number++) {
        size_t plain_len = unpadded(&verdict);
        size_t skip = number == 1 ? 0 : init_bytes(verdict.plain, plain_len);
        size_t some = plain_len - (skip < plain_len ? skip : plain_len);
        same = at + some <= len && (some == 0 || memcmp(stream + at, verdict.plain + skip, some) == 0);
        at += some;
        asv_rig_verdict_free(&verdict);
    }
    *got = at;
    return same;
}

size_t asv_rig_log_count(struct asv_rig *rig, uint16_t kind, uint8_t value[ASV_DEVLOG_VALUE_MAX],
                         size_t *value_len)
{
    static uint8_t data[ASV_DEVLOG_MAX_BYTES];
    struct asv_journal_run run;
    struct asv_reader reader;
    struct asv_devlog_entry entry;
    size_t count = 0;
    uint64_t from = 1;
    do {
        must(asv_journal_read(&rig->store->journal, from, 1024, data, sizeof data, &run), NULL, "device log");
        asv_reader_init(&reader, data, run.len);
        while (asv_reader_left(&reader) != 0) {
            must(asv_devlog_entry_decode(&reader, &entry), NULL, "device log entry");
            if (entry.kind == kind) {
                count++;
                if (value != NULL) {
                    memcpy(value, entry.value.data, entry.value.len);
                    *value_len = entry.value.len;
                }
            }
        }
        from = run.first + run.count;
    } while (run.count != 0);
    return count;
}

/* ---- orders ---- */

size_t asv_rig_configuration(struct asv_rig *rig, uint64_t number, uint32_t pre_roll_ms,
                             uint32_t checkpoint_ms, uint8_t out[ASV_CONFIGURATION_MAX_BYTES])
{
    struct asv_configuration configuration = {.number = number,
                                              .issued_ms = ASV_TEST_NOW_MS,
                                              .pre_roll_ms = pre_roll_ms,
                                              .checkpoint_ms = checkpoint_ms,
                                              .policy_version = 3,
                                              .name = "Kamera 1",
                                              .unit = "32-3"};
    struct asv_writer writer;
    size_t len = 0;
    memcpy(configuration.agency, rig->agency.id, sizeof configuration.agency);
    memcpy(configuration.dock_cert, rig->agency.dock.cert_digest, sizeof configuration.dock_cert);
    memcpy(configuration.camera_cert, rig->agency.camera.cert_digest, sizeof configuration.camera_cert);
    asv_writer_init(&writer, out, ASV_CONFIGURATION_MAX_BYTES);
    must(asv_configuration_encode(&writer, &configuration, rig->agency.dock.sk), NULL, "configuration");
    must(asv_write_end(&writer, &len), NULL, "configuration");
    return len;
}

size_t asv_rig_assignment(struct asv_rig *rig, uint64_t number, const char *unit, const char *area,
                          uint8_t out[ASV_ASSIGNMENT_MAX_BYTES])
{
    struct asv_assignment assignment = {.number = number, .issued_ms = ASV_TEST_NOW_MS};
    struct asv_writer writer;
    size_t len = 0;
    memcpy(assignment.agency, rig->agency.id, sizeof assignment.agency);
    memcpy(assignment.dock_cert, rig->agency.dock.cert_digest, sizeof assignment.dock_cert);
    memcpy(assignment.camera_cert, rig->agency.camera.cert_digest, sizeof assignment.camera_cert);
    memset(assignment.id, (int)number, sizeof assignment.id);
    snprintf(assignment.unit, sizeof assignment.unit, "%s", unit);
    snprintf(assignment.area, sizeof assignment.area, "%s", area);
    asv_writer_init(&writer, out, ASV_ASSIGNMENT_MAX_BYTES);
    must(asv_assignment_encode(&writer, &assignment, rig->agency.dock.sk), NULL, "assignment");
    must(asv_write_end(&writer, &len), NULL, "assignment");
    return len;
}

size_t asv_rig_revocations(struct asv_rig *rig, uint64_t number, const uint8_t serial[ASV_CERT_SERIAL_BYTES],
                           uint8_t out[1024])
{
    struct asv_revocations list = {.number = number,
                                   .issued_ms = ASV_TEST_NOW_MS,
                                   .count = 1,
                                   .serials = serial,
                                   .signer = rig->agency.ca.cert};
    struct asv_writer writer;
    size_t len = 0;
    memcpy(list.agency, rig->agency.id, sizeof list.agency);
    asv_writer_init(&writer, out, 1024);
    must(asv_revocations_encode(&writer, &list, rig->agency.ca.sk), NULL, "revocations");
    must(asv_write_end(&writer, &len), NULL, "revocations");
    return len;
}

enum asv_status asv_rig_receipt_sign(struct asv_rig *rig, struct asv_rig_receipt *receipt)
{
    struct asv_writer writer;
    receipt->receipt.extensions = (struct asv_bytes){NULL, 0}; /* it views into what is written now */
    asv_writer_init(&writer, receipt->data, sizeof receipt->data);
    enum asv_status status = asv_receipt_encode(&writer, &receipt->receipt, rig->agency.dock.sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &receipt->len);
    }
    return status == ASV_OK ? asv_receipt_decode(&receipt->receipt, receipt->data, receipt->len, &rig->err)
                            : status;
}

void asv_rig_receipt(struct asv_rig *rig, uint64_t number, struct asv_rig_receipt *out)
{
    struct asv_rig_verdict verdict;
    memset(out, 0, sizeof *out);
    if (!asv_rig_judge(rig, number, &verdict)) {
        must(ASV_E_NOT_FOUND, NULL, "receipt");
    }
    must(asv_store_custody(rig->store, number, &out->receipt.custody, &rig->err), &rig->err, "custody");
    memcpy(out->receipt.dock_cert, rig->agency.dock.cert_digest, sizeof out->receipt.dock_cert);
    memset(out->receipt.session, 9, sizeof out->receipt.session);
    out->receipt.integrity = (uint8_t)verdict.verdict.integrity;
    out->receipt.provenance = ASV_PROVENANCE_TRUSTED;
    out->receipt.kind = ASV_RECEIPT_STORED;
    out->receipt.time_ms = ASV_TEST_NOW_MS;
    must(asv_rig_receipt_sign(rig, out), &rig->err, "receipt");
    asv_rig_verdict_free(&verdict);
}

enum asv_status asv_rig_statement_sign(struct asv_rig *rig, struct asv_rig_statement *statement)
{
    struct asv_writer writer;
    statement->statement.keeper.encoded = rig->agency.keeper.chain.encoded;
    statement->statement.extensions = (struct asv_bytes){NULL, 0}; /* as above */
    asv_writer_init(&writer, statement->data, sizeof statement->data);
    enum asv_status status = asv_destruction_encode(&writer, &statement->statement, rig->agency.keeper.sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &statement->len);
    }
    return status == ASV_OK
               ? asv_destruction_decode(&statement->statement, statement->data, statement->len, &rig->err)
               : status;
}

void asv_rig_statement(struct asv_rig *rig, uint64_t number, struct asv_rig_statement *out)
{
    struct asv_rig_verdict verdict;
    memset(out, 0, sizeof *out);
    if (!asv_rig_judge(rig, number, &verdict)) {
        must(ASV_E_NOT_FOUND, NULL, "statement");
    }
    memcpy(out->statement.agency, rig->agency.id, sizeof out->statement.agency);
    memcpy(out->statement.camera_cert, rig->agency.camera.cert_digest, sizeof out->statement.camera_cert);
    memcpy(out->statement.epoch, verdict.seal.header.epoch, sizeof out->statement.epoch);
    memcpy(out->statement.header, verdict.seal.header_digest, sizeof out->statement.header);
    out->statement.number = number;
    out->statement.reason = ASV_DESTRUCTION_EXPIRED;
    out->statement.issued_ms = ASV_TEST_NOW_MS;
    must(asv_rig_statement_sign(rig, out), &rig->err, "statement");
    asv_rig_verdict_free(&verdict);
}

enum asv_status asv_rig_give_receipt(struct asv_rig *rig, const struct asv_rig_receipt *receipt, uint8_t *out,
                                     size_t *len)
{
    struct asv_camera_device device;
    enum asv_status status = ASV_E_AGAIN;
    asv_camera_device_init(&device, rig->store);
    while (status == ASV_E_AGAIN) {
        status = asv_camera_device_ops.receipt(&device, &receipt->receipt, out, ASV_ERASURE_MAX_BYTES, len,
                                               &rig->err);
    }
    return status;
}

enum asv_status asv_rig_give_statement(struct asv_rig *rig, const struct asv_rig_statement *statement,
                                       uint8_t *out, size_t *len)
{
    struct asv_camera_device device;
    enum asv_status status = ASV_E_AGAIN;
    asv_camera_device_init(&device, rig->store);
    while (status == ASV_E_AGAIN) {
        status = asv_camera_device_ops.destroy(&device, &statement->statement, out, ASV_ERASURE_MAX_BYTES,
                                               len, &rig->err);
    }
    return status;
}
