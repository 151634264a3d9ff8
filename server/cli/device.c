/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/device.h"

#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/cli/database.h"
#include "server/cli/text.h"

#define PAGE 200

static enum asv_status write_files(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                   const struct asv_keyfile *file, const struct asv_keys *keys,
                                   const struct asv_chain *chain, int dir, const char *name,
                                   struct asv_err *err)
{
    char key_name[80];
    snprintf(key_name, sizeof key_name, "%s.key", name);
    enum asv_status status =
        asv_keyfile_save(dir, key_name, file, keys, (struct asv_bytes){0}, cli->world, err);
    if (status == ASV_OK) {
        status = asv_io_replace_file(dir, "chain", chain->encoded.data, chain->encoded.len, 0644, err);
    }
    if (status == ASV_OK) {
        status = asv_io_replace_file(dir, "root.cert", agency->root.object.encoded.data,
                                     agency->root.object.encoded.len, 0644, err);
    }
    return status;
}

enum asv_status asv_device_make(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                const struct asv_keys *ca, const struct asv_device_new *device, int parent,
                                const char *name, struct asv_err *err)
{
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    struct asv_chain chain;
    struct asv_keys keys;
    struct asv_keyfile file = {.role = device->role, .has_kx = device->role == ASV_ROLE_DOCK};
    struct asv_cert cert = {.role = device->role, .has_kx = file.has_kx};
    asv_auto_fd int dir = -1;

    snprintf(file.label, sizeof file.label, "%s", device->name);
    snprintf(cert.name, sizeof cert.name, "%s", device->name);
    snprintf(cert.model, sizeof cert.model, "%s", device->model);
    snprintf(cert.device_serial, sizeof cert.device_serial, "%s", device->serial);
    enum asv_status status = asv_keyfile_generate(&file, &keys, cli->world);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no randomness");
    }
    memcpy(cert.signing_pk, file.signing_pk, sizeof cert.signing_pk);
    memcpy(cert.kx_pk, file.kx_pk, sizeof cert.kx_pk);
    status = asv_io_open_dir(parent, name, true, &dir, err);
    if (status == ASV_OK) {
        status = asv_agency_enrol(cli, agency, ca, device->dir, &cert, (struct asv_bytes){0}, NULL, &chain,
                                  chain_data, err);
    }
    if (status == ASV_OK) {
        status = write_files(cli, agency, &file, &keys, &chain, dir, name, err);
    }
    asv_wipe(&keys, sizeof keys);
    return status;
}

static const char *state_of(const struct asv_db_device *device)
{
    if (device->revoked) {
        return "revoked";
    }
    if (device->retired_ms != ASV_TIME_UNKNOWN) {
        return "retired";
    }
    return device->enrolled_ms == ASV_TIME_UNKNOWN ? "not enrolled" : "in use";
}

static json_t *device_json(const struct asv_db_device *device)
{
    return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:I, s:o}", "certificate",
                     asv_json_hex(device->cert, sizeof device->cert), "name", device->name, "model",
                     device->model, "serial", device->device_serial, "unit", device->unit, "state",
                     state_of(device), "enrolled", asv_json_time(device->enrolled_ms), "retired",
                     asv_json_time(device->retired_ms), "last_docked", asv_json_time(device->last_docked_ms),
                     "not_after", asv_json_time(device->not_after_ms), "revoked", device->revoked, "clips",
                     (json_int_t)device->clips, "certificate_serial",
                     asv_json_hex(device->serial, sizeof device->serial));
}

static void device_row(struct asv_table *table, const struct asv_db_device *device)
{
    char text[ASV_TEXT_BYTES];
    char id[9];
    asv_hex_encode(id, device->cert, 4);
    asv_table_add(table, id);
    asv_table_add(table, device->name);
    asv_table_add(table, device->model);
    asv_table_add(table, device->device_serial);
    asv_table_add(table, device->unit);
    asv_table_add(table, state_of(device));
    asv_table_add(table, asv_text_time(text, device->last_docked_ms));
    asv_table_add(table, asv_text_number(text, device->clips));
}

enum asv_status asv_device_list(const struct asv_cli *cli, asv_device_page page, const char *const *columns,
                                const char *empty, struct asv_err *err)
{
    struct asv_db_device devices[PAGE];
    struct asv_db_device last;
    struct asv_table table = {.column_count = ASV_DEVICE_COLUMNS, .columns = columns};
    asv_auto_db struct asv_db *db = NULL;
    json_t *list = json_array();
    size_t count = PAGE;
    bool first = true;
    enum asv_status status = asv_cli_database(cli, &db, err);
    while (status == ASV_OK && count == PAGE) {
        status = page(db, first ? NULL : &last, devices, PAGE, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            device_row(&table, &devices[i]);
            (void)json_array_append_new(list, device_json(&devices[i]));
            last = devices[i];
            first = false;
        }
    }
    if (status != ASV_OK) {
        asv_table_free(&table);
        json_decref(list);
        return status;
    }
    if (asv_cli_flag(cli->args, "json")) {
        asv_table_free(&table);
        return asv_json_print_take(cli->out, list, err);
    }
    json_decref(list);
    return asv_table_print(&table, cli->out, empty, err);
}
