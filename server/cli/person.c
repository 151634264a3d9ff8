/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/person.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "firmware-proto/trust/fields.h"
#include "firmware-proto/trust/ruling.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/ask.h"
#include "server/cli/statement_view.h"
#include "server/cli/text.h"
#include "server/statement/verify.h"

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

/* Why nothing is signed with this credential, in the person's terms. */
static enum asv_status check_credential(const struct asv_db_credential *credential, int64_t now,
                                        struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    if (credential->revoked_ms != ASV_TIME_UNKNOWN) {
        return asv_failf(err, ASV_E_DENIED, "your credential was revoked on %s",
                         asv_text_time(text, credential->revoked_ms));
    }
    if (credential->disabled_ms != ASV_TIME_UNKNOWN) {
        return asv_failf(err, ASV_E_DENIED, "your account was disabled on %s",
                         asv_text_time(text, credential->disabled_ms));
    }
    if (credential->enrolled_ms == ASV_TIME_UNKNOWN) {
        return asv_fail(err, ASV_E_DENIED,
                        "your credential is not enrolled: two people must do that, or in the beginning the "
                        "agency root (\"asservat user enrol\", \"asservat user found\")");
    }
    if (now < credential->said.from_ms) {
        return asv_failf(err, ASV_E_EXPIRED, "your credential is valid from %s on",
                         asv_text_time(text, credential->said.from_ms));
    }
    if (now >= credential->said.until_ms) {
        return asv_failf(err, ASV_E_EXPIRED, "your credential expired on %s; have a new one made",
                         asv_text_time(text, credential->said.until_ms));
    }
    return ASV_OK;
}

/* The database tells and takes what is this account's person's: with anybody else's key nothing would fit. */
static enum asv_status check_account(struct asv_db *db, const struct asv_credential *said,
                                     struct asv_err *err)
{
    uint8_t caller[ASV_UUID_BYTES];
    enum asv_status status = asv_db_caller(db, caller, err);
    if (status == ASV_OK && asv_uuid_is_zero(caller)) {
        return asv_fail(err, ASV_E_DENIED,
                        "this account of the server is nobody's: the administrator writes down whose it is "
                        "(\"asservat user login\")");
    }
    if (status == ASV_OK && !asv_equal(caller, said->person, ASV_UUID_BYTES)) {
        return asv_failf(err, ASV_E_DENIED,
                         "the key is %.*s's, and this account of the server somebody else's",
                         (int)said->name.len, (const char *)said->name.data);
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
        status = check_credential(&person->credential, now, err);
    }
    return status == ASV_OK ? check_account(db, &person->credential.said, err) : status;
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

/* ---- what ---- */

static enum asv_status view(struct asv_person_statement *statement, struct asv_err *err)
{
    enum asv_status status = asv_statement_decode(&statement->said, statement->bytes, statement->len, err);
    if (status == ASV_OK) {
        asv_statement_digest(statement->digest, &statement->said);
    }
    return status;
}

enum asv_status asv_person_read(const struct asv_db_statement *row, struct asv_person_statement *out,
                                struct asv_err *err)
{
    struct asv_err inner = {0};
    memcpy(out->bytes, row->bytes, row->len);
    out->len = row->len;
    return view(out, &inner) == ASV_OK ? ASV_OK : asv_failf(err, ASV_E_MALFORMED, "%s", inner.text);
}

enum asv_status asv_person_verify(struct asv_db *db, const struct asv_statement *said, struct asv_err *err)
{
    struct asv_db_credential signer;
    enum asv_status status = asv_db_credential_find(db, said->credential, &signer, err);
    if (status != ASV_OK) {
        return status;
    }
    if (signer.said.algorithm != ASV_ALG_ED25519) {
        return asv_fail(err, ASV_E_UNSUPPORTED, "an authenticator signed it");
    }
    const struct asv_statement_place place = {.agency = signer.said.agency};
    return asv_statement_verify(said, &signer.said, &place, said->issued_ms, err);
}

void asv_person_answer(const struct asv_person_statement *proposal, uint8_t step, struct asv_statement *out)
{
    *out = proposal->said;
    out->step = step;
    out->reason = (struct asv_bytes){0};
    out->extensions = (struct asv_bytes){0};
    memcpy(out->proposal, proposal->digest, sizeof out->proposal);
}

/* Who signs: a person, or the agency root when there is no credential. */
struct signer {
    const struct asv_db_credential *credential;
    const uint8_t *agency;
    const uint8_t *sk;
    const uint8_t *root_pk;
};

/* Says so before anything is shown or signed. */
static enum asv_status check_role(const struct asv_credential *credential, const struct asv_action_rule *rule,
                                  const struct asv_statement *what, struct asv_err *err)
{
    char has[ASV_ROLES_TEXT_BYTES];
    char needs[ASV_ROLES_TEXT_BYTES];
    uint16_t roles = asv_action_roles(rule, what->step, what->ground);
    if ((roles & credential->roles) != 0) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_DENIED, "this takes the role %s; yours: %s", asv_roles_text(needs, roles),
                     asv_roles_text(has, credential->roles));
}

