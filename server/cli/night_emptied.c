/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a camera signed when it was emptied, which the keeper is shown before it lets keys go. The database
 * has it as docks said it: what is made up hides nothing that is true, and people hear of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"

#define DIGITS 12

/* Said to be signed, and not. That it shows nothing yet, or that camera or keeper was revoked, is no lie. */
static bool is_forged(enum asv_status status)
{
    return status == ASV_E_MALFORMED || status == ASV_E_UNSUPPORTED ||
           (asv_status_class(status) == ASV_CLASS_INTEGRITY && status != ASV_E_REVOKED);
}

static enum asv_status say_forged(struct asv_night *night, const struct asv_night_emptied *what,
                                  const uint8_t session[ASV_SHA256_BYTES], const struct asv_err *why,
                                  struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES];
    char digest[2 * ASV_SHA256_BYTES + 1];
    enum asv_db_outcome outcome;
    asv_hex_encode(digest, session, ASV_SHA256_BYTES);
    (void)snprintf(text, sizeof text,
                   "%.64s did not sign what the docking %.*s has of it, says the keeper (%.60s): a dock "
                   "told that to the database, or who owns it did",
                   what->camera, DIGITS, digest, why->text);
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_FORGED,
                                       .slot = -1,
                                       .camera_cert = what->camera_cert,
                                       .subject = digest,
                                       .detail = text};
    night->counts.disagreements++;
    asv_night_note(night, ASV_NIGHT_DISAGREES, what->camera, "%s", text);
    return asv_db_alarm_raise(night->db, &alarm, &outcome, err);
}

/* What the keeper said of the ones before. */
struct refusals {
    enum asv_status status; /* that is reported: of what the camera did sign the newest bulletin's, */
    struct asv_err why;
    bool signed_by_it; /* once there is one */
    size_t forged;
    uint8_t session[ASV_SHA256_BYTES]; /* of the first of these */
    struct asv_err lie;
};

static void take_refusal(struct refusals *refusals, const struct asv_db_inventory *said,
                         enum asv_status status, const struct asv_err *why)
{
    if (!is_forged(status)) {
        refusals->status = refusals->signed_by_it ? refusals->status : status;
        refusals->why = refusals->signed_by_it ? refusals->why : *why;
        refusals->signed_by_it = true;
        return;
    }
    if (refusals->forged++ == 0) {
        memcpy(refusals->session, said->place.session, sizeof refusals->session);
        refusals->lie = *why;
    }
    if (refusals->status == ASV_E_NOT_FOUND) {
        refusals->status = status;
        refusals->why = *why;
    }
}

/* *taken also when there is nothing left to let go. An error: the others are not asked about. */
static enum asv_status show_one(struct asv_night *night, const struct asv_night_emptied *what,
                                const struct asv_db_inventory *said, struct refusals *refusals, bool *taken,
                                struct asv_err *err)
{
    struct asv_keeper_reply reply = {0};
    uint32_t request = 0;
    const struct asv_keeper_emptied emptied = {.chain = {said->chain, said->chain_len},
                                               .inventory = {said->inventory, said->inventory_len},
                                               .bulletin = {said->bulletin, said->bulletin_len}};
    enum asv_status status = what->ask(night, &emptied, what->about, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    night->finished += status == ASV_OK;
    *taken = status == ASV_OK || reply.status == ASV_E_NOT_FOUND;
    if (*taken) {
        return ASV_OK;
    }
    if (reply.status == ASV_OK || asv_status_class(reply.status) == ASV_CLASS_RETRY ||
        asv_status_class(reply.status) == ASV_CLASS_INTERNAL) {
        return status; /* nothing that it says of this one */
    }
    take_refusal(refusals, said, status, err);
    return ASV_OK;
}

/* K-264: the next one lies behind the last, so that whoever answers as the database keeps no run for ever. */
static enum asv_status ask_next(struct asv_night *night, const struct asv_night_emptied *what,
                                struct asv_db_inventory *said, bool *there, struct asv_err *err)
{
    const struct asv_db_inventory_place last = said->place;
    enum asv_status status = asv_db_inventory_next(night->db, what->camera_cert, what->since_ms, night->run,
                                                   &last, said, there, err);
    bool behind = said->place.number < last.number ||
                  (said->place.number == last.number &&
                   memcmp(said->place.session, last.session, sizeof last.session) > 0);
    return status == ASV_OK && *there && !behind
               ? asv_fail(err, ASV_E_MALFORMED, "the database tells of dockings out of order")
               : status;
}

/* K-260. All that there are: a limit would be what hides the true one. */
static enum asv_status show_each(struct asv_night *night, const struct asv_night_emptied *what,
                                 struct asv_db_inventory *said, struct refusals *refusals, bool *taken,
                                 struct asv_err *err)
{
    bool there = false;
    enum asv_status status = asv_db_inventory_next(night->db, what->camera_cert, what->since_ms, night->run,
                                                   NULL, said, &there, err);
    while (status == ASV_OK && there) {
        struct asv_err why = {0};
        status = show_one(night, what, said, refusals, taken, &why);
        if (status != ASV_OK) {
            return asv_fail(err, status, why.text);
        }
        if (*taken) {
            return ASV_OK;
        }
        status = ask_next(night, what, said, &there, err);
    }
    return status;
}

enum asv_status asv_night_show_emptied(struct asv_night *night, const struct asv_night_emptied *what,
                                       struct asv_err *err)
{
    bool taken = false;
    struct refusals refusals = {.status = ASV_E_NOT_FOUND,
                                .why.text = "the camera signed no inventory since"};
    asv_auto_free struct asv_db_inventory *said = calloc(1, sizeof *said);
    if (said == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = show_each(night, what, said, &refusals, &taken, err);
    if (status == ASV_OK && refusals.forged > 0) {
        status = say_forged(night, what, refusals.session, &refusals.lie, err);
    }
    return status == ASV_OK && !taken ? asv_fail(err, refusals.status, refusals.why.text) : status;
}

enum asv_status asv_night_has_signed(struct asv_night *night, const struct asv_night_emptied *what,
                                     bool *there, struct asv_err *err)
{
    asv_auto_free struct asv_db_inventory *said = calloc(1, sizeof *said);
    return said != NULL ? asv_db_inventory_next(night->db, what->camera_cert, what->since_ms, night->run,
                                                NULL, said, there, err)
                        : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
}
