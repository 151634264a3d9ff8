/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger publish: the logs as files, as C2SP tlog-tiles has them served, each below the path that
 * its origin is. Tiles and bundles first, the checkpoint last: whoever fetches one finds all that it needs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/cosigner.h"
#include "server/cli/database.h"
#include "server/cli/ledger_sweep.h"
#include "server/cli/sequencer.h"
#include "server/cli/text.h"
#include "server/ledger/checkpoint.h"
#include "server/ledger/proof.h"
#include "server/statement/statement.h"

#define CHECKPOINT   "checkpoint"
#define PUBLIC_DIR   0755
#define PUBLIC_FILE  0644
#define BUNDLE_BYTES (ASV_TILE_WIDTH * (2 + sizeof((struct asv_db_ledger_entry *)0)->data))

struct publication {
    struct asv_db *db;
    int root;          /* DIR; locked */
    const char *trust; /* the trust file; NULL: there is none */
    bool witnessed;    /* which says that witnesses must cosign */
    struct asv_ledger_policy policy;
    uint8_t policy_text[ASV_LEDGER_POLICY_BYTES];
    uint16_t newest; /* number of the log that goes on */
    struct asv_db_ledger_log logs[ASV_DB_LEDGER_LOGS];

    /* Of one log. */
    const struct asv_db_ledger_log *log;
    bool ended; /* another one goes on */
    int dir;
    uint8_t note[ASV_DB_LEDGER_COSIGNED_BYTES];
    size_t note_len;
    struct asv_tree_head head;                       /* the signed one, of the note */
    uint8_t published[ASV_DB_LEDGER_COSIGNED_BYTES]; /* the note that is there already */
    bool same;                                       /* it is that one */
    bool ahead;          /* it is larger: from before witnesses were asked for, or lost by the database */
    bool look;           /* all files are looked at once more (LG-091) */
    uint64_t there_size; /* of the head that is published already; 0: none */
    uint64_t old_size;   /* up to here nothing is to be written */
    uint64_t files;
    uint64_t mended; /* of the files, those that were damaged or gone */
    struct asv_ledger_sweep swept;
    struct asv_err bad; /* why the checkpoint that is there is not one of this log; or empty */
    struct asv_db_witness_state witnesses;
    struct asv_db_ledger_entry entries[ASV_DB_LEDGER_BATCH];
    uint8_t bundle[BUNDLE_BYTES];
    uint8_t hashes[ASV_TILE_BYTES];
    uint8_t above[ASV_TILE_BYTES];
    uint8_t there[BUNDLE_BYTES]; /* a file as it is published */
};

/* Directory path[len] below dir, each part of it made where it is missing, for everybody to read. Whoever
 * puts a link there would choose where files go. */
static enum asv_status open_public(int dir, const char *path, size_t len, int *out, struct asv_err *err)
{
    char name[ASV_DB_LEDGER_ORIGIN_SIZE];
    asv_auto_fd int at = -1;
    enum asv_status status = asv_io_open_dir(dir, ".", false, &at, err);
    for (size_t from = 0; status == ASV_OK && from < len;) {
        const char *slash = memchr(path + from, '/', len - from);
        size_t to = slash != NULL ? (size_t)(slash - path) : len;
        int next = -1;
        struct stat st;
        (void)snprintf(name, sizeof name, "%.*s", (int)(to - from), path + from);
        status =
            fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)
                ? asv_failf(err, ASV_E_STATE,
                            "%s is a link: what is published lies in a directory of its own; remove it", name)
                : asv_io_open_dir(at, name, true, &next, err);
        if (status == ASV_OK) {
            asv_cleanup_fd(&at);
            at = next;
            status = fchmod(at, PUBLIC_DIR) == 0 ? ASV_OK : asv_io_fail(err, errno, name);
        }
        from = to + 1;
    }
    *out = status == ASV_OK ? asv_steal_fd(&at) : -1;
    return status;
}

