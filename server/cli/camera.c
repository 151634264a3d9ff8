/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat camera: enrol, list, retire.
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/device.h"
#include "server/cli/files.h"
#include "server/cli/publish.h"
#include "server/cli/text.h"
#include "server/db/retention.h"

/* ---- enrol ---- */

/* Certifies in the agency directory. */
static enum asv_status certify(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                               const struct asv_enrolment *request, struct asv_chain *chain,
                               uint8_t *chain_data, struct asv_err *err)
{
    struct asv_keys ca;
    struct asv_cert cert = {.role = ASV_ROLE_CAMERA, .has_kx = true};
    struct asv_agency_place place = {0};
    const char *area = asv_cli_text(cli->args, "area");
    const char *name = asv_cli_text(cli->args, "name");
    if (name != NULL) {
        snprintf(cert.name, sizeof cert.name, "%s", name);
    } else { /* what is too long is cut: it is for people */
        snprintf(cert.name, sizeof cert.name, "%.31s %.31s", request->model, request->device_serial);
    }
    memcpy(cert.model, request->model, sizeof cert.model);
    memcpy(cert.device_serial, request->device_serial, sizeof cert.device_serial);
    memcpy(cert.signing_pk, request->signing_pk, sizeof cert.signing_pk);
    memcpy(cert.kx_pk, request->kx_pk, sizeof cert.kx_pk);
    snprintf(place.unit, sizeof place.unit, "%s", asv_cli_text(cli->args, "unit"));
    snprintf(place.area, sizeof place.area, "%s", area != NULL ? area : "");
    enum asv_status status = asv_agency_unlock(cli, agency, &ca, err);
    if (status == ASV_OK) {
        status = asv_agency_enrol(cli, agency, &ca, "cameras", &cert, request->object.encoded, &place, chain,
                                  chain_data, err);
    }
    asv_wipe(&ca, sizeof ca);
    return status;
}

