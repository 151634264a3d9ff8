/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover receipt (LAW H10).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/files.h"
#include "server/cli/handovers.h"
#include "server/cli/moment.h"
#include "server/cli/text.h"
#include "server/statement/text.h"
#include "server/statement/verify.h"

#define DIGITS_LEAST 12 /* of a digest, as a form has them */
#define FORM_MAX     (64U << 20)

/* As the label has them, in groups. */
static bool copy_digits(char out[2 * ASV_SHA256_BYTES + 1], const char *text)
{
    size_t len = 0;
    for (; *text != '\0' && len < 2 * ASV_SHA256_BYTES + 1; text++) {
        if (*text != ' ') {
            out[len++] = *text;
        }
    }
    out[len < 2 * ASV_SHA256_BYTES + 1 ? len : 0] = '\0';
    return len >= DIGITS_LEAST && len <= 2 * ASV_SHA256_BYTES;
}

/* The output whose digest begins so, as the paper has it. */
static enum asv_status find_output(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES], const char *text,
                                   uint8_t out[ASV_SHA256_BYTES], struct asv_err *err)
{
    char digits[2 * ASV_SHA256_BYTES + 1];
    if (!copy_digits(digits, text)) {
        return asv_failf(err, ASV_E_USAGE, "--digest: %d to %d digits", DIGITS_LEAST, 2 * ASV_SHA256_BYTES);
    }
    asv_auto_free struct asv_db_handover_event *rows = calloc(ASV_DB_PAGE_MAX, sizeof *rows);
    size_t count = 0;
    size_t found = 0;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_handover_history(db, id, rows, ASV_DB_PAGE_MAX, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        char hex[2 * ASV_SHA256_BYTES + 1];
        asv_hex_encode(hex, rows[i].digest, sizeof rows[i].digest);
        if (strcmp(rows[i].kind, "output") == 0 && strncasecmp(hex, digits, strlen(digits)) == 0) {
            memcpy(out, rows[i].digest, ASV_SHA256_BYTES);
            found++;
        }
    }
    if (status == ASV_OK && found != 1) {
        status = asv_failf(
            err, ASV_E_MISMATCH,
            "--digest: %s begins with \"%.64s\"; \"asservat handover show\" shows what was made. Of a closed "
            "medium it is that of what lies in it, the second on the label",
            found == 0 ? "nothing that was made" : "more than one thing", digits);
    }
    return status;
}

