/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* One recording after the other: its parts, as the camera and the dock signed them. */
#include <string.h>

#include "server/base/fail.h"
#include "server/vault/commit.h"
#include "server/verify/handed_internal.h"

/* A part of the recording that is looked at. */
struct looked {
    struct asv_handed *it;
    size_t i;
    struct asv_inputs inputs; /* PAYLOAD: what is signed of sealed.age */
    struct asv_input file;    /* sealed.age */
    struct asv_input sealed;  /* its payload, to its end */
    struct asv_age_header header;
    uint8_t nonce[ASV_NONCE_BYTES];
    uint8_t last[ASV_FINAL_CIPHER_BYTES]; /* of the payload */
    bool ended;
    uint8_t begin[ASV_AGE_HEADER_MAX_BYTES + ASV_NONCE_BYTES];
};

#define FAIL(looked, kind, part, status, ...)                                                           \
    asv_handed_fail((looked)->it, kind,                                                                 \
                    asv_handed_part_name((char[ASV_HANDED_PATH_BYTES]){""}, (looked)->i, part), status, \
                    __VA_ARGS__)

/* ---- what is there ---- */

static const struct asv_handed_file *find(const struct looked *looked, const char *part)
{
    char name[ASV_HANDED_PATH_BYTES];
    return asv_handed_find(looked->it, asv_handed_part_name(name, looked->i, part));
}

static enum asv_status open_part(struct looked *looked, enum asv_part part, struct asv_err *err)
{
    const struct asv_handed_file *file = find(looked, asv_input_name(part));
    return file == NULL ? ASV_OK : asv_handed_input(looked->it, file, &looked->inputs.part[part], err);
}

static bool has_original(const struct looked *looked)
{
    return asv_plan_has_original(looked->it->recordings[looked->i].plan.form);
}

/* HO-100 */
static enum asv_status check_there(const struct looked *looked)
{
    static const char *const always[] = {"seal", "chain", "commit"};
    static const char *const forms[][3] = {
        [ASV_PLAN_SEALED] = {"sealed.age"},
        [ASV_PLAN_WHOLE] = {"sealed.age", "playable.mp4", "file.key"},
        [ASV_PLAN_EXCERPT] = {"sealed.age", "excerpt.mp4", "excerpt.proof"},
        [ASV_PLAN_EXCERPT_ONLY] = {"excerpt.mp4", "excerpt.proof"}};
    uint8_t form = looked->it->recordings[looked->i].plan.form;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        if (find(looked, always[i]) == NULL) {
            return FAIL(looked, ASV_HANDED_MISSING, always[i], ASV_E_NOT_FOUND, "a part of a recording");
        }
    }
    for (size_t i = 0; i < 3 && forms[form][i] != NULL; i++) {
        if (find(looked, forms[form][i]) == NULL) {
            return FAIL(looked, ASV_HANDED_MISSING, forms[form][i], ASV_E_NOT_FOUND,
                        "a part of a recording in this form");
        }
    }
    return ASV_OK;
}

/* ---- the age file ---- */

/* Wrapped for as many as the plan says, by their keys. */
static enum asv_status check_stanzas(const struct looked *looked)
{
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    static const char type[] = "X25519";
    asv_reader_init(&reader, looked->header.stanzas.data, looked->header.stanzas.len);
    while (asv_reader_left(&reader) > 0) {
        if (asv_age_stanza_read(&reader, &stanza) != ASV_OK || stanza.type.len != sizeof type - 1 ||
            memcmp(stanza.type.data, type, stanza.type.len) != 0) {
            return FAIL(looked, ASV_HANDED_SEALED, "sealed.age", ASV_E_UNSUPPORTED,
                        "wrapped for something else than an X25519 key");
        }
    }
    return looked->header.stanza_count == looked->it->plan.recipient_count
               ? ASV_OK
               : FAIL(looked, ASV_HANDED_SEALED, "sealed.age", ASV_E_MISMATCH,
                      "wrapped for %zu keys, and the plan has %u", looked->header.stanza_count,
                      (unsigned)looked->it->plan.recipient_count);
}

