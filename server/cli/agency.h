/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The agency directory: keys of root and issuing CA, their certificates, the newest revocation list, and the
 * register of everything that was ever certified, as signed files. The database's register can be made again
 * from it.
 *
 *   root.key root.cert    self-signed; the key is needed at init and to replace a CA only: keep it offline
 *   ca.key ca.cert
 *   revocations           the newest list
 *   badge.secret          makes pseudonyms of badge numbers (user.h)
 *   cameras/ docks/ keepers/   <first 16 hex digits of the certificate digest>.chain, .request and .place
 */
#ifndef ASV_SERVER_CLI_AGENCY_H
#define ASV_SERVER_CLI_AGENCY_H

#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/enrolment.h"
#include "firmware-proto/trust/revocations.h"
#include "server/base/keyfile.h"
#include "server/cli/cli.h"
#include "server/cli/files.h"

#define ASV_AGENCY_CERT_YEARS 10 /* cameras, docks, keepers */
#define ASV_AGENCY_CA_YEARS   20 /* CA and root */
#define ASV_AGENCY_DAY_MS     INT64_C(86400000)
#define ASV_AGENCY_YEAR_MS    (INT64_C(365) * ASV_AGENCY_DAY_MS + ASV_AGENCY_DAY_MS / 4)
#define ASV_AGENCY_BACKDATED_MS \
    ASV_AGENCY_DAY_MS /* a device whose clock is somewhat late accepts it at once */

struct asv_agency_dir {
    int fd;
    uint8_t id[ASV_SHA256_BYTES];
    struct asv_cert root; /* views into root_data */
    struct asv_cert ca;
    struct asv_revocations revocations;
    uint8_t root_data[ASV_CERT_MAX_BYTES];
    uint8_t ca_data[ASV_CERT_MAX_BYTES];
    uint8_t revocations_data[ASV_REVOCATIONS_MAX_BYTES];
};

/* Opens DIR of --dir or of the configuration and verifies what is in it. With `change`, locks it against a
 * second administrator (ASV_E_BUSY). *out is the caller's to close. */
ASV_MUST_CHECK enum asv_status asv_agency_open(const struct asv_cli *cli, bool change,
                                               struct asv_agency_dir **out, struct asv_err *err);
void asv_agency_close(struct asv_agency_dir *agency); /* NULL is fine */

static inline void asv_cleanup_agency(struct asv_agency_dir **agency)
{
    asv_agency_close(*agency);
}
#define asv_auto_agency __attribute__((cleanup(asv_cleanup_agency)))

/* The agency's root key, by which what the keeper signs is believed: of the agency directory's root.cert, or,
 * in an account that may not read that, of the configuration's. */
ASV_MUST_CHECK enum asv_status asv_agency_root_key(const struct asv_cli *cli,
                                                   uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                   struct asv_err *err);

/* The CA's key, after asking for its passphrase (--passphrase-file). The caller wipes *keys. */
ASV_MUST_CHECK enum asv_status asv_agency_unlock(const struct asv_cli *cli,
                                                 const struct asv_agency_dir *agency, struct asv_keys *keys,
                                                 struct asv_err *err);

/* A certificate by this issuer for what *cert says (role, texts, keys): serial and validity are filled in.
 * The issuer's certificate NULL: self-signed. Encoded into data[ASV_CERT_MAX_BYTES] and decoded into *cert.
 */
ASV_MUST_CHECK enum asv_status asv_agency_certify(const struct asv_world *world, const uint8_t *issuer_sk,
                                                  int64_t years, struct asv_cert *cert, uint8_t *data,
                                                  struct asv_err *err);

/* Where a device belongs when it is enrolled: a camera's unit and operating area, a dock's site. Not signed.
 */
#define ASV_AGENCY_PLACE_BYTES 200
struct asv_agency_place {
    char unit[ASV_AGENCY_PLACE_BYTES]; /* or site; empty: none */
    char area[ASV_AGENCY_PLACE_BYTES]; /* empty: none */
};

