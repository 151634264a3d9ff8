/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <assert.h>
#include <string.h>

#include "firmware-proto/seal/frames.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/day_end.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/inventory.h"
#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/trust/ruling.h"
#include "server/keeper/protocol_internal.h"
#include "server/statement/credential.h"
#include "server/statement/statement.h"

#define REPLY_BIT    0x80u
#define HEADER_MAX   (ASV_SEAL_FRAME_HEADER_BYTES + ASV_SEAL_HEADER_MAX_BYTES)
#define SHOWN_BYTES  (ASV_SHA256_BYTES + 8)
#define HANDED_BYTES (2 * ASV_SHA256_BYTES + 8 + 1)
#define KEPT_BYTES   (ASV_SHA256_BYTES + 1 + 1 + 8 + 8 + ASV_SHA256_BYTES)

/* Flags of a row of HANDED. */
#define HANDED_CLEAR 0x01u
#define HANDED_NOTED 0x02u

/* The answer to OPENS. */
#define OPENS_NO   0
#define OPENS_YES  1
#define OPENS_HELD 2

/* Slot flags in a STATUS reply. */
#define SLOT_EFFACEABLE 0x01u
#define SLOT_REACHABLE  0x02u
#define SLOT_OPEN       0x04u
#define SLOT_FLAGS      0x07u

/* Leaves room for the frame's length and says where it stands. */
static size_t begin_frame(struct asv_writer *out, uint8_t type, uint32_t request)
{
    size_t at = out->len;
    asv_write_u32(out, 0);
    asv_write_u8(out, ASV_KEEPER_VERSION); /* K-041 */
    asv_write_u8(out, type);
    asv_write_u32(out, request);
    return at;
}

static enum asv_status end_frame(struct asv_writer *out, size_t at, size_t max)
{
    size_t len;
    enum asv_status status = asv_write_end(out, &len);
    if (status != ASV_OK) {
        return status;
    }
    size_t body = len - at - ASV_KEEPER_LENGTH_BYTES;
    if (body > max) {
        return ASV_E_LIMIT;
    }
    asv_store_be32(out->data + at, (uint32_t)body);
    return ASV_OK;
}

static bool chunks_in_order(const struct asv_keeper_request *request)
{
    const struct asv_keeper_chunk *chunk = request->chunks;
    return request->chunk_count <= ASV_KEEPER_OPENS_CHUNKS && /* K-048 */
           (request->chunk_count < 1 || chunk[0].index == 0) &&
           (request->chunk_count < 2 || (chunk[1].index > 0 && chunk[1].index < ASV_CHUNKS_MAX));
}

static bool records_within_limits(const struct asv_keeper_request *request)
{
    bool good = request->record_count <= ASV_KEEPER_RECORDS_MAX;
    for (unsigned i = 0; good && i < request->record_count; i++) {
        good = request->records[i].len <= ASV_CREDENTIAL_MAX_BYTES;
    }
    return good;
}

/* K-266: each once, beside the one that they go with. */
static bool more_within_limits(const struct asv_keeper_request *request)
{
    bool good = request->more_count == 0 ||
                (request->more_count <= ASV_KEEPER_MORE_MAX && request->number != ASV_KEEPER_NO_CLIP);
    for (unsigned i = 0; good && i < request->more_count; i++) {
        good = request->more[i] != request->number && request->more[i] != ASV_KEEPER_NO_CLIP;
        for (unsigned j = 0; good && j < i; j++) {
            good = request->more[j] != request->more[i];
        }
    }
    return good;
}

/* What reading and writing refuse alike. */
static bool within_limits(const struct asv_keeper_request *request)
{
    return request->chain.len <= ASV_CHAIN_MAX_BYTES && request->day_count <= ASV_KEEPER_DAYS_MAX &&
           request->header.len <= HEADER_MAX && request->stanzas.len <= ASV_SEAL_STANZAS_MAX_BYTES &&
           request->proposal.len <= ASV_STATEMENT_MAX_BYTES &&
           request->answer.len <= ASV_STATEMENT_MAX_BYTES && request->open.len <= ASV_STATEMENT_MAX_BYTES &&
           request->agreed.len <= ASV_STATEMENT_MAX_BYTES && request->receipt.len <= ASV_RECEIPT_MAX_BYTES &&
           request->dock.len <= ASV_CHAIN_MAX_BYTES && request->plan.len <= ASV_PLAN_MAX_BYTES &&
           request->inventory.len <= ASV_INVENTORY_MAX_BYTES &&
           request->bulletin.len <= ASV_BULLETIN_MAX_BYTES && records_within_limits(request) &&
           more_within_limits(request) && chunks_in_order(request) && asv_keeper_sign_is_good(request);
}