static enum asv_status read_sealed(struct looked *looked, struct asv_err *err)
{
    struct asv_input *file = &looked->file;
    size_t got = 0;
    enum asv_status status = asv_handed_input(looked->it, find(looked, "sealed.age"), file, err);
    if (status == ASV_OK) {
        status = asv_input_read(file, 0, looked->begin, sizeof looked->begin, &got, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_age_header_read(&looked->header, looked->begin, got);
    size_t len = looked->header.text.len + ASV_NONCE_BYTES;
    if (status != ASV_OK || got < len || file->size - len < sizeof looked->last) {
        return FAIL(looked, ASV_HANDED_SEALED, "sealed.age", status != ASV_OK ? status : ASV_E_MALFORMED,
                    "not an age file");
    }
    memcpy(looked->nonce, looked->begin + looked->header.text.len, sizeof looked->nonce);
    looked->sealed = asv_input_part(file, len, file->size - len);
    status = asv_input_read(&looked->sealed, looked->sealed.size - sizeof looked->last, looked->last,
                            sizeof looked->last, &got, err);
    return status == ASV_OK ? check_stanzas(looked) : status;
}

/* Whether the seal's last frame is its end. What it says is judged later: of a seal that is none, anything.
 */
static enum asv_status find_end(struct looked *looked, struct asv_err *err)
{
    uint8_t frame[ASV_SEAL_FRAME_HEADER_BYTES];
    const struct asv_input *seal = &looked->inputs.part[ASV_PART_SEAL];
    size_t got = sizeof frame;
    enum asv_status status = ASV_OK;
    for (uint64_t at = 0; status == ASV_OK && got == sizeof frame;
         at += sizeof frame + asv_load_be32(frame + 1)) {
        status = asv_input_read(seal, at, frame, sizeof frame, &got, err);
        looked->ended = looked->ended || (got == sizeof frame && frame[0] == ASV_FRAME_END);
    }
    return status;
}

/* Of a recording that was cut, the last chunk stands in the seal, and was not written by the camera. */
static void set_payload(struct looked *looked)
{
    uint64_t size = looked->sealed.size - (looked->ended ? 0 : sizeof looked->last);
    const struct asv_handed_file *file = find(looked, "sealed.age");
    looked->inputs.part[ASV_PART_PAYLOAD] = asv_input_part(&looked->sealed, 0, size);
    if (looked->sealed.offset == file->offset + file->leaves.begin) {
        looked->inputs.leaves = &file->leaves;
    }
}

/* HO-111: without the original, what was signed about it is all there is. */
static enum asv_status take_payload(struct looked *looked, struct asv_err *err)
{
    if (!has_original(looked)) {
        looked->inputs.payload_stays = true;
        looked->it->left[ASV_HANDED_LEFT_ORIGINALS] = true;
        return ASV_OK;
    }
    enum asv_status status = read_sealed(looked, err);
    if (status == ASV_OK) {
        status = find_end(looked, err);
    }
    if (status == ASV_OK) {
        set_payload(looked);
    }
    return status;
}

/* ---- what was signed ---- */

/* The dock's certificates, by what its record says of it; that it is the dock's is judged with the rest. */
static enum asv_status find_dock(struct looked *looked, struct asv_err *err)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    struct asv_commit commit;
    struct asv_bytes view = {0};
    struct asv_handed *it = looked->it;
    if (!it->anchors.has_root) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_input_load(&looked->inputs.part[ASV_PART_COMMIT], data, sizeof data, &view, err);
    if (status == ASV_E_IO) {
        return status;
    }
    if (status != ASV_OK || asv_commit_decode(&commit, view.data, view.len, NULL, NULL) != ASV_OK) {
        return ASV_OK; /* a finding of its own */
    }
    status = asv_handed_find_dock(it, commit.dock_cert, err);
    it->left[ASV_HANDED_LEFT_NO_DOCK] |= status == ASV_OK && !it->anchors.has_dock;
    return status;
}

/* HO-101 */
static enum asv_status judge(const struct looked *looked)
{
    static const struct {
        enum asv_check check;
        const char *part;
        enum asv_handed_kind kind;
    } all[] = {{ASV_CHECK_SEAL, "seal", ASV_HANDED_RECORDING},
               {ASV_CHECK_PAYLOAD, "sealed.age", ASV_HANDED_RECORDING},
               {ASV_CHECK_ORIGIN, "chain", ASV_HANDED_RECORDING},
               {ASV_CHECK_REVOCATIONS, "chain", ASV_HANDED_RECORDING},
               {ASV_CHECK_LINK, "link", ASV_HANDED_RECORDING},
               {ASV_CHECK_COMMIT, "commit", ASV_HANDED_RECORDING},
               {ASV_CHECK_COMMIT_SIGNATURE, "commit", ASV_HANDED_DOCK},
               {ASV_CHECK_RECEIPT, "receipt", ASV_HANDED_RECORDING},
               {ASV_CHECK_RECEIPT_SIGNATURE, "receipt", ASV_HANDED_DOCK}};
    const struct asv_report *report = &looked->it->report;
    const struct asv_verdict *verdict = &report->verdict;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct asv_err *why = &report->err[all[i].check];
        if (report->finding[all[i].check] == ASV_FINDING_BAD) {
            return FAIL(looked, all[i].kind, all[i].part, ASV_E_MISMATCH, "%.200s",
                        why->text[0] != '\0' ? why->text : asv_integrity_name((uint8_t)verdict->integrity));
        }
    }
    bool stored =
        report->origin_checked
            ? asv_verdict_is_stored((uint8_t)verdict->integrity, (uint8_t)verdict->provenance)
            : verdict->integrity == ASV_INTEGRITY_VALID || verdict->integrity == ASV_INTEGRITY_TRUNCATED;
    return stored ? ASV_OK
                  : FAIL(looked, ASV_HANDED_RECORDING, "seal", ASV_E_MISMATCH, "%s, %s",
                         asv_integrity_name((uint8_t)verdict->integrity),
                         asv_provenance_name((uint8_t)verdict->provenance));
}

