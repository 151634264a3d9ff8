/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The index's rows as bytes, and what no correct writer makes of them (K-013). */
#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/keeper/index.h"
#include "server/statement/statement.h"

/* ---- entries ---- */

static void write_entry(struct asv_writer *out, const void *row)
{
    const struct asv_entry *entry = row;
    asv_write_bytes(out, entry->id, sizeof entry->id);
    asv_write_u8(out, entry->kind);
    asv_write_u32(out, entry->date);
    asv_write_bytes(out, entry->subject, sizeof entry->subject);
    asv_write_i64(out, entry->due_ms);
    asv_write_u64(out, entry->generation);
    asv_write_bytes(out, entry->kek, sizeof entry->kek);
    asv_write_bytes(out, entry->digest, sizeof entry->digest);
}

static enum asv_status read_entry(struct asv_reader *in, void *row)
{
    struct asv_entry *entry = row;
    if (asv_read_copy(in, entry->id, sizeof entry->id) != ASV_OK || asv_read_u8(in, &entry->kind) != ASV_OK ||
        asv_read_u32(in, &entry->date) != ASV_OK ||
        asv_read_copy(in, entry->subject, sizeof entry->subject) != ASV_OK ||
        asv_read_i64(in, &entry->due_ms) != ASV_OK || asv_read_u64(in, &entry->generation) != ASV_OK ||
        asv_read_copy(in, entry->kek, sizeof entry->kek) != ASV_OK ||
        asv_read_copy(in, entry->digest, sizeof entry->digest) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (entry->kind != ASV_ENTRY_DAY && entry->kind != ASV_ENTRY_RESERVE) {
        return ASV_E_UNSUPPORTED;
    }
    bool day = entry->kind == ASV_ENTRY_DAY;
    bool good = day == (entry->date != 0) && day == asv_is_zero(entry->subject, sizeof entry->subject) &&
                entry->date <= 99991231 && entry->due_ms >= 0 && (!day || entry->due_ms > 0);
    return good ? ASV_OK : ASV_E_MALFORMED;
}

/* ---- cameras ---- */

static void write_camera(struct asv_writer *out, const void *row)
{
    const struct asv_index_camera *camera = row;
    asv_write_bytes(out, camera->cert, sizeof camera->cert);
    asv_write_u64(out, camera->number);
    asv_write_bytes(out, camera->digest, sizeof camera->digest);
}

static enum asv_status read_camera(struct asv_reader *in, void *row)
{
    struct asv_index_camera *camera = row;
    bool good = asv_read_copy(in, camera->cert, sizeof camera->cert) == ASV_OK &&
                asv_read_u64(in, &camera->number) == ASV_OK &&
                asv_read_copy(in, camera->digest, sizeof camera->digest) == ASV_OK;
    return good ? ASV_OK : ASV_E_MALFORMED;
}

/* ---- kept clips ---- */

static void write_kept(struct asv_writer *out, const void *row)
{
    const struct asv_kept *kept = row;
    asv_write_bytes(out, kept->header, sizeof kept->header);
    asv_write_u8(out, kept->state);
    asv_write_u8(out, kept->blocks);
    asv_write_u8(out, kept->corrected);
    asv_write_u8(out, kept->released);
    asv_write_bytes(out, kept->file_key, sizeof kept->file_key);
    asv_write_i64(out, kept->due_ms);
    asv_write_i64(out, kept->period_ms);
    asv_write_i64(out, kept->forget_ms);
    asv_write_i64(out, kept->ended_ms);
    asv_write_i64(out, kept->held_ms);
    asv_write_bytes(out, kept->incident, sizeof kept->incident);
    asv_write_bytes(out, kept->decision, sizeof kept->decision);
    asv_write_bytes(out, kept->camera, sizeof kept->camera);
    asv_write_u32(out, kept->key_date);
    asv_write_bytes(out, kept->blocker, sizeof kept->blocker);
}

/* What was said of its day and of its release, where that makes a difference. */
static bool marks_are_good(const struct asv_kept *kept)
{
    bool lived = kept->state != ASV_KEEPER_PLAIN && kept->state != ASV_KEEPER_GONE;
    return kept->corrected <= (lived ? 1 : 0) &&
           kept->released <= (lived && kept->state != ASV_KEEPER_HELD ? 1 : 0);
}

/* A key where there must be one, an end where there must be one, and a decision behind a hold. */
static bool kept_is_good(const struct asv_kept *kept)
{
    bool decided = kept->state == ASV_KEEPER_PENDING || kept->state == ASV_KEEPER_HELD;
    bool has_key = decided || kept->state == ASV_KEEPER_RUNS;
    bool ends = kept->state == ASV_KEEPER_RUNS || kept->state == ASV_KEEPER_PENDING;
    return kept->blocks == (kept->blocks & 0xf0) &&
           (has_key || asv_is_zero(kept->file_key, sizeof kept->file_key)) && ends == (kept->due_ms > 0) &&
           kept->due_ms >= 0 && kept->period_ms >= 0 && kept->forget_ms > 0 && marks_are_good(kept) &&
           (kept->state == ASV_KEEPER_OVER) == (kept->ended_ms > 0) && kept->ended_ms >= 0 &&
           kept->held_ms >= 0 && (kept->held_ms == 0 || kept->state == ASV_KEEPER_HELD) &&
           decided != asv_is_zero(kept->decision, sizeof kept->decision) &&
           decided != asv_is_zero(kept->incident, sizeof kept->incident) && kept->key_date <= 99991231 &&
           (kept->state == ASV_KEEPER_PLAIN || (!asv_is_zero(kept->camera, sizeof kept->camera) &&
                                                asv_is_zero(kept->blocker, sizeof kept->blocker)));
}

static enum asv_status read_kept(struct asv_reader *in, void *row)
{
    struct asv_kept *kept = row;
    if (asv_read_copy(in, kept->header, sizeof kept->header) != ASV_OK ||
        asv_read_u8(in, &kept->state) != ASV_OK || asv_read_u8(in, &kept->blocks) != ASV_OK ||
        asv_read_u8(in, &kept->corrected) != ASV_OK || asv_read_u8(in, &kept->released) != ASV_OK ||
        asv_read_copy(in, kept->file_key, sizeof kept->file_key) != ASV_OK ||
        asv_read_i64(in, &kept->due_ms) != ASV_OK || asv_read_i64(in, &kept->period_ms) != ASV_OK ||
        asv_read_i64(in, &kept->forget_ms) != ASV_OK || asv_read_i64(in, &kept->ended_ms) != ASV_OK ||
        asv_read_i64(in, &kept->held_ms) != ASV_OK ||
        asv_read_copy(in, kept->incident, sizeof kept->incident) != ASV_OK ||
        asv_read_copy(in, kept->decision, sizeof kept->decision) != ASV_OK ||
        asv_read_copy(in, kept->camera, sizeof kept->camera) != ASV_OK ||
        asv_read_u32(in, &kept->key_date) != ASV_OK ||
        asv_read_copy(in, kept->blocker, sizeof kept->blocker) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (kept->state > ASV_KEEPER_OVER) {
        return ASV_E_UNSUPPORTED;
    }
    return kept_is_good(kept) ? ASV_OK : ASV_E_MALFORMED;
}

/* ---- people ---- */

static void write_person(struct asv_writer *out, const void *row)
{
    const struct asv_index_person *person = row;
    asv_write_bytes(out, person->credential, sizeof person->credential);
    asv_write_u8(out, person->state);
    asv_write_bytes(out, person->person, sizeof person->person);
    asv_write_bytes(out, person->badge, sizeof person->badge);
    asv_write_u16(out, person->roles);
    asv_write_i64(out, person->until_ms);
    asv_write_u8(out, person->algorithm);
    asv_write_bytes(out, person->pk, sizeof person->pk);
}

static enum asv_status read_person(struct asv_reader *in, void *row)
{
    struct asv_index_person *person = row;
    if (asv_read_copy(in, person->credential, sizeof person->credential) != ASV_OK ||
        asv_read_u8(in, &person->state) != ASV_OK ||
        asv_read_copy(in, person->person, sizeof person->person) != ASV_OK ||
        asv_read_copy(in, person->badge, sizeof person->badge) != ASV_OK ||
        asv_read_u16(in, &person->roles) != ASV_OK || asv_read_i64(in, &person->until_ms) != ASV_OK ||
        asv_read_u8(in, &person->algorithm) != ASV_OK ||
        asv_read_copy(in, person->pk, sizeof person->pk) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (person->state < ASV_PERSON_FOUNDED || person->state > ASV_PERSON_REVOKED ||
        (person->algorithm != ASV_ALG_ED25519 && person->algorithm != ASV_ALG_ES256)) {
        return ASV_E_UNSUPPORTED;
    }
    return person->roles != 0 && person->roles <= ASV_ROLES_ALL && person->until_ms > 0 ? ASV_OK
                                                                                        : ASV_E_MALFORMED;
}

/* ---- recipients ---- */

static void write_recipient(struct asv_writer *out, const void *row)
{
    const struct asv_index_recipient *recipient = row;
    asv_write_bytes(out, recipient->pk, sizeof recipient->pk);
    asv_write_bytes(out, recipient->name, sizeof recipient->name);
    asv_write_u8(out, recipient->ended);
}

static enum asv_status read_recipient(struct asv_reader *in, void *row)
{
    struct asv_index_recipient *recipient = row;
    bool good = asv_read_copy(in, recipient->pk, sizeof recipient->pk) == ASV_OK &&
                asv_read_copy(in, recipient->name, sizeof recipient->name) == ASV_OK &&
                asv_read_u8(in, &recipient->ended) == ASV_OK && recipient->ended <= 1;
    return good ? ASV_OK : ASV_E_MALFORMED;
}

/* ---- holds ahead ---- */

static void write_ahead(struct asv_writer *out, const void *row)
{
    const struct asv_index_ahead *ahead = row;
    asv_write_bytes(out, ahead->decision, sizeof ahead->decision);
    asv_write_bytes(out, ahead->camera, sizeof ahead->camera);
    asv_write_i64(out, ahead->from_ms);
    asv_write_i64(out, ahead->until_ms);
    asv_write_i64(out, ahead->decided_ms);
    asv_write_i64(out, ahead->since_ms);
    asv_write_bytes(out, ahead->incident, sizeof ahead->incident);
    asv_write_u16(out, ahead->left);
    asv_write_u8(out, ahead->key_count);
    for (unsigned i = 0; i < ahead->key_count; i++) {
        asv_write_bytes(out, ahead->keys[i].id, sizeof ahead->keys[i].id);
        asv_write_u32(out, ahead->keys[i].date);
        asv_write_i64(out, ahead->keys[i].due_ms);
        asv_write_bytes(out, ahead->keys[i].sk, sizeof ahead->keys[i].sk);
    }
}

/* Ascending by id, each once. That the id is its key's is not looked at: the index is read at each commit,
 * and what is wrong opens nothing. */
static enum asv_status read_copies(struct asv_reader *in, struct asv_index_ahead *ahead)
{
    for (unsigned i = 0; i < ahead->key_count; i++) {
        struct asv_ahead_key *key = &ahead->keys[i];
        if (asv_read_copy(in, key->id, sizeof key->id) != ASV_OK || asv_read_u32(in, &key->date) != ASV_OK ||
            asv_read_i64(in, &key->due_ms) != ASV_OK ||
            asv_read_copy(in, key->sk, sizeof key->sk) != ASV_OK ||
            (key->date != 0 && (key->due_ms != 0 || !asv_date_exists(key->date))) || key->due_ms < 0 ||
            asv_is_zero(key->sk, sizeof key->sk) ||
            (i > 0 && memcmp(key[-1].id, key->id, sizeof key->id) >= 0)) {
            return ASV_E_MALFORMED;
        }
    }
    return ASV_OK;
}

static enum asv_status read_ahead(struct asv_reader *in, void *row)
{
    struct asv_index_ahead *ahead = row;
    if (asv_read_copy(in, ahead->decision, sizeof ahead->decision) != ASV_OK ||
        asv_read_copy(in, ahead->camera, sizeof ahead->camera) != ASV_OK ||
        asv_read_i64(in, &ahead->from_ms) != ASV_OK || asv_read_i64(in, &ahead->until_ms) != ASV_OK ||
        asv_read_i64(in, &ahead->decided_ms) != ASV_OK || asv_read_i64(in, &ahead->since_ms) != ASV_OK ||
        asv_read_copy(in, ahead->incident, sizeof ahead->incident) != ASV_OK ||
        asv_read_u16(in, &ahead->left) != ASV_OK || asv_read_u8(in, &ahead->key_count) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (asv_is_zero(ahead->camera, sizeof ahead->camera) ||
        asv_is_zero(ahead->incident, sizeof ahead->incident) || ahead->key_count == 0 ||
        ahead->key_count > ASV_AHEAD_KEYS || ahead->from_ms < 0 || ahead->from_ms >= ahead->until_ms ||
        ahead->decided_ms < 0 || ahead->since_ms <= 0) {
        return ASV_E_MALFORMED;
    }
    return read_copies(in, ahead);
}

/* ---- decided proposals ---- */

static void write_decided(struct asv_writer *out, const void *row)
{
    const struct asv_index_decided *decided = row;
    asv_write_bytes(out, decided->proposal, sizeof decided->proposal);
    asv_write_u8(out, decided->how);
    asv_write_bytes(out, decided->answer, sizeof decided->answer);
    asv_write_bytes(out, decided->alone, sizeof decided->alone);
    asv_write_i64(out, decided->until_ms);
    asv_write_i64(out, decided->at_ms);
}

static enum asv_status read_decided(struct asv_reader *in, void *row)
{
    struct asv_index_decided *decided = row;
    if (asv_read_copy(in, decided->proposal, sizeof decided->proposal) != ASV_OK ||
        asv_read_u8(in, &decided->how) != ASV_OK ||
        asv_read_copy(in, decided->answer, sizeof decided->answer) != ASV_OK ||
        asv_read_copy(in, decided->alone, sizeof decided->alone) != ASV_OK ||
        asv_read_i64(in, &decided->until_ms) != ASV_OK || asv_read_i64(in, &decided->at_ms) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (decided->how < ASV_DECIDED_DONE || decided->how > ASV_DECIDED_SHOWN) {
        return ASV_E_UNSUPPORTED;
    }
    return decided->until_ms > 0 && decided->at_ms >= 0 ? ASV_OK : ASV_E_MALFORMED;
}

/* ---- policies ---- */

static void write_policy(struct asv_writer *out, const void *row)
{
    const struct asv_index_policy *policy = row;
    asv_write_bytes(out, policy->decision, sizeof policy->decision);
    asv_write_bytes(out, policy->digest, sizeof policy->digest);
    asv_write_u32(out, policy->version);
    asv_write_u16(out, policy->days);
    asv_write_u32(out, policy->from_date);
}

static enum asv_status read_policy(struct asv_reader *in, void *row)
{
    struct asv_index_policy *policy = row;
    bool good = asv_read_copy(in, policy->decision, sizeof policy->decision) == ASV_OK &&
                asv_read_copy(in, policy->digest, sizeof policy->digest) == ASV_OK &&
                asv_read_u32(in, &policy->version) == ASV_OK && asv_read_u16(in, &policy->days) == ASV_OK &&
                asv_read_u32(in, &policy->from_date) == ASV_OK && policy->version > 0 && policy->days > 0 &&
                policy->days <= ASV_STATEMENT_DAYS_MAX && policy->from_date > 0 &&
                policy->from_date <= 99991231;
    return good ? ASV_OK : ASV_E_MALFORMED;
}

/* ---- ledgers ---- */

static void write_ledger(struct asv_writer *out, const void *row)
{
    const struct asv_index_ledger *ledger = row;
    asv_write_bytes(out, ledger->id, sizeof ledger->id);
    asv_write_bytes(out, ledger->before, sizeof ledger->before);
    asv_write_u8(out, ledger->ended);
    asv_write_u64(out, ledger->size);
    asv_write_bytes(out, ledger->root, sizeof ledger->root);
    asv_write_text8(out, ledger->origin);
}

static enum asv_status read_ledger(struct asv_reader *in, void *row)
{
    struct asv_index_ledger *ledger = row;
    uint8_t id[ASV_SHA256_BYTES];
    bool good = asv_read_copy(in, ledger->id, sizeof ledger->id) == ASV_OK &&
                asv_read_copy(in, ledger->before, sizeof ledger->before) == ASV_OK &&
                asv_read_u8(in, &ledger->ended) == ASV_OK && ledger->ended <= 1 &&
                asv_read_u64(in, &ledger->size) == ASV_OK &&
                asv_read_copy(in, ledger->root, sizeof ledger->root) == ASV_OK &&
                asv_read_text8(in, ledger->origin, sizeof ledger->origin) == ASV_OK;
    asv_sha256(id, ledger->origin, good ? strlen(ledger->origin) : 0);
    return good && ledger->origin[0] != '\0' && memcmp(id, ledger->id, sizeof id) == 0 ? ASV_OK
                                                                                       : ASV_E_MALFORMED;
}

/* ---- hand-overs, and their clips ---- */

static void write_handover(struct asv_writer *out, const void *row)
{
    const struct asv_index_handover *handover = row;
    asv_write_bytes(out, handover->proposal, sizeof handover->proposal);
    asv_write_bytes(out, handover->answer, sizeof handover->answer);
    asv_write_i64(out, handover->taken_ms);
    asv_write_i64(out, handover->until_ms);
    asv_write_u32(out, handover->lines);
    asv_write_u8(out, handover->noted);
}

static enum asv_status read_handover(struct asv_reader *in, void *row)
{
    struct asv_index_handover *handover = row;
    bool good = asv_read_copy(in, handover->proposal, sizeof handover->proposal) == ASV_OK &&
                asv_read_copy(in, handover->answer, sizeof handover->answer) == ASV_OK &&
                asv_read_i64(in, &handover->taken_ms) == ASV_OK &&
                asv_read_i64(in, &handover->until_ms) == ASV_OK &&
                asv_read_u32(in, &handover->lines) == ASV_OK && asv_read_u8(in, &handover->noted) == ASV_OK &&
                handover->taken_ms > 0 && handover->until_ms > handover->taken_ms && handover->noted <= 1;
    return good ? ASV_OK : ASV_E_MALFORMED;
}

static void write_handed(struct asv_writer *out, const void *row)
{
    const struct asv_index_handed *handed = row;
    asv_write_bytes(out, handed->proposal, sizeof handed->proposal);
    asv_write_bytes(out, handed->header, sizeof handed->header);
    asv_write_u8(out, handed->clear);
}

static enum asv_status read_handed(struct asv_reader *in, void *row)
{
    struct asv_index_handed *handed = row;
    bool good = asv_read_copy(in, handed->proposal, sizeof handed->proposal) == ASV_OK &&
                asv_read_copy(in, handed->header, sizeof handed->header) == ASV_OK &&
                asv_read_u8(in, &handed->clear) == ASV_OK && handed->clear <= 1;
    return good ? ASV_OK : ASV_E_MALFORMED;
}

/* ---- all of them ---- */

static const struct {
    size_t bytes;
    void (*write)(struct asv_writer *out, const void *row);
    enum asv_status (*read)(struct asv_reader *in, void *row);
} codecs[ASV_INDEX_TABLES] = {
    [ASV_INDEX_ENTRIES] = {16 + 1 + 4 + 32 + 8 + 8 + 32 + 32, write_entry, read_entry},
    [ASV_INDEX_CAMERAS] = {32 + 8 + 32, write_camera, read_camera},
    [ASV_INDEX_KEPT] = {32 + 4 + 16 + 5 * 8 + 16 + 32 + 32 + 4 + 16, write_kept, read_kept},
    [ASV_INDEX_PEOPLE] = {32 + 1 + 16 + 32 + 2 + 8 + 1 + 64, write_person, read_person},
    [ASV_INDEX_RECIPIENTS] = {32 + 32 + 1, write_recipient, read_recipient},
    [ASV_INDEX_AHEADS] = {32 + 32 + 4 * 8 + 16 + 2 + 1 + ASV_AHEAD_KEYS * (16 + 4 + 8 + 32), write_ahead,
                          read_ahead},
    [ASV_INDEX_DECIDED] = {32 + 1 + 32 + 32 + 8 + 8, write_decided, read_decided},
    [ASV_INDEX_POLICIES] = {32 + 32 + 4 + 2 + 4, write_policy, read_policy},
    [ASV_INDEX_LEDGERS] = {32 + 32 + 1 + 8 + 32 + 1 + ASV_KEEPER_ORIGIN_MAX, write_ledger, read_ledger},
    [ASV_INDEX_HANDOVERS] = {32 + 32 + 8 + 8 + 4 + 1, write_handover, read_handover},
    [ASV_INDEX_HANDED] = {32 + 32 + 1, write_handed, read_handed},
};

size_t asv_index_row_bytes(enum asv_index_table table)
{
    return codecs[table].bytes;
}

void asv_index_row_write(struct asv_writer *out, enum asv_index_table table, const void *row)
{
    codecs[table].write(out, row);
}

enum asv_status asv_index_row_read(struct asv_reader *in, enum asv_index_table table, void *out)
{
    return codecs[table].read(in, out);
}