static enum asv_status enrol(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t request_data[ASV_ENROLMENT_MAX_BYTES];
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    char text[ASV_TEXT_BYTES];
    struct asv_enrolment request;
    struct asv_chain chain;
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_db struct asv_db *db = NULL;
    struct asv_output output asv_auto_output = {.dir = -1};
    const char *out = asv_cli_text(cli->args, "out");

    enum asv_status status = asv_output_open(out, false, &output, err);
    if (status == ASV_OK) {
        status = asv_agency_open(cli, true, &agency, err);
    }
    if (status == ASV_OK && !asv_cli_flag(cli->args, "no-database")) {
        status = asv_cli_database(cli, &db, err); /* before anything is certified */
    }
    if (status == ASV_OK) {
        status = asv_agency_read_request(cli, asv_cli_text(cli->args, "request"), ASV_ROLE_CAMERA, &request,
                                         request_data, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_check_new(agency, "cameras", &request, err);
    }
    if (status == ASV_OK) {
        status = certify(cli, agency, &request, &chain, chain_data, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_hand_out(&output, "cameras", &chain, err);
    }
    if (status == ASV_OK && db != NULL) {
        status = asv_publish_device(agency, db, &chain.leaf, err);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "enrolled     %s\nvalid until  %s\nchain        %s\n", chain.leaf.name,
                asv_text_time(text, chain.leaf.not_after_ms), out);
    }
    return status;
}

static const struct asv_cli_option enrol_options[] = {
    {"request", ASV_CLI_TEXT, "FILE", "what \"asservat-camera init\" wrote", true, false, 0, 0},
    {"out", ASV_CLI_TEXT, "FILE", "where the camera's certificate chain goes", true, false, 0, 0},
    {"unit", ASV_CLI_LABEL, "CODE", "organisational unit the camera belongs to", true, false, 0, 0},
    {"area", ASV_CLI_LABEL, "CODE", "operating area to have in the register", false, false, 0, 0},
    {"name", ASV_CLI_LABEL, "NAME", "what people call it (model and serial)", false, false, 0, 0},
    {"fingerprint", ASV_CLI_TEXT, "HEX", "the fingerprint that the camera showed", false, false, 0, 0},
    {"yes", ASV_CLI_FLAG, NULL, "the fingerprint has been compared elsewhere", false, false, 0, 0},
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the issuing CA's passphrase", false, false,
     0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    {"no-database", ASV_CLI_FLAG, NULL, "record it in the agency directory only", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_camera_enrol = {
    .group = "camera",
    .name = "enrol",
    .summary = "certify a camera's enrolment request",
    .help = "Checks the request's own signature, shows its fingerprint for comparison with\n"
            "what the camera shows, certifies the camera's keys with the issuing CA, records\n"
            "the camera, and writes the certificate chain for \"asservat-camera install\".\n"
            "\n"
            "A key is certified once. A serial number that is enrolled is refused until that\n"
            "camera has been retired.",
    .options = enrol_options,
    .option_count = sizeof enrol_options / sizeof *enrol_options,
    .run = enrol,
};

/* ---- list ---- */

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[ASV_DEVICE_COLUMNS] = {"ID",   "NAME",  "MODEL",       "SERIAL",
                                                            "UNIT", "STATE", "LAST DOCKED", ">CLIPS"};
    return asv_device_list(cli, asv_db_camera_list, columns, "no cameras are enrolled", err);
}

static const struct asv_cli_option list_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_camera_list = {
    .group = "camera",
    .name = "list",
    .summary = "list cameras",
    .help = "Lists every camera that was enrolled, or that docked with a certificate of this\n"
            "agency. CLIPS counts recordings in custody that are not erased.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = list,
};

/* ---- retire ---- */

/* Before it is asked for: what of the camera is in custody and not held, and what becomes of that. */
static enum asv_status say_unheld(const struct asv_cli *cli, struct asv_db *db, const uint8_t camera_cert[32],
                                  struct asv_err *err)
{
    struct asv_db_camera_unheld found = {0};
    char due[ASV_TEXT_BYTES];
    enum asv_status status = asv_db_camera_unheld(db, camera_cert, &found, err);
    if (status != ASV_OK) {
        return status;
    }
    fprintf(cli->out, "in custody   %llu held, %llu that nobody holds", (unsigned long long)found.held,
            (unsigned long long)found.unheld);
    if (found.unheld != 0) {
        fprintf(cli->out,
                ", due until %s:\n"
                "             retiring takes nothing from them, they can be held until they are due",
                asv_text_time(due, found.last_due_ms));
    }
    fputc('\n', cli->out);
    return ASV_OK;
}

static enum asv_status retire(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_keys ca;
    struct asv_agency_match match = {0};
    char actor[64];
    enum asv_db_outcome outcome;
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_db struct asv_db *db = NULL;
    const char *which = asv_cli_operand(cli->args, 0);

    enum asv_status status = asv_agency_open(cli, true, &agency, err);
    if (status == ASV_OK && !asv_cli_flag(cli->args, "no-database")) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_find(agency, "cameras", which, &match, err);
    }
    if (status == ASV_OK && db != NULL) {
        status = say_unheld(cli, db, match.digest, err);
    }
    if (status == ASV_OK && !match.is_revoked) {
        status = asv_agency_unlock(cli, agency, &ca, err);
        if (status == ASV_OK) {
            status = asv_publish_revoked(cli, agency, db, &ca, match.serial, 1, err);
        }
        asv_wipe(&ca, sizeof ca);
    } else if (status == ASV_OK && db != NULL) {
        status = asv_publish_revocations(agency, db, err); /* a retirement that was interrupted */
    }
    if (status == ASV_OK && db != NULL) {
        status = asv_db_camera_retire(db, match.digest, asv_cli_text(cli->args, "reason"),
                                      asv_cli_actor(actor), &outcome, err);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "retired      %s\nrevocations  number %llu, %u serials\n", match.name,
                (unsigned long long)agency->revocations.number, (unsigned)agency->revocations.count);
    }
    return status;
}

static const struct asv_cli_option retire_options[] = {
    {"reason", ASV_CLI_WORDS, "TEXT", "why, for the record", true, false, 0, 0},
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the issuing CA's passphrase", false, false,
     0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    {"no-database", ASV_CLI_FLAG, NULL, "in the agency directory only", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_camera_retire = {
    .group = "camera",
    .name = "retire",
    .summary = "revoke a camera's certificate",
    .help = "Revokes the certificate of CAMERA (its serial number, name, or the beginning of\n"
            "its certificate's digest) with a new revocation list, and takes the camera out of\n"
            "use. What a retired camera still brings goes to quarantine.\n"
            "\n"
            "Let it dock a last time before, or what it still holds is not stored as trusted.\n"
            "What is in custody already stays what it is: it can be held, or erased early, until\n"
            "it is due; before it asks for the passphrase, the command says how much that is.",
    .operands = "CAMERA",
    .operands_min = 1,
    .operands_max = 1,
    .options = retire_options,
    .option_count = sizeof retire_options / sizeof *retire_options,
    .run = retire,
};