/* HO-102: the age file is that of this recording, and of what is signed of it. */
static enum asv_status check_sealed(const struct looked *looked)
{
    const struct asv_seal_result *seal = &looked->it->report.seal;
    if (memcmp(looked->nonce, seal->header.nonce, sizeof looked->nonce) != 0) {
        return FAIL(looked, ASV_HANDED_SEALED, "sealed.age", ASV_E_MISMATCH,
                    "the nonce is not the one that was signed");
    }
    return memcmp(looked->last, seal->checkpoint.final_chunk, sizeof looked->last) == 0
               ? ASV_OK
               : FAIL(looked, ASV_HANDED_SEALED, "sealed.age", ASV_E_MISMATCH,
                      "the last chunk is not the one that was signed");
}

static enum asv_status check_signed(struct looked *looked, struct asv_err *err)
{
    struct asv_handed *it = looked->it;
    enum asv_status status = find_dock(looked, err);
    if (status == ASV_OK) {
        status = asv_check_clip(&it->report, &looked->inputs, &it->anchors, &it->parts, err);
    }
    if (status == ASV_OK) {
        status = judge(looked);
    }
    if (status == ASV_OK && has_original(looked)) {
        status = check_sealed(looked);
    }
    it->recordings[looked->i].integrity = (uint8_t)it->report.verdict.integrity;
    it->recordings[looked->i].provenance =
        it->report.origin_checked ? (uint8_t)it->report.verdict.provenance : 0;
    return status;
}

/* ---- all of it ---- */

static enum asv_status check_one(struct looked *looked, struct asv_err *err)
{
    static const enum asv_part parts[] = {ASV_PART_SEAL,  ASV_PART_LINK,   ASV_PART_TAIL,
                                          ASV_PART_CHAIN, ASV_PART_COMMIT, ASV_PART_RECEIPT};
    enum asv_status status = check_there(looked);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == ASV_OK; i++) {
        status = open_part(looked, parts[i], err);
    }
    if (status == ASV_OK) {
        status = take_payload(looked, err);
    }
    if (status == ASV_OK) {
        status = check_signed(looked, err);
    }
    if (status == ASV_OK) {
        asv_handed_note_series(looked->it, looked->i);
        status = asv_handed_check_claims(looked->it, looked->i);
    }
    if (status == ASV_OK) {
        status = asv_handed_check_markers(looked->it, looked->i, &looked->inputs.part[ASV_PART_SEAL], err);
    }
    if (status == ASV_OK) {
        status = asv_handed_check_content(looked->it, looked->i, &looked->sealed, &looked->header, err);
    }
    return status;
}

enum asv_status asv_handed_check_recordings(struct asv_handed *it, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < it->clip_count && status == ASV_OK; i++) {
        struct looked looked = {.it = it, .i = i, .file = {.fd = -1}, .sealed = {.fd = -1}};
        for (size_t part = 0; part < ASV_PART_COUNT; part++) {
            looked.inputs.part[part] = (struct asv_input){.fd = -1};
        }
        status = check_one(&looked, err);
        asv_inputs_close(&looked.inputs);
        asv_input_close(&looked.file);
    }
    return status;
}