/* A clip, with what shows that it opens. */
static void write_opens(struct asv_writer *out, const struct asv_keeper_request *request)
{
    asv_write_view16(out, request->chain.data, request->chain.len);
    asv_write_view16(out, request->header.data, request->header.len);
    asv_write_view16(out, request->stanzas.data, request->stanzas.len);
    asv_write_u8(out, request->chunk_count);
    for (unsigned i = 0; i < request->chunk_count; i++) {
        asv_write_u64(out, request->chunks[i].index);
        asv_write_bytes(out, request->chunks[i].data, ASV_CHUNK_CIPHER_BYTES);
    }
}

void asv_keeper_write_statements(struct asv_writer *out, const struct asv_keeper_request *request)
{
    asv_write_view16(out, request->proposal.data, request->proposal.len);
    asv_write_view16(out, request->answer.data, request->answer.len);
    asv_write_u8(out, request->record_count);
    for (unsigned i = 0; i < request->record_count; i++) {
        asv_write_view16(out, request->records[i].data, request->records[i].len);
    }
    asv_write_view16(out, request->plan.data, request->plan.len);
}

static void write_decide(struct asv_writer *out, const struct asv_keeper_request *request)
{
    asv_keeper_write_statements(out, request);
    asv_write_u16(out, request->number);
    asv_write_u8(out, request->more_count);
    for (unsigned i = 0; i < request->more_count; i++) {
        asv_write_u16(out, request->more[i]);
    }
    asv_write_view16(out, request->open.data, request->open.len);
    asv_write_view16(out, request->agreed.data, request->agreed.len);
    write_opens(out, request);
}

static void write_keep(struct asv_writer *out, const struct asv_keeper_request *request)
{
    asv_write_u8(out, request->why);
    asv_write_view16(out, request->chain.data, request->chain.len);
    asv_write_view16(out, request->header.data, request->header.len);
    asv_write_view16(out, request->stanzas.data, request->stanzas.len);
    asv_write_view16(out, request->receipt.data, request->receipt.len);
    asv_write_view16(out, request->dock.data, request->dock.len);
    asv_write_bytes(out, request->digest, sizeof request->digest);
}

static void write_finish(struct asv_writer *out, const struct asv_keeper_request *request)
{
    asv_write_u8(out, request->why);
    asv_write_view16(out, request->chain.data, request->chain.len);
    asv_write_u32(out, request->from_date);
    asv_write_view16(out, request->inventory.data, request->inventory.len);
    asv_write_view16(out, request->bulletin.data, request->bulletin.len);
    asv_write_bytes(out, request->digest, sizeof request->digest);
}

enum asv_status asv_keeper_request_write(struct asv_writer *out, const struct asv_keeper_request *request)
{
    if (request->type < ASV_KEEPER_STATUS || request->type >= ASV_KEEPER_TYPE_END ||
        !within_limits(request)) {
        return ASV_E_USAGE;
    }
    size_t at = begin_frame(out, request->type, request->request);
    switch (request->type) {
    case ASV_KEEPER_MAKE_DAYS:
        asv_write_view16(out, request->chain.data, request->chain.len);
        asv_write_u32(out, request->from_date);
        asv_write_u16(out, request->day_count);
        break;
    case ASV_KEEPER_BULLETIN:
        asv_write_view16(out, request->chain.data, request->chain.len);
        asv_write_u8(out, request->reserve_used ? 1 : 0);
        break;
    case ASV_KEEPER_OPENS:
        write_opens(out, request);
        break;
    case ASV_KEEPER_ORDER:
        asv_write_view16(out, request->chain.data, request->chain.len);
        asv_write_view16(out, request->header.data, request->header.len);
        break;
    case ASV_KEEPER_DECIDE:
        write_decide(out, request);
        break;
    case ASV_KEEPER_KEEP:
        write_keep(out, request);
        break;
    case ASV_KEEPER_FINISH:
        write_finish(out, request);
        break;
    case ASV_KEEPER_CLIPS:
    case ASV_KEEPER_CLIP:
    case ASV_KEEPER_SHOWN:
    case ASV_KEEPER_NOTED:
        asv_write_bytes(out, request->digest, sizeof request->digest);
        break;
    case ASV_KEEPER_HANDED:
        asv_write_bytes(out, request->digest, sizeof request->digest);
        asv_write_bytes(out, request->header_digest, sizeof request->header_digest);
        break;
    case ASV_KEEPER_SIGN:
        asv_keeper_sign_write(out, request);
        break;
    case ASV_KEEPER_DAY_END:
        asv_write_u32(out, request->from_date);
        break;
    default:
        break;
    }
    return end_frame(out, at, ASV_KEEPER_REQUEST_MAX);
}

