/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat user: found, enrol, approve, revoke, disable: from when on a credential counts, and until when.
 */
#include <fcntl.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/ask.h"
#include "server/cli/decide.h"
#include "server/cli/user.h"
#include "server/flow/words.h"

#define REVOKERS (ASV_ROLES_SUPERIOR | ASV_ROLE_ADMINISTRATOR)

/* What a statement about a credential says. */
static struct asv_statement about(uint16_t action, const struct asv_db_credential *credential)
{
    struct asv_statement what = {.action = action, .subject = {.kind = ASV_SUBJECT_CREDENTIAL}};
    memcpy(what.subject.id, credential->digest, sizeof what.subject.id);
    return what;
}

/* Whose credential it is: the statement itself names only its digest. */
static void print_credential(const struct asv_cli *cli, const struct asv_db_credential *credential)
{
    asv_words_credential(ASV_ENGLISH, &credential->said, asv_print_line, cli->err);
    fputc('\n', cli->err);
}

/* The database, and the credential that the operand names. */
static enum asv_status find(const struct asv_cli *cli, struct asv_db **db, struct asv_db_credential *out,
                            struct asv_err *err)
{
    enum asv_status status = asv_cli_database(cli, db, err);
    if (status == ASV_OK) {
        status = asv_user_find(cli, *db, asv_cli_operand(cli->args, 0), out, err);
    }
    if (status == ASV_OK) {
        print_credential(cli, out);
    }
    return status;
}

/* ---- found ---- */

static enum asv_status unlock_root(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                   struct asv_keys *keys, struct asv_err *err)
{
    struct asv_passphrase passphrase asv_auto_passphrase = {0};
    struct asv_keyfile file = {0};
    enum asv_status status =
        asv_ask_passphrase(cli, "root-passphrase-file", "the agency root", false, &passphrase, err);
    if (status == ASV_OK) {
        status = asv_keyfile_load(AT_FDCWD, asv_cli_text(cli->args, "root-key"), ASV_ROLE_ROOT,
                                  asv_passphrase_bytes(&passphrase), &file, keys, err);
    }
    if (status == ASV_OK && !asv_equal(file.signing_pk, agency->root.signing_pk, sizeof file.signing_pk)) {
        status = asv_fail(err, ASV_E_MISMATCH, "--root-key: not the key of this agency's root");
    }
    return status;
}

static enum asv_status found_now(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                 struct asv_db *db, struct asv_statement *what, struct asv_err *err)
{
    struct asv_cli_flow flow;
    struct asv_person_statement stated;
    struct asv_keys root = {0};
    enum asv_status status = unlock_root(cli, agency, &root, err);
    if (status == ASV_OK) {
        what->step = ASV_STEP_SOLE;
        status = asv_person_state(asv_cli_flow_root(&flow, cli, db, agency, &root), NULL, what, &stated, err);
    }
    asv_wipe(&root, sizeof root);
    return status == ASV_OK ? asv_decide_deliver(&flow.flow, &stated, NULL, err) : status;
}