/* LG-091: a file that is there as it should be stays as it is. */
static enum asv_status write_below(struct publication *it, const struct asv_tile *tile, struct asv_bytes data,
                                   struct asv_err *err)
{
    char path[ASV_TILE_PATH_BYTES];
    struct asv_err ignored = {0};
    size_t len = 0;
    asv_auto_fd int dir = -1;
    asv_tile_path(path, tile);
    const char *slash = strrchr(path, '/');
    enum asv_status status = open_public(it->dir, path, (size_t)(slash - path), &dir, err);
    if (status != ASV_OK ||
        (asv_io_read_file(dir, slash + 1, it->there, sizeof it->there, &len, &ignored) == ASV_OK &&
         len == data.len && memcmp(it->there, data.data, len) == 0)) {
        return status;
    }
    status = asv_io_replace_file(dir, slash + 1, data.data, data.len, PUBLIC_FILE, err);
    it->files += status == ASV_OK;
    it->mended += status == ASV_OK && asv_tile_is_in(tile, it->there_size);
    return status;
}

/* LG-057: a full tile makes one hash of the one above it, and so on up to the tiles that the head was
 * compared with. */
static enum asv_status check_above(struct publication *it, const struct asv_tile *tile,
                                   const struct asv_tiles *tiles, struct asv_err *err)
{
    unsigned at = (unsigned)(tile->index % ASV_TILE_WIDTH);
    const struct asv_tile above = {
        .level = tile->level + 1, .index = tile->index / ASV_TILE_WIDTH, .width = at + 1};
    uint8_t root[ASV_SHA256_BYTES] = {0};
    enum asv_status status = tiles->read(tiles->ctx, &above, it->above, err);
    if (status == ASV_OK) {
        asv_tile_root(root, it->hashes, ASV_TILE_WIDTH);
    }
    return status == ASV_OK && memcmp(root, it->above + (size_t)at * sizeof root, sizeof root) != 0
               ? asv_failf(err, ASV_E_DIGEST,
                           "ledger: tile %" PRIu64
                           " of level %u is not what the tree has: somebody changed the database",
                           tile->index, tile->level)
               : status;
}