static enum asv_status read_prefix(struct asv_reader *in, uint8_t *type, uint32_t *request)
{
    uint8_t version;
    if (asv_read_u8(in, &version) != ASV_OK || asv_read_u8(in, type) != ASV_OK ||
        asv_read_u32(in, request) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return version == ASV_KEEPER_VERSION ? ASV_OK : ASV_E_UNSUPPORTED; /* K-041 */
}

static enum asv_status read_bool(struct asv_reader *in, bool *out)
{
    uint8_t value;
    enum asv_status status = asv_read_u8(in, &value);
    if (status == ASV_OK && value > 1) {
        return ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        *out = value == 1;
    }
    return status;
}

static enum asv_status read_make_days(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_view16(in, &out->chain, ASV_CHAIN_MAX_BYTES);
    if (status == ASV_OK) {
        status = asv_read_u32(in, &out->from_date);
    }
    if (status == ASV_OK) {
        status = asv_read_u16(in, &out->day_count);
    }
    return status;
}

static enum asv_status read_bulletin(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_view16(in, &out->chain, ASV_CHAIN_MAX_BYTES);
    return status == ASV_OK ? read_bool(in, &out->reserve_used) : status;
}

static enum asv_status read_answer(struct asv_reader *in, struct asv_keeper_reply *out)
{
    uint8_t answer;
    enum asv_status status = asv_read_u8(in, &answer);
    if (status == ASV_OK && answer > OPENS_HELD) {
        return ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        out->opens = answer != OPENS_NO;
        out->held = answer == OPENS_HELD;
    }
    return status;
}

static enum asv_status read_opens(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_view16(in, &out->chain, ASV_CHAIN_MAX_BYTES);
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->header, HEADER_MAX);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->stanzas, ASV_SEAL_STANZAS_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_u8(in, &out->chunk_count);
    }
    for (unsigned i = 0; status == ASV_OK && i < out->chunk_count; i++) {
        struct asv_bytes view;
        if (i == ASV_KEEPER_OPENS_CHUNKS) {
            return ASV_E_LIMIT;
        }
        status = asv_read_u64(in, &out->chunks[i].index);
        if (status == ASV_OK) {
            status = asv_read_view(in, &view, ASV_CHUNK_CIPHER_BYTES);
        }
        if (status == ASV_OK) {
            out->chunks[i].data = view.data;
        }
    }
    return status;
}

static enum asv_status read_order(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_view16(in, &out->chain, ASV_CHAIN_MAX_BYTES);
    return status == ASV_OK ? asv_read_view16(in, &out->header, HEADER_MAX) : status;
}

enum asv_status asv_keeper_read_statements(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_view16(in, &out->proposal, ASV_STATEMENT_MAX_BYTES);
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->answer, ASV_STATEMENT_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_u8(in, &out->record_count);
    }
    if (status == ASV_OK && out->record_count > ASV_KEEPER_RECORDS_MAX) {
        return ASV_E_LIMIT;
    }
    for (unsigned i = 0; status == ASV_OK && i < out->record_count; i++) {
        status = asv_read_view16(in, &out->records[i], ASV_CREDENTIAL_MAX_BYTES);
    }
    return status == ASV_OK ? asv_read_view16(in, &out->plan, ASV_PLAN_MAX_BYTES) : status;
}

static enum asv_status read_more(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_u8(in, &out->more_count);
    if (status == ASV_OK && out->more_count > ASV_KEEPER_MORE_MAX) {
        return ASV_E_LIMIT;
    }
    for (unsigned i = 0; status == ASV_OK && i < out->more_count; i++) {
        status = asv_read_u16(in, &out->more[i]);
    }
    return status;
}

static enum asv_status read_decide(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_keeper_read_statements(in, out);
    if (status == ASV_OK) {
        status = asv_read_u16(in, &out->number);
    }
    if (status == ASV_OK) {
        status = read_more(in, out);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->open, ASV_STATEMENT_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->agreed, ASV_STATEMENT_MAX_BYTES);
    }
    return status == ASV_OK ? read_opens(in, out) : status;
}

