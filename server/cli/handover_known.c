/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/verdict.h"
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/cli/handover_job.h"
#include "server/db/camera.h"
#include "server/handover/probe.h"

#define PAGE 64

/* ---- incident, decisions ---- */

/* "Straße 1; 47051 Ort": one line each. */
static void split_address(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if (*at == ';') {
            *at = '\n';
        }
    }
}

static struct asv_compose_decision decision_of(const struct asv_statement *statement,
                                               const struct asv_credential *by)
{
    struct asv_compose_decision out = {
        .name = by->name, .at_ms = statement->issued_ms, .reason = statement->reason};
    asv_statement_digest(out.statement, statement);
    return out;
}

enum asv_status asv_handover_begin_facts(struct asv_handover_making *making, struct asv_err *err)
{
    const struct asv_cli_conf *conf = &making->house->cli->conf;
    const struct asv_db_incident *incident = &making->incident;
    char address[sizeof conf->handover_address];
    memcpy(address, conf->handover_address, sizeof address);
    split_address(address);
    if (conf->handover_agency[0] == '\0' || address[0] == '\0') {
        return asv_fail(err, ASV_E_USAGE,
                        "who hands over is not configured: handover.agency and handover.address");
    }
    enum asv_status status =
        asv_db_handover_incident(making->house->db, making->job.id, &making->incident, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_compose_head head = {
        .plan = &making->plan,
        .time_zone = ASV_CALENDAR_ZONE,
        .version = making->house->version,
        .agency_name = conf->handover_agency,
        .agency_office = conf->handover_office,
        .agency_address = address,
        .contact_name = conf->handover_contact,
        .contact_phone = conf->handover_phone,
        .contact_mail = conf->handover_mail,
        .card = &making->card,
        .cause = incident->cause,
        .offence = incident->offence,
        .danger = incident->danger,
        .place = incident->place,
        .accused = incident->accused,
        .injured = incident->injured,
        .prosecutor = incident->prosecutor,
        .from_ms = incident->from_ms,
        .until_ms = incident->until_ms,
        .incident_version = incident->version,
        .incident_statement = incident->statement,
        .written_ms = incident->since_ms,
        .changed_ms = incident->changed_ms,
        .requested = decision_of(&making->proposal, &making->proposer),
        .approved = decision_of(&making->approval, &making->approver),
    };
    return asv_compose_new(&making->compose, &head, err);
}

/* ---- a recording ---- */

/* The dock's chain, and that it signed the commit record that goes out (LAW H3). */
static enum asv_status tell_dock(struct asv_handover_making *making, const struct asv_recording *recording,
                                 struct asv_err *err)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    uint8_t record[ASV_COMMIT_MAX_BYTES];
    struct asv_chain chain;
    struct asv_commit commit;
    size_t len = 0;
    size_t record_len = 0;
    enum asv_status status =
        asv_db_chain(making->house->db, recording->commit.dock_cert, data, sizeof data, &len, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&chain, data, len, err);
    }
    if (status == ASV_OK) {
        status = asv_chain_verify(&chain, making->house->root.signing_pk, ASV_ROLE_DOCK, ASV_TIME_UNKNOWN,
                                  NULL, err);
    }
    if (status == ASV_OK) {
        status =
            asv_clip_get(recording->exhibit->dir, ASV_PART_COMMIT, record, sizeof record, &record_len, err);
    }
    if (status == ASV_OK) {
        status = asv_commit_verify(&commit, record, record_len, chain.leaf.signing_pk, err);
    }
    if (status == ASV_OK) {
        status = asv_compose_add_cert(making->compose, &chain.ca, err);
    }
    return status == ASV_OK ? asv_compose_add_cert(making->compose, &chain.leaf, err) : status;
}

