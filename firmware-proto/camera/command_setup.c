/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * init, install, format, set-clock. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/commands.h"
#include "firmware-proto/camera/firmware.h"
#include "firmware-proto/camera/trust.h"
#include "firmware-proto/trust/enrolment.h"

/* ---- init ---- */

struct init_options {
    const char *dir;
    const char *model;
    const char *serial;
    const char *request; /* NULL: DIR/request */
};

static enum asv_status parse_init(struct init_options *out, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--model") == 0 && more) {
            out->model = argv[++i];
        } else if (strcmp(argv[i], "--serial") == 0 && more) {
            out->serial = argv[++i];
        } else if (strcmp(argv[i], "--request") == 0 && more) {
            out->request = argv[++i];
        } else if (argv[i][0] != '-' && out->dir == NULL) {
            out->dir = argv[i];
        } else {
            return ASV_E_USAGE;
        }
    }
    return out->dir == NULL || out->model == NULL || out->serial == NULL ? ASV_E_USAGE : ASV_OK;
}

static enum asv_status make_identity(struct asv_camera_identity *out, const struct init_options *options,
                                     const struct asv_world *world, struct asv_err *err)
{
    if (strlen(options->model) > ASV_TEXT_MAX || strlen(options->serial) > ASV_TEXT_MAX ||
        options->model[0] == '\0' || options->serial[0] == '\0') {
        return asv_fail(err, ASV_E_USAGE, "model and serial have 1 to 64 characters");
    }
    memset(out, 0, sizeof *out);
    snprintf(out->model, sizeof out->model, "%s", options->model);
    snprintf(out->serial, sizeof out->serial, "%s", options->serial);
    enum asv_status status = asv_world_random(world, out->signing_seed, sizeof out->signing_seed);
    if (status == ASV_OK) {
        status = asv_world_random(world, out->kx_sk, sizeof out->kx_sk);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no randomness for keys");
}

static enum asv_status write_request(const struct asv_camera_identity *identity,
                                     const struct asv_world *world, const char *path, struct asv_err *err)
{
    struct asv_enrolment request = {.role = ASV_ROLE_CAMERA, .has_kx = true, .made_ms = ASV_TIME_UNKNOWN};
    struct asv_store_firmware firmware;
    struct asv_enrolment made;
    struct asv_writer writer;
    uint8_t data[ASV_ENROLMENT_MAX_BYTES];
    uint8_t sk[ASV_ED25519_SK_BYTES];
    char fingerprint[ASV_ENROLMENT_FINGERPRINT_CHARS + 1];
    size_t len = 0;
    enum asv_status status = asv_camera_firmware(&firmware, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(request.model, identity->model, sizeof request.model);
    memcpy(request.device_serial, identity->serial, sizeof request.device_serial);
    memcpy(request.firmware_version, firmware.version, sizeof request.firmware_version);
    memcpy(request.firmware_digest, firmware.digest, sizeof request.firmware_digest);
    asv_ed25519_from_seed(request.signing_pk, sk, identity->signing_seed);
    asv_x25519_public(request.kx_pk, identity->kx_sk);
    if (asv_world_wall_ms(world, &request.made_ms) != ASV_OK) {
        request.made_ms = ASV_TIME_UNKNOWN;
    }
    asv_writer_init(&writer, data, sizeof data);
    status = asv_enrolment_encode(&writer, &request, sk);
    asv_wipe(sk, sizeof sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status == ASV_OK) {
        status = asv_enrolment_decode(&made, data, len, err);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "model and serial must be printable ASCII");
    }
    FILE *file = fopen(path, "wbe");
    bool written = file != NULL && fwrite(data, 1, len, file) == len;
    if (file == NULL || fclose(file) != 0 || !written) {
        char text[ASV_ERR_TEXT_BYTES];
        snprintf(text, sizeof text, "%.120s: the enrolment request cannot be written there; say init again",
                 path);
        return asv_fail(err, ASV_E_IO, text);
    }
    asv_enrolment_fingerprint(fingerprint, &made);
    printf("enrolment request: %s\nfingerprint: %s\n"
           "Compare the fingerprint when you enrol it: asservat camera enrol\n",
           path, fingerprint);
    return ASV_OK;
}

/* The camera is there already: its request can be written once more, and nothing else. */
static enum asv_status same_identity(const struct asv_flash *flash, const struct init_options *options,
                                     struct asv_camera_identity *out, struct asv_err *err)
{
    struct asv_camera_state state;
    bool spoilt = false;
    enum asv_status status = asv_store_identity_load(flash, &state, &spoilt);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the camera's identity cannot be read");
    }
    if (strcmp(state.body.identity.model, options->model) != 0 ||
        strcmp(state.body.identity.serial, options->serial) != 0) {
        status = asv_fail(err, ASV_E_EXISTS,
                          "this directory holds another camera already; it is never made anew over it");
    } else {
        *out = state.body.identity;
    }
    asv_wipe(&state, sizeof state);
    return status;
}

