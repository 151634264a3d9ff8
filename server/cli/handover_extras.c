/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/cli/certify.h"
#include "server/cli/cosigner.h"
#include "server/cli/handover_job.h"
#include "server/cli/ledger_export.h"
#include "server/cli/ledger_key.h"
#include "server/db/camera.h"
#include "server/ledger/tlogproof.h"

#define LEDGER "ledger"
#define PROOF  ".tlog-proof"

/* ---- certificates ---- */

static enum asv_status put(int dir, const char *name, struct asv_bytes data, struct asv_err *err)
{
    return asv_io_replace_file(dir, name, data.data, data.len, 0600, err);
}

/* The chains of the docks that took these recordings in. */
static enum asv_status write_docks(struct asv_handover_making *making, const struct asv_build_part *part,
                                   int trust, struct asv_err *err)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    char name[32];
    size_t len = 0;
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_io_open_dir(trust, "docks", true, &dir, err);
    for (uint16_t i = 0; status == ASV_OK && i < part->count; i++) {
        status = asv_db_handover_clip(making->house->db, making->job.id,
                                      (uint16_t)(part->clips[part->first + i] + 1), &making->row, err);
        if (status != ASV_OK) {
            break;
        }
        asv_hex_encode(name, making->row.dock, 8);
        (void)snprintf(name + 16, sizeof name - 16, ".chain");
        if (faccessat(dir, name, F_OK, 0) == 0) {
            continue;
        }
        status = asv_db_chain(making->house->db, making->row.dock, data, sizeof data, &len, err);
        if (status == ASV_OK) {
            status = put(dir, name, (struct asv_bytes){data, len}, err);
        }
    }
    return status;
}

static enum asv_status write_trust(struct asv_handover_making *making, const struct asv_build_part *part,
                                   int dir, struct asv_err *err)
{
    const struct asv_handover_house *house = making->house;
    asv_auto_fd int trust = -1;
    enum asv_status status = asv_io_open_dir(dir, "trust", true, &trust, err);
    if (status == ASV_OK) {
        status = put(trust, "root.cert", house->root.object.encoded, err);
    }
    if (status == ASV_OK) {
        status = put(trust, "package.pem", (struct asv_bytes){house->pem, house->pem_len}, err);
    }
    if (status == ASV_OK) {
        status = put(trust, ASV_CERTIFY_PACKAGE,
                     (struct asv_bytes){house->package_chain.data, house->package_chain.len}, err);
    }
    if (status == ASV_OK) {
        status = put(trust, ASV_CERTIFY_LEDGER,
                     (struct asv_bytes){house->ledger_chain.data, house->ledger_chain.len}, err);
    }
    if (status == ASV_OK && house->revocations_len > 0) {
        status =
            put(trust, "revocations", (struct asv_bytes){house->revocations, house->revocations_len}, err);
    }
    return status == ASV_OK ? write_docks(making, part, trust, err) : status;
}

/* ---- the ledger ---- */

static bool opens_all(uint8_t tag)
{
    (void)tag;
    return true;
}

/* Which entries go out: of this hand-over, and a part of it. */
struct wanted {
    const uint8_t *id;
    struct asv_db_handover_clips of;
};

static enum asv_status read_entries(const void *what, struct asv_db *db, uint16_t log, int64_t after,
                                    uint32_t limit, struct asv_db_ledger_known *rows, size_t *count,
                                    struct asv_err *err)
{
    const struct wanted *wanted = what;
    return asv_db_handover_entries(db, wanted->id, &wanted->of, log, after, limit, rows, count, err);
}

struct asv_db_handover_clips asv_handover_clips(const struct asv_build_part *part)
{
    return part->of == 1 ? (struct asv_db_handover_clips){NULL, 0}
                         : (struct asv_db_handover_clips){part->clips + part->first, part->count};
}

/* The trust file of who asks for no witness: the logs, by the ledger's one key. */
static enum asv_status say_policy(const struct asv_ledger_export *exporting, uint8_t *text, size_t *len,
                                  struct asv_err *err)
{
    static const char end[] = "quorum none\n";
    struct asv_note_key key;
    struct asv_writer writer;
    char line[ASV_VKEY_BYTES + 8], vkey[ASV_VKEY_BYTES];
    asv_writer_init(&writer, text, ASV_LEDGER_POLICY_BYTES);
    for (size_t i = 0; i < exporting->origin_count; i++) {
        enum asv_status status =
            asv_note_key_make(&key, exporting->origins[i], ASV_NOTE_ED25519, exporting->key, err);
        if (status != ASV_OK) {
            return status;
        }
        asv_vkey_format(vkey, &key);
        int got = snprintf(line, sizeof line, "log %s\n", vkey);
        asv_write_bytes(&writer, line, (size_t)got);
    }
    asv_write_bytes(&writer, end, sizeof end - 1);
    return asv_write_end(&writer, len);
}