static enum asv_status read_why(struct asv_reader *in, uint8_t first, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_u8(in, &out->why);
    return status == ASV_OK && (out->why < first || out->why > ASV_KEEPER_WHY_EARLY) ? ASV_E_UNSUPPORTED
                                                                                     : status;
}

static enum asv_status read_keep(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = read_why(in, ASV_KEEPER_WHY_DAY, out);
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->chain, ASV_CHAIN_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->header, HEADER_MAX);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->stanzas, ASV_SEAL_STANZAS_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->receipt, ASV_RECEIPT_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->dock, ASV_CHAIN_MAX_BYTES);
    }
    return status == ASV_OK ? asv_read_copy(in, out->digest, sizeof out->digest) : status;
}

static enum asv_status read_finish(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = read_why(in, ASV_KEEPER_WHY_AHEAD, out);
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->chain, ASV_CHAIN_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_u32(in, &out->from_date);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->inventory, ASV_INVENTORY_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(in, &out->bulletin, ASV_BULLETIN_MAX_BYTES);
    }
    return status == ASV_OK ? asv_read_copy(in, out->digest, sizeof out->digest) : status;
}

/* Behind which row HANDED goes on. */
static enum asv_status read_place(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_copy(in, out->digest, sizeof out->digest);
    return status == ASV_OK ? asv_read_copy(in, out->header_digest, sizeof out->header_digest) : status;
}

/* The fields of a request of this type. */
static enum asv_status read_fields(struct asv_reader *in, struct asv_keeper_request *out)
{
    switch (out->type) {
    case ASV_KEEPER_STATUS:
        return ASV_OK;
    case ASV_KEEPER_MAKE_DAYS:
        return read_make_days(in, out);
    case ASV_KEEPER_BULLETIN:
        return read_bulletin(in, out);
    case ASV_KEEPER_OPENS:
        return read_opens(in, out);
    case ASV_KEEPER_ORDER:
        return read_order(in, out);
    case ASV_KEEPER_DECIDE:
        return read_decide(in, out);
    case ASV_KEEPER_KEEP:
        return read_keep(in, out);
    case ASV_KEEPER_FINISH:
        return read_finish(in, out);
    case ASV_KEEPER_CLIPS:
    case ASV_KEEPER_CLIP:
    case ASV_KEEPER_SHOWN:
    case ASV_KEEPER_NOTED:
        return asv_read_copy(in, out->digest, sizeof out->digest);
    case ASV_KEEPER_HANDED:
        return read_place(in, out);
    case ASV_KEEPER_SIGN:
        return asv_keeper_sign_read(in, out);
    case ASV_KEEPER_DAY_END:
        return asv_read_u32(in, &out->from_date);
    default:
        return ASV_E_UNSUPPORTED;
    }
}

enum asv_status asv_keeper_request_begin(struct asv_keeper_request *out, const void *data, size_t len)
{
    struct asv_keeper_request request = {0};
    struct asv_reader in;
    asv_reader_init(&in, data, len);
    enum asv_status status = read_prefix(&in, &request.type, &request.request);
    if (status == ASV_OK && (request.type < ASV_KEEPER_STATUS || request.type >= ASV_KEEPER_TYPE_END)) {
        status = ASV_E_UNSUPPORTED;
    }
    *out = request;
    return status;
}

enum asv_status asv_keeper_request_read(struct asv_keeper_request *out, const void *data, size_t len)
{
    struct asv_keeper_request request = {0};
    struct asv_reader in;
    asv_reader_init(&in, data, len);
    enum asv_status status = read_prefix(&in, &request.type, &request.request);
    if (status == ASV_OK) {
        status = read_fields(&in, &request);
    }
    if (status == ASV_OK) {
        status = asv_read_end(&in); /* K-042 */
    }
    if (status == ASV_OK && !within_limits(&request)) {
        status = ASV_E_LIMIT;
    }
    if (status != ASV_OK) {
        request = (struct asv_keeper_request){.type = request.type, .request = request.request};
    }
    *out = request;
    return status;
}