/* What the certificate of its camera says now. text NULL: it leads to the root. */
static enum asv_status judge_camera(const struct asv_handover_making *making,
                                    const struct asv_recording *recording, const char **text,
                                    struct asv_err *err)
{
    const struct asv_handover_house *house = making->house;
    struct asv_chain chain;
    struct asv_revocations list;
    struct asv_err why = {0};
    const struct asv_exhibit *exhibit = recording->exhibit;
    enum asv_status status = asv_chain_decode(&chain, exhibit->chain, exhibit->chain_len, err);
    bool revokes = house->revocations_len > 0;
    if (status == ASV_OK && revokes) {
        status = asv_revocations_decode(&list, house->revocations, house->revocations_len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    switch (asv_provenance_find(&exhibit->header, &chain, house->root.signing_pk, ASV_TIME_UNKNOWN,
                                revokes ? &list : NULL, &why)) {
    case ASV_PROVENANCE_TRUSTED:
    case ASV_PROVENANCE_SEALED_BY_DOCK:
        *text = NULL;
        break;
    case ASV_PROVENANCE_REVOKED:
        *text = "führt zum Stamm der Behörde, ist aber gesperrt";
        break;
    default:
        *text = "führt nicht zum Stamm der Behörde";
        break;
    }
    return ASV_OK;
}

/* HO-052: that nobody could read it is said, and keeps nothing back. */
static void look(const struct asv_handover_making *making, const struct asv_build_clip *clip,
                 struct asv_media_facts *media, struct asv_compose_known *known)
{
    const struct asv_handover_house *house = making->house;
    enum asv_status status = ASV_E_STATE;
    if (clip->plan.form != ASV_PLAN_SEALED) {
        status = asv_probe_recording(house->vault, &making->names[clip->clip], clip->recording,
                                     house->cli->conf.handover_media, house->cli->world, media, NULL);
    }
    known->media = status == ASV_OK ? media : NULL;
    known->media_lack = status == ASV_E_STATE  ? "die Aufzeichnung wird nur versiegelt übergeben"
                        : status == ASV_E_AWAY ? "das Programm dafür antwortete nicht"
                                               : "das Programm dafür konnte die Aufzeichnung nicht lesen";
}

enum asv_status asv_handover_tell_clip(void *ctx, const struct asv_build_clip *clip, struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    struct asv_compose_known known = {.root = NULL};
    struct asv_media_facts media;
    enum asv_status status = asv_db_handover_clip(making->house->db, making->job.id,
                                                  (uint16_t)(clip->clip + 1), &making->row, err);
    if (status == ASV_OK) {
        status = judge_camera(making, clip->recording, &known.root, err);
    }
    if (status == ASV_OK) {
        look(making, clip, &media, &known);
        known.camera_name = making->row.camera_name;
        known.erased_on_camera_ms = making->row.erased_on_camera_ms;
        status = asv_compose_clip(making->compose, clip, &known, err);
    }
    return status == ASV_OK ? tell_dock(making, clip->recording, err) : status;
}

/* ---- custody ---- */

static bool is_zero(const uint8_t digest[ASV_SHA256_BYTES])
{
    static const uint8_t zeros[ASV_SHA256_BYTES];
    return memcmp(digest, zeros, sizeof zeros) == 0;
}

static enum asv_status tell_event(struct asv_handover_making *making, unsigned number,
                                  const struct asv_db_handover_custody *row, struct asv_err *err)
{
    const struct asv_db_event *event = &row->event;
    struct asv_compose_event said = {
        .kind = event->kind,
        .at_ms = event->at_ms,
        .recorded_ms = event->recorded_ms,
        .actor_kind = event->actor_kind,
        .actor = is_zero(event->actor) ? NULL : event->actor,
        .actor_name = event->actor_name,
        .place = event->place,
        .detail = event->detail,
        .is_signed = event->is_signed,
        .object_digest = is_zero(event->object_digest) ? NULL : event->object_digest,
        .has_leaf = row->log != 0,
        .log = row->log,
        .leaf = row->leaf,
    };
    memcpy(said.id, event->id, sizeof said.id);
    return asv_compose_add_event(making->compose, number, &said, err);
}

static enum asv_status tell_custody(struct asv_handover_making *making, const struct asv_build_part *part,
                                    unsigned number, struct asv_db_handover_custody *rows,
                                    struct asv_err *err)
{
    const uint16_t clip = part->clips[part->first + number - 1];
    const uint8_t *after = NULL;
    uint8_t last[ASV_UUID_BYTES];
    size_t count = PAGE;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == PAGE) {
        status = asv_db_handover_custody(making->house->db, making->job.id, (uint16_t)(clip + 1), after, rows,
                                         PAGE, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            if (asv_handover_shows(making, part, &rows[i])) {
                status = tell_event(making, number, &rows[i], err);
            }
        }
        if (status == ASV_OK && count > 0) {
            memcpy(last, rows[count - 1].event.id, sizeof last);
            after = last;
        }
    }
    return status;
}

/* ---- all of it ---- */

/* HO-132 */
static enum asv_status tell_certified(struct asv_handover_making *making,
                                      const struct asv_handover_certified *certified, struct asv_err *err)
{
    struct asv_chain chain;
    enum asv_status status = asv_chain_decode(&chain, certified->data, certified->len, err);
    if (status == ASV_OK) {
        status = asv_compose_add_cert(making->compose, &chain.ca, err);
    }
    return status == ASV_OK ? asv_compose_add_cert(making->compose, &chain.leaf, err) : status;
}

static enum asv_status tell_trust(struct asv_handover_making *making, struct asv_err *err)
{
    const struct asv_handover_house *house = making->house;
    struct asv_revocations list;
    enum asv_status status = asv_compose_add_cert(making->compose, &house->root, err);
    if (status == ASV_OK) {
        status = asv_compose_add_package(making->compose, house->package.name, house->package.serial,
                                         house->package.digest, 1000 * house->package.until_s, err);
    }
    if (status == ASV_OK) {
        status = tell_certified(making, &house->package_chain, err);
    }
    if (status == ASV_OK) {
        status = tell_certified(making, &house->ledger_chain, err);
    }
    if (status == ASV_OK && house->revocations_len > 0) {
        status = asv_revocations_decode(&list, house->revocations, house->revocations_len, err);
        if (status == ASV_OK) {
            status = asv_compose_set_revocations(making->compose, &list, err);
        }
    }
    return status;
}

enum asv_status asv_handover_tell_facts(void *ctx, const struct asv_build_said *said, char **text,
                                        size_t *len, struct asv_err *err)
{
    struct asv_handover_making *making = ctx;
    struct asv_db_handover_custody *rows = calloc(PAGE, sizeof *rows);
    enum asv_status status = ASV_OK;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (unsigned number = 1; status == ASV_OK && number <= said->part->count; number++) {
        status = tell_custody(making, said->part, number, rows, err);
    }
    free(rows);
    if (status == ASV_OK) {
        status = asv_handover_tell_series(making, said->part, err);
    }
    if (status == ASV_OK) {
        status = asv_handover_tell_logs(making, said->part, err);
    }
    if (status == ASV_OK) {
        status = tell_trust(making, err);
    }
    return status == ASV_OK ? asv_compose_write(making->compose, said, text, len, err) : status;
}