static enum asv_status found(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential credential;
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_db struct asv_db *db = NULL;
    enum asv_status status = asv_agency_open(cli, false, &agency, err);
    if (status == ASV_OK) {
        status = find(cli, &db, &credential, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (credential.enrolled_ms != ASV_TIME_UNKNOWN) {
        fputs("It is enrolled already.\n", cli->out);
        return ASV_OK;
    }
    struct asv_cli_flow flow;
    struct asv_statement what = about(ASV_ACTION_FOUND, &credential);
    status = asv_decide_again(asv_cli_flow(&flow, cli, db, NULL), &what, err);
    return status == ASV_E_NOT_FOUND && err->text[0] == '\0' ? found_now(cli, agency, db, &what, err)
                                                             : status;
}

static const struct asv_cli_option found_options[] = {
    {"root-key", ASV_CLI_TEXT, "FILE", "the agency root's key file", true, false, 0, 0},
    {"reason", ASV_CLI_WORDS, "TEXT", "why: it is signed", true, false, 0, 0},
    {"yes", ASV_CLI_FLAG, NULL, "sign without being asked", false, false, 0, 0},
    {"root-passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the root's passphrase", false, false, 0,
     0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    ASV_CLI_KEEPER_OPTION,
};

const struct asv_cli_command asv_cli_user_found = {
    .group = "user",
    .name = "found",
    .summary = "enrol one of the first people, with the agency root's key",
    .help = "Enrols USER by the agency root alone. This is for the beginning: an administrator,\n"
            "and a supervisor to approve what the administrator proposes. While somebody counts\n"
            "whom two people have enrolled, and two are left to enrol others, the root enrols\n"
            "nobody.",
    .operands = "USER",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = found_options,
    .option_count = sizeof found_options / sizeof *found_options,
    .run = found,
};

/* ---- enrol, approve ---- */

static enum asv_status enrol(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential credential;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = find(cli, &db, &credential, err);
    if (status == ASV_OK && credential.enrolled_ms != ASV_TIME_UNKNOWN) {
        return asv_fail(err, ASV_E_EXISTS, "this credential is enrolled already");
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    if (status == ASV_OK) {
        struct asv_statement what = about(ASV_ACTION_ENROL, &credential);
        status = asv_cli_propose(cli, db, person, &what, "user approve", err);
    }
    return status;
}

const struct asv_cli_command asv_cli_user_enrol = {
    .group = "user",
    .name = "enrol",
    .summary = "propose that a credential counts",
    .help = "An administrator proposes that the credential of USER counts. It does when a\n"
            "supervisor or deputy has approved it with \"asservat user approve\".",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "USER",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = enrol,
};

static enum asv_status show_enrolled(const struct asv_cli *cli, struct asv_db *db,
                                     const struct asv_person_statement *proposal, struct asv_err *err)
{
    struct asv_db_credential credential;
    enum asv_status status = asv_db_credential_find(db, proposal->said.subject.id, &credential, err);
    if (status == ASV_OK) {
        print_credential(cli, &credential);
    }
    return status;
}

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    static const uint16_t actions[] = {ASV_ACTION_ENROL};
    return asv_cli_command_answer(cli, actions, 1, ASV_STEP_APPROVE, show_enrolled, err);
}

const struct asv_cli_command asv_cli_user_approve = {
    .group = "user",
    .name = "approve",
    .summary = "approve an enrolment: the credential counts",
    .help = "A supervisor or deputy approves PROPOSAL, which is named by its first digits, as\n"
            "\"asservat user enrol\" said them and \"asservat proposal list\" shows them. Nobody\n"
            "approves what he or she proposed, or the own enrolment.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = approve,
};

/* ---- revoke, disable ---- */

/* Until the keeper knows: what was signed and expired before it got there is signed again. */
static enum asv_status revoke_once(const struct asv_cli *cli, struct asv_db *db,
                                   const struct asv_person *signer,
                                   const struct asv_db_credential *credential, struct asv_err *err)
{
    struct asv_cli_flow flow;
    struct asv_statement what = about(ASV_ACTION_REVOKE, credential);
    if (credential->revocation_taken) {
        fputs("It is revoked already.\n", cli->out);
        return ASV_OK;
    }
    return asv_decide_alone(asv_cli_flow(&flow, cli, db, signer), &what, err);
}

static enum asv_status revoke(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential credential;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = find(cli, &db, &credential, err);
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    if (status == ASV_OK) {
        status = revoke_once(cli, db, person, &credential, err);
    }
    return status;
}

const struct asv_cli_command asv_cli_user_revoke = {
    .group = "user",
    .name = "revoke",
    .summary = "end a credential for good: a lost key file",
    .help = "A supervisor, deputy or administrator revokes the credential of USER, at once and\n"
            "for good. The person's account stays: \"asservat user add\" with the same badge makes\n"
            "a new credential for it.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "USER",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = revoke,
};

/* Every credential of a person, one by one. */
struct revocation {
    const struct asv_cli *cli;
    const struct asv_flow *flow;
    const uint8_t *person;
    enum asv_status status; /* the first failure to hand over; the others are handed over all the same */
    struct asv_err err;
};

static bool is_to_be_revoked(const struct revocation *of, const struct asv_db_credential *credential)
{
    return asv_equal(credential->said.person, of->person, ASV_UUID_BYTES) &&
           credential->enrolled_ms != ASV_TIME_UNKNOWN;
}

static enum asv_status sign_one(void *ctx, const struct asv_db_credential *credential, struct asv_err *err)
{
    const struct revocation *of = ctx;
    struct asv_statement what = about(ASV_ACTION_REVOKE, credential);
    if (!is_to_be_revoked(of, credential)) {
        return ASV_OK;
    }
    if (credential->revocation_taken) {
        fputs("It is revoked already.\n", of->cli->out);
        return ASV_OK;
    }
    return asv_decide_sign(of->flow, &what, err);
}

static enum asv_status hand_over_one(void *ctx, const struct asv_db_credential *credential,
                                     struct asv_err *err)
{
    struct revocation *of = ctx;
    struct asv_err why = {0};
    struct asv_statement what = about(ASV_ACTION_REVOKE, credential);
    (void)err;
    if (is_to_be_revoked(of, credential) && !credential->revocation_taken) {
        enum asv_status status = asv_decide_hand_over(of->flow, &what, &why);
        if (of->status == ASV_OK && status != ASV_OK) {
            of->status = status;
            of->err = why;
        }
    }
    return ASV_OK;
}

static enum asv_status may_disable(const struct asv_person *person, const uint8_t whom[ASV_UUID_BYTES],
                                   struct asv_err *err)
{
    if ((person->credential.said.roles & REVOKERS) == 0) {
        return asv_fail(err, ASV_E_DENIED,
                        "an account is disabled by an administrator, supervisor or deputy");
    }
    if (asv_equal(person->credential.said.person, whom, ASV_UUID_BYTES)) {
        return asv_fail(err, ASV_E_DENIED,
                        "nobody disables the own account: another must revoke its credentials");
    }
    return ASV_OK;
}

/* The account in the database, which refuses whatever is signed with it from then on, and at the keeper,
 * which believes no account but credentials, every one that it knows of the person. Signed first: who thinks
 * better of it has done nothing. */
static enum asv_status disable_now(struct revocation *of, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    enum asv_status status = asv_user_each(of->flow->db, sign_one, of, err);
    if (status == ASV_OK) {
        status =
            asv_db_person_disable(of->flow->db, of->person, of->flow->reason, of->flow->actor, &outcome, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    fputs("The account is disabled. Close the person's account of the server as well.\n", of->cli->out);
    status = asv_user_each(of->flow->db, hand_over_one, of, err);
    return status == ASV_OK && of->status != ASV_OK ? asv_failf(err, of->status, "%s", of->err.text) : status;
}

static enum asv_status disable(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential credential;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = find(cli, &db, &credential, err);
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    if (status == ASV_OK) {
        status = may_disable(person, credential.said.person, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct asv_cli_flow flow;
    struct revocation of = {
        .cli = cli, .flow = asv_cli_flow(&flow, cli, db, person), .person = credential.said.person};
    return disable_now(&of, err);
}

const struct asv_cli_command asv_cli_user_disable = {
    .group = "user",
    .name = "disable",
    .summary = "disable an account, and revoke its credentials",
    .help = "Nothing is done with the account of USER any more, and every credential of it is\n"
            "revoked. Neither account nor badge is ever given to somebody else. Who comes back\n"
            "gets a new credential, which two people enrol.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "USER",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = disable,
};
