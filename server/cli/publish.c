/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/publish.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"

enum asv_status asv_publish_revocations(const struct asv_agency_dir *agency, struct asv_db *db,
                                        struct asv_err *err)
{
    enum asv_db_outcome outcome;
    struct asv_err inner = {0};
    enum asv_status status =
        asv_db_revocations_publish(db, agency->revocations.object.encoded, &outcome, &inner);
    if (status == ASV_E_EXPIRED || status == ASV_E_MISMATCH) {
        return asv_failf(
            err, status,
            "%s; the list in the agency directory is not the newest: \"asservat revocations issue\"",
            inner.text);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

/* The newest list of the database in data[ASV_REVOCATIONS_MAX_BYTES]; zeros when there is none. */
static enum asv_status read_published(const struct asv_agency_dir *agency, struct asv_db *db, uint8_t *data,
                                      struct asv_revocations *out, struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = asv_db_revocations_newest(db, data, ASV_REVOCATIONS_MAX_BYTES, &len, err);
    if (status != ASV_OK || len == 0) {
        return status;
    }
    status = asv_revocations_decode(out, data, len, err);
    return status == ASV_OK ? asv_revocations_verify(out, agency->root.signing_pk, &agency->revocations, err)
                            : status;
}

/* Room for the database's list, and for what is revoked now with what that one revoked. */
struct merge {
    uint8_t data[ASV_REVOCATIONS_MAX_BYTES];
    uint8_t serials[(ASV_REVOCATIONS_MAX + ASV_PUBLISH_SERIALS_MAX) * ASV_CERT_SERIAL_BYTES];
};

enum asv_status asv_publish_revoked(const struct asv_cli *cli, struct asv_agency_dir *agency,
                                    struct asv_db *db, const struct asv_keys *ca, const uint8_t *serials,
                                    size_t count, struct asv_err *err)
{
    struct asv_revocations published = {0};
    enum asv_status status = ASV_OK;
    struct merge *merge = malloc(sizeof *merge);
    if (merge == NULL || count > ASV_PUBLISH_SERIALS_MAX) {
        free(merge);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (db != NULL) {
        status = read_published(agency, db, merge->data, &published, err);
    }
    if (status == ASV_OK) {
        size_t fresh = count * ASV_CERT_SERIAL_BYTES;
        size_t old = (size_t)published.count * ASV_CERT_SERIAL_BYTES;
        memcpy(merge->serials, serials, fresh);
        if (old != 0) {
            memcpy(merge->serials + fresh, published.serials, old);
        }
        status = asv_agency_revoke(cli, agency, ca, merge->serials, count + published.count, published.number,
                                   err);
    }
    free(merge);
    return status == ASV_OK && db != NULL ? asv_publish_revocations(agency, db, err) : status;
}

struct publication {
    struct asv_db *db;
    const uint8_t *only; /* certificate digest; NULL: all */
    char actor[64];
};

/* A camera's unit is written once: it may have moved since. */
static enum asv_status publish_camera(void *ctx, const struct asv_agency_entry *entry, struct asv_err *err)
{
    struct publication *publication = ctx;
    struct asv_db *db = publication->db;
    const struct asv_agency_place *place = &entry->place;
    struct asv_db_device device;
    enum asv_db_outcome outcome;
    struct asv_db_enrolment enrolment = {
        .chain = entry->chain.encoded, .request = entry->request, .by = publication->actor};
    if (publication->only != NULL && memcmp(publication->only, entry->digest, ASV_SHA256_BYTES) != 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_camera_find(db, entry->digest, &device, err);
    if (status == ASV_E_NOT_FOUND || (status == ASV_OK && device.enrolled_ms == ASV_TIME_UNKNOWN)) {
        enrolment.unit = place->unit[0] != '\0' ? place->unit : NULL;
        status = enrolment.unit != NULL ? asv_db_unit_put(db, place->unit, NULL, err) : ASV_OK;
    }
    if (status == ASV_OK && place->area[0] != '\0') {
        status = asv_db_area_put(db, place->area, NULL, err);
    }
    if (status == ASV_OK) {
        status = asv_db_camera_enrol(db, &enrolment, &outcome, err);
    }
    if (status == ASV_OK && entry->is_revoked) {
        status = asv_db_camera_retire(db, entry->digest, "revoked before it was registered here",
                                      publication->actor, &outcome, err);
    }
    return status;
}

static enum asv_status publish_dock(void *ctx, const struct asv_agency_entry *entry, struct asv_err *err)
{
    struct publication *publication = ctx;
    enum asv_db_outcome outcome;
    const struct asv_db_enrolment enrolment = {
        .chain = entry->chain.encoded,
        .request = entry->request,
        .site = entry->place.unit[0] != '\0' ? entry->place.unit : NULL,
        .by = publication->actor,
    };
    if (publication->only != NULL && memcmp(publication->only, entry->digest, ASV_SHA256_BYTES) != 0) {
        return ASV_OK;
    }
    return asv_db_dock_enrol(publication->db, &enrolment, &outcome, err);
}

enum asv_status asv_publish_device(const struct asv_agency_dir *agency, struct asv_db *db,
                                   const struct asv_cert *cert, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct publication publication = {.db = db, .only = digest};
    struct asv_err inner = {0};
    bool is_dock = cert->role == ASV_ROLE_DOCK;
    (void)asv_cli_actor(publication.actor);
    asv_cert_digest(digest, cert);
    enum asv_status status = asv_agency_each(agency, is_dock ? "docks" : "cameras",
                                             is_dock ? publish_dock : publish_camera, &publication, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status,
                         "certified, but not recorded in the database: %s; repeat \"asservat db register\"",
                         inner.text);
    }
    return ASV_OK;
}

enum asv_status asv_publish_register(const struct asv_agency_dir *agency, struct asv_db *db,
                                     struct asv_err *err)
{
    struct publication publication = {.db = db};
    enum asv_db_outcome outcome;
    (void)asv_cli_actor(publication.actor);
    enum asv_status status =
        asv_db_agency_put(db, agency->root.name, agency->root.object.encoded, &outcome, err);
    if (status == ASV_OK) {
        status = asv_agency_each(agency, "cameras", publish_camera, &publication, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_each(agency, "docks", publish_dock, &publication, err);
    }
    return status == ASV_OK ? asv_publish_revocations(agency, db, err) : status;
}
