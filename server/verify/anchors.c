/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/anchors.h"

#include <string.h>
#include <unistd.h>

#include "server/verify/input.h"

#define KEY_HEX_DIGITS (2 * ASV_ED25519_PK_BYTES)

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex_key(uint8_t pk[ASV_ED25519_PK_BYTES], const uint8_t *text, size_t len)
{
    if (len != KEY_HEX_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < ASV_ED25519_PK_BYTES; i++) {
        int high = digit_value(text[2 * i]);
        int low = digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        pk[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static enum asv_status read_root_cert(struct asv_anchors *anchors, struct asv_bytes data, struct asv_err *err)
{
    struct asv_cert cert;
    enum asv_status status = asv_cert_decode(&cert, data.data, data.len, err);
    if (status != ASV_OK) {
        return asv_fail(err, ASV_E_USAGE, "--trust: neither a root certificate nor a public key");
    }
    if (cert.role != ASV_ROLE_ROOT) {
        return asv_fail(err, ASV_E_USAGE, "--trust: a certificate, but not of an agency's root");
    }
    status = asv_cert_verify(&cert, cert.signing_pk, err);
    if (status == ASV_OK) {
        memcpy(anchors->root_pk, cert.signing_pk, sizeof anchors->root_pk);
    }
    return status;
}

/* A whole small file, given by its path. */
static enum asv_status load(const char *path, uint8_t *out, size_t cap, struct asv_bytes *view,
                            struct asv_err *err)
{
    struct asv_input input;
    enum asv_status status = asv_input_open(&input, path, err);
    if (status == ASV_OK) {
        status = asv_input_load(&input, out, cap, view, err);
        asv_input_close(&input);
    }
    return status;
}

static enum asv_status load_root(struct asv_anchors *anchors, const char *root, struct asv_err *err)
{
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_bytes view;

    if (root == NULL) {
        if (access(ASV_ANCHORS_DEFAULT_ROOT, R_OK) != 0) {
            return ASV_OK;
        }
        root = ASV_ANCHORS_DEFAULT_ROOT;
    }
    if (read_hex_key(anchors->root_pk, (const uint8_t *)root, strlen(root))) {
        anchors->has_root = true;
        return ASV_OK;
    }
    enum asv_status status = load(root, data, sizeof data, &view, err);
    if (status != ASV_OK) {
        return asv_fail(
            err, status,
            "--trust: neither the 64 hexadecimal digits of a key or an agency's id, nor a file that "
            "can be read");
    }
    size_t text_len = view.len;
    while (text_len > 0 && (view.data[text_len - 1] == '\n' || view.data[text_len - 1] == '\r')) {
        text_len--; /* of whichever system */
    }
    if (view.len == ASV_ED25519_PK_BYTES) {
        memcpy(anchors->root_pk, view.data, view.len);
    } else if (!read_hex_key(anchors->root_pk, view.data, text_len)) {
        status = read_root_cert(anchors, view, err);
    }
    anchors->has_root = status == ASV_OK;
    return status;
}

enum asv_status asv_anchors_revoke(struct asv_anchors *anchors, struct asv_bytes list, struct asv_err *err)
{
    anchors->has_revocations = false;
    if (list.len > sizeof anchors->revocations_data) {
        return asv_fail(err, ASV_E_LIMIT, "longer than a list of revoked certificates can be");
    }
    memmove(anchors->revocations_data, list.data, list.len);
    anchors->revocations_len = list.len;
    enum asv_status status =
        asv_revocations_decode(&anchors->revocations, anchors->revocations_data, list.len, err);
    if (status == ASV_OK) {
        status = asv_revocations_verify(&anchors->revocations, anchors->root_pk, NULL, err);
    }
    anchors->has_revocations = status == ASV_OK;
    return status;
}

enum asv_status asv_anchors_dock(struct asv_anchors *anchors, struct asv_bytes chain, struct asv_err *err)
{
    anchors->has_dock = false;
    if (chain.len > sizeof anchors->dock_data) {
        return asv_fail(err, ASV_E_LIMIT, "longer than certificates can be");
    }
    memmove(anchors->dock_data, chain.data, chain.len);
    enum asv_status status = asv_chain_decode(&anchors->dock, anchors->dock_data, chain.len, err);
    if (status == ASV_OK) {
        status = asv_chain_verify(&anchors->dock, anchors->root_pk, ASV_ROLE_DOCK, ASV_TIME_UNKNOWN,
                                  anchors->has_revocations ? &anchors->revocations : NULL, err);
    }
    anchors->has_dock = status == ASV_OK;
    return status;
}

enum asv_status asv_anchors_read_list(const char *path, uint8_t *out, size_t *len, struct asv_err *err)
{
    struct asv_bytes view;
    enum asv_status status = load(path, out, ASV_REVOCATIONS_MAX_BYTES, &view, err);
    if (status != ASV_OK) {
        return asv_fail(err, status, "--revocations: the file cannot be read");
    }
    memmove(out, view.data, view.len);
    *len = view.len;
    return ASV_OK;
}

static enum asv_status load_revocations(struct asv_anchors *anchors, const char *path, struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = asv_anchors_read_list(path, anchors->revocations_data, &len, err);
    return status == ASV_OK
               ? asv_anchors_revoke(anchors, (struct asv_bytes){anchors->revocations_data, len}, err)
               : status;
}

static enum asv_status load_dock(struct asv_anchors *anchors, const char *path, struct asv_err *err)
{
    struct asv_bytes view;
    enum asv_status status = load(path, anchors->dock_data, sizeof anchors->dock_data, &view, err);
    return status == ASV_OK ? asv_anchors_dock(anchors, view, err)
                            : asv_fail(err, status, "--dock: the file cannot be read");
}

enum asv_status asv_anchors_load(struct asv_anchors *anchors, const char *root, const char *revocations,
                                 const char *dock, struct asv_err *err)
{
    memset(anchors, 0, sizeof *anchors);
    enum asv_status status = load_root(anchors, root, err);
    if (status == ASV_OK && !anchors->has_root && (revocations != NULL || dock != NULL)) {
        status = asv_fail(err, ASV_E_USAGE, "--revocations and --dock need --trust");
    }
    if (status == ASV_OK && revocations != NULL) {
        status = load_revocations(anchors, revocations, err);
    }
    if (status == ASV_OK && dock != NULL) {
        status = load_dock(anchors, dock, err);
    }
    return status;
}
