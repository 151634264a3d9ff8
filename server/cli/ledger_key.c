/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger key: by what others know the ledger. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/ledger_key.h"
#include "server/ledger/note.h"

#define TYPED_KEY_BYTES (1 + ASV_ED25519_PK_BYTES)

enum asv_status asv_ledger_public_parse(struct asv_bytes text, uint8_t out[ASV_ED25519_PK_BYTES])
{
    uint8_t typed[TYPED_KEY_BYTES];
    size_t got = 0;
    text.len -= text.len > 0 && text.data[text.len - 1] == '\n';
    if (asv_base64_padded_decode(typed, sizeof typed, &got, text) != ASV_OK || got != sizeof typed ||
        typed[0] != ASV_NOTE_ED25519) {
        return ASV_E_MALFORMED;
    }
    memcpy(out, typed + 1, ASV_ED25519_PK_BYTES);
    return ASV_OK;
}

enum asv_status asv_cli_ledger_public(const struct asv_cli *cli, const char *path,
                                      uint8_t out[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    char usual[600];
    uint8_t text[128];
    size_t len = 0;
    (void)snprintf(usual, sizeof usual, "%s/keeper/ledger.pub", cli->conf.agency);
    path = path != NULL ? path : usual;
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, text, sizeof text, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    return asv_ledger_public_parse((struct asv_bytes){text, len}, out) == ASV_OK
               ? ASV_OK
               : asv_failf(err, ASV_E_MALFORMED, "%.200s: no ledger's public key", path);
}

enum asv_status asv_cli_root(const struct asv_cli *cli, const char *path, struct asv_anchors *out,
                             struct asv_err *err)
{
    char usual[600];
    (void)snprintf(usual, sizeof usual, "%s/root.cert", cli->conf.agency);
    return asv_anchors_load(out, path != NULL ? path : usual, NULL, NULL, err);
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t pk[ASV_ED25519_PK_BYTES];
    struct asv_note_key key;
    char vkey[ASV_VKEY_BYTES];
    enum asv_status status = asv_cli_ledger_public(cli, NULL, pk, err);
    if (status == ASV_OK) {
        status = asv_note_key_make(&key, asv_cli_operand(cli->args, 0), ASV_NOTE_ED25519, pk, err);
    }
    if (status == ASV_OK) {
        asv_vkey_format(vkey, &key);
        fprintf(cli->out, "%s\n", vkey);
    }
    return status;
}

const struct asv_cli_command asv_cli_ledger_key = {
    .group = "ledger",
    .name = "key",
    .summary = "show the key by which others know the ledger",
    .help = "Prints the key of the ledger ORIGIN as it stands in trust files (log KEY) and in a\n"
            "witness's configuration (log.NAME = KEY). It is made of ledger.pub of the agency\n"
            "directory.",
    .operands = "ORIGIN",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
