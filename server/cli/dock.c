/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat dock: request, enrol, list.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/device.h"
#include "server/cli/files.h"
#include "server/cli/publish.h"
#include "server/cli/text.h"

#define MODEL "asservat-dockd"

/* ---- request: on the dock's own machine ---- */

static enum asv_status encode_request(const struct asv_cli *cli, const struct asv_keyfile *file,
                                      const struct asv_keys *keys, const char *serial, uint8_t *data,
                                      size_t *len, struct asv_enrolment *out, struct asv_err *err)
{
    struct asv_enrolment request = {.role = ASV_ROLE_DOCK, .model = MODEL, .has_kx = true};
    struct asv_writer writer;
    snprintf(request.device_serial, sizeof request.device_serial, "%s", serial);
    snprintf(request.firmware_version, sizeof request.firmware_version, "%s", ASV_VERSION);
    memcpy(request.signing_pk, file->signing_pk, sizeof request.signing_pk);
    memcpy(request.kx_pk, file->kx_pk, sizeof request.kx_pk);
    if (asv_world_wall_ms(cli->world, &request.made_ms) != ASV_OK) {
        request.made_ms = ASV_TIME_UNKNOWN;
    }
    asv_writer_init(&writer, data, ASV_ENROLMENT_MAX_BYTES);
    enum asv_status status = asv_enrolment_encode(&writer, &request, keys->sign_sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, len);
    }
    return status == ASV_OK ? asv_enrolment_decode(out, data, *len, err)
                            : asv_fail(err, status, "the request cannot be made");
}

static enum asv_status request(struct asv_cli *cli, struct asv_err *err)
{
    const char *out = asv_cli_text(cli->args, "out");
    const char *serial = asv_cli_text(cli->args, "serial");
    struct asv_keyfile file = {.role = ASV_ROLE_DOCK, .has_kx = true};
    struct asv_keys keys;
    struct asv_enrolment made;
    uint8_t data[ASV_ENROLMENT_MAX_BYTES];
    char fingerprint[ASV_ENROLMENT_FINGERPRINT_CHARS + 1];
    size_t len = 0;
    asv_auto_fd int dir = -1;

    snprintf(file.label, sizeof file.label, "dock %.50s", serial);
    enum asv_status status = asv_io_open_dir(AT_FDCWD, out, true, &dir, err);
    if (status == ASV_OK && asv_keyfile_generate(&file, &keys, cli->world) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    if (status != ASV_OK) {
        return status;
    }
    status = encode_request(cli, &file, &keys, serial, data, &len, &made, err);
    if (status == ASV_OK) {
        status = asv_keyfile_save(dir, "dock.key", &file, &keys, (struct asv_bytes){0}, cli->world, err);
    }
    if (status == ASV_OK) {
        status = asv_io_replace_file(dir, "dock.request", data, len, 0644, err);
    }
    asv_wipe(&keys, sizeof keys);
    if (status == ASV_OK) {
        asv_enrolment_fingerprint(fingerprint, &made);
        fprintf(cli->out, "request      %s/dock.request\nfingerprint  %.39s\n             %s\n", out,
                fingerprint, fingerprint + 40);
    }
    return status;
}

static const struct asv_cli_option request_options[] = {
    {"out", ASV_CLI_TEXT, "DIR", "where dock.key and dock.request go", true, false, 0, 0},
    {"serial", ASV_CLI_LABEL, "SERIAL", "what identifies this dock's machine", true, false, 0, 0},
};

const struct asv_cli_command asv_cli_dock_request = {
    .group = "dock",
    .name = "request",
    .summary = "make a dock's keys, on the dock's own machine",
    .help = "Makes a dock's keys where the dock runs, so that they never leave it, and the\n"
            "enrolment request for \"asservat dock enrol\" on the administration's machine.",
    .options = request_options,
    .option_count = sizeof request_options / sizeof *request_options,
    .run = request,
};

/* ---- enrol ---- */

static enum asv_status certify(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                               const struct asv_enrolment *request_made, struct asv_chain *chain,
                               uint8_t *chain_data, struct asv_err *err)
{
    struct asv_keys ca;
    struct asv_cert cert = {.role = ASV_ROLE_DOCK, .has_kx = true};
    struct asv_agency_place place = {0};
    const char *site = asv_cli_text(cli->args, "site");
    snprintf(place.unit, sizeof place.unit, "%s", site != NULL ? site : "");
    snprintf(cert.name, sizeof cert.name, "%s", asv_cli_text(cli->args, "name"));
    memcpy(cert.model, request_made->model, sizeof cert.model);
    memcpy(cert.device_serial, request_made->device_serial, sizeof cert.device_serial);
    memcpy(cert.signing_pk, request_made->signing_pk, sizeof cert.signing_pk);
    memcpy(cert.kx_pk, request_made->kx_pk, sizeof cert.kx_pk);
    enum asv_status status = asv_agency_unlock(cli, agency, &ca, err);
    if (status == ASV_OK) {
        status = asv_agency_enrol(cli, agency, &ca, "docks", &cert, request_made->object.encoded, &place,
                                  chain, chain_data, err);
    }
    asv_wipe(&ca, sizeof ca);
    return status;
}

static enum asv_status enrol(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t request_data[ASV_ENROLMENT_MAX_BYTES];
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    char text[ASV_TEXT_BYTES];
    struct asv_enrolment made;
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
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_read_request(cli, asv_cli_text(cli->args, "request"), ASV_ROLE_DOCK, &made,
                                         request_data, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_check_new(agency, "docks", &made, err);
    }
    if (status == ASV_OK) {
        status = certify(cli, agency, &made, &chain, chain_data, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_hand_out(&output, "docks", &chain, err);
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
    {"request", ASV_CLI_TEXT, "FILE", "what \"asservat dock request\" wrote", true, false, 0, 0},
    {"out", ASV_CLI_TEXT, "FILE", "where the dock's certificate chain goes", true, false, 0, 0},
    {"name", ASV_CLI_LABEL, "NAME", "what people call the dock", true, false, 0, 0},
    {"site", ASV_CLI_WORDS, "TEXT", "where it stands", false, false, 0, 0},
    {"fingerprint", ASV_CLI_TEXT, "HEX", "the fingerprint that the dock showed", false, false, 0, 0},
    {"yes", ASV_CLI_FLAG, NULL, "the fingerprint has been compared elsewhere", false, false, 0, 0},
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the issuing CA's passphrase", false, false,
     0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    {"no-database", ASV_CLI_FLAG, NULL, "record it in the agency directory only", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_dock_enrol = {
    .group = "dock",
    .name = "enrol",
    .summary = "certify a dock's enrolment request",
    .help = "Checks the request's own signature, shows its fingerprint for comparison with\n"
            "what \"asservat dock request\" showed, certifies the dock's keys with the issuing\n"
            "CA, records the dock, and writes its certificate chain.",
    .options = enrol_options,
    .option_count = sizeof enrol_options / sizeof *enrol_options,
    .run = enrol,
};

/* ---- list ---- */

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[ASV_DEVICE_COLUMNS] = {"ID",   "NAME",  "MODEL",        "SERIAL",
                                                            "SITE", "STATE", "LAST DOCKING", ">CLIPS"};
    return asv_device_list(cli, asv_db_dock_list, columns, "no docks are enrolled", err);
}

static const struct asv_cli_option list_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_dock_list = {
    .group = "dock",
    .name = "list",
    .summary = "list docks",
    .help = "Lists every dock that was enrolled. CLIPS counts recordings that it took into\n"
            "custody.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = list,
};
