/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The person who runs a command and signs what it does: key file and credential, what is signed in words, the
 * statement in the database, and the keeper that decides on it (docs/STATEMENTS.md). In this order, so that a
 * crash at any point leaves nothing that saying the same again does not finish.
 *
 *   asv_person_open(cli, db, &person)            whose key file --key is
 *   asv_person_state(cli, db, person, &what, &statement)        shown, signed, stored
 *   asv_person_deliver(cli, db, client, &delivery, &reply)      the keeper's ruling, and it is stored
 *
 * Before asv_person_state, the caller says what the policy refuses (server/policy/permit.h).
 */
#ifndef ASV_SERVER_CLI_PERSON_H
#define ASV_SERVER_CLI_PERSON_H

#include "server/base/keyfile.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/keepers.h"
#include "server/db/people.h"
#include "server/db/statement.h"

/* Options of every command that signs. */
#define ASV_PERSON_SIGN_OPTIONS                                                                             \
    {"key", ASV_CLI_TEXT, "FILE", "your key file", true, false, 0, 0},                                      \
        {"reason", ASV_CLI_WORDS, "TEXT", "why, in your own words: it is signed", true, false, 0, 0},       \
        {"yes", ASV_CLI_FLAG, NULL, "sign without being asked", false, false, 0, 0},                        \
        {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is your passphrase", false, false, 0, 0}, \
        ASV_CLI_DATABASE_OPTION

/* The same, and of handing over what was signed. */
#define ASV_PERSON_OPTIONS ASV_PERSON_SIGN_OPTIONS, ASV_CLI_KEEPER_OPTION

#define ASV_PERSON_OPTION_COUNT 6
extern const struct asv_cli_option asv_person_options[ASV_PERSON_OPTION_COUNT];

struct asv_person {
    struct asv_keys keys; /* secret; locked as far as the limits allow */
    bool locked;
    struct asv_db_credential credential;
};

/* Opens --key, asks for its passphrase (--passphrase-file) and finds its credential, which must be enrolled,
 * valid, and neither revoked nor disabled: ASV_E_DENIED or ASV_E_EXPIRED say which. *out is the caller's to
 * close. */
ASV_MUST_CHECK enum asv_status asv_person_open(const struct asv_cli *cli, struct asv_db *db,
                                               struct asv_person **out, struct asv_err *err);
void asv_person_close(struct asv_person *person); /* NULL is fine */

static inline void asv_cleanup_person(struct asv_person **person)
{
    asv_person_close(*person);
}
#define asv_auto_person __attribute__((cleanup(asv_cleanup_person)))

/* A statement that was signed. Points into itself: never copied. */
struct asv_person_statement {
    struct asv_statement said; /* views into bytes */
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len;
    uint8_t bytes[ASV_STATEMENT_MAX_BYTES];
};

/* A stored one. ASV_E_MALFORMED for bytes that are none. */
ASV_MUST_CHECK enum asv_status asv_person_read(const struct asv_db_statement *row,
                                               struct asv_person_statement *out, struct asv_err *err);

/* The holder of its credential, which is in the register, made this statement: the proof is good.
 * ASV_E_UNSUPPORTED for what an authenticator signed, which this program cannot judge; anything else says why
 * not. */
ASV_MUST_CHECK enum asv_status asv_person_verify(struct asv_db *db, const struct asv_statement *said,
                                                 struct asv_err *err);

/* The answer that takes this step on a proposal: everything but the reason is filled in. Views into the
 * proposal. */
void asv_person_answer(const struct asv_person_statement *proposal, uint8_t step, struct asv_statement *out);

/* The person states *what, of which action, subject, ground, incident, case, recipient, step and (for an
 * answer) proposal are the caller's; the reason is --reason. Shows it in words, asks unless --yes was given,
 * signs, and stores it. ASV_E_DENIED when the person has no role for it, or says no; errors of
 * asv_db_statement_put. */
ASV_MUST_CHECK enum asv_status asv_person_state(const struct asv_cli *cli, struct asv_db *db,
                                                const struct asv_person *person, struct asv_statement *what,
                                                struct asv_person_statement *out, struct asv_err *err);

/* The same, but stored by the caller, with the row that it is about (ST-104). */
ASV_MUST_CHECK enum asv_status asv_person_sign(const struct asv_cli *cli, struct asv_db *db,
                                               const struct asv_person *person, struct asv_statement *what,
                                               struct asv_person_statement *out, struct asv_err *err);

/* asv_person_state for the agency root, which enrols the first people (FOUND). root: its key, from the
 * caller. */
ASV_MUST_CHECK enum asv_status asv_person_state_root(const struct asv_cli *cli, struct asv_db *db,
                                                     const struct asv_agency_dir *agency,
                                                     const struct asv_keys *root, struct asv_statement *what,
                                                     struct asv_person_statement *out, struct asv_err *err);

/* ASV_E_STATE when another person signed it: what the keeper says to it, and what follows from it, is for the
 * one who did, or the nightly run, to hear and to write down. */
ASV_MUST_CHECK enum asv_status asv_person_is_theirs(const struct asv_person *person,
                                                    const struct asv_person_statement *stated,
                                                    struct asv_err *err);

/* What is handed to the keeper. */
struct asv_person_delivery {
    const struct asv_person_statement *proposal;      /* or what one person decides alone */
    const struct asv_person_statement *answer;        /* NULL: none */
    const struct asv_person_statement *open, *agreed; /* of a SHOW: what it makes use of; otherwise NULL */
    const struct asv_keeper_clip *clip;               /* asv_case_is_shown; NULL: none */
    const struct asv_revocations *revocations; /* that the keeper's ruling is verified with; NULL: none */
};

/* Hands it over with the credential records that the keeper needs, and stores what the keeper says: that it
 * took it, with its ruling, or why it refused. Its refusal is the status. What it says for good is believed
 * under the agency's root alone, and nothing is stored otherwise: ASV_E_SIGNATURE, ASV_E_MISMATCH,
 * ASV_E_UNTRUSTED. ASV_E_AWAY, ASV_E_TIMEOUT and the like decide nothing: the same may be delivered again.
 * Views of *reply live until the client is used again. */
ASV_MUST_CHECK enum asv_status asv_person_deliver(const struct asv_cli *cli, struct asv_db *db,
                                                  struct asv_keeper_client *client,
                                                  const struct asv_person_delivery *delivery,
                                                  struct asv_keeper_reply *reply, struct asv_err *err);

/* Asks the keeper once more about what has expired since it was delivered, if it ever was (KEEPER.md, K-163).
 * *taken: it was, and that is stored, with the ruling. Nothing else is. */
ASV_MUST_CHECK enum asv_status asv_person_ask_taken(const struct asv_cli *cli, struct asv_db *db,
                                                    struct asv_keeper_client *client,
                                                    const struct asv_person_delivery *delivery, bool *taken,
                                                    struct asv_err *err);

#endif
