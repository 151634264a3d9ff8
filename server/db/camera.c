/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/camera.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/db/internal.h"

void asv_param_cert(struct asv_params *params, const struct asv_cert *cert)
{
    asv_params_init(params);
    asv_param_i16(params, cert->role);
    asv_param_bytes(params, cert->serial, sizeof cert->serial);
    asv_param_digest(params, cert->issuer);
    asv_param_text(params, cert->name);
    asv_param_text(params, cert->model);
    asv_param_text(params, cert->device_serial);
    asv_param_bytes(params, cert->signing_pk, sizeof cert->signing_pk);
    asv_param_bytes(params, cert->has_kx ? cert->kx_pk : NULL, cert->has_kx ? sizeof cert->kx_pk : 0);
    asv_param_time(params, cert->not_before_ms);
    asv_param_time(params, cert->not_after_ms);
    asv_param_bytes(params, cert->object.encoded.data, cert->object.encoded.len);
}

/* Runs the steps, of which the last gives an outcome. */
static enum asv_status run_for_outcome(struct asv_db *db, struct asv_query_step *steps, size_t count,
                                       enum asv_db_outcome *outcome, struct asv_err *err)
{
    enum asv_status status = asv_db_run(db, steps, count, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_row row;
    char name[16];
    asv_row_init(&row, steps[count - 1].result, 0);
    asv_row_text(&row, name, sizeof name);
    status = asv_row_end(&row, steps[count - 1].query, err);
    if (status == ASV_OK) {
        *outcome = strcmp(name, "done") == 0 ? ASV_DB_DONE : ASV_DB_ALREADY;
    }
    asv_steps_clear(steps, count);
    return status;
}

enum asv_status asv_db_agency_put(struct asv_db *db, const char *name, struct asv_bytes root,
                                  enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params[2];
    struct asv_cert cert;
    uint8_t digest[ASV_SHA256_BYTES];
    char note[ASV_NOTE_BYTES + 1];
    enum asv_status status = asv_cert_decode(&cert, root.data, root.len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (cert.role != ASV_ROLE_ROOT) {
        return asv_fail(err, ASV_E_USAGE, "agency: this certificate is not a root's");
    }
    asv_cert_digest(digest, &cert);
    asv_param_cert(&params[0], &cert);
    asv_params_init(&params[1]);
    asv_param_text(&params[1], asv_note_clean(note, name));
    asv_param_digest(&params[1], digest);
    asv_param_bytes(&params[1], cert.signing_pk, sizeof cert.signing_pk);
    struct asv_query_step steps[] = {{.query = ASV_QUERY_CERTIFICATE_PUT, .params = &params[0]},
                                     {.query = ASV_QUERY_AGENCY_PUT, .params = &params[1]}};
    return run_for_outcome(db, steps, 2, outcome, err);
}

static enum asv_status put_titled(struct asv_db *db, enum asv_query query, const char *code,
                                  const char *title, struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_text(&params, code);
    asv_param_text(&params, asv_note_clean(note, title));
    return asv_db_run_void(db, query, &params, err);
}

enum asv_status asv_db_unit_put(struct asv_db *db, const char *code, const char *title, struct asv_err *err)
{
    return put_titled(db, ASV_QUERY_UNIT_PUT, code, title, err);
}

enum asv_status asv_db_area_put(struct asv_db *db, const char *code, const char *title, struct asv_err *err)
{
    return put_titled(db, ASV_QUERY_AREA_PUT, code, title, err);
}

/* Certificates, then the device itself: text is the camera's unit or the dock's site. */
static enum asv_status enrol(struct asv_db *db, const struct asv_db_enrolment *enrolment, uint8_t role,
                             enum asv_query query, const char *text, enum asv_db_outcome *outcome,
                             struct asv_err *err)
{
    struct asv_params params[3];
    struct asv_chain chain;
    uint8_t digest[ASV_SHA256_BYTES];
    char note[ASV_NOTE_BYTES + 1];
    enum asv_status status = asv_chain_decode(&chain, enrolment->chain.data, enrolment->chain.len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (chain.leaf.role != role) {
        return asv_failf(err, ASV_E_USAGE, "enrolment: the certificate is for the role %s, not %s",
                         asv_role_name(chain.leaf.role), asv_role_name(role));
    }
    asv_cert_digest(digest, &chain.leaf);
    asv_param_cert(&params[0], &chain.ca);
    asv_param_cert(&params[1], &chain.leaf);
    asv_params_init(&params[2]);
    asv_param_digest(&params[2], digest);
    asv_param_bytes(&params[2], enrolment->chain.data, enrolment->chain.len);
    asv_param_bytes(&params[2], enrolment->request.len > 0 ? enrolment->request.data : NULL,
                    enrolment->request.len);
    asv_param_text(&params[2], text);
    asv_param_text(&params[2], asv_note_clean(note, enrolment->by));
    struct asv_query_step steps[] = {{.query = ASV_QUERY_CERTIFICATE_PUT, .params = &params[0]},
                                     {.query = ASV_QUERY_CERTIFICATE_PUT, .params = &params[1]},
                                     {.query = query, .params = &params[2]}};
    return run_for_outcome(db, steps, 3, outcome, err);
}

enum asv_status asv_db_camera_enrol(struct asv_db *db, const struct asv_db_enrolment *enrolment,
                                    enum asv_db_outcome *outcome, struct asv_err *err)
{
    return enrol(db, enrolment, ASV_ROLE_CAMERA, ASV_QUERY_CAMERA_ENROL, enrolment->unit, outcome, err);
}

enum asv_status asv_db_dock_enrol(struct asv_db *db, const struct asv_db_enrolment *enrolment,
                                  enum asv_db_outcome *outcome, struct asv_err *err)
{
    char site[ASV_NOTE_BYTES + 1];
    return enrol(db, enrolment, ASV_ROLE_DOCK, ASV_QUERY_DOCK_ENROL, asv_note_clean(site, enrolment->site),
                 outcome, err);
}

enum asv_status asv_db_camera_retire(struct asv_db *db, const uint8_t camera_cert[32], const char *reason,
                                     const char *by, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char why[ASV_NOTE_BYTES + 1];
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    asv_param_text(&params, asv_note_clean(why, reason));
    asv_param_text(&params, asv_note_clean(who, by));
    return asv_db_run_outcome(db, ASV_QUERY_CAMERA_RETIRE, &params, outcome, err);
}

enum asv_status asv_db_camera_move(struct asv_db *db, const uint8_t camera_cert[32], const char *unit,
                                   const char *by, struct asv_err *err)
{
    struct asv_params params;
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    asv_param_text(&params, unit);
    asv_param_text(&params, asv_note_clean(who, by));
    return asv_db_run_void(db, ASV_QUERY_CAMERA_MOVE, &params, err);
}

static void row_device(struct asv_row *row, void *to)
{
    struct asv_db_device *out = to;
    memset(out, 0, sizeof *out);
    asv_row_bytes(row, out->cert, sizeof out->cert);
    asv_row_bytes(row, out->serial, sizeof out->serial);
    asv_row_text(row, out->name, sizeof out->name);
    asv_row_text(row, out->model, sizeof out->model);
    asv_row_text(row, out->device_serial, sizeof out->device_serial);
    asv_row_text(row, out->unit, sizeof out->unit);
    out->not_after_ms = asv_row_time(row);
    out->enrolled_ms = asv_row_time(row);
    out->retired_ms = asv_row_time(row);
    out->revoked = asv_row_bool(row);
    out->last_docked_ms = asv_row_time(row);
    out->clips = asv_row_u64(row);
}

enum asv_status asv_db_camera_find(struct asv_db *db, const uint8_t camera_cert[32],
                                   struct asv_db_device *out, struct asv_err *err)
{
    struct asv_params params;
    PGresult *result = NULL;
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    enum asv_status status = asv_db_run1(db, ASV_QUERY_CAMERA_FIND, &params, &result, err);
    if (status != ASV_OK) {
        return status;
    }
    if (PQntuples(result) == 0) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "no camera with this certificate is in the register");
    } else {
        struct asv_row row;
        struct asv_db_device found;
        asv_row_init(&row, result, 0);
        row_device(&row, &found);
        status = asv_row_end(&row, ASV_QUERY_CAMERA_FIND, err);
        if (status == ASV_OK) {
            *out = found;
        }
    }
    PQclear(result);
    return status;
}

static enum asv_status list_devices(struct asv_db *db, enum asv_query query,
                                    const struct asv_db_device *after, struct asv_db_device *out, size_t cap,
                                    size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, after != NULL ? after->name : NULL);
    asv_param_digest(&params, after != NULL ? after->cert : NULL);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, query, &params, row_device, out, sizeof *out, cap, count, err);
}

