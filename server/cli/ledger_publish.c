/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger publish: the log as files, as C2SP tlog-tiles has them served. Tiles and bundles first, the
 * checkpoint last: whoever fetches one finds all that it needs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/cosigner.h"
#include "server/cli/database.h"
#include "server/cli/sequencer.h"
#include "server/cli/text.h"
#include "server/ledger/checkpoint.h"
#include "server/ledger/proof.h"

#define CHECKPOINT   "checkpoint"
#define PUBLIC_DIR   0755
#define PUBLIC_FILE  0644
#define BUNDLE_BYTES (ASV_TILE_WIDTH * (2 + sizeof((struct asv_db_ledger_entry *)0)->data))

struct publication {
    struct asv_db *db;
    struct asv_db_ledger_log log;
    int dir;
    uint64_t old_size;         /* of what is published already */
    struct asv_tree_head head; /* the signed one */
    bool ahead;                /* what is published already is larger, from before witnesses were asked for */
    uint64_t files;
    uint8_t note[ASV_DB_LEDGER_COSIGNED_BYTES];
    size_t note_len;
    uint8_t published[ASV_DB_LEDGER_COSIGNED_BYTES]; /* the note that is there already */
    const char *trust;                               /* the trust file; NULL: there is none */
    bool witnessed;                                  /* which says that witnesses must cosign */
    struct asv_db_witness_state witnesses;
    struct asv_ledger_policy policy;
    uint8_t policy_text[ASV_LEDGER_POLICY_BYTES];
    struct asv_db_ledger_entry entries[ASV_DB_LEDGER_BATCH];
    uint8_t bundle[BUNDLE_BYTES];
    uint8_t hashes[ASV_TILE_BYTES];
};

/* The directory of a path below dir, made where it is missing; *name is what is left of the path. */
static enum asv_status open_below(int dir, char *path, int *out, const char **name, struct asv_err *err)
{
    asv_auto_fd int at = -1;
    enum asv_status status = asv_io_open_dir(dir, ".", false, &at, err);
    char *slash = NULL;
    while (status == ASV_OK && (slash = strchr(path, '/')) != NULL) {
        int next = -1;
        *slash = '\0';
        status = asv_io_open_dir(at, path, true, &next, err);
        if (status == ASV_OK && fchmod(next, PUBLIC_DIR) != 0) {
            status = asv_io_fail(err, errno, path);
        }
        if (next >= 0) {
            asv_cleanup_fd(&at);
            at = next;
            path = slash + 1;
        }
    }
    *name = path;
    *out = at;
    at = -1;
    return status;
}

static enum asv_status write_below(struct publication *it, const struct asv_tile *tile, struct asv_bytes data,
                                   struct asv_err *err)
{
    char path[ASV_TILE_PATH_BYTES];
    const char *name = NULL;
    asv_auto_fd int dir = -1;
    asv_tile_path(path, tile);
    enum asv_status status = open_below(it->dir, path, &dir, &name, err);
    if (status == ASV_OK) {
        status = asv_io_replace_file(dir, name, data.data, data.len, PUBLIC_FILE, err);
    }
    it->files += status == ASV_OK;
    return status;
}

static enum asv_status write_hashes(struct publication *it, const struct asv_tile *tile, struct asv_err *err)
{
    struct asv_db_tiles view = {it->db, it->log.number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    enum asv_status status = tiles.read(tiles.ctx, tile, it->hashes, err);
    return status == ASV_OK
               ? write_below(it, tile, (struct asv_bytes){it->hashes, (size_t)tile->width * ASV_SHA256_BYTES},
                             err)
               : status;
}

/* LG-057: only what the tile of hashes beside it says is published; it->hashes has that one. */
static enum asv_status write_bundle(struct publication *it, const struct asv_tile *tile, struct asv_err *err)
{
    uint8_t made[ASV_TILE_BYTES] = {0};
    struct asv_writer writer;
    size_t count = 0;
    enum asv_status status = asv_db_ledger_entries(it->db, it->log.number, tile->index * ASV_TILE_WIDTH,
                                                   tile->width, it->entries, &count, err);
    if (status == ASV_OK && count != tile->width) {
        status =
            asv_failf(err, ASV_E_DIGEST, "ledger: entries from %" PRIu64 " on are missing in the database",
                      tile->index * ASV_TILE_WIDTH + count);
    }
    asv_writer_init(&writer, it->bundle, sizeof it->bundle);
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        asv_write_view16(&writer, it->entries[i].data, it->entries[i].len);
    }
    if (status == ASV_OK) {
        status = asv_bundle_hash(made, (struct asv_bytes){it->bundle, writer.len}, tile->width, err);
    }
    if (status == ASV_OK && memcmp(made, it->hashes, (size_t)tile->width * ASV_SHA256_BYTES) != 0) {
        status = asv_failf(err, ASV_E_DIGEST,
                           "ledger: an entry from %" PRIu64
                           " on is not what the tree has: somebody changed the database",
                           tile->index * ASV_TILE_WIDTH);
    }
    return status == ASV_OK ? write_below(it, tile, (struct asv_bytes){it->bundle, writer.len}, err) : status;
}

