/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/witness/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/ledger/cosignature.h"

#define STATE_MODE 0600
#define NEW        "new" /* what a log's file is made as */

void asv_witness_state_name(char out[ASV_WITNESS_STATE_NAME_BYTES], const char *origin)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256(digest, origin, strlen(origin));
    asv_hex_encode(out, digest, sizeof digest);
}

static size_t begun(char out[ASV_NOTE_NAME_SIZE + 8], const char *origin)
{
    return (size_t)snprintf(out, ASV_NOTE_NAME_SIZE + 8, "begun %s\n", origin);
}

static enum asv_status parse_cosigned(struct asv_witness_state *out, const char *origin,
                                      const struct asv_note_key *witness, struct asv_err *err)
{
    struct asv_note note;
    struct asv_checkpoint checkpoint = {.origin = ""};
    uint64_t time_s = 0;
    enum asv_status status = asv_note_parse(&note, (struct asv_bytes){out->data, out->len}, err);
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&checkpoint, note.text, err);
    }
    if (status == ASV_OK && strcmp(checkpoint.origin, origin) != 0) {
        status = asv_fail(err, ASV_E_MISMATCH, "it is another log's");
    }
    if (status == ASV_OK) {
        status = asv_cosignature_verify(&note, witness, &time_s, err);
    }
    if (status == ASV_OK) {
        out->head = checkpoint.head;
    }
    return status;
}

enum asv_status asv_witness_state_parse(struct asv_witness_state *out, struct asv_bytes data,
                                        const char *origin, const struct asv_note_key *witness,
                                        struct asv_err *err)
{
    char empty[ASV_NOTE_NAME_SIZE + 8];
    struct asv_err why = {0};
    size_t len = begun(empty, origin);
    out->head = asv_tree_head_empty();
    out->len = 0;
    if (data.len == len && memcmp(data.data, empty, len) == 0) {
        return ASV_OK;
    }
    if (data.len > sizeof out->data) {
        return asv_failf(err, ASV_E_DIGEST, "the state of %s is damaged: too long", origin);
    }
    memcpy(out->data, data.data, data.len);
    out->len = data.len;
    return parse_cosigned(out, origin, witness, &why) == ASV_OK
               ? ASV_OK
               : asv_failf(err, ASV_E_DIGEST, "the state of %s is damaged: %s", origin, why.text);
}

enum asv_status asv_witness_state_load(int dir, const char *origin, const struct asv_note_key *witness,
                                       struct asv_witness_state *out, struct asv_err *err)
{
    char name[ASV_WITNESS_STATE_NAME_BYTES];
    uint8_t data[ASV_WITNESS_STATE_BYTES];
    size_t len = 0;
    asv_witness_state_name(name, origin);
    enum asv_status status = asv_io_read_file(dir, name, data, sizeof data, &len, err);
    return status == ASV_OK
               ? asv_witness_state_parse(out, (struct asv_bytes){data, len}, origin, witness, err)
               : status;
}

enum asv_status asv_witness_state_store(int dir, const char *origin, const struct asv_witness_state *state,
                                        struct asv_err *err)
{
    char name[ASV_WITNESS_STATE_NAME_BYTES];
    asv_witness_state_name(name, origin);
    return asv_io_replace_file(dir, name, state->data, state->len, STATE_MODE, err);
}

enum asv_status asv_witness_state_begin(int dir, const char *origin, struct asv_err *err)
{
    char name[ASV_WITNESS_STATE_NAME_BYTES];
    char text[ASV_NOTE_NAME_SIZE + 8];
    asv_witness_state_name(name, origin);
    /* A link: a file that is there is never replaced, and none is ever there in part. */
    enum asv_status status = asv_io_replace_file(dir, NEW, text, begun(text, origin), STATE_MODE, err);
    if (status == ASV_OK && linkat(dir, NEW, dir, name, 0) != 0) {
        status = asv_io_fail(err, errno, name);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(dir, name, err);
    }
    (void)unlinkat(dir, NEW, 0);
    return status;
}