/* Whose heads are believed, and which witnesses the agency has asked. */
static enum asv_status write_policy(const struct asv_handover_making *making,
                                    const struct asv_ledger_export *exporting, int ledger,
                                    struct asv_err *err)
{
    const char *path = making->house->cli->conf.ledger_trust;
    uint8_t text[ASV_LEDGER_POLICY_BYTES];
    size_t len = 0;
    enum asv_status status = path[0] != '\0' ? asv_io_read_file(AT_FDCWD, path, text, sizeof text, &len, err)
                                             : say_policy(exporting, text, &len, err);
    return status == ASV_OK ? put(ledger, "trust", (struct asv_bytes){text, len}, err) : status;
}

/* HO-046: as `asservat ledger proof --open` has it. Its own words about it go nowhere. */
static enum asv_status write_ledger(struct asv_handover_making *making, const struct asv_build_part *part,
                                    int dir, const char *path, struct asv_err *err)
{
    char below[1200];
    const struct wanted wanted = {making->job.id, asv_handover_clips(part)};
    struct asv_cli quiet = *making->house->cli;
    asv_auto_file FILE *nowhere = fopen("/dev/null", "we");
    asv_auto_fd int ledger = -1;
    asv_auto_export struct asv_ledger_export *exporting = NULL;
    if (nowhere == NULL) {
        return asv_io_fail(err, errno, "/dev/null");
    }
    quiet.out = nowhere;
    (void)snprintf(below, sizeof below, "%s/" LEDGER, path);
    enum asv_status status = asv_ledger_export_open(&quiet, making->house->db, below, &exporting, err);
    if (status == ASV_OK) {
        exporting->objects = true;
        status = asv_ledger_export_all(exporting, read_entries, &wanted, opens_all, err);
    }
    if (status == ASV_OK) {
        status = asv_ledger_export_end(exporting, below, err);
    }
    if (status == ASV_OK) {
        status = asv_io_open(dir, LEDGER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &ledger, err);
    }
    return status == ASV_OK ? write_policy(making, exporting, ledger, err) : status;
}

enum asv_status asv_handover_write_extras(void *ctx, const struct asv_build_part *part, const char *path,
                                          struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    asv_auto_fd int dir = -1;
    bool waits = false;
    enum asv_status status = asv_db_handover_waits(making->house->db, making->job.id, &waits, err);
    if (status == ASV_OK && waits) {
        status = asv_fail(err, ASV_E_BUSY, "the ledger has no place yet for what goes out with it");
    }
    if (status == ASV_OK) {
        status = asv_io_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &dir, err);
    }
    if (status == ASV_OK) {
        status = write_ledger(making, part, dir, path, err);
    }
    if (status == ASV_OK) {
        status = asv_handover_write_series(making, part, dir, err);
    }
    return status == ASV_OK ? write_trust(making, part, dir, err) : status;
}

/* ---- what the proofs say ---- */

static enum asv_status open_ledger(const struct asv_handover_making *making,
                                   const struct asv_build_part *part, int *fd, struct asv_err *err)
{
    char extras[ASV_BUILD_NAME_BYTES], path[64];
    (void)snprintf(path, sizeof path, ASV_BUILD_WORK "/%s/" LEDGER, asv_build_extras(extras, part));
    return asv_io_open(making->dir, path, O_RDONLY | O_DIRECTORY, 0, fd, err);
}