/* What the caller leaves to this file. */
static enum asv_status fill(const struct asv_cli *cli, const struct signer *signer,
                            const struct asv_action_rule *rule, struct asv_statement *what,
                            struct asv_err *err)
{
    const char *reason = asv_cli_text(cli->args, "reason");
    bool answer = what->step != ASV_STEP_PROPOSE && what->step != ASV_STEP_SOLE;
    what->reason = (struct asv_bytes){(const uint8_t *)reason, strlen(reason)};
    if (!asv_text_is_good(what->reason, ASV_REASON_MAX_BYTES)) {
        return asv_fail(err, ASV_E_USAGE,
                        "--reason: 1 to 1000 bytes of text, with no blank at either end and nothing hidden");
    }
    memcpy(what->agency, signer->agency, sizeof what->agency);
    memset(what->person, 0, sizeof what->person);
    memcpy(what->credential, signer->credential != NULL ? signer->credential->digest : signer->agency,
           sizeof what->credential);
    if (signer->credential != NULL) {
        memcpy(what->person, signer->credential->said.person, sizeof what->person);
    }
    if (asv_world_wall_ms(cli->world, &what->issued_ms) != ASV_OK ||
        asv_world_random(cli->world, what->nonce, sizeof what->nonce) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "no clock, or no randomness");
    }
    what->expires_ms = what->issued_ms + (answer ? rule->answer_ms : rule->proposal_ms);
    return ASV_OK;
}

static enum asv_status sign(const struct signer *signer, struct asv_bytes body,
                            struct asv_person_statement *out, struct asv_err *err)
{
    struct asv_writer writer;
    struct asv_err inner = {0};
    const struct asv_statement_place place = {.agency = signer->agency};
    asv_writer_init(&writer, out->bytes, sizeof out->bytes);
    enum asv_status status = asv_statement_sign(&writer, body, signer->sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &out->len);
    }
    if (status == ASV_OK) {
        status = view(out, &inner);
    }
    if (status == ASV_OK) { /* as its readers will: what they refuse is not stored */
        status = signer->credential != NULL
                     ? asv_statement_verify(&out->said, &signer->credential->said, &place,
                                            out->said.issued_ms, &inner)
                     : asv_statement_verify_root(&out->said, signer->root_pk, out->said.issued_ms, &inner);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "the statement is none: %s", inner.text);
}

/* Shown and signed; not stored. */
static enum asv_status show_and_sign(const struct asv_cli *cli, struct asv_db *db,
                                     const struct signer *signer, struct asv_statement *what,
                                     struct asv_person_statement *out, struct asv_err *err)
{
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    size_t len = 0;
    struct asv_writer writer;
    enum asv_status status = fill(cli, signer, asv_action_rule(what->action), what, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_writer_init(&writer, body, sizeof body);
    status = asv_statement_body(&writer, what);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "a field of the statement is not as it must be (docs/STATEMENTS.md 3)");
    }
    /* Not into the output, which may be a recording. */
    asv_statement_print(cli->err, db, what, signer->credential != NULL ? &signer->credential->said : NULL);
    if (!asv_cli_flag(cli->args, "yes")) {
        fflush(cli->err);
        status = asv_ask_yes("Sign this? [y/N] ", "say --yes when you have read it", err);
    }
    return status == ASV_OK ? sign(signer, (struct asv_bytes){body, len}, out, err) : status;
}

static enum asv_status store(struct asv_db *db, const struct asv_person_statement *stated,
                             struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_statement_put(db, &stated->said, (struct asv_bytes){stated->bytes, stated->len}, &outcome,
                                err);
}

enum asv_status asv_person_sign(const struct asv_cli *cli, struct asv_db *db, const struct asv_person *person,
                                struct asv_statement *what, struct asv_person_statement *out,
                                struct asv_err *err)
{
    const struct signer signer = {.credential = &person->credential,
                                  .agency = person->credential.said.agency,
                                  .sk = person->keys.sign_sk};
    enum asv_status status = check_role(&person->credential.said, asv_action_rule(what->action), what, err);
    return status == ASV_OK ? show_and_sign(cli, db, &signer, what, out, err) : status;
}

enum asv_status asv_person_state(const struct asv_cli *cli, struct asv_db *db,
                                 const struct asv_person *person, struct asv_statement *what,
                                 struct asv_person_statement *out, struct asv_err *err)
{
    enum asv_status status = asv_person_sign(cli, db, person, what, out, err);
    return status == ASV_OK ? store(db, out, err) : status;
}

