/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/sequencer.h"

#include <inttypes.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "server/base/fail.h"
#include "server/cli/keepers.h"
#include "server/cli/ledger_audit.h"
#include "server/ledger/checkpoint.h"
#include "server/ledger/entry.h"
#include "server/ledger/kind.h"
#include "server/ledger/proof.h"

#define KEEPER_PUT_BACK "its store comes from an earlier time; two people decide: asservat ledger begin"

/* ---- tiles of the database ---- */

static enum asv_status read_tile(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    struct asv_db_tiles *view = ctx;
    size_t len = 0;
    enum asv_status status =
        asv_db_ledger_tile(view->db, view->log, (uint8_t)tile->level, tile->index, out, &len, err);
    if (status == ASV_OK && len < (size_t)tile->width * ASV_SHA256_BYTES) {
        status = asv_failf(err, ASV_E_DIGEST, "ledger: tile %" PRIu64 " of level %u has only %zu hashes",
                           tile->index, tile->level, len / ASV_SHA256_BYTES);
    }
    return status;
}

struct asv_tiles asv_db_tiles(struct asv_db_tiles *view)
{
    return (struct asv_tiles){.read = read_tile, .ctx = view};
}

/* ---- where the ledger stands ---- */

/* Waits for the note that was asked for. */
static enum asv_status read_note(struct asv_keeper_client *keeper, enum asv_status status, uint32_t request,
                                 char *note, struct asv_checkpoint *out, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    struct asv_note parsed;
    status = asv_keeper_wait(keeper, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status == ASV_OK && reply.signature.len > ASV_DB_LEDGER_NOTE_BYTES) {
        status = asv_fail(err, ASV_E_LIMIT, "ledger: the keeper's note is too long");
    }
    if (status != ASV_OK) {
        return status;
    }
    memcpy(note, reply.signature.data, reply.signature.len);
    note[reply.signature.len] = '\0';
    status = asv_note_parse(&parsed, (struct asv_bytes){(uint8_t *)note, reply.signature.len}, err);
    return status == ASV_OK ? asv_checkpoint_parse(out, parsed.text, err) : status;
}

enum asv_status asv_sequencer_last_signed(struct asv_keeper_client *keeper, const char *origin, char *note,
                                          struct asv_checkpoint *out, struct asv_err *err)
{
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_last_checkpoint(keeper, origin, &request, err);
    return read_note(keeper, status, request, note, out, err);
}

enum asv_status asv_sequencer_knows(struct asv_db *db, const char *origin, bool *known, struct asv_err *err)
{
    struct asv_db_ledger_log logs[ASV_DB_LEDGER_LOGS];
    size_t count = ASV_DB_LEDGER_LOGS;
    uint16_t after = 0;
    enum asv_status status = ASV_OK;
    *known = false;
    while (status == ASV_OK && count == ASV_DB_LEDGER_LOGS && !*known) {
        status = asv_db_ledger_logs(db, after, logs, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            *known = *known || strcmp(logs[i].origin, origin) == 0;
            after = logs[i].number;
        }
    }
    return status;
}

/* The last log of which a head is stored (its number 0: none), and the number of the one of this origin (0:
 * there is none). */
static enum asv_status find_stored(struct asv_db *db, const char *origin, struct asv_db_ledger_log *last,
                                   uint16_t *number, struct asv_err *err)
{
    struct asv_db_ledger_log logs[ASV_DB_LEDGER_LOGS];
    size_t count = ASV_DB_LEDGER_LOGS;
    uint16_t after = 0;
    enum asv_status status = ASV_OK;
    *last = (struct asv_db_ledger_log){0};
    *number = 0;
    while (status == ASV_OK && count == ASV_DB_LEDGER_LOGS) {
        status = asv_db_ledger_logs(db, after, logs, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            after = logs[i].number;
            *number = strcmp(logs[i].origin, origin) == 0 ? after : *number;
            *last = logs[i].signed_size > 0 ? logs[i] : *last;
        }
    }
    return status;
}

/* Whether the keeper remembers less of what was before than the database has: its store was put back. */
static bool keeper_forgot(const struct asv_checkpoint *before, const struct asv_db_ledger_log *last,
                          uint16_t number)
{
    return number == last->number ? before->head.size < last->signed_size
                                  : number != 0 && number < last->number;
}

