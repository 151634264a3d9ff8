/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What lies in the vault and is named by no row, or not any more. Only what is provably without use is
 * removed: what the keeper has signed to be destroyed, what was never committed and whose period is over, and
 * what is wrapped for the recovery key beside a clip that is not held. A recording without a row is reported:
 * `asservat db rebuild` makes one. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/night.h"
#include "server/vault/commit.h"

#define GRACE_MS  (INT64_C(3600) * 1000) /* the dock tells the database again and again, when it is away */
#define KNOWN_MAX (2 * ASV_DB_BATCH_MAX) /* rows about one batch: doubles in quarantine have one UUID */

struct entry {
    char path[ASV_VAULT_PATH_BYTES];
    uint8_t header[8]; /* in quarantine: the begin of it */
};

struct sweep {
    struct asv_night *night;
    enum asv_vault_area area;
    size_t count;
    struct entry entries[ASV_DB_BATCH_MAX];
    uint8_t clips[ASV_DB_BATCH_MAX][ASV_UUID_BYTES];
    struct asv_db_vault_known known[KNOWN_MAX];
};

/* Whether what was written then is over; false where nobody may go by the clock (K-202). Not without the
 * keeper, which says how long periods are. */
static bool has_passed(struct asv_night *night, int64_t written_ms)
{
    const char *doubt = NULL;
    bool over = false;
    return asv_night_clock_doubt(night, &doubt, NULL) == ASV_OK && doubt == NULL &&
           asv_retention_staging_is_over(&over, written_ms, night->keeper.policy_days, night->now_ms, NULL) ==
               ASV_OK &&
           over;
}

/* Whether nothing of it is of use any more. */
static bool is_over(struct asv_night *night, const struct asv_clip_dir *dir)
{
    int64_t written = 0;
    return asv_clip_written_ms(dir, &written, NULL) == ASV_OK && has_passed(night, written);
}

static void discard(struct asv_night *night, struct asv_clip_dir *dir, const char *path)
{
    struct asv_err err = {0};
    enum asv_status status = ASV_OK;
    if (night->dry) {
        asv_clip_close(dir);
    } else {
        status = asv_clip_discard_take(dir, &err);
    }
    night->counts.leftovers += status == ASV_OK;
    night->counts.failed += status != ASV_OK;
    if (status != ASV_OK) {
        asv_night_note(night, ASV_NIGHT_FAILED, path, "%s", err.text);
    }
}

/* ---- staging ---- */

/* One that is being pulled is in use, and one with a commit record is the recovery's. What was not committed
 * is still on its camera: no receipt was given for it. */
static enum asv_status visit_staging(void *ctx, enum asv_vault_area area, const char *path,
                                     struct asv_err *err)
{
    struct asv_night *night = ctx;
    struct asv_clip_dir *dir = NULL;
    (void)err;
    if (asv_vault_has(night->vault, path) ||
        asv_vault_open_clip(night->vault, area, path, &dir, NULL) != ASV_OK) {
        return ASV_OK;
    }
    if (is_over(night, dir)) {
        discard(night, dir, path);
    } else {
        asv_clip_close(dir);
    }
    return ASV_OK;
}

/* ---- sealed and quarantine ---- */

/* Whether it was written just now: a docking's row follows its files, and may be on its way. */
static bool is_fresh(const struct asv_night *night, enum asv_vault_area area, const char *path)
{
    struct asv_clip_dir *dir = NULL;
    int64_t written = 0;
    bool fresh = asv_vault_open_clip(night->vault, area, path, &dir, NULL) == ASV_OK &&
                 asv_clip_written_ms(dir, &written, NULL) == ASV_OK && written > night->now_ms - GRACE_MS;
    asv_clip_close(dir);
    return fresh;
}

/* No row names it. */
static void orphan(struct asv_night *night, enum asv_vault_area area, const char *path)
{
    struct asv_clip_dir *dir = NULL;
    char detail[ASV_VAULT_PATH_BYTES + 120];
    if (!asv_vault_has(night->vault,
                       path)) { /* its commit was cut off: the dock goes on with it, for a while */
        if (asv_vault_open_clip(night->vault, area, path, &dir, NULL) != ASV_OK) {
            return;
        }
        if (is_over(night, dir)) {
            discard(night, dir, path);
        } else {
            asv_clip_close(dir);
        }
        return;
    }
    if (is_fresh(night, area, path)) {
        return;
    }
    night->counts.orphans++;
    asv_night_note(night, ASV_NIGHT_ORPHAN, path, "no row names it; asservat db rebuild makes one");
    (void)snprintf(detail, sizeof detail, "%s is in the vault, and no row names it: asservat db rebuild",
                   path);
    const struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_ORPHAN, .slot = -1, .subject = path, .detail = detail};
    enum asv_db_outcome outcome;
    if (!night->dry && night->noted[ASV_NIGHT_ORPHAN] <= ASV_NIGHT_NOTES) {
        (void)!asv_db_alarm_raise(night->db, &alarm, &outcome, NULL);
    }
}

