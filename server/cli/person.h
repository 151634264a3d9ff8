/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The person who runs a command: key file and credential, and what a decision takes (server/flow/flow.h) as
 * the command line has it: what is signed is shown in words before, and with --yes not asked about.
 */
#ifndef ASV_SERVER_CLI_PERSON_H
#define ASV_SERVER_CLI_PERSON_H

#include "server/base/keyfile.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/keepers.h"
#include "server/flow/person.h"

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

/* A flow of the command line; its context is itself, so it is never copied. */
struct asv_cli_flow {
    struct asv_flow flow;
    const struct asv_cli *cli;
    const uint8_t *sk; /* NULL: nothing is signed */
    char actor[64];
};

/* Of a person (NULL: of a job, which signs nothing). Borrows everything. Returns &out->flow. */
const struct asv_flow *asv_cli_flow(struct asv_cli_flow *out, const struct asv_cli *cli, struct asv_db *db,
                                    const struct asv_person *person);

/* Of the agency root, which enrols the first people (FOUND). */
const struct asv_flow *asv_cli_flow_root(struct asv_cli_flow *out, const struct asv_cli *cli,
                                         struct asv_db *db, const struct asv_agency_dir *agency,
                                         const struct asv_keys *root);

/* A line of words (server/flow/words.h) into a FILE. */
void asv_print_line(void *ctx, const char *name, const char *text);

/* A statement in words, as it is shown before it is signed (asv_words_statement). */
void asv_statement_print(FILE *out, struct asv_db *db, const struct asv_statement *statement,
                         const struct asv_credential *signer);

#endif
