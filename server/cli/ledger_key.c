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
#include "server/cli/cli.h"
#include "server/ledger/note.h"

#define TYPED_KEY_BYTES (1 + ASV_ED25519_PK_BYTES)

/* ledger.pub of the agency: the base 64 of type and key. */
static enum asv_status read_public(const struct asv_cli *cli, uint8_t out[TYPED_KEY_BYTES],
                                   struct asv_err *err)
{
    char path[600];
    uint8_t text[128];
    size_t len = 0;
    size_t got = 0;
    snprintf(path, sizeof path, "%s/keeper/ledger.pub", cli->conf.agency);
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, text, sizeof text, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    len -= len > 0 && text[len - 1] == '\n';
    return asv_base64_padded_decode(out, TYPED_KEY_BYTES, &got, (struct asv_bytes){text, len}) == ASV_OK &&
                   got == TYPED_KEY_BYTES && out[0] == ASV_NOTE_ED25519
               ? ASV_OK
               : asv_failf(err, ASV_E_MALFORMED, "%s: no ledger's public key", path);
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t typed[TYPED_KEY_BYTES];
    struct asv_note_key key;
    char vkey[ASV_VKEY_BYTES];
    enum asv_status status = read_public(cli, typed, err);
    if (status == ASV_OK) {
        status = asv_note_key_make(&key, asv_cli_operand(cli->args, 0), ASV_NOTE_ED25519, typed + 1, err);
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