enum asv_status asv_person_state_root(const struct asv_cli *cli, struct asv_db *db,
                                      const struct asv_agency_dir *agency, const struct asv_keys *root,
                                      struct asv_statement *what, struct asv_person_statement *out,
                                      struct asv_err *err)
{
    const struct signer signer = {
        .agency = agency->id, .sk = root->sign_sk, .root_pk = agency->root.signing_pk};
    enum asv_status status = show_and_sign(cli, db, &signer, what, out, err);
    return status == ASV_OK ? store(db, out, err) : status;
}

/* ---- to the keeper ---- */

enum asv_status asv_person_is_theirs(const struct asv_person *person,
                                     const struct asv_person_statement *stated, struct asv_err *err)
{
    return asv_equal(stated->said.person, person->credential.said.person, ASV_UUID_BYTES)
               ? ASV_OK
               : asv_fail(
                     err, ASV_E_STATE,
                     "somebody else has signed it before: who did says the same again, or the next retention "
                     "run does what is left of it");
}

/* The records that the keeper verifies statements with. */
struct records {
    struct asv_db_credential of[3];
    uint8_t count;
};

static enum asv_status add_record(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                  struct records *records, struct asv_err *err)
{
    for (unsigned i = 0; i < records->count; i++) {
        if (asv_equal(records->of[i].digest, digest, ASV_SHA256_BYTES)) {
            return ASV_OK;
        }
    }
    enum asv_status status = asv_db_credential_find(db, digest, &records->of[records->count], err);
    records->count = (uint8_t)(records->count + (status == ASV_OK));
    return status;
}

static enum asv_status find_records(struct asv_db *db, const struct asv_person_delivery *delivery,
                                    struct records *records, struct asv_err *err)
{
    const struct asv_statement *proposal = &delivery->proposal->said;
    enum asv_status status = ASV_OK;
    if (proposal->action != ASV_ACTION_FOUND) {
        status = add_record(db, proposal->credential, records, err);
    }
    if (status == ASV_OK && delivery->answer != NULL) {
        status = add_record(db, delivery->answer->said.credential, records, err);
    }
    if (status == ASV_OK && delivery->open != NULL) {
        status = add_record(db, delivery->open->said.credential, records, err);
    }
    if (status == ASV_OK && delivery->agreed != NULL) {
        status = add_record(db, delivery->agreed->said.credential, records, err);
    }
    if (status == ASV_OK && (proposal->action == ASV_ACTION_FOUND || proposal->action == ASV_ACTION_ENROL)) {
        status = add_record(db, proposal->subject.id, records, err);
    }
    return status;
}

/* A failure of the keeper's machine decides nothing about the statement. */
static bool is_refusal(enum asv_status status)
{
    enum asv_class class = asv_status_class(status);
    return (class == ASV_CLASS_PERMANENT || class == ASV_CLASS_INTEGRITY) && status != ASV_E_IO &&
           status != ASV_E_NO_SPACE;
}

/* The statement that the keeper rules on. */
static const struct asv_person_statement *last_of(const struct asv_person_delivery *delivery)
{
    return delivery->answer != NULL ? delivery->answer : delivery->proposal;
}