enum asv_status asv_db_camera_list(struct asv_db *db, const struct asv_db_device *after,
                                   struct asv_db_device *out, size_t cap, size_t *count, struct asv_err *err)
{
    return list_devices(db, ASV_QUERY_CAMERA_LIST, after, out, cap, count, err);
}

enum asv_status asv_db_dock_list(struct asv_db *db, const struct asv_db_device *after,
                                 struct asv_db_device *out, size_t cap, size_t *count, struct asv_err *err)
{
    return list_devices(db, ASV_QUERY_DOCK_LIST, after, out, cap, count, err);
}

enum asv_status asv_db_chain(struct asv_db *db, const uint8_t cert[32], uint8_t *out, size_t cap, size_t *len,
                             struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, cert);
    return asv_db_run_blob(db, ASV_QUERY_CHAIN_OF, &params, out, cap, len, err);
}

/* The serials as an array literal of hexadecimal digits; out has room for 33 characters each, and 3. */
static void write_serials(char *out, const struct asv_revocations *list)
{
    *out++ = '{';
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0) {
            *out++ = ',';
        }
        asv_hex_encode(out, list->serials + i * ASV_CERT_SERIAL_BYTES, ASV_CERT_SERIAL_BYTES);
        out += 2 * (size_t)ASV_CERT_SERIAL_BYTES;
    }
    memcpy(out, "}", 2);
}