/* ---- what the database has as erased ---- */

/* What lies there is that recording, as its dock says; without a commit record it is what is left of a
 * removal. *committed_ms: 0 then. */
static enum asv_status check_commit(struct asv_clip_dir *dir, const struct asv_db_retained *clip,
                                    int64_t *committed_ms, struct asv_err *err)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    struct asv_commit commit;
    *committed_ms = 0;
    enum asv_status status = asv_clip_get(dir, ASV_PART_COMMIT, data, sizeof data, &len, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_commit_decode(&commit, data, len, NULL, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    *committed_ms = commit.committed_ms;
    return memcmp(commit.header_digest, clip->identity.header, sizeof commit.header_digest) == 0
               ? ASV_OK
               : asv_fail(err, ASV_E_MISMATCH, "another recording lies there");
}

/* K-186, K-187: it knows no such header. */
static enum asv_status signs_nothing(struct asv_night *night, const struct asv_db_retained *clip,
                                     int64_t committed_ms, struct asv_err *err)
{
    if (clip->kind != ASV_COMMIT_QUARANTINED) {
        return asv_night_day_signed(night, clip, err);
    }
    return has_passed(night, committed_ms)
               ? ASV_OK
               : asv_fail(err, ASV_E_STATE, "in quarantine, its period is not known to be over");
}

/* K-191: by a statement that lies there since, or that the keeper signs now. */
static enum asv_status is_destroyed(struct asv_night *night, const struct asv_db_retained *clip,
                                    struct asv_clip_dir *dir, struct asv_err *err)
{
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    size_t len = 0;
    int64_t committed_ms = 0;
    uint32_t request = 0;
    enum asv_status word = ASV_OK;
    struct asv_destruction order;
    struct asv_err why = {0};
    enum asv_status status = check_commit(dir, clip, &committed_ms, err);
    if (status != ASV_OK || asv_night_is_buried(night, clip) ||
        asv_night_order_there(night, clip, dir, data, &len, &order)) {
        return status;
    }
    status = asv_night_order_ask(night, dir, &request, &why);
    if (status == ASV_OK) {
        status = asv_night_order_take(night, request, data, &len, &word, &why);
    }
    if (status == ASV_OK) {
        return asv_night_order_read(night, clip, (struct asv_bytes){data, len}, &order, err);
    }
    return asv_night_is_unknown(word)
               ? signs_nothing(night, clip, committed_ms, err)
               : asv_failf(err, status, "%s", why.text[0] != '\0' ? why.text : asv_status_name(status));
}

/* A disk that was away while it was erased brings it back. The database alone is no reason: whoever can write
 * a state there would have the files of what is held removed. */
static void erased(struct asv_night *night, enum asv_vault_area area, const char *path,
                   const uint8_t header[ASV_SHA256_BYTES])
{
    struct asv_db_retained clip;
    struct asv_clip_dir *dir = NULL;
    struct asv_err err = {0};
    if (asv_vault_open_clip(night->vault, area, path, &dir, NULL) != ASV_OK) {
        return;
    }
    enum asv_status found = asv_db_retained_of(night->db, header, &clip, &err);
    enum asv_status status = found == ASV_OK ? is_destroyed(night, &clip, dir, &err) : found;
    enum asv_class class = asv_status_class(status);
    if (status == ASV_OK) {
        discard(night, dir, path);
        return;
    }
    asv_clip_close(dir);
    night->away = night->away || status == ASV_E_AWAY || status == ASV_E_TIMEOUT;
    if (found != ASV_OK || night->agency == NULL || class == ASV_CLASS_RETRY || class == ASV_CLASS_INTERNAL) {
        asv_night_note(night, ASV_NIGHT_UNDONE, path, "whether it is erased, nobody can say: %.160s",
                       night->agency == NULL ? night->no_agency.text : err.text);
        return;
    }
    night->counts.disagreements++;
    asv_night_alarm(
        night, ASV_NIGHT_DISAGREES, ASV_DB_ALARM_KEEPER, &clip,
        "the database has it as erased, its files are there, and nobody signed that nothing opens "
        "it: they stay (%.100s)",
        err.text);
}

/* ---- what is not held ---- */

/* What is wrapped for the recovery key opens a clip past every key of the keeper's: it stays beside what is
 * held, and nowhere else. A disk that was away while two people released it brings it back. */
static void not_held(struct asv_night *night, enum asv_vault_area area, const char *path,
                     const uint8_t header[ASV_SHA256_BYTES])
{
    struct asv_clip_dir *dir = NULL;
    struct asv_err err = {0};
    if (!asv_vault_has_part(night->vault, path, ASV_PART_RECOVERY) ||
        !asv_night_keeper_let_go(night, header)) {
        return;
    }
    enum asv_status status = ASV_OK;
    if (!night->dry) {
        status = asv_vault_open_clip(night->vault, area, path, &dir, &err);
        status = status == ASV_OK ? asv_clip_drop(dir, ASV_PART_RECOVERY, &err) : status;
        asv_clip_close(dir);
    }
    night->counts.leftovers += status == ASV_OK;
    night->counts.failed += status != ASV_OK;
    if (status != ASV_OK) {
        asv_night_note(night, ASV_NIGHT_FAILED, path, "what is wrapped for the recovery key: %.160s",
                       err.text);
    }
}

static enum asv_status look_up(struct sweep *sweep, struct asv_err *err)
{
    struct asv_night *night = sweep->night;
    bool quarantine = sweep->area == ASV_VAULT_QUARANTINE;
    size_t found = 0;
    size_t count = sweep->count;
    sweep->count = 0;
    if (count == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_vault_known(
        night->db, quarantine ? ASV_COMMIT_QUARANTINED : ASV_COMMIT_STORED,
        (const uint8_t(*)[ASV_UUID_BYTES])sweep->clips, count, sweep->known, KNOWN_MAX, &found, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        const struct entry *entry = &sweep->entries[i];
        const struct asv_db_vault_known *known = NULL;
        for (size_t k = 0; k < found; k++) {
            bool same = sweep->known[k].index == i &&
                        (!quarantine || memcmp(sweep->known[k].header, entry->header, 8) == 0);
            known = same ? &sweep->known[k] : known;
        }
        if (known == NULL) {
            orphan(night, sweep->area, entry->path);
        } else if (known->state == ASV_DB_ERASED) {
            erased(night, sweep->area, entry->path, known->header);
        } else if (known->state != ASV_DB_HELD && known->state != ASV_DB_PENDING) {
            not_held(night, sweep->area, entry->path, known->header);
        }
    }
    return status;
}

static enum asv_status visit_clip(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    struct sweep *sweep = ctx;
    struct entry *entry = &sweep->entries[sweep->count];
    const char *name = strrchr(path, '/') + 1;
    char uuid[ASV_UUID_TEXT_BYTES];
    size_t behind = area == ASV_VAULT_QUARANTINE ? 2 * sizeof entry->header + 1 : 0; /* "-" and digits */
    (void)snprintf(uuid, sizeof uuid, "%.36s", name);
    bool is_clip =
        strlen(name) == sizeof uuid - 1 + behind &&
        asv_uuid_parse(sweep->clips[sweep->count], uuid) == ASV_OK &&
        (behind == 0 || asv_hex_decode(entry->header, sizeof entry->header, name + sizeof uuid) == ASV_OK);
    if (!is_clip) { /* nothing the vault made has such a name */
        sweep->night->counts.orphans++;
        asv_night_note(sweep->night, ASV_NIGHT_ORPHAN, path, "no recording has such a name");
        return ASV_OK;
    }
    (void)snprintf(entry->path, sizeof entry->path, "%s", path);
    return ++sweep->count == ASV_DB_BATCH_MAX ? look_up(sweep, err) : ASV_OK;
}

static enum asv_status sweep_area(struct asv_night *night, enum asv_vault_area area, struct asv_err *err)
{
    struct sweep *sweep = calloc(1, sizeof *sweep);
    if (sweep == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    sweep->night = night;
    sweep->area = area;
    enum asv_status status = asv_vault_walk(night->vault, area, visit_clip, sweep, err);
    if (status == ASV_OK) {
        status = look_up(sweep, err);
    }
    free(sweep);
    return status;
}

enum asv_status asv_night_sweep(struct asv_night *night, struct asv_err *err)
{
    enum asv_status status = sweep_area(night, ASV_VAULT_SEALED, err);
    if (status == ASV_OK) {
        status = sweep_area(night, ASV_VAULT_QUARANTINE, err);
    }
    if (status == ASV_OK) {
        status = asv_vault_walk(night->vault, ASV_VAULT_STAGING, visit_staging, night, err);
    }
    return status == ASV_OK && !night->dry ? asv_vault_flush(night->vault, err) : status;
}