bool asv_handover_shows(const struct asv_handover_making *making, const struct asv_build_part *part,
                        const struct asv_db_handover_custody *row)
{
    char name[160];
    asv_auto_fd int dir = -1;
    if (row->log == 0 || open_ledger(making, part, &dir, NULL) != ASV_OK) {
        return false;
    }
    (void)snprintf(name, sizeof name, "%u-%012" PRIu64 "-%s.entry", row->log, row->leaf, row->event.kind);
    return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* One proof's head, and by whom it is cosigned. */
static enum asv_status tell_head(struct asv_handover_making *making, uint16_t log, struct asv_bytes note,
                                 const uint8_t key[ASV_ED25519_PK_BYTES],
                                 const struct asv_ledger_policy *policy, struct asv_err *err)
{
    struct asv_compose_cosignature by[ASV_LEDGER_WITNESSES_MAX];
    char origin[ASV_NOTE_NAME_SIZE];
    struct asv_note parsed;
    struct asv_note_key log_key;
    struct asv_checkpoint checkpoint;
    size_t count = 0;
    enum asv_status status = asv_note_parse(&parsed, note, err);
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&checkpoint, parsed.text, err);
    }
    if (status == ASV_OK) {
        memcpy(origin, checkpoint.origin, sizeof origin);
        status = asv_note_key_make(&log_key, origin, ASV_NOTE_ED25519, key, err);
    }
    if (status == ASV_OK) {
        status = asv_checkpoint_open(&checkpoint, NULL, note, &log_key, err);
    }
    for (size_t i = 0; status == ASV_OK && policy != NULL && i < policy->witness_count; i++) {
        uint64_t time_s = 0;
        if (asv_cosignature_verify(&parsed, &policy->witnesses[i].key, &time_s, NULL) == ASV_OK) {
            by[count++] =
                (struct asv_compose_cosignature){policy->witnesses[i].key.name, (int64_t)time_s * 1000};
        }
    }
    const struct asv_compose_log said = {.log = log,
                                         .size = checkpoint.head.size,
                                         .origin = origin,
                                         .root = checkpoint.head.root,
                                         .signed_ms = ASV_TIME_UNKNOWN,
                                         .cosignatures = by,
                                         .cosignature_count = count};
    return status == ASV_OK ? asv_compose_add_log(making->compose, &said, err) : status;
}

/* The first proof of each log: all of a log lead to one head. */
struct proofs {
    struct asv_handover_making *making;
    const struct asv_build_part *part;
    uint8_t key[ASV_ED25519_PK_BYTES];
    bool trusts;
    struct asv_ledger_policy policy;
    uint8_t policy_text[ASV_LEDGER_POLICY_BYTES];
    uint16_t seen[ASV_LEDGER_LOGS_MAX];
    size_t seen_count;
    uint8_t data[ASV_TLOGPROOF_MAX_BYTES];
};

static bool is_new(struct proofs *it, const char *name, uint16_t *log)
{
    char *end = NULL;
    size_t len = strlen(name);
    unsigned long number = strtoul(name, &end, 10);
    if (*end != '-' || number == 0 || number > UINT16_MAX || len < sizeof PROOF ||
        strcmp(name + len - (sizeof PROOF - 1), PROOF) != 0) {
        return false;
    }
    for (size_t i = 0; i < it->seen_count; i++) {
        if (it->seen[i] == number) {
            return false;
        }
    }
    *log = (uint16_t)number;
    return it->seen_count < ASV_LEDGER_LOGS_MAX;
}

static enum asv_status read_proof(struct proofs *it, int dir, const char *name, uint16_t log,
                                  struct asv_err *err)
{
    struct asv_tlogproof proof;
    size_t len = 0;
    enum asv_status status = asv_io_read_file(dir, name, it->data, sizeof it->data, &len, err);
    if (status == ASV_OK) {
        status = asv_tlogproof_parse(&proof, (struct asv_bytes){it->data, len}, err);
    }
    if (status == ASV_OK) {
        status = tell_head(it->making, log, proof.checkpoint, it->key, it->trusts ? &it->policy : NULL, err);
    }
    it->seen[it->seen_count++] = log;
    return status;
}

static enum asv_status read_proofs(struct proofs *it, struct asv_err *err)
{
    const struct asv_cli *cli = it->making->house->cli;
    const char *trust = cli->conf.ledger_trust;
    uint16_t log = 0;
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_cli_ledger_public(cli, asv_cli_text(cli->args, "key"), it->key, err);
    if (status == ASV_OK && trust[0] != '\0') {
        status = asv_cosigner_trust(trust, it->policy_text, &it->policy, err);
        it->trusts = status == ASV_OK;
    }
    if (status == ASV_OK) {
        status = open_ledger(it->making, it->part, &dir, err);
    }
    struct dirent **entries = NULL;
    int count = status == ASV_OK ? scandirat(dir, ".", &entries, NULL, alphasort) : 0;
    if (count < 0) {
        status = asv_io_fail(err, errno, LEDGER);
    }
    for (int i = 0; i < count; i++) {
        if (status == ASV_OK && is_new(it, entries[i]->d_name, &log)) {
            status = read_proof(it, dir, entries[i]->d_name, log, err);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum asv_status asv_handover_tell_logs(struct asv_handover_making *making, const struct asv_build_part *part,
                                       struct asv_err *err)
{
    asv_auto_free struct proofs *it = calloc(1, sizeof *it);
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->making = making;
    it->part = part;
    return read_proofs(it, err);
}
