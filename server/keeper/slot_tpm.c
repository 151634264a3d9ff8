/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Through the TPM's system interface, because all that it needs of memory is the caller's: the master is then
 * in locked memory only. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tcti_device.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/keeper/secret.h"
#include "server/keeper/slot.h"

#define TRIES         50 /* of a TPM that asks for time; it spares its memory so */
#define TRY_AGAIN_MS  100
#define NV_ATTRIBUTES (TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA)

/* A connection for one operation: a TPM that was reset or taken out is met anew by the next. */
struct session {
    const struct asv_slot_tpm *tpm;
    TSS2_TCTI_CONTEXT *tcti;
    TSS2_SYS_CONTEXT *sys;
};

static void session_end(struct session *session)
{
    if (session->sys != NULL) {
        Tss2_Sys_Finalize(session->sys);
    }
    if (session->tcti != NULL) {
        Tss2_Tcti_Finalize(session->tcti);
    }
    asv_secret_free(session->sys);
    asv_secret_free(session->tcti);
}

static enum asv_status session_begin(struct session *session, const struct asv_slot_tpm *tpm,
                                     struct asv_err *err)
{
    TSS2_ABI_VERSION abi = TSS2_ABI_VERSION_CURRENT;
    struct stat st;
    void *tcti = NULL;
    void *sys = NULL;
    size_t size = 0;
    *session = (struct session){.tpm = tpm};
    if (stat(tpm->device, &st) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return asv_failf(err, ASV_E_AWAY, "master slot: there is no %s", tpm->device);
    }
    if (Tss2_Tcti_Device_Init(NULL, &size, NULL) != TSS2_RC_SUCCESS ||
        asv_secret_alloc(&tcti, size) != ASV_OK) {
        return asv_fail(err, ASV_E_NO_MEMORY, "master slot: no locked memory for the TPM");
    }
    if (Tss2_Tcti_Device_Init(tcti, &size, tpm->device) != TSS2_RC_SUCCESS) {
        asv_secret_free(tcti);
        return asv_failf(err, ASV_E_IO, "master slot %s: cannot be opened", tpm->device);
    }
    session->tcti = tcti;
    size = Tss2_Sys_GetContextSize(0);
    if (asv_secret_alloc(&sys, size) != ASV_OK) {
        return asv_fail(err, ASV_E_NO_MEMORY, "master slot: no locked memory for the TPM");
    }
    session->sys = sys;
    return Tss2_Sys_Initialize(sys, size, tcti, &abi) == TSS2_RC_SUCCESS
               ? ASV_OK
               : asv_failf(err, ASV_E_IO, "master slot %s: does not answer", tpm->device);
}

/* What a TPM says, without the number of the handle, session or parameter that it says it of (TPM 2.0
 * Library, Part 2, 6.6). */
static TSS2_RC plain(TSS2_RC rc)
{
    bool of_something = (rc & TSS2_RC_LAYER_MASK) == TSS2_TPM_RC_LAYER && (rc & TPM2_RC_FMT1) != 0;
    return of_something ? rc & (TPM2_RC_FMT1 | 0x3f) : rc;
}

static bool asks_for_time(TSS2_RC rc)
{
    const struct timespec wait = {0, TRY_AGAIN_MS * 1000000L};
    bool asks =
        rc == TPM2_RC_RETRY || rc == TPM2_RC_YIELDED || rc == TPM2_RC_TESTING || rc == TPM2_RC_NV_RATE;
    if (asks) {
        (void)nanosleep(&wait, NULL);
    }
    return asks;
}

static enum asv_status fail(const struct session *session, TSS2_RC rc, struct asv_err *err)
{
    enum asv_status status = ASV_E_IO;
    switch (plain(rc)) {
    case TPM2_RC_NV_DEFINED:
        status = ASV_E_EXISTS;
        break;
    case TPM2_RC_HANDLE: /* the TPM was cleared, or is another one */
        status = ASV_E_AWAY;
        break;
    case TPM2_RC_BAD_AUTH:
    case TPM2_RC_AUTH_FAIL:
    case TPM2_RC_NV_AUTHORIZATION:
        status = ASV_E_DENIED;
        break;
    default:
        break;
    }
    return asv_failf(err, status, "master slot %s: NV index 0x%08" PRIx32 ": the TPM answers 0x%" PRIx32,
                     session->tpm->device, session->tpm->index, rc);
}