enum asv_status asv_db_revocations_publish(struct asv_db *db, struct asv_bytes list,
                                           enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_revocations said;
    struct asv_params params;
    uint8_t signer[ASV_SHA256_BYTES];
    enum asv_status status = asv_revocations_decode(&said, list.data, list.len, err);
    if (status != ASV_OK) {
        return status;
    }
    char *serials = malloc((size_t)said.count * 33 + 3);
    if (serials == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "database: no memory for a revocation list");
    }
    write_serials(serials, &said);
    asv_cert_digest(signer, &said.signer);
    asv_params_init(&params);
    asv_param_u64(&params, said.number);
    asv_param_digest(&params, signer);
    asv_param_time(&params, said.issued_ms);
    asv_param_text(&params, serials);
    asv_param_bytes(&params, list.data, list.len);
    status = asv_db_run_outcome(db, ASV_QUERY_REVOCATIONS_PUBLISH, &params, outcome, err);
    free(serials);
    return status;
}

enum asv_status asv_db_revocations_newest(struct asv_db *db, uint8_t *out, size_t cap, size_t *len,
                                          struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    enum asv_status status = asv_db_run_blob(db, ASV_QUERY_REVOCATIONS_NEWEST, &params, out, cap, len, err);
    if (status == ASV_E_NOT_FOUND) {
        *len = 0;
        return ASV_OK;
    }
    return status;
}

static void row_alarm(struct asv_row *row, void *to)
{
    struct asv_db_alarm_row *out = to;
    asv_row_uuid(row, out->id);
    asv_row_text(row, out->kind, sizeof out->kind);
    out->raised_ms = asv_row_time(row);
    asv_row_text(row, out->dock_name, sizeof out->dock_name);
    bool no_slot = asv_row_null(row);
    if (no_slot) {
        row->column++;
    }
    out->slot = no_slot ? -1 : asv_row_i32(row);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    out->has_clip = !asv_row_null(row);
    asv_row_uuid(row, out->clip);
    asv_row_text(row, out->detail, sizeof out->detail);
}

enum asv_status asv_db_alarm_list(struct asv_db *db, const uint8_t *after, struct asv_db_alarm_row *out,
                                  size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_ALARM_LIST, &params, row_alarm, out, sizeof *out, cap, count, err);
}

enum asv_status asv_db_alarm_acknowledge(struct asv_db *db, const uint8_t alarm[16], const char *by,
                                         const char *note, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char who[ASV_NOTE_BYTES + 1];
    char what[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, alarm);
    asv_param_text(&params, asv_note_clean(who, by));
    asv_param_text(&params, asv_note_clean(what, note));
    return asv_db_run_outcome(db, ASV_QUERY_ALARM_ACKNOWLEDGE, &params, outcome, err);
}