static enum asv_status write_hashes(struct publication *it, const struct asv_tile *tile, struct asv_err *err)
{
    struct asv_db_tiles view = {it->db, it->log->number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    enum asv_status status = tiles.read(tiles.ctx, tile, it->hashes, err);
    if (status == ASV_OK && tile->width == ASV_TILE_WIDTH) {
        status = check_above(it, tile, &tiles, err);
    }
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
    enum asv_status status = asv_db_ledger_entries(it->db, it->log->number, tile->index * ASV_TILE_WIDTH,
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

/* The root of the first entries, as the database's tiles have it, must be that of a head. */
static enum asv_status check_head(const struct publication *it, const struct asv_tree_head *head,
                                  const char *which, const char *why, struct asv_err *err)
{
    struct asv_db_tiles view = {it->db, it->log->number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    uint8_t root[ASV_SHA256_BYTES];
    enum asv_status status = asv_proof_root(root, head->size, &tiles, err);
    return status == ASV_OK && memcmp(root, head->root, sizeof root) != 0
               ? asv_failf(err, ASV_E_DIGEST, "the tiles do not make the %s head of %" PRIu64 " entries: %s",
                           which, head->size, why)
               : status;
}

/* What is published there already may be a head of another log, or one that the database has lost. */
static enum asv_status compare(struct publication *it, const struct asv_checkpoint *there,
                               struct asv_err *err)
{
    bool larger = there->head.size > it->head.size;
    if (strcmp(there->origin, it->log->origin) != 0) {
        return asv_failf(err, ASV_E_STATE, CHECKPOINT " there is of %s: that is another log's directory",
                         there->origin);
    }
    it->ahead = larger && (it->witnessed || it->ended);
    if (larger && !it->ahead) {
        return asv_failf(
            err, ASV_E_STATE,
            "a head of %" PRIu64 " entries is published already, and the last one here has %" PRIu64
            ": the database comes from an earlier time; two people decide: asservat ledger begin",
            there->head.size, it->head.size);
    }
    it->there_size = there->head.size;
    it->old_size = larger ? it->head.size : there->head.size;
    return larger || it->same
               ? ASV_OK
               : check_head(it, &there->head, "published",
                            "another log had this name already, or somebody changed the database", err);
}

/* The checkpoint that is there, which anybody may have put there: signed by the log's key, where the trust
 * file has it and the checkpoint says so. */
static enum asv_status read_published(const struct publication *it, struct asv_bytes data,
                                      struct asv_checkpoint *out, struct asv_err *err)
{
    struct asv_note note;
    enum asv_status status = asv_note_parse(&note, data, err);
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(out, note.text, err);
    }
    for (size_t i = 0; status == ASV_OK && it->trust != NULL && i < it->policy.log_count; i++) {
        const struct asv_note_key *key = &it->policy.logs[i].key;
        if (strcmp(key->name, it->log->origin) == 0 && strcmp(key->name, out->origin) == 0) {
            return asv_checkpoint_open(out, NULL, data, key, err);
        }
    }
    return status;
}

/* Nothing, or an earlier head of the same log. What is neither is written anew, and everything before it. */
static enum asv_status find_published(struct publication *it, struct asv_err *err)
{
    size_t len = 0;
    struct asv_checkpoint checkpoint;
    enum asv_status status =
        asv_io_read_file(it->dir, CHECKPOINT, it->published, sizeof it->published, &len, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_E_LIMIT) {
        it->bad = *err;
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return status;
    }
    it->same = len == it->note_len && memcmp(it->published, it->note, len) == 0;
    status = read_published(it, (struct asv_bytes){it->published, len}, &checkpoint, &it->bad);
    return status == ASV_OK ? compare(it, &checkpoint, err) : ASV_OK;
}

/* LG-056. Where more is published than the database has, what it has is compared, without tiles that only a
 * smaller head needs, and the checkpoint stays. */
static enum asv_status write_new(struct publication *it, struct asv_err *err)
{
    struct asv_tile_growth growth;
    struct asv_tile tile;
    enum asv_status status =
        check_head(it, &it->head, "signed", "somebody changed the database", err); /* LG-057 */
    asv_tile_growth_init(&growth, it->look ? 0 : it->old_size, it->head.size);
    while (status == ASV_OK && asv_tile_growth_next(&growth, &tile)) {
        if (it->ahead && tile.width < ASV_TILE_WIDTH) {
            continue;
        }
        status = write_hashes(it, &tile, err);
        if (status == ASV_OK && tile.level == 0) {
            tile.level = ASV_TILE_ENTRIES;
            status = write_bundle(it, &tile, err);
        }
    }
    return status == ASV_OK && !it->same && !it->ahead
               ? asv_io_replace_file(it->dir, CHECKPOINT, it->note, it->note_len, PUBLIC_FILE, err)
               : status;
}

/* LG-066: the newest head that met the quorum, with its cosignatures, and only as the trust file has it now;
 * without a quorum, the head that the keeper signed last. ASV_E_NOT_FOUND: there is none. */
static enum asv_status find_note(struct publication *it, struct asv_err *err)
{
    if (!it->witnessed) {
        return asv_db_ledger_note(it->db, it->log->number, it->note, ASV_DB_LEDGER_NOTE_BYTES, &it->note_len,
                                  err);
    }
    enum asv_status status = asv_db_witness_state(it->db, it->log->number, &it->witnesses, err);
    if (status == ASV_OK && it->witnesses.witnessed_size == 0) {
        status = asv_failf(err, ASV_E_NOT_FOUND,
                           "no head has met the quorum of %s yet; asservat ledger cosign", it->trust);
    }
    return status == ASV_OK ? asv_cosigner_note(it->db, it->log->number, it->witnesses.witnessed_size,
                                                &it->policy, it->note, sizeof it->note, &it->note_len, err)
                            : status;
}

/* LG-041: also a trust file that asks for no cosignature names the log's key. */
static enum asv_status check_trust(const struct publication *it, struct asv_err *err)
{
    struct asv_ledger_verdict verdict;
    struct asv_err why = {0};
    if (it->trust == NULL) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_ledger_policy_check(&it->policy, (struct asv_bytes){it->note, it->note_len}, &verdict, &why);
    if (status == ASV_E_UNTRUSTED && verdict.log == it->policy.log_count) {
        return asv_cosigner_unknown(it->trust, it->log->origin, err);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", it->trust, why.text);
}

/* The size of what is to be published is the note's own: another head may be signed meanwhile. */
static enum asv_status read_note(struct publication *it, struct asv_err *err)
{
    struct asv_note note;
    struct asv_checkpoint checkpoint;
    enum asv_status status = asv_note_parse(&note, (struct asv_bytes){it->note, it->note_len}, err);
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&checkpoint, note.text, err);
    }
    if (status == ASV_OK && strcmp(checkpoint.origin, it->log->origin) != 0) {
        status = asv_fail(err, ASV_E_DIGEST, "its head is another log's: somebody changed the database");
    }
    if (status == ASV_OK) {
        it->head = checkpoint.head;
    }
    return status;
}

/* LG-058 */
static enum asv_status open_place(struct publication *it, struct asv_err *err)
{
    const char *origin = it->log->origin;
    size_t len = strlen(origin);
    return asv_statement_origin_is_good((struct asv_bytes){(const uint8_t *)origin, len})
               ? open_public(it->root, origin, len, &it->dir, err)
               : asv_fail(err, ASV_E_MALFORMED, "that is no address, so it has no place");
}

static enum asv_status sweep(struct publication *it, int64_t now_ms, struct asv_err *err)
{
    struct asv_db_tiles view = {it->db, it->log->number};
    it->swept = (struct asv_ledger_sweep){.dir = it->dir,
                                          .size = it->head.size,
                                          .tiles = asv_db_tiles(&view),
                                          .file = it->there,
                                          .file_bytes = sizeof it->there,
                                          .now_ms = now_ms};
    return asv_ledger_sweep(&it->swept, err);
}

/* An ended log that is there as a whole is no longer judged: what was asked of witnesses may have changed
 * since. */
static enum asv_status publish(const struct asv_cli *cli, struct publication *it, struct asv_err *err)
{
    int64_t now_ms = 0;
    enum asv_status status = read_note(it, err);
    if (status == ASV_OK) {
        status = open_place(it, err);
    }
    if (status == ASV_OK) {
        status = asv_world_wall_ms(cli->world, &now_ms);
    }
    if (status == ASV_OK) {
        it->look = asv_ledger_sweep_is_due(it->dir, now_ms);
        status = find_published(it, err);
    }
    bool done = it->ended && (it->same || it->ahead);
    if (status == ASV_OK && !done) {
        status = check_trust(it, err);
    }
    if (status == ASV_OK && ((!it->same && !it->ahead) || it->look)) {
        status = write_new(it, err);
    }
    if (status == ASV_OK && it->look) {
        status = sweep(it, now_ms, err);
    }
    return status;
}

static void print_done(const struct asv_cli *cli, const struct publication *it)
{
    char since[ASV_TEXT_BYTES];
    fprintf(cli->out,
            "%s: %" PRIu64 " entries, %" PRIu64 " of them new, %" PRIu64 " files, %" PRIu64 " removed%s\n",
            it->log->origin, it->head.size, it->head.size - it->old_size, it->files, it->swept.removed,
            it->ahead   ? "; what is published has more"
            : it->ended ? "; ended"
                        : "");
    if (it->bad.text[0] != '\0') {
        fprintf(cli->err,
                "%s: the checkpoint that was published was not this log's (%s); all is written anew\n",
                it->log->origin, it->bad.text);
    }
    if (it->mended > 0) {
        fprintf(cli->err, "%s: %" PRIu64 " published files were damaged or gone, and are written anew\n",
                it->log->origin, it->mended);
    }
    if (it->swept.strange > 0) {
        fprintf(cli->err, "%s: %" PRIu64 " files there began otherwise than the ledger, and are removed\n",
                it->log->origin, it->swept.strange);
    }
    if (!it->ended && it->witnessed && it->witnesses.behind_ms != ASV_TIME_UNKNOWN) {
        fprintf(cli->err, "witnesses are behind: %" PRIu64 " entries, since %s\n",
                it->witnesses.signed_size - it->witnesses.witnessed_size,
                asv_text_time(since, it->witnesses.behind_ms));
    }
}

/* A log without a head has nothing to publish: one that has just begun, or ended as soon. */
static enum asv_status publish_log(const struct asv_cli *cli, struct publication *it,
                                   const struct asv_db_ledger_log *log, struct asv_err *err)
{
    struct asv_err why = {0};
    it->log = log;
    it->ended = log->number != it->newest;
    it->dir = -1;
    it->same = it->ahead = it->look = false;
    it->there_size = it->old_size = it->files = it->mended = 0;
    it->swept = (struct asv_ledger_sweep){0};
    it->bad = (struct asv_err){0};
    enum asv_status status = find_note(it, &why);
    if (status == ASV_E_NOT_FOUND && (it->ended || log->signed_size == 0)) {
        fprintf(cli->out, "%s: no head yet\n", log->origin);
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = publish(cli, it, &why);
    }
    asv_cleanup_fd(&it->dir);
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s: %s", log->origin, why.text);
    }
    print_done(cli, it);
    return ASV_OK;
}

/* What is wrong with one log holds up no other. */
static enum asv_status publish_all(const struct asv_cli *cli, struct publication *it, struct asv_err *err)
{
    struct asv_db_ledger_log newest;
    size_t count = ASV_DB_LEDGER_LOGS;
    uint16_t after = 0;
    enum asv_status first = ASV_OK;
    enum asv_status status = asv_db_ledger_newest(it->db, &newest, err);
    it->newest = newest.number;
    while (status == ASV_OK && count == ASV_DB_LEDGER_LOGS) {
        status = asv_db_ledger_logs(it->db, after, it->logs, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            struct asv_err why = {0};
            enum asv_status one = publish_log(cli, it, &it->logs[i], &why);
            after = it->logs[i].number;
            if (one != ASV_OK && first != ASV_OK) {
                fprintf(cli->err, "%s\n", why.text);
            } else if (one != ASV_OK) {
                first = asv_failf(err, one, "%s", why.text);
            }
        }
    }
    return first != ASV_OK ? first : status;
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

/* One at a time: of two, the later one begins with what the other one has published. */
static enum asv_status open_root(const char *path, int *out, struct asv_err *err)
{
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_io_open_dir(AT_FDCWD, path, true, &dir, err);
    if (status == ASV_OK && fchmod(dir, PUBLIC_DIR) != 0) { /* a web server's user reads it */
        status = asv_io_fail(err, errno, path);
    }
    if (status == ASV_OK && faccessat(dir, CHECKPOINT, F_OK, 0) == 0) {
        status =
            asv_failf(err, ASV_E_USAGE,
                      "%s is one log's own directory; give the one in which all of them are to be", path);
    }
    while (status == ASV_OK && flock(dir, LOCK_EX) != 0) {
        status = errno == EINTR ? ASV_OK : asv_io_fail(err, errno, path);
    }
    if (status == ASV_OK) {
        *out = asv_steal_fd(&dir);
    }
    return status;
}

static enum asv_status run_with(const struct asv_cli *cli, struct publication *it, struct asv_err *err)
{
    const char *conninfo = asv_cli_text(cli->args, "database");
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_fd int root = -1;
    (void)umask(0777 & ~PUBLIC_DIR);
    enum asv_status status = find_trust(cli, it, err);
    if (status == ASV_OK) {
        status = open_root(asv_cli_operand(cli->args, 0), &root, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database_as(cli, conninfo != NULL ? conninfo : cli->conf.database_publish, &db, err);
    }
    if (status == ASV_OK) {
        it->root = root;
        it->db = db;
        status = publish_all(cli, it, err);
    }
    if (status == ASV_OK) {
        status = asv_db_ledger_published(db, err); /* LG-092 */
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
    {"database", ASV_CLI_TEXT, "CONNINFO", "as asv_publish (configuration: database.publish)", false, false,
     0, 0},
};

const struct asv_cli_command asv_cli_ledger_publish = {
    .group = "ledger",
    .name = "publish",
    .summary = "write the ledger as files that any web server can serve",
    .help = "Writes what of each ledger is new into DIR/ORIGIN: tiles, entry bundles and, last, the\n"
            "signed checkpoint (C2SP tlog-tiles); of those that ended, up to their last one. Nothing\n"
            "in them leads to a person. With a trust file (configuration: ledger.trust) signatures\n"
            "are checked by that, and the checkpoint is the newest that enough witnesses have\n"
            "cosigned. Once a day all files are compared, and what is damaged is written anew; partial\n"
            "tiles go a day after their full one came.\n"
            "Safe to repeat and to cut off.",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