static TSS2L_SYS_AUTH_COMMAND password(const uint8_t *auth, size_t len)
{
    TSS2L_SYS_AUTH_COMMAND command = {.count = 1, .auths = {{.sessionHandle = TPM2_RS_PW}}};
    command.auths[0].hmac.size = (uint16_t)len;
    if (len > 0) {
        memcpy(command.auths[0].hmac.buffer, auth, len);
    }
    return command;
}

static TSS2_RC nv_write(const struct session *session, unsigned cell, const TPM2B_MAX_NV_BUFFER *data)
{
    TSS2L_SYS_AUTH_COMMAND auth = password(session->tpm->auth, sizeof session->tpm->auth);
    TSS2L_SYS_AUTH_RESPONSE answer;
    uint32_t index = session->tpm->index + cell;
    TSS2_RC rc = TSS2_RC_SUCCESS;
    unsigned tries = 0;
    do {
        answer.count = 1;
        rc = Tss2_Sys_NV_Write(session->sys, index, index, &auth, data, 0, &answer);
    } while (asks_for_time(rc) && ++tries < TRIES);
    return rc;
}

static TSS2_RC nv_read(const struct session *session, unsigned cell, TPM2B_MAX_NV_BUFFER *data)
{
    TSS2L_SYS_AUTH_COMMAND auth = password(session->tpm->auth, sizeof session->tpm->auth);
    TSS2L_SYS_AUTH_RESPONSE answer;
    uint32_t index = session->tpm->index + cell;
    TSS2_RC rc = TSS2_RC_SUCCESS;
    unsigned tries = 0;
    do {
        answer.count = 1;
        data->size = 0;
        rc = Tss2_Sys_NV_Read(session->sys, index, index, &auth, ASV_SLOT_CELL_BYTES, 0, data, &answer);
    } while (asks_for_time(rc) && ++tries < TRIES);
    return rc;
}

static enum asv_status read_cell(void *ctx, unsigned cell, uint8_t out[ASV_SLOT_CELL_BYTES],
                                 struct asv_err *err)
{
    struct session session;
    void *secret = NULL;
    enum asv_status status = session_begin(&session, ctx, err);
    if (status == ASV_OK && asv_secret_alloc(&secret, sizeof(TPM2B_MAX_NV_BUFFER)) != ASV_OK) {
        status = asv_fail(err, ASV_E_NO_MEMORY, "master slot: no locked memory for the TPM");
    }
    if (status == ASV_OK) {
        TPM2B_MAX_NV_BUFFER *data = secret;
        TSS2_RC rc = nv_read(&session, cell, data);
        if (rc == TPM2_RC_NV_UNINITIALIZED) { /* defined, and never written: K-021 */
            memset(out, 0, ASV_SLOT_CELL_BYTES);
        } else if (rc != TSS2_RC_SUCCESS || data->size != ASV_SLOT_CELL_BYTES) {
            status = fail(&session, rc, err);
        } else {
            memcpy(out, data->buffer, ASV_SLOT_CELL_BYTES);
        }
    }
    session_end(&session);
    asv_secret_free(secret);
    return status;
}

static enum asv_status write_in_session(const struct session *session, unsigned cell,
                                        const uint8_t in[ASV_SLOT_CELL_BYTES], struct asv_err *err)
{
    void *secret = NULL;
    if (asv_secret_alloc(&secret, sizeof(TPM2B_MAX_NV_BUFFER)) != ASV_OK) {
        return asv_fail(err, ASV_E_NO_MEMORY, "master slot: no locked memory for the TPM");
    }
    TPM2B_MAX_NV_BUFFER *data = secret;
    data->size = ASV_SLOT_CELL_BYTES;
    memcpy(data->buffer, in, ASV_SLOT_CELL_BYTES);
    TSS2_RC rc = nv_write(session, cell, data);
    asv_secret_free(secret);
    return rc == TSS2_RC_SUCCESS ? ASV_OK : fail(session, rc, err);
}