int asv_command_init(int argc, char **argv)
{
    struct init_options options = {.dir = NULL};
    struct asv_world world = asv_camera_world();
    struct asv_camera_identity identity;
    struct asv_flash_posix flash;
    struct asv_err err = {.status = ASV_OK};
    char path[4096];
    if (parse_init(&options, argc, argv) != ASV_OK) {
        return asv_command_usage("init DIR --model TEXT --serial TEXT [--request FILE]");
    }
    int n = snprintf(path, sizeof path, "%s%s", options.request == NULL ? options.dir : options.request,
                     options.request == NULL ? "/request" : "");
    if (n < 0 || (size_t)n >= sizeof path) {
        return asv_command_usage("init: the name of the directory is too long");
    }
    if (mkdir(options.dir, 0700) != 0 && errno != EEXIST) {
        enum asv_status failed = asv_fail(&err, ASV_E_IO, "the directory cannot be made");
        return asv_command_failed("init", failed, &err);
    }
    enum asv_status status = asv_flash_posix_open(&flash, options.dir, ASV_FLASH_WRITE, &err);
    if (status != ASV_OK) {
        return asv_command_failed("init", status, &err);
    }
    status = make_identity(&identity, &options, &world, &err);
    if (status == ASV_OK) {
        status = asv_store_init(&flash.flash, &world, &identity, &err);
        if (status == ASV_E_EXISTS) {
            status = same_identity(&flash.flash, &options, &identity, &err);
        }
    }
    if (status == ASV_OK) {
        status = write_request(&identity, &world, path, &err);
    }
    asv_wipe(&identity, sizeof identity);
    asv_flash_posix_close(&flash);
    return status == ASV_OK ? 0 : asv_command_failed("init", status, &err);
}

/* ---- install ---- */

struct given {
    uint8_t *data;
    size_t len;
};

static enum asv_status install(struct asv_store *store, const struct given given[4], struct asv_err *err)
{
    struct asv_store_time now;
    int64_t wall_ms = 0;
    enum asv_status status = asv_store_install(store, (struct asv_bytes){given[1].data, given[1].len},
                                               (struct asv_bytes){given[0].data, given[0].len},
                                               (struct asv_bytes){given[2].data, given[2].len}, err);
    if (status == ASV_OK && given[3].data != NULL) {
        struct asv_revocations list;
        struct asv_bytes object = {given[3].data, given[3].len};
        status = asv_revocations_decode(&list, object.data, object.len, err);
        if (status == ASV_OK) {
            status = asv_revocations_verify(&list, store->trust->root_pk,
                                            store->trust->has_revocations ? &store->trust->revocations : NULL,
                                            err);
        }
        if (status == ASV_OK) {
            status = asv_store_take_revocations(store, object, err);
            status = status == ASV_E_EXISTS ? ASV_OK : status;
        }
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_store_now(store, &now);
    if (now.state == ASV_CLOCK_LOST && asv_world_wall_ms(store->world, &wall_ms) == ASV_OK) {
        status = asv_store_set_time(store, wall_ms, ASV_CLOCK_RTC, NULL, NULL);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the clock cannot be set");
}

int asv_command_install(int argc, char **argv)
{
    struct asv_command_store open;
    struct given given[4] = {{.data = NULL}};
    struct asv_err err = {.status = ASV_OK};
    enum asv_status status = ASV_OK;
    if (argc < 4 || argc > 6) {
        return asv_command_usage("install DIR CHAIN ROOT [BULLETIN [REVOCATIONS]]");
    }
    for (int i = 2; i < argc && status == ASV_OK; i++) {
        status =
            asv_command_load(argv[i], ASV_REVOCATIONS_MAX_BYTES, &given[i - 2].data, &given[i - 2].len, &err);
    }
    if (status == ASV_OK) {
        status = asv_command_open(&open, argv[1], ASV_FLASH_WRITE, NULL, &err);
        if (status == ASV_OK) {
            status = install(open.store, given, &err);
            if (status == ASV_OK) {
                printf("installed: %s", open.store->trust->chain.leaf.name);
                if (open.store->trust->has_bulletin) {
                    printf(", bulletin %" PRIu64 " with %u day keys\n", open.store->trust->bulletin.number,
                           (unsigned)open.store->trust->bulletin.key_count);
                } else {
                    printf("; it can record once a dock has given it a bulletin\n");
                }
            }
            asv_command_close(&open);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        free(given[i].data);
    }
    return status == ASV_OK ? 0 : asv_command_failed("install", status, &err);
}

/* ---- format, set-clock ---- */

int asv_command_format(int argc, char **argv)
{
    struct asv_command_store open;
    struct asv_err err = {.status = ASV_OK};
    if (argc != 2) {
        return asv_command_usage("format DIR");
    }
    enum asv_status status = asv_command_open(&open, argv[1], ASV_FLASH_WRITE, NULL, &err);
    if (status == ASV_OK) {
        status = asv_store_format(open.store, &err);
        asv_command_close(&open);
    }
    if (status != ASV_OK) {
        return asv_command_failed("format", status, &err);
    }
    printf("a new epoch was begun: numbers start at 1 again\n");
    return 0;
}

int asv_command_set_clock(int argc, char **argv)
{
    struct asv_command_store open;
    struct asv_store_time before;
    struct asv_store_time after;
    struct asv_err err = {.status = ASV_OK};
    char text[ASV_COMMAND_TIME_SIZE];
    int64_t wall_ms = 0;
    if (argc != 2) {
        return asv_command_usage("set-clock DIR    (from this machine's clock)");
    }
    enum asv_status status = asv_command_open(&open, argv[1], ASV_FLASH_WRITE, NULL, &err);
    if (status != ASV_OK) {
        return asv_command_failed("set-clock", status, &err);
    }
    status = asv_world_wall_ms(&open.world, &wall_ms);
    if (status == ASV_OK) {
        status = asv_store_set_time(open.store, wall_ms, ASV_CLOCK_RTC, &before, &after);
    }
    asv_command_close(&open);
    if (status != ASV_OK) {
        status = asv_fail(&err, status, "this machine's clock is not set, or the time cannot be written");
        return asv_command_failed("set-clock", status, &err);
    }
    asv_command_time(text, after.wall_ms);
    printf("clock set to %s, by %+" PRId64 " ms\n", text, after.wall_ms - before.wall_ms);
    return 0;
}