static void write_state(struct asv_writer *out, const struct asv_keeper_status *state)
{
    asv_write_bytes(out, state->run, sizeof state->run);
    asv_write_i64(out, state->started_ms);
    asv_write_text8(out, state->software);
    asv_write_i64(out, state->wall_ms);
    asv_write_u64(out, state->generation);
    asv_write_u64(out, state->epoch);
    asv_write_u8(out, state->stop);
    asv_write_i64(out, state->stop_since_ms);
    asv_write_u32(out, state->cameras);
    asv_write_u32(out, state->days);
    asv_write_u32(out, state->reserves);
    asv_write_u32(out, state->first_date);
    asv_write_u32(out, state->last_date);
    asv_write_i64(out, state->next_due_ms);
    asv_write_u32(out, state->overdue);
    asv_write_u32(out, state->damaged);
    asv_write_u32(out, state->runs);
    asv_write_u32(out, state->pending);
    asv_write_u32(out, state->held);
    asv_write_u32(out, state->gone);
    asv_write_u32(out, state->aheads);
    asv_write_u32(out, state->aheads_left);
    asv_write_u32(out, state->people);
    asv_write_u32(out, state->recipients);
    asv_write_u8(out, state->recovery_key ? 1 : 0);
    asv_write_u32(out, state->policy_version);
    asv_write_u16(out, state->policy_days);
    asv_write_u8(out, state->period_count);
    for (unsigned i = 0; i < state->period_count; i++) {
        asv_write_u32(out, state->periods[i].from_date);
        asv_write_u32(out, state->periods[i].version);
        asv_write_u16(out, state->periods[i].days);
    }
    asv_write_bytes(out, state->store, sizeof state->store);
    asv_write_u8(out, state->memory_locked ? 1 : 0);
    asv_write_u8(out, state->directory_count);
    for (unsigned i = 0; i < state->directory_count; i++) {
        asv_write_u8(out, state->in_step[i] ? 1 : 0);
    }
    asv_write_u8(out, state->slot_count);
    for (unsigned i = 0; i < state->slot_count; i++) {
        const struct asv_keeper_slot_status *slot = &state->slots[i];
        asv_write_bytes(out, slot->id, sizeof slot->id);
        asv_write_text8(out, slot->label);
        asv_write_u8(out, slot->kind);
        asv_write_u8(out, (uint8_t)((slot->effaceable ? SLOT_EFFACEABLE : 0) |
                                    (slot->reachable ? SLOT_REACHABLE : 0) |
                                    (slot->open_erasure ? SLOT_OPEN : 0)));
        asv_write_u64(out, slot->confirmed_epoch);
    }
}

static void write_decided(struct asv_writer *out, const struct asv_keeper_reply *reply)
{
    asv_write_i64(out, reply->until_ms);
    asv_write_u8(out, reply->file_key != NULL ? ASV_FILE_KEY_BYTES : 0);
    if (reply->file_key != NULL) {
        asv_write_bytes(out, reply->file_key, ASV_FILE_KEY_BYTES);
    }
    asv_write_view16(out, reply->stanza.data, reply->stanza.len);
    asv_write_u8(out, reply->more_count);
    for (unsigned i = 0; i < reply->more_count; i++) {
        asv_write_view16(out, reply->more[i].data, reply->more[i].len);
    }
    asv_write_view16(out, reply->note.data, reply->note.len);
}

void asv_keeper_kept_write(struct asv_writer *out, const struct asv_keeper_kept *row)
{
    asv_write_bytes(out, row->header, sizeof row->header);
    asv_write_u8(out, row->state);
    asv_write_u8(out, row->blocks);
    asv_write_i64(out, row->due_ms);
    asv_write_i64(out, row->period_ms);
    asv_write_bytes(out, row->decision, sizeof row->decision);
}

void asv_keeper_shown_write(struct asv_writer *out, const struct asv_keeper_shown *row)
{
    asv_write_bytes(out, row->shown, sizeof row->shown);
    asv_write_i64(out, row->at_ms);
}

void asv_keeper_handed_write(struct asv_writer *out, const struct asv_keeper_handed *row)
{
    asv_write_bytes(out, row->proposal, sizeof row->proposal);
    asv_write_bytes(out, row->header, sizeof row->header);
    asv_write_i64(out, row->at_ms);
    asv_write_u8(out, (uint8_t)((row->clear ? HANDED_CLEAR : 0) | (row->noted ? HANDED_NOTED : 0)));
}