/* The root of the first entries, as the database's tiles have it, must be the one that was signed. */
static enum asv_status check_head(struct publication *it, const struct asv_tree_head *head,
                                  struct asv_err *err)
{
    struct asv_db_tiles view = {it->db, it->log.number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    uint8_t root[ASV_SHA256_BYTES];
    enum asv_status status = asv_proof_root(root, head->size, &tiles, err);
    return status == ASV_OK && memcmp(root, head->root, sizeof root) != 0
               ? asv_failf(err, ASV_E_DIGEST,
                           "ledger: the tiles do not make the signed head of %" PRIu64
                           " entries: somebody changed the database",
                           head->size)
               : status;
}

/* What is published there already: nothing, or an earlier head of the same log. */
static enum asv_status find_published(struct publication *it, struct asv_err *err)
{
    size_t len = 0;
    struct asv_note note;
    struct asv_checkpoint checkpoint;
    enum asv_status status =
        asv_io_read_file(it->dir, CHECKPOINT, it->published, sizeof it->published, &len, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_note_parse(&note, (struct asv_bytes){it->published, len}, err);
    }
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&checkpoint, note.text, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    bool same = strcmp(checkpoint.origin, it->log.origin) == 0;
    it->ahead = same && it->witnessed && checkpoint.head.size > it->head.size;
    if (it->ahead) {
        return ASV_OK;
    }
    if (!same || checkpoint.head.size > it->head.size) {
        return asv_failf(err, ASV_E_STATE,
                         "%s: there is a head of %s with %" PRIu64
                         " entries already; publish %s in another directory",
                         CHECKPOINT, checkpoint.origin, checkpoint.head.size, it->log.origin);
    }
    it->old_size = checkpoint.head.size;
    return check_head(it, &checkpoint.head, err);
}

/* LG-056 */
static enum asv_status publish(struct publication *it, struct asv_err *err)
{
    struct asv_tile_growth growth;
    struct asv_tile tile;
    enum asv_status status = find_published(it, err);
    asv_tile_growth_init(&growth, it->old_size, it->head.size);
    while (status == ASV_OK && !it->ahead && asv_tile_growth_next(&growth, &tile)) {
        status = write_hashes(it, &tile, err);
        if (status == ASV_OK && tile.level == 0) {
            tile.level = ASV_TILE_ENTRIES;
            status = write_bundle(it, &tile, err);
        }
    }
    return status == ASV_OK && !it->ahead
               ? asv_io_replace_file(it->dir, CHECKPOINT, it->note, it->note_len, PUBLIC_FILE, err)
               : status;
}

/* LG-066: the newest head that met the quorum, with its cosignatures, and only as the trust file has it now.
 */
static enum asv_status find_witnessed(struct publication *it, struct asv_err *err)
{
    enum asv_status status = asv_db_witness_state(it->db, it->log.number, &it->witnesses, err);
    if (status == ASV_OK && it->witnesses.witnessed_size == 0) {
        status = asv_failf(err, ASV_E_UNTRUSTED,
                           "no head has met the quorum of %s yet; asservat ledger cosign", it->trust);
    }
    if (status == ASV_OK) {
        status = asv_db_ledger_note_cosigned(it->db, it->log.number, it->witnesses.witnessed_size, it->note,
                                             sizeof it->note, &it->note_len, err);
    }
    return status;
}

/* Without a quorum, the head that the keeper signed last. */
static enum asv_status find_note(struct publication *it, struct asv_err *err)
{
    if (it->witnessed) {
        return find_witnessed(it, err);
    }
    enum asv_status status =
        asv_db_ledger_note(it->db, it->log.number, it->note, ASV_DB_LEDGER_NOTE_BYTES, &it->note_len, err);
    return status == ASV_E_NOT_FOUND ? asv_fail(err, status, "the keeper has signed no head yet") : status;
}

/* LG-041: also a trust file that asks for no cosignature names the log's key. */
static enum asv_status check_trust(const struct publication *it, struct asv_err *err)
{
    struct asv_ledger_verdict verdict;
    struct asv_err why = {0};
    enum asv_status status =
        asv_ledger_policy_check(&it->policy, (struct asv_bytes){it->note, it->note_len}, &verdict, &why);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", it->trust, why.text);
}

/* What is to be published. Its size is the note's own: another one may be signed meanwhile. */
static enum asv_status find_signed(struct publication *it, struct asv_err *err)
{
    struct asv_note note;
    struct asv_checkpoint checkpoint;
    enum asv_status status = find_note(it, err);
    if (status == ASV_OK && it->trust != NULL) {
        status = check_trust(it, err);
    }
    if (status == ASV_OK) {
        status = asv_note_parse(&note, (struct asv_bytes){it->note, it->note_len}, err);
    }
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&checkpoint, note.text, err);
    }
    if (status == ASV_OK) {
        it->head = checkpoint.head;
        status = check_head(it, &it->head, err);
    }
    return status;
}