static enum asv_status stored_head(struct asv_sequencer *sequencer, uint16_t log, char *note,
                                   struct asv_checkpoint *out, struct asv_err *err)
{
    size_t len = 0;
    struct asv_note parsed;
    enum asv_status status =
        asv_db_ledger_note(sequencer->db, log, (uint8_t *)note, ASV_DB_LEDGER_NOTE_BYTES, &len, err);
    if (status == ASV_OK) {
        status = asv_note_parse(&parsed, (struct asv_bytes){(uint8_t *)note, len}, err);
    }
    return status == ASV_OK ? asv_checkpoint_parse(out, parsed.text, err) : status;
}

/* LG-124: the last head that was signed before the ledger of this origin, of whichever one: the keeper's
 * word, also when the database has lost a whole ledger. A keeper that never had one before it (a new one), or
 * that forgot what it signed, leaves it to the database. *there false: no head was signed before it. */
static enum asv_status head_before(struct asv_sequencer *sequencer, const char *origin, char *note,
                                   struct asv_checkpoint *out, bool *there, struct asv_err *err)
{
    struct asv_db_ledger_log last = {0};
    uint16_t number = 0;
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_checkpoint_before(sequencer->keeper, origin, &request, err);
    status = read_note(sequencer->keeper, status, request, note, out, err);
    *there = status == ASV_OK;
    if (*there || status == ASV_E_NOT_FOUND) {
        status = find_stored(sequencer->db, *there ? out->origin : "", &last, &number, err);
    }
    if (status == ASV_OK && last.number != 0 && (!*there || keeper_forgot(out, &last, number))) {
        *there = true;
        status = stored_head(sequencer, last.number, note, out, err);
    }
    return status;
}

/* Keeps a head that the keeper signed, of the log that was loaded; *stored false: another sequencer began the
 * next one meanwhile, and what stood under this head came into that. */
static enum asv_status store(struct asv_sequencer *sequencer, const struct asv_tree_head *head,
                             const char *note, bool *stored, struct asv_err *err)
{
    struct asv_db_ledger_log *log = &sequencer->log;
    enum asv_db_outcome outcome = ASV_DB_DONE;
    enum asv_status status =
        asv_db_ledger_signed(sequencer->db, log->number, head->size, head->root, note, &outcome, err);
    *stored = status == ASV_OK && outcome != ASV_DB_CONFLICT;
    log->signed_size = *stored ? head->size : log->signed_size;
    return status;
}

/* LG-106: the last head of the log that ends now, when it was signed and not stored, because somebody died in
 * between: what stands under it stays there. LG-119: one that its tiles do not lead to, whatever is wrong
 * with them, is not its own. */