enum asv_status asv_keeper_reply_write(struct asv_writer *out, const struct asv_keeper_reply *reply)
{
    if (reply->type >= REPLY_BIT || reply->state.slot_count > ASV_KEEPER_SLOTS_MAX ||
        reply->state.period_count > ASV_KEEPER_PERIODS_MAX ||
        reply->state.directory_count > ASV_KEEPER_DIRECTORIES || reply->more_count > ASV_KEEPER_MORE_MAX) {
        return ASV_E_USAGE;
    }
    size_t at = begin_frame(out, (uint8_t)(reply->type | REPLY_BIT), reply->request);
    asv_write_u16(out, (uint16_t)reply->status);
    asv_write_text8(out, reply->detail);
    if (reply->status == ASV_OK) {
        switch (reply->type) {
        case ASV_KEEPER_STATUS:
            write_state(out, &reply->state);
            break;
        case ASV_KEEPER_MAKE_DAYS:
            asv_write_u16(out, reply->made);
            asv_write_u32(out, reply->last_date);
            break;
        case ASV_KEEPER_BULLETIN:
            asv_write_view16(out, reply->bulletin.data, reply->bulletin.len);
            break;
        case ASV_KEEPER_OPENS:
            asv_write_u8(out, reply->held ? OPENS_HELD : reply->opens ? OPENS_YES : OPENS_NO);
            break;
        case ASV_KEEPER_ORDER:
        case ASV_KEEPER_DAY_END:
            asv_write_view16(out, reply->order.data, reply->order.len);
            break;
        case ASV_KEEPER_DECIDE:
            write_decided(out, reply);
            break;
        case ASV_KEEPER_KEEP:
            asv_write_i64(out, reply->until_ms);
            asv_write_view16(out, reply->stanza.data, reply->stanza.len);
            break;
        case ASV_KEEPER_FINISH:
        case ASV_KEEPER_NOTED:
            break;
        case ASV_KEEPER_CLIPS:
        case ASV_KEEPER_CLIP:
        case ASV_KEEPER_SHOWN:
        case ASV_KEEPER_HANDED:
            asv_write_u16(out, reply->kept_count);
            asv_write_bytes(out, reply->kept.data, reply->kept.len);
            break;
        case ASV_KEEPER_SIGN:
            asv_write_view16(out, reply->signature.data, reply->signature.len);
            break;
        default:
            return ASV_E_USAGE;
        }
    }
    if (reply->type == ASV_KEEPER_DECIDE) { /* K-160: also where it is refused */
        asv_write_view16(out, reply->ruling.data, reply->ruling.len);
    }
    return end_frame(out, at, ASV_KEEPER_REPLY_MAX);
}

static enum asv_status read_slot(struct asv_reader *in, struct asv_keeper_slot_status *slot)
{
    uint8_t flags;
    if (asv_read_copy(in, slot->id, sizeof slot->id) != ASV_OK ||
        asv_read_text8(in, slot->label, sizeof slot->label) != ASV_OK ||
        asv_read_u8(in, &slot->kind) != ASV_OK || asv_read_u8(in, &flags) != ASV_OK ||
        asv_read_u64(in, &slot->confirmed_epoch) != ASV_OK || (flags & ~SLOT_FLAGS) != 0) {
        return ASV_E_MALFORMED;
    }
    slot->effaceable = (flags & SLOT_EFFACEABLE) != 0;
    slot->reachable = (flags & SLOT_REACHABLE) != 0;
    slot->open_erasure = (flags & SLOT_OPEN) != 0;
    return ASV_OK;
}

static enum asv_status read_periods(struct asv_reader *in, struct asv_keeper_status *state)
{
    if (asv_read_u8(in, &state->period_count) != ASV_OK || state->period_count > ASV_KEEPER_PERIODS_MAX) {
        return ASV_E_MALFORMED;
    }
    for (unsigned i = 0; i < state->period_count; i++) {
        if (asv_read_u32(in, &state->periods[i].from_date) != ASV_OK ||
            asv_read_u32(in, &state->periods[i].version) != ASV_OK ||
            asv_read_u16(in, &state->periods[i].days) != ASV_OK) {
            return ASV_E_MALFORMED;
        }
    }
    return ASV_OK;
}

static enum asv_status read_directories(struct asv_reader *in, struct asv_keeper_status *state)
{
    enum asv_status status = asv_read_u8(in, &state->directory_count);
    if (status == ASV_OK && state->directory_count > ASV_KEEPER_DIRECTORIES) {
        status = ASV_E_MALFORMED;
    }
    for (unsigned i = 0; status == ASV_OK && i < state->directory_count; i++) {
        status = read_bool(in, &state->in_step[i]);
    }
    return status;
}