/* DECIDE, and its reply. */
static enum asv_status ask(struct asv_db *db, struct asv_keeper_client *client,
                           const struct asv_person_delivery *delivery, struct asv_keeper_reply *reply,
                           struct asv_err *err)
{
    asv_auto_free struct records *records = calloc(1, sizeof *records);
    struct asv_keeper_decision decision = {
        .proposal = {delivery->proposal->bytes, delivery->proposal->len},
    };
    uint32_t request = 0;
    if (records == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = find_records(db, delivery, records, err);
    if (status != ASV_OK) {
        return status;
    }
    if (delivery->answer != NULL) {
        decision.answer = (struct asv_bytes){delivery->answer->bytes, delivery->answer->len};
    }
    if (delivery->open != NULL && delivery->agreed != NULL) {
        decision.open = (struct asv_bytes){delivery->open->bytes, delivery->open->len};
        decision.agreed = (struct asv_bytes){delivery->agreed->bytes, delivery->agreed->len};
    }
    if (delivery->clip != NULL) {
        decision.clip = *delivery->clip;
    }
    decision.record_count = records->count;
    for (unsigned i = 0; i < records->count; i++) {
        decision.records[i] = (struct asv_bytes){records->of[i].record, records->of[i].len};
    }
    status = asv_keeper_client_decide(client, &decision, &request, err);
    return asv_cli_keeper_wait(client, status, request, ASV_CLI_KEEPER_TIMEOUT_MS, reply, err);
}

/* LG-095: who answers on the socket is not believed. What the keeper says for good; verdict 0: nothing. */
static enum asv_status read_ruling(const struct asv_cli *cli, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                   const struct asv_person_delivery *delivery,
                                   const struct asv_keeper_reply *reply, struct asv_ruling *out,
                                   struct asv_err *err)
{
    static const uint8_t none[ASV_SHA256_BYTES];
    struct asv_err why = {0};
    int64_t now_ms = ASV_TIME_UNKNOWN;
    *out = (struct asv_ruling){0};
    if (reply->ruling.len == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_ruling_decode(out, reply->ruling.data, reply->ruling.len, &why);
    if (status == ASV_OK && asv_world_wall_ms(cli->world, &now_ms) != ASV_OK) {
        status = asv_fail(&why, ASV_E_INTERNAL, "the clock cannot be read");
    }
    if (status == ASV_OK) {
        status =
            asv_ruling_verify(out, root_pk, last_of(delivery)->digest, now_ms, delivery->revocations, &why);
    }
    if (status == ASV_OK &&
        !asv_equal(out->proposal, delivery->answer != NULL ? delivery->proposal->digest : none,
                   sizeof out->proposal)) {
        status = asv_fail(&why, ASV_E_MISMATCH, "ruling: about another proposal");
    }
    return status == ASV_OK
               ? ASV_OK
               : asv_failf(err, status, "keeper: what it answered is not believed: %s", why.text);
}

/* What the keeper signed, and where it signed nothing why it did not take it. */
static enum asv_status write_down(struct asv_db *db, const struct asv_person_delivery *delivery,
                                  const struct asv_ruling *ruling, const char *why, struct asv_err *err)
{
    uint8_t keeper[ASV_SHA256_BYTES];
    const struct asv_db_ruling said = {ruling->object.encoded, keeper};
    if (ruling->verdict == 0) {
        return asv_db_statement_answered(db, last_of(delivery)->digest, why, NULL, err);
    }
    asv_cert_digest(keeper, &ruling->keeper.leaf);
    return asv_db_statement_answered(db, last_of(delivery)->digest,
                                     ruling->verdict == ASV_RULING_TAKEN ? NULL : why, &said, err);
}

enum asv_status asv_person_deliver(const struct asv_cli *cli, struct asv_db *db,
                                   struct asv_keeper_client *client,
                                   const struct asv_person_delivery *delivery, struct asv_keeper_reply *reply,
                                   struct asv_err *err)
{
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    struct asv_ruling ruling;
    struct asv_err inner = {0};
    *reply = (struct asv_keeper_reply){0};
    enum asv_status status = asv_agency_root_key(cli, root_pk, err);
    if (status != ASV_OK) {
        return status;
    }
    status = ask(db, client, delivery, reply, err);
    if (status != ASV_OK && !is_refusal(reply->status)) {
        return status;
    }
    enum asv_status ruled = read_ruling(cli, root_pk, delivery, reply, &ruling, &inner);
    if (ruled == ASV_OK && status == ASV_OK && ruling.verdict != ASV_RULING_TAKEN) {
        ruled = asv_fail(&inner, ASV_E_SIGNATURE, "keeper: it says that it took it, and does not sign that");
    }
    if (ruled != ASV_OK) {
        return asv_failf(err, ruled, "%s", inner.text);
    }
    if (status == ASV_OK) {
        return write_down(db, delivery, &ruling, NULL, err);
    }
    return write_down(db, delivery, &ruling, err->text, &inner) == ASV_OK
               ? status
               : asv_failf(err, status, "%.120s; and the database does not know: %.100s", err->text,
                           inner.text);
}

enum asv_status asv_person_ask_taken(const struct asv_cli *cli, struct asv_db *db,
                                     struct asv_keeper_client *client,
                                     const struct asv_person_delivery *delivery, bool *taken,
                                     struct asv_err *err)
{
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    struct asv_keeper_reply reply = {0};
    struct asv_ruling ruling;
    struct asv_err why = {0};
    *taken = false;
    enum asv_status status = asv_agency_root_key(cli, root_pk, err);
    if (status != ASV_OK) {
        return status;
    }
    status = ask(db, client, delivery, &reply, &why);
    if (status != ASV_OK && reply.status == ASV_OK) { /* it did not answer */
        return asv_failf(err, status, "%s", why.text);
    }
    status = read_ruling(cli, root_pk, delivery, &reply, &ruling, err);
    if (status == ASV_OK && ruling.verdict == ASV_RULING_TAKEN) {
        status = write_down(db, delivery, &ruling, NULL, err);
        *taken = status == ASV_OK;
    }
    return status;
}