static enum asv_status store_last(struct asv_sequencer *sequencer, const struct asv_checkpoint *last,
                                  const char *note, struct asv_err *err)
{
    const struct asv_db_ledger_log *log = &sequencer->log;
    struct asv_db_tiles view = {sequencer->db, log->number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    uint8_t root[ASV_SHA256_BYTES];
    struct asv_err why = {0};
    bool stored = false;
    if (strcmp(last->origin, log->origin) != 0 || last->head.size <= log->signed_size ||
        last->head.size > log->size) {
        return ASV_OK;
    }
    enum asv_status status = asv_proof_root(root, last->head.size, &tiles, &why);
    if (asv_audit_is_away(status)) {
        return asv_failf(err, status, "%s", why.text);
    }
    return status == ASV_OK && memcmp(root, last->head.root, sizeof root) == 0
               ? store(sequencer, &last->head, note, &stored, err)
               : ASV_OK;
}

/* LG-055: people began a ledger, the first one or another one. Its first entry names the last head that was
 * signed of the one before; one of which no head was signed comes into it as a whole. */
static enum asv_status begin_log(struct asv_sequencer *sequencer, const char *origin, struct asv_err *err)
{
    const struct asv_db_ledger_log *log = &sequencer->log;
    char note[ASV_DB_LEDGER_NOTE_BYTES + 1];
    uint8_t before[8 + ASV_SHA256_BYTES + ASV_DB_LEDGER_ORIGIN_SIZE];
    struct asv_checkpoint last = {0};
    struct asv_writer writer;
    bool there = false;
    asv_writer_init(&writer, before, sizeof before);
    enum asv_status status = head_before(sequencer, origin, note, &last, &there, err);
    if (status == ASV_OK && there) {
        status = store_last(sequencer, &last, note, err);
    }
    if (status == ASV_OK && there) {
        asv_write_u64(&writer, last.head.size);
        asv_write_bytes(&writer, last.head.root, sizeof last.head.root);
        asv_write_bytes(&writer, last.origin, strlen(last.origin));
    }
    if (status == ASV_OK) {
        status = asv_db_ledger_begin(sequencer->db, (uint16_t)(log->number + 1), origin,
                                     (struct asv_bytes){before, writer.len}, err);
    }
    if (status == ASV_E_EXISTS) {
        status = asv_failf(err, ASV_E_MISMATCH,
                           "ledger: the keeper signs for %s, which has ended here: " KEEPER_PUT_BACK, origin);
    }
    return status == ASV_OK ? asv_db_ledger_newest(sequencer->db, &sequencer->log, err) : status;
}

/* LG-054: what the keeper signed is a beginning of what is here, or the database comes from an earlier time;
 * and it remembers all that it signed, or it comes from an earlier time itself.
 * A head that was signed and not stored, because somebody died in between, is stored now. */
static enum asv_status compare_with_signed(struct asv_sequencer *sequencer, const struct asv_checkpoint *last,
                                           const char *note, bool *stored, struct asv_err *err)
{
    struct asv_db_ledger_log *log = &sequencer->log;
    struct asv_db_tiles view = {sequencer->db, log->number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    uint8_t root[ASV_SHA256_BYTES] = {0};
    enum asv_status status = ASV_OK;
    *stored = true;
    sequencer->kept_size = last->head.size;
    if (last->head.size < log->signed_size) {
        return asv_failf(err, ASV_E_MISMATCH,
                         "ledger: the keeper signed a head of %" PRIu64 " entries and remembers only %" PRIu64
                         ": " KEEPER_PUT_BACK,
                         log->signed_size, last->head.size);
    }
    if (last->head.size == 0) {
        return ASV_OK;
    }
    if (last->head.size <= log->size) {
        status = asv_proof_root(root, last->head.size, &tiles, err);
    }
    if (status == ASV_OK &&
        (last->head.size > log->size || memcmp(root, last->head.root, sizeof root) != 0)) {
        status = asv_failf(err, ASV_E_MISMATCH,
                           "ledger: the keeper signed a head of %" PRIu64 " entries that the %" PRIu64
                           " in this database do not lead to: the database comes from an earlier time; two "
                           "people decide: asservat ledger begin",
                           last->head.size, log->size);
    }
    return status == ASV_OK && last->head.size > log->signed_size
               ? store(sequencer, &last->head, note, stored, err)
               : status;
}

/* The keeper knows of no ledger. Where there is one, it has another store than the one that signed. Asked
 * again, as it may have begun in between. */
static enum asv_status judge_none(struct asv_sequencer *sequencer, char *note, struct asv_checkpoint *last,
                                  struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = asv_db_ledger_newest(sequencer->db, &sequencer->log, &why);
    if (status == ASV_E_NOT_FOUND) {
        return asv_fail(err, status, "no ledger yet: two people begin one, asservat ledger begin");
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", why.text);
    }
    status = asv_sequencer_last_signed(sequencer->keeper, NULL, note, last, err);
    return status == ASV_E_NOT_FOUND
               ? asv_failf(err, ASV_E_MISMATCH,
                           "ledger: the keeper knows of no ledger, and a head of %" PRIu64
                           " entries was signed of %.120s: " KEEPER_PUT_BACK,
                           sequencer->log.signed_size, sequencer->log.origin)
               : status;
}

/* The log that goes on, here and at the keeper. */
static enum asv_status find_log(struct asv_sequencer *sequencer, char *note, struct asv_checkpoint *last,
                                struct asv_err *err)
{
    struct asv_err why = {0};
    sequencer->log = (struct asv_db_ledger_log){0};
    enum asv_status status = asv_sequencer_last_signed(sequencer->keeper, NULL, note, last, &why);
    if (status == ASV_E_NOT_FOUND) {
        status = judge_none(sequencer, note, last, err);
    } else if (status != ASV_OK) {
        return asv_failf(err, status, "%s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_db_ledger_newest(sequencer->db, &sequencer->log, err);
        status = status == ASV_E_NOT_FOUND ? ASV_OK : status;
    }
    if (status == ASV_OK && strcmp(sequencer->log.origin, last->origin) != 0) {
        return begin_log(sequencer, last->origin, err);
    }
    return status == ASV_OK && last->head.size < sequencer->log.signed_size /* by another one, in between */
               ? asv_sequencer_last_signed(sequencer->keeper, sequencer->log.origin, note, last, err)
               : status;
}

static enum asv_status load(struct asv_sequencer *sequencer, struct asv_err *err)
{
    char note[ASV_DB_LEDGER_NOTE_BYTES + 1];
    struct asv_checkpoint last = {0};
    uint8_t root[ASV_SHA256_BYTES];
    bool stored = false;
    enum asv_status status = find_log(sequencer, note, &last, err);
    struct asv_db_tiles view = {sequencer->db, sequencer->log.number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    if (status == ASV_OK) {
        status = asv_tree_load(&sequencer->tree, sequencer->log.size, &tiles, err);
    }
    if (status == ASV_OK) {
        asv_tree_root(&sequencer->tree, root);
        if (memcmp(root, sequencer->log.root, sizeof root) != 0) { /* LG-053 */
            status = asv_failf(err, ASV_E_DIGEST,
                               "ledger: the tiles of %s do not make its head: somebody changed the database",
                               sequencer->log.origin);
        }
    }
    if (status == ASV_OK) {
        status = compare_with_signed(sequencer, &last, note, &stored, err);
    }
    sequencer->loaded = status == ASV_OK && stored;
    return status;
}

/* ---- a batch ---- */

static enum asv_status collect_tile(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                                    struct asv_err *err)
{
    struct asv_sequencer *sequencer = ctx;
    if (sequencer->tile_count == ASV_SEQUENCER_TILES) {
        return asv_fail(err, ASV_E_INTERNAL, "ledger: a batch changes more tiles than it can");
    }
    struct asv_sequencer_tile *kept = &sequencer->tiles[sequencer->tile_count++];
    kept->tile = *tile;
    memcpy(kept->hashes, hashes, (size_t)tile->width * ASV_SHA256_BYTES);
    return ASV_OK;
}

static enum asv_status add_entry(struct asv_sequencer *sequencer, size_t i, struct asv_bytes *entry,
                                 struct asv_err *err)
{
    const struct asv_db_ledger_event *event = &sequencer->events[i];
    const struct asv_tile_sink sink = {.write = collect_tile, .ctx = sequencer};
    struct asv_ledger_event head = {.kind = event->kind, .recorded_ms = event->recorded_ms};
    struct asv_err why = {0};
    uint8_t leaf[ASV_SHA256_BYTES];
    memcpy(head.id, event->id, sizeof head.id);
    memcpy(sequencer->entries[i], event->entry, event->entry_len);
    *entry = (struct asv_bytes){sequencer->entries[i], event->entry_len};
    enum asv_status status =
        event->entry_len > 0
            ? ASV_OK
            : asv_ledger_entry_write(sequencer->entries[i], &entry->len, &head,
                                     (struct asv_bytes){event->facts, event->facts_len},
                                     (struct asv_bytes){event->closed, event->closed_len}, event->key,
                                     event->names_camera ? event->day_key : NULL, &why);
    if (status != ASV_OK) {
        return asv_failf(err, status, "ledger: what waits at position %" PRId64 " makes no entry: %s",
                         event->position, why.text);
    }
    asv_merkle_leaf(leaf, entry->data, entry->len);
    return asv_tree_append(&sequencer->next, leaf, &sink, err);
}

static enum asv_status append(struct asv_sequencer *sequencer, size_t count, struct asv_err *err)
{
    const struct asv_tile_sink sink = {.write = collect_tile, .ctx = sequencer};
    struct asv_db_ledger_tile tiles[ASV_SEQUENCER_TILES];
    struct asv_bytes entries[ASV_DB_LEDGER_BATCH];
    int64_t positions[ASV_DB_LEDGER_BATCH];
    uint8_t root[ASV_SHA256_BYTES];
    enum asv_db_outcome outcome = ASV_DB_DONE;
    enum asv_status status = ASV_OK;
    sequencer->next = sequencer->tree;
    sequencer->tile_count = 0;
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        positions[i] = sequencer->events[i].position;
        status = add_entry(sequencer, i, &entries[i], err);
    }
    if (status == ASV_OK) {
        status = asv_tree_partials(&sequencer->next, &sink, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    for (size_t i = 0; i < sequencer->tile_count; i++) {
        const struct asv_sequencer_tile *kept = &sequencer->tiles[i];
        tiles[i] = (struct asv_db_ledger_tile){
            .level = (uint8_t)kept->tile.level,
            .index = kept->tile.index,
            .hashes = {kept->hashes, (size_t)kept->tile.width * ASV_SHA256_BYTES}};
    }
    asv_tree_root(&sequencer->next, root);
    const struct asv_db_ledger_growth growth = {.log = sequencer->log.number,
                                                .size = sequencer->log.size,
                                                .old_root = sequencer->log.root,
                                                .root = root,
                                                .count = count,
                                                .positions = positions,
                                                .entries = entries,
                                                .tile_count = sequencer->tile_count,
                                                .tiles = tiles};
    status = asv_db_ledger_append(sequencer->db, &growth, &outcome, err);
    if (status == ASV_OK && outcome == ASV_DB_DONE) {
        sequencer->tree = sequencer->next;
        sequencer->log.size = sequencer->tree.size;
        memcpy(sequencer->log.root, root, sizeof root);
    } else {
        sequencer->loaded = false; /* another one was quicker, or it is not known whether this one was */
    }
    return status;
}

enum asv_status asv_sequencer_append(struct asv_sequencer *sequencer, size_t *count, struct asv_err *err)
{
    *count = 0;
    enum asv_status status = sequencer->loaded ? ASV_OK : load(sequencer, err);
    if (status == ASV_OK && sequencer->loaded) {
        status = asv_db_ledger_take(sequencer->db, sequencer->events, count, err);
    }
    if (status == ASV_OK && *count > 0) {
        status = append(sequencer, *count, err);
    }
    asv_wipe(sequencer->events, *count * sizeof *sequencer->events);
    sequencer->loaded = sequencer->loaded && status == ASV_OK;
    *count = sequencer->loaded ? *count : 0;
    return status;
}

/* ---- signing: LG-052 ---- */

enum asv_status asv_sequencer_sign(struct asv_sequencer *sequencer, struct asv_err *err)
{
    struct asv_db_ledger_log *log = &sequencer->log;
    struct asv_db_tiles view = {sequencer->db, log->number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    struct asv_keeper_reply reply;
    struct asv_proof proof;
    char note[ASV_DB_LEDGER_NOTE_BYTES + 1];
    struct asv_tree_head signed_head = {.size = log->size};
    bool stored = false;
    uint32_t request = 0;
    if (!sequencer->loaded || log->size == sequencer->kept_size) {
        return ASV_OK;
    }
    enum asv_status status = asv_proof_make_consistency(&proof, sequencer->kept_size, log->size, &tiles, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(signed_head.root, log->root, sizeof signed_head.root);
    const struct asv_keeper_head head = {.origin = log->origin,
                                         .old_size = sequencer->kept_size,
                                         .new_size = log->size,
                                         .root = log->root,
                                         .proof = {proof.hash[0], proof.count * ASV_SHA256_BYTES}};
    status = asv_keeper_client_sign_checkpoint(sequencer->keeper, &head, &request, err);
    status = asv_keeper_wait(sequencer->keeper, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status == ASV_E_STATE || status == ASV_E_MISMATCH) {
        /* Another sequencer had a larger head signed. If not, load() says what is wrong. */
        sequencer->loaded = false;
        return ASV_OK;
    }
    if (status == ASV_OK && reply.signature.len >= sizeof note) {
        status = asv_fail(err, ASV_E_LIMIT, "ledger: the keeper's note is too long");
    }
    if (status == ASV_OK) {
        memcpy(note, reply.signature.data, reply.signature.len);
        note[reply.signature.len] = '\0';
        status = store(sequencer, &signed_head, note, &stored, err);
    }
    sequencer->kept_size = stored ? signed_head.size : sequencer->kept_size;
    sequencer->loaded = stored; /* otherwise another head was signed last, or it is not known which */
    return status;
}