static enum asv_status write_cell(void *ctx, unsigned cell, const uint8_t in[ASV_SLOT_CELL_BYTES],
                                  struct asv_err *err)
{
    struct session session;
    enum asv_status status = session_begin(&session, ctx, err);
    if (status == ASV_OK) {
        status = write_in_session(&session, cell, in, err);
    }
    session_end(&session);
    return status;
}

/* ---- what kind of TPM it is ---- */

/* swtpm, and what virtual machines get from it, says so in its vendor string ("SW   TPM"); so does
 * Microsoft's and IBM's simulator ("xCG fTPM", "SW   TPM"). */
static bool is_software(const struct session *session)
{
    TPMS_CAPABILITY_DATA found = {0};
    TPMI_YES_NO more = 0;
    char vendor[17] = "";
    TSS2_RC rc = Tss2_Sys_GetCapability(session->sys, NULL, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_VENDOR_STRING_1,
                                        4, &more, &found, NULL);
    if (rc != TSS2_RC_SUCCESS) {
        return true; /* not known to be another */
    }
    for (uint32_t i = 0; i < found.data.tpmProperties.count && i < 4; i++) {
        uint32_t value = found.data.tpmProperties.tpmProperty[i].value;
        for (size_t k = 0; k < 4; k++) {
            uint8_t byte = (uint8_t)(value >> (24 - 8 * k));
            vendor[4 * i + k] = (char)(byte == 0 ? ' ' : byte);
        }
    }
    return strncmp(vendor, "SW ", 3) == 0 || strncmp(vendor, "xCG", 3) == 0;
}

struct asv_slot asv_slot_tpm(struct asv_slot_tpm *tpm)
{
    struct asv_slot slot = {.ctx = tpm, .kind = ASV_KEEPER_SLOT_TPM, .read = read_cell, .write = write_cell};
    struct session session;
    (void)setenv("TSS2_LOG", "all+NONE", 0); /* what fails is said once, by whom it concerns */
    slot.effaceable = session_begin(&session, tpm, NULL) == ASV_OK && !is_software(&session); /* K-076 */
    session_end(&session);
    (void)snprintf(slot.label, sizeof slot.label, "%.50s:0x%08" PRIx32, tpm->device, tpm->index);
    return slot;
}

/* ---- making one ---- */

static enum asv_status define(const struct session *session, unsigned cell, struct asv_err *err)
{
    TSS2L_SYS_AUTH_COMMAND owner = password(NULL, 0);
    TSS2L_SYS_AUTH_RESPONSE answer = {.count = 1};
    TPM2B_AUTH auth = {.size = ASV_SLOT_AUTH_BYTES};
    TPM2B_NV_PUBLIC index = {.nvPublic = {.nvIndex = session->tpm->index + cell,
                                          .nameAlg = TPM2_ALG_SHA256,
                                          .attributes = NV_ATTRIBUTES,
                                          .dataSize = ASV_SLOT_CELL_BYTES}};
    memcpy(auth.buffer, session->tpm->auth, ASV_SLOT_AUTH_BYTES);
    TSS2_RC rc = Tss2_Sys_NV_DefineSpace(session->sys, TPM2_RH_OWNER, &owner, &auth, &index, &answer);
    return rc == TSS2_RC_SUCCESS ? ASV_OK : fail(session, rc, err);
}

enum asv_status asv_slot_tpm_create(const struct asv_slot_tpm *tpm, struct asv_err *err)
{
    static const uint8_t erased[ASV_SLOT_CELL_BYTES];
    struct session session;
    enum asv_status status = session_begin(&session, tpm, err);
    bool exists = false;
    for (unsigned cell = 0; status == ASV_OK && cell < ASV_SLOT_CELLS; cell++) {
        status = define(&session, cell, err);
        if (status == ASV_OK) {
            status = write_in_session(&session, cell, erased, err);
        } else if (status == ASV_E_EXISTS) { /* it may have been cut off between the two */
            exists = true;
            status = ASV_OK;
        }
    }
    session_end(&session);
    return status == ASV_OK && exists ? ASV_E_EXISTS : status;
}