static enum asv_status read_state(struct asv_reader *in, struct asv_keeper_status *state)
{
    if (asv_read_copy(in, state->run, sizeof state->run) != ASV_OK ||
        asv_read_i64(in, &state->started_ms) != ASV_OK ||
        asv_read_text8(in, state->software, sizeof state->software) != ASV_OK ||
        asv_read_i64(in, &state->wall_ms) != ASV_OK || asv_read_u64(in, &state->generation) != ASV_OK ||
        asv_read_u64(in, &state->epoch) != ASV_OK || asv_read_u8(in, &state->stop) != ASV_OK ||
        asv_read_i64(in, &state->stop_since_ms) != ASV_OK || asv_read_u32(in, &state->cameras) != ASV_OK ||
        asv_read_u32(in, &state->days) != ASV_OK || asv_read_u32(in, &state->reserves) != ASV_OK ||
        asv_read_u32(in, &state->first_date) != ASV_OK || asv_read_u32(in, &state->last_date) != ASV_OK ||
        asv_read_i64(in, &state->next_due_ms) != ASV_OK || asv_read_u32(in, &state->overdue) != ASV_OK ||
        asv_read_u32(in, &state->damaged) != ASV_OK || asv_read_u32(in, &state->runs) != ASV_OK ||
        asv_read_u32(in, &state->pending) != ASV_OK || asv_read_u32(in, &state->held) != ASV_OK ||
        asv_read_u32(in, &state->gone) != ASV_OK || asv_read_u32(in, &state->aheads) != ASV_OK ||
        asv_read_u32(in, &state->aheads_left) != ASV_OK || asv_read_u32(in, &state->people) != ASV_OK ||
        asv_read_u32(in, &state->recipients) != ASV_OK || read_bool(in, &state->recovery_key) != ASV_OK ||
        asv_read_u32(in, &state->policy_version) != ASV_OK ||
        asv_read_u16(in, &state->policy_days) != ASV_OK || read_periods(in, state) != ASV_OK ||
        asv_read_copy(in, state->store, sizeof state->store) != ASV_OK ||
        read_bool(in, &state->memory_locked) != ASV_OK || read_directories(in, state) != ASV_OK ||
        asv_read_u8(in, &state->slot_count) != ASV_OK || state->slot_count > ASV_KEEPER_SLOTS_MAX) {
        return ASV_E_MALFORMED;
    }
    for (unsigned i = 0; i < state->slot_count; i++) {
        if (read_slot(in, &state->slots[i]) != ASV_OK) {
            return ASV_E_MALFORMED;
        }
    }
    return ASV_OK;
}

