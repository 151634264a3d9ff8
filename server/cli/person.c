/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/person.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "server/base/fail.h"
#include "server/cli/ask.h"
#include "server/cli/text.h"
#include "server/cli/vaults.h"
#include "server/flow/words.h"

const struct asv_cli_option asv_person_options[ASV_PERSON_OPTION_COUNT] = {ASV_PERSON_OPTIONS};

/* ---- who ---- */

void asv_person_close(struct asv_person *person)
{
    if (person == NULL) {
        return;
    }
    bool locked = person->locked;
    asv_wipe(person, sizeof *person);
    if (locked) {
        (void)munlock(person, sizeof *person);
    }
    free(person);
}

static enum asv_status load_key(const struct asv_cli *cli, struct asv_person *person,
                                struct asv_keyfile *file, struct asv_err *err)
{
    struct asv_passphrase passphrase asv_auto_passphrase = {0};
    const char *path = asv_cli_text(cli->args, "key");
    enum asv_status status = asv_keyfile_load_info(AT_FDCWD, path, file, err);
    if (status == ASV_OK && file->role != ASV_KEYFILE_PERSON) {
        return asv_failf(err, ASV_E_DENIED, "%s: not a person's key file; \"asservat user add\" makes them",
                         path);
    }
    if (status == ASV_OK) {
        status = asv_ask_passphrase(cli, "passphrase-file", file->label, false, &passphrase, err);
    }
    if (status == ASV_OK) {
        status = asv_keyfile_load(AT_FDCWD, path, ASV_KEYFILE_PERSON, asv_passphrase_bytes(&passphrase), file,
                                  &person->keys, err);
    }
    return status;
}

static enum asv_status open_into(const struct asv_cli *cli, struct asv_db *db, struct asv_person *person,
                                 struct asv_err *err)
{
    struct asv_keyfile file = {0};
    int64_t now = 0;
    enum asv_status status = load_key(cli, person, &file, err);
    if (status == ASV_OK) {
        status = asv_db_credential_of_key(db, (struct asv_bytes){file.signing_pk, sizeof file.signing_pk},
                                          &person->credential, err);
        if (status == ASV_E_NOT_FOUND) {
            status = asv_fail(err, status, "no credential in the register has this key");
        }
    }
    if (status == ASV_OK && asv_world_wall_ms(cli->world, &now) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    if (status == ASV_OK) {
        status = asv_flow_check_credential(&person->credential, now, err);
    }
    return status == ASV_OK ? asv_flow_check_account(db, &person->credential.said, err) : status;
}

enum asv_status asv_person_open(const struct asv_cli *cli, struct asv_db *db, struct asv_person **out,
                                struct asv_err *err)
{
    struct asv_person *person = calloc(1, sizeof *person);
    if (person == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    person->locked = mlock(person, sizeof *person) == 0;
    enum asv_status status = open_into(cli, db, person, err);
    if (status != ASV_OK) {
        asv_person_close(person);
        return status;
    }
    *out = person;
    return ASV_OK;
}

/* ---- how ---- */

void asv_print_line(void *ctx, const char *name, const char *text)
{
    FILE *out = ctx;
    if (name == NULL) {
        fprintf(out, "%s\n", text);
    } else {
        fprintf(out, "%-12s %s\n", name, text);
    }
}

void asv_statement_print(FILE *out, struct asv_db *db, const struct asv_statement *statement,
                         const struct asv_credential *signer)
{
    asv_words_statement(ASV_ENGLISH, db, statement, signer, asv_print_line, out);
}

static enum asv_status show_and_sign(void *ctx, const struct asv_flow_draft *draft,
                                     struct asv_writer *statement, struct asv_err *err)
{
    const struct asv_cli_flow *it = ctx;
    const struct asv_cli *cli = it->cli;
    enum asv_status status = ASV_OK;
    if (draft->proposal != NULL) {
        fputs(draft->said->action <= ASV_ACTION_DAY ? "The request:\n" : "The proposal:\n", cli->err);
        asv_statement_print(cli->err, it->flow.db, draft->proposal, draft->proposer);
        fputs("\nThe answer:\n", cli->err);
    }
    /* Not into the output, which may be a recording. */
    asv_statement_print(cli->err, it->flow.db, draft->said,
                        draft->credential != NULL ? &draft->credential->said : NULL);
    if (!asv_cli_flag(cli->args, "yes")) {
        fflush(cli->err);
        status = asv_ask_yes("Sign this? [y/N] ", "say --yes when you have read it", err);
    }
    if (status == ASV_OK) {
        status = asv_statement_sign(statement, draft->body, it->sk);
        status = status == ASV_OK ? ASV_OK : asv_fail(err, status, "the statement cannot be signed");
    }
    return status;
}

static void say(void *ctx, const struct asv_flow_note *note)
{
    const struct asv_cli *cli = ((const struct asv_cli_flow *)ctx)->cli;
    const struct asv_flow_words words = asv_flow_note_words(note->kind, ASV_ENGLISH);
    FILE *out = note->kind >= ASV_NOTE_PROPOSED ? cli->out : cli->err;
    fputs(words.before, out);
    asv_text_print(out, note->by != NULL ? note->by : "");
    fputs(words.between, out);
    asv_text_print(out, note->detail != NULL ? note->detail : "");
    fputs(words.after, out);
    fputs("\n", out);
}

static enum asv_status root_key(void *ctx, uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    return asv_agency_root_key(((const struct asv_cli_flow *)ctx)->cli, root_pk, err);
}

static enum asv_status vault(void *ctx, struct asv_vault **out, struct asv_err *err)
{
    return asv_cli_vault(((const struct asv_cli_flow *)ctx)->cli, true, out, err);
}

static const struct asv_flow_calls calls = {
    .sign = show_and_sign, .say = say, .root_key = root_key, .vault = vault};

const struct asv_flow *asv_cli_flow(struct asv_cli_flow *out, const struct asv_cli *cli, struct asv_db *db,
                                    const struct asv_person *person)
{
    const char *keeper = asv_cli_text(cli->args, "keeper");
    out->cli = cli;
    out->sk = person != NULL ? person->keys.sign_sk : NULL;
    out->flow = (struct asv_flow){
        .world = cli->world,
        .db = db,
        .origin = "", /* a key file signs here */
        .keeper = keeper != NULL ? keeper : cli->conf.keeper,
        .actor = asv_cli_actor(out->actor),
        .reason = person != NULL ? asv_cli_text(cli->args, "reason") : NULL,
        .credential = person != NULL ? &person->credential : NULL,
        .agency = person != NULL ? person->credential.said.agency : NULL,
        .calls = &calls,
        .ctx = out,
    };
    return &out->flow;
}

const struct asv_flow *asv_cli_flow_root(struct asv_cli_flow *out, const struct asv_cli *cli,
                                         struct asv_db *db, const struct asv_agency_dir *agency,
                                         const struct asv_keys *root)
{
    (void)asv_cli_flow(out, cli, db, NULL);
    out->sk = root->sign_sk;
    out->flow.reason = asv_cli_text(cli->args, "reason");
    out->flow.root_pk = agency->root.signing_pk;
    out->flow.agency = agency->id;
    return &out->flow;
}