/* A certificate for a device, its chain into chain[ASV_CHAIN_MAX_BYTES] and decoded into *out; recorded in
 * the register with request (len 0: none) and place (NULL: none). dir: "cameras", "docks" or "keepers". */
ASV_MUST_CHECK enum asv_status asv_agency_enrol(const struct asv_cli *cli,
                                                const struct asv_agency_dir *agency,
                                                const struct asv_keys *ca, const char *dir,
                                                const struct asv_cert *what, struct asv_bytes request,
                                                const struct asv_agency_place *place, struct asv_chain *out,
                                                uint8_t *chain, struct asv_err *err);

/* Writes a chain that was just certified to where it was asked for. Should that fail, the message says where
 * in the register it is: nobody certifies that key again. */
ASV_MUST_CHECK enum asv_status asv_agency_hand_out(const struct asv_output *out, const char *dir,
                                                   const struct asv_chain *chain, struct asv_err *err);

/* One entry of the register, verified against the agency but for revocation and time. request.len 0: none. */
struct asv_agency_entry {
    struct asv_chain chain;
    uint8_t digest[ASV_SHA256_BYTES]; /* of the certificate */
    struct asv_bytes request;
    struct asv_agency_place place;
    bool is_revoked;
};
typedef enum asv_status (*asv_agency_visit)(void *ctx, const struct asv_agency_entry *entry,
                                            struct asv_err *err);

/* Every entry of a register, in no order; anything but ASV_OK ends it. */
ASV_MUST_CHECK enum asv_status asv_agency_each(const struct asv_agency_dir *agency, const char *dir,
                                               asv_agency_visit visit, void *ctx, struct asv_err *err);

/* The one entry that `which` names: by device serial, name, or at least six first digits of the certificate's
 * digest; entries that are not revoked go first. ASV_E_NOT_FOUND, or ASV_E_USAGE when it names several. */
struct asv_agency_match {
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t serial[ASV_CERT_SERIAL_BYTES];
    char name[ASV_TEXT_SIZE];
    struct asv_agency_place place;
    bool is_revoked;
};
ASV_MUST_CHECK enum asv_status asv_agency_find(const struct asv_agency_dir *agency, const char *dir,
                                               const char *which, struct asv_agency_match *out,
                                               struct asv_err *err);

/* The entry with this certificate digest belongs there from now on. */
ASV_MUST_CHECK enum asv_status asv_agency_move(const struct asv_agency_dir *agency, const char *dir,
                                               const uint8_t digest[ASV_SHA256_BYTES],
                                               const struct asv_agency_place *place, struct asv_err *err);

/* ASV_E_EXISTS unless the keys are new and no certificate that still counts has this model and device serial.
 */
ASV_MUST_CHECK enum asv_status asv_agency_check_new(const struct asv_agency_dir *agency, const char *dir,
                                                    const struct asv_enrolment *request, struct asv_err *err);

/* Replaces the list by one with number + 1 (above at least, too) that also names these serials, in the
 * directory and in *agency. Serials of the old list stay. */
ASV_MUST_CHECK enum asv_status asv_agency_revoke(const struct asv_cli *cli, struct asv_agency_dir *agency,
                                                 const struct asv_keys *ca, const uint8_t *serials,
                                                 size_t count, uint64_t at_least, struct asv_err *err);

/* Reads an enrolment request from a file into data[ASV_ENROLMENT_MAX_BYTES], checks its signature and role,
 * shows it with its fingerprint, and makes sure of it: --fingerprint must equal, or --yes, or a person says
 * so. */
ASV_MUST_CHECK enum asv_status asv_agency_read_request(const struct asv_cli *cli, const char *path,
                                                       uint8_t role, struct asv_enrolment *out, uint8_t *data,
                                                       struct asv_err *err);

#endif