static enum asv_status read_decided(struct asv_reader *in, struct asv_keeper_reply *out)
{
    struct asv_bytes key;
    uint8_t key_len;
    if (asv_read_i64(in, &out->until_ms) != ASV_OK || asv_read_u8(in, &key_len) != ASV_OK ||
        (key_len != 0 && key_len != ASV_FILE_KEY_BYTES) || asv_read_view(in, &key, key_len) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    out->file_key = key_len != 0 ? key.data : NULL;
    enum asv_status status = asv_read_view16(in, &out->stanza, ASV_KEEPER_STANZAS_MAX);
    if (status == ASV_OK) {
        status = asv_read_u8(in, &out->more_count);
    }
    if (status == ASV_OK && out->more_count > ASV_KEEPER_MORE_MAX) {
        return ASV_E_LIMIT;
    }
    for (unsigned i = 0; status == ASV_OK && i < out->more_count; i++) {
        status = asv_read_view16(in, &out->more[i], ASV_KEEPER_STANZAS_MAX);
    }
    return status == ASV_OK ? asv_read_view16(in, &out->note, ASV_KEEPER_SIGNED_MAX) : status;
}

static enum asv_status read_rows(struct asv_reader *in, size_t row, struct asv_keeper_reply *out)
{
    enum asv_status status = asv_read_u16(in, &out->kept_count);
    if (status == ASV_OK && out->kept_count > ASV_KEEPER_PAGE) {
        return ASV_E_LIMIT;
    }
    return status == ASV_OK ? asv_read_view(in, &out->kept, out->kept_count * row) : status;
}

void asv_keeper_kept_read(struct asv_keeper_kept *out, const struct asv_keeper_reply *reply, uint16_t index)
{
    const uint8_t *row = reply->kept.data + (size_t)index * KEPT_BYTES;
    memcpy(out->header, row, ASV_SHA256_BYTES);
    out->state = row[ASV_SHA256_BYTES];
    out->blocks = row[ASV_SHA256_BYTES + 1];
    out->due_ms = (int64_t)asv_load_be64(row + ASV_SHA256_BYTES + 2);
    out->period_ms = (int64_t)asv_load_be64(row + ASV_SHA256_BYTES + 10);
    memcpy(out->decision, row + ASV_SHA256_BYTES + 18, sizeof out->decision);
}

void asv_keeper_shown_read(struct asv_keeper_shown *out, const struct asv_keeper_reply *reply, uint16_t index)
{
    const uint8_t *row = reply->kept.data + (size_t)index * SHOWN_BYTES;
    memcpy(out->shown, row, sizeof out->shown);
    out->at_ms = (int64_t)asv_load_be64(row + ASV_SHA256_BYTES);
}

void asv_keeper_handed_read(struct asv_keeper_handed *out, const struct asv_keeper_reply *reply,
                            uint16_t index)
{
    const uint8_t *row = reply->kept.data + (size_t)index * HANDED_BYTES;
    memcpy(out->proposal, row, sizeof out->proposal);
    memcpy(out->header, row + ASV_SHA256_BYTES, sizeof out->header);
    out->at_ms = (int64_t)asv_load_be64(row + 2 * ASV_SHA256_BYTES);
    out->clear = (row[HANDED_BYTES - 1] & HANDED_CLEAR) != 0;
    out->noted = (row[HANDED_BYTES - 1] & HANDED_NOTED) != 0;
}

static_assert(ASV_DAY_END_MAX_BYTES == ASV_DESTRUCTION_MAX_BYTES, "both are read as an order");

static enum asv_status read_result(struct asv_reader *in, struct asv_keeper_reply *out)
{
    switch (out->type) {
    case ASV_KEEPER_STATUS:
        return read_state(in, &out->state);
    case ASV_KEEPER_MAKE_DAYS: {
        enum asv_status status = asv_read_u16(in, &out->made);
        return status == ASV_OK ? asv_read_u32(in, &out->last_date) : status;
    }
    case ASV_KEEPER_BULLETIN:
        return asv_read_view16(in, &out->bulletin, ASV_BULLETIN_MAX_BYTES);
    case ASV_KEEPER_OPENS:
        return read_answer(in, out);
    case ASV_KEEPER_ORDER:
    case ASV_KEEPER_DAY_END:
        return asv_read_view16(in, &out->order, ASV_DESTRUCTION_MAX_BYTES);
    case ASV_KEEPER_DECIDE:
        return read_decided(in, out);
    case ASV_KEEPER_KEEP: {
        enum asv_status status = asv_read_i64(in, &out->until_ms);
        return status == ASV_OK ? asv_read_view16(in, &out->stanza, ASV_AGE_X25519_STANZA_BYTES) : status;
    }
    case ASV_KEEPER_FINISH:
    case ASV_KEEPER_NOTED:
        return ASV_OK;
    case ASV_KEEPER_HANDED:
        return read_rows(in, HANDED_BYTES, out);
    case ASV_KEEPER_CLIPS:
    case ASV_KEEPER_CLIP:
        return read_rows(in, KEPT_BYTES, out);
    case ASV_KEEPER_SHOWN:
        return read_rows(in, SHOWN_BYTES, out);
    case ASV_KEEPER_SIGN:
        return asv_read_view16(in, &out->signature, ASV_KEEPER_SIGNED_MAX);
    default:
        return ASV_E_UNSUPPORTED;
    }
}

enum asv_status asv_keeper_reply_read(struct asv_keeper_reply *out, const void *data, size_t len)
{
    struct asv_keeper_reply reply = {0};
    struct asv_reader in;
    uint16_t code;
    asv_reader_init(&in, data, len);
    enum asv_status status = read_prefix(&in, &reply.type, &reply.request);
    if (status == ASV_OK && (reply.type & REPLY_BIT) == 0) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        reply.type = (uint8_t)(reply.type & ~REPLY_BIT);
        status = asv_read_u16(&in, &code);
    }
    if (status == ASV_OK) {
        reply.status = (enum asv_status)code;
        status = asv_read_text8(&in, reply.detail, sizeof reply.detail);
    }
    if (status == ASV_OK && reply.status == ASV_OK) {
        status = read_result(&in, &reply);
    }
    if (status == ASV_OK && reply.type == ASV_KEEPER_DECIDE) {
        status = asv_read_view16(&in, &reply.ruling, ASV_RULING_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_end(&in);
    }
    if (status == ASV_OK) {
        *out = reply;
    }
    return status;
}