/* Everything that is signed: the statement has a digest of it alone. */
static void print_receipt(FILE *out, const struct asv_db_handover_receipt *receipt)
{
    char text[ASV_TEXT_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    fprintf(out, "%-12s %s\n", "receipt", receipt->is_signed ? "signed by the recipient" : "a form");
    asv_hex_encode(hex, receipt->received, sizeof receipt->received);
    fprintf(out, "%-12s %s\n", "of", hex);
    fprintf(out, "%-12s %s\n", "received", asv_text_time(text, receipt->received_ms));
    fprintf(out, "%-12s ", "by");
    asv_text_print(out, receipt->receiver);
    asv_hex_encode(hex, receipt->document, sizeof receipt->document);
    fprintf(out, "\n%-12s %s\n\n", receipt->is_signed ? "signature" : "scan", hex);
}

/* HO-010: of what was made, when it was made. */
static enum asv_status check_made(const struct asv_db_handover_receipt *receipt,
                                  const struct asv_db_handover_event *row, struct asv_err *err)
{
    char said[ASV_TEXT_BYTES], made[ASV_TEXT_BYTES];
    bool is_it = strcmp(row->kind, "output") == 0 &&
                 memcmp(row->digest, receipt->received, sizeof receipt->received) == 0;
    return !is_it || receipt->received_ms >= row->at_ms - ASV_STATEMENT_SKEW_MS
               ? ASV_OK
               : asv_failf(
                     err, ASV_E_EXPIRED,
                     "the receipt says %s, and the %s was not made before %s: compare it with the form; "
                     "one that says so itself is filled in and signed anew",
                     asv_text_instant(said, receipt->received_ms), row->what,
                     asv_text_instant(made, row->at_ms));
}

static enum asv_status check_past(const struct asv_cli_handover *it,
                                  const struct asv_db_handover_receipt *receipt, struct asv_err *err)
{
    int64_t now_ms = 0;
    char said[ASV_TEXT_BYTES];
    enum asv_status status = asv_world_wall_ms(it->cli->world, &now_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock is wrong");
    }
    return receipt->received_ms <= now_ms + ASV_STATEMENT_SKEW_MS
               ? ASV_OK
               : asv_failf(err, ASV_E_EXPIRED, "the receipt says %s, which is still to come",
                           asv_text_instant(said, receipt->received_ms));
}

/* HO-010, before anything is signed: the database refuses it as well. */
static enum asv_status check_time(const struct asv_cli_handover *it,
                                  const struct asv_db_handover_receipt *receipt, struct asv_err *err)
{
    size_t count = 0;
    enum asv_status status = check_past(it, receipt, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_db_handover_event *rows = calloc(ASV_DB_PAGE_MAX, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    status = asv_db_handover_history(it->db, it->row->id, rows, ASV_DB_PAGE_MAX, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = check_made(receipt, &rows[i], err);
    }
    free(rows);
    return status;
}

static enum asv_status put(struct asv_cli_handover *it, const struct asv_db_handover_receipt *receipt,
                           struct asv_err *err)
{
    const struct asv_flow *flow = NULL;
    uint8_t salt[ASV_SHA256_BYTES];
    bool waits = false;
    if (asv_world_random(it->cli->world, salt, sizeof salt) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    enum asv_status status = check_time(it, receipt, err);
    if (status == ASV_OK) {
        status = asv_cli_handover_sign(it, &flow, err);
    }
    if (status == ASV_OK) {
        print_receipt(it->cli->err, receipt);
        status = asv_handover_put_receipt(flow, receipt, salt, &waits, err);
    }
    if (status == ASV_OK) {
        fputs(waits
                  ? "It is written down; somebody else has to say the same of the form.\n"
                  : "The receipt is confirmed: the hand-over is over, and its recordings can be released.\n",
              it->cli->out);
    }
    return status;
}

/* ---- what the recipient signed ---- */

/* Too much for the stack. */
struct papers {
    uint8_t text[ASV_RECEIPT_TEXT_BYTES];
    uint8_t signature[ASV_DB_RECEIPT_MAX];
    size_t text_len, signature_len;
};

static enum asv_status check_signed(const struct asv_cli_args *args, struct asv_err *err)
{
    bool alone = asv_cli_text(args, "form") == NULL && asv_cli_text(args, "digest") == NULL &&
                 asv_cli_text(args, "at") == NULL && asv_cli_text(args, "by") == NULL;
    return asv_cli_text(args, "text") != NULL && alone
               ? ASV_OK
               : asv_fail(err, ASV_E_USAGE,
                          "--signature: with the --text that was signed, which says the rest");
}

static enum asv_status read_papers(struct papers *papers, const struct asv_cli_args *args,
                                   struct asv_err *err)
{
    enum asv_status status =
        asv_file_read(asv_cli_text(args, "text"), papers->text, sizeof papers->text, &papers->text_len, err);
    return status == ASV_OK ? asv_file_read(asv_cli_text(args, "signature"), papers->signature,
                                            sizeof papers->signature, &papers->signature_len, err)
                            : status;
}

static enum asv_status put_signed(struct asv_cli_handover *it, struct asv_err *err)
{
    asv_auto_free struct papers *papers = calloc(1, sizeof *papers);
    struct asv_db_handover_receipt receipt;
    if (papers == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = read_papers(papers, it->cli->args, err);
    if (status == ASV_OK) {
        status = asv_handover_receipt_read(it->row, (struct asv_bytes){papers->text, papers->text_len},
                                           (struct asv_bytes){papers->signature, papers->signature_len},
                                           &receipt, err);
    }
    return status == ASV_OK ? put(it, &receipt, err) : status;
}

/* ---- a form ---- */

static enum asv_status digest_file(const char *path, uint8_t out[ASV_SHA256_BYTES], struct asv_err *err)
{
    asv_auto_free uint8_t *data = malloc(FORM_MAX);
    size_t len = 0;
    if (data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_file_read(path, data, FORM_MAX, &len, err);
    if (status == ASV_OK && len == 0) {
        return asv_failf(err, ASV_E_USAGE, "%s: nothing is in it", path);
    }
    if (status == ASV_OK) {
        asv_sha256(out, data, len);
    }
    return status;
}

static enum asv_status check_form(const struct asv_cli_args *args, struct asv_err *err)
{
    const char *digits = asv_cli_text(args, "digest");
    const char *by = asv_cli_text(args, "by");
    if (asv_cli_text(args, "form") == NULL || digits == NULL || by == NULL ||
        asv_cli_text(args, "at") == NULL) {
        return asv_fail(err, ASV_E_USAGE,
                        "--text and --signature, or --form with --digest, --at and --by as it has them");
    }
    return asv_text_is_good((struct asv_bytes){(const uint8_t *)by, strlen(by)}, ASV_DB_NOTE_SIZE - 1)
               ? ASV_OK
               : asv_fail(err, ASV_E_USAGE, "--by: one line of text");
}

static enum asv_status put_form(struct asv_cli_handover *it, struct asv_err *err)
{
    const struct asv_cli_args *args = it->cli->args;
    struct asv_db_handover_receipt receipt = {.case_number = it->row->case_number};
    memcpy(receipt.id, it->row->id, sizeof receipt.id);
    memcpy(receipt.incident, it->row->incident, sizeof receipt.incident);
    (void)snprintf(receipt.receiver, sizeof receipt.receiver, "%s", asv_cli_text(args, "by"));
    enum asv_status status = asv_moment_option(it->cli, "at", ASV_TIME_UNKNOWN, &receipt.received_ms, err);
    if (status == ASV_OK) {
        status = find_output(it->db, it->row->id, asv_cli_text(args, "digest"), receipt.received, err);
    }
    if (status == ASV_OK) {
        status = digest_file(asv_cli_text(args, "form"), receipt.document, err);
    }
    return status == ASV_OK ? put(it, &receipt, err) : status;
}

/* ---- receipt ---- */

static enum asv_status receipt(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_cli_handover struct asv_cli_handover it = {0};
    bool is_signed = asv_cli_text(cli->args, "signature") != NULL;
    enum asv_status status = is_signed ? check_signed(cli->args, err) : check_form(cli->args, err);
    if (status == ASV_OK) {
        status = asv_cli_handover_open(cli, &it, err);
    }
    if (status == ASV_OK) {
        status = is_signed ? put_signed(&it, err) : put_form(&it, err);
    }
    return status;
}

static const struct asv_cli_option receipt_options[] = {
    {"text", ASV_CLI_TEXT, "FILE", "receipt that the recipient signed", false, false, 0, 0},
    {"signature", ASV_CLI_TEXT, "FILE", "the signature of it (CMS, DER)", false, false, 0, 0},
    {"form", ASV_CLI_TEXT, "FILE", "scan of a form on paper", false, false, 0, 0},
    {"digest", ASV_CLI_TEXT, "DIGITS", "of what was received, as the form has it", false, false, 0, 0},
    {"at", ASV_CLI_TEXT, "TIME", "when it was received, " ASV_MOMENT_HELP, false, false, 0, 0},
    {"by", ASV_CLI_WORDS, "NAME", "who received it", false, false, 0, 0},
    ASV_PERSON_SIGN_OPTIONS,
};

const struct asv_cli_command asv_cli_handover_receipt = {
    .group = "handover",
    .name = "receipt",
    .summary = "confirm that a hand-over was received",
    .help = "Writes the receipt of HANDOVER down, signed with your key file. One that the recipient\n"
            "signed with the certificate on its card is verified and counts at once. A form on\n"
            "paper counts when two people have written the same of it: digest, time, name, and the\n"
            "scan, of which a digest is kept. Until then the recordings are not released.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "HANDOVER",
    .operands_min = 1,
    .operands_max = 1,
    .options = receipt_options,
    .option_count = sizeof receipt_options / sizeof *receipt_options,
    .run = receipt,
};