static enum asv_status find_trust(const struct asv_cli *cli, struct publication *it, struct asv_err *err)
{
    const char *path = cli->conf.ledger_trust;
    if (path[0] == '\0') {
        return ASV_OK;
    }
    enum asv_status status = asv_cosigner_trust(path, it->policy_text, &it->policy, err);
    it->trust = path;
    it->witnessed = it->policy.quorum != ASV_QUORUM_NONE;
    return status;
}

static void print_done(const struct asv_cli *cli, const struct publication *it)
{
    char since[ASV_TEXT_BYTES];
    fprintf(cli->out, "%s: %" PRIu64 " entries, %" PRIu64 " of them new, %" PRIu64 " files\n", it->log.origin,
            it->head.size, it->ahead ? 0 : it->head.size - it->old_size, it->files);
    if (it->witnessed && it->witnesses.behind_ms != ASV_TIME_UNKNOWN) {
        fprintf(cli->err, "witnesses are behind: %" PRIu64 " entries, since %s\n",
                it->witnesses.signed_size - it->witnesses.witnessed_size,
                asv_text_time(since, it->witnesses.behind_ms));
    }
}

static enum asv_status run_with(const struct asv_cli *cli, struct publication *it, struct asv_err *err)
{
    const char *to = asv_cli_operand(cli->args, 0);
    const char *conninfo = asv_cli_text(cli->args, "database");
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_fd int dir = -1;
    enum asv_status status = find_trust(cli, it, err);
    if (status == ASV_OK) {
        status = asv_cli_database_as(cli, conninfo != NULL ? conninfo : cli->conf.database_ledger, &db, err);
    }
    if (status == ASV_OK) {
        it->db = db;
        status = asv_db_ledger_newest(db, &it->log, err);
    }
    if (status == ASV_OK) {
        status = find_signed(it, err);
    }
    if (status == ASV_OK) {
        status = asv_io_open_dir(AT_FDCWD, to, true, &dir, err);
    }
    if (status == ASV_OK && fchmod(dir, PUBLIC_DIR) != 0) { /* a web server's user reads it */
        status = asv_io_fail(err, errno, to);
    }
    if (status == ASV_OK) {
        it->dir = dir;
        status = publish(it, err);
    }
    if (status == ASV_OK) {
        print_done(cli, it);
    }
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct publication *it = calloc(1, sizeof *it);
    enum asv_status status =
        it != NULL ? run_with(cli, it, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(it);
    return status;
}

static const struct asv_cli_option options[] = {
    {"database", ASV_CLI_TEXT, "CONNINFO", "as asv_ledger (configuration: database.ledger)", false, false, 0,
     0},
};

const struct asv_cli_command asv_cli_ledger_publish = {
    .group = "ledger",
    .name = "publish",
    .summary = "write the ledger as files that any web server can serve",
    .help = "Writes what of the ledger is new into DIR: tiles, entry bundles and, last, the signed\n"
            "checkpoint (C2SP tlog-tiles). Nothing in them leads to a person. With a trust file\n"
            "(configuration: ledger.trust) its signature is checked by that, and it is the newest\n"
            "that enough witnesses have cosigned.\n"
            "Safe to repeat and to cut off.",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
