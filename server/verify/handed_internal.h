/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to the checks of server/verify/handed*.c. Each returns ASV_OK, or the status of the first thing
 * that is wrong, which is then in it->fault; or, with no fault, that something could not be read or held.
 */
#ifndef ASV_SERVER_VERIFY_HANDED_INTERNAL_H
#define ASV_SERVER_VERIFY_HANDED_INTERNAL_H

#include "firmware-proto/crypto/x509.h"
#include "server/package/package.h"
#include "server/report/facts.h"
#include "server/statement/plan.h"
#include "server/verify/check.h"
#include "server/verify/handed.h"
#include "server/verify/identities.h"
#include "server/verify/leaves.h"
#include "server/verify/ledger.h"

#define ASV_HANDED_PATH_BYTES (ASV_PACKAGE_NAME_BYTES + 1)

/* What is checked, in this order. */
enum asv_handed_check {
    ASV_HANDED_CHECK_PACKAGE,  /* a carrier alone: ZIP, bag, container, signatures */
    ASV_HANDED_CHECK_FACTS,    /* can be read, and do not contradict themselves */
    ASV_HANDED_CHECK_FILES,    /* those that are named are there, and no others */
    ASV_HANDED_CHECK_TRUST,    /* certificates and revocations under --trust */
    ASV_HANDED_CHECK_SIGNER,   /* of the package, by the same */
    ASV_HANDED_CHECK_SIGNED,   /* documents on their own */
    ASV_HANDED_CHECK_PLAN,     /* is what was handed over */
    ASV_HANDED_CHECK_DECISION, /* of two people, on that plan */
    ASV_HANDED_CHECK_RECORDINGS,
    ASV_HANDED_CHECK_SERIES, /* no number of their cameras is left out, as far as that is said */
    ASV_HANDED_CHECK_LEDGER,
    ASV_HANDED_CHECK_CUSTODY, /* events of the facts are entries of the ledger, and no others */
    ASV_HANDED_CHECK_OPENED,  /* sealed originals, with --identity */
    ASV_HANDED_CHECKS,
};

/* What was not looked at, each once. Those above OPTIONAL leave the result incomplete. */
enum asv_handed_left {
    ASV_HANDED_LEFT_NO_ROOT,
    ASV_HANDED_LEFT_NO_DOCK,        /* the dock's certificates are not in it */
    ASV_HANDED_LEFT_PARTS,          /* recordings of the plan that are not in it */
    ASV_HANDED_LEFT_UNPLACED,       /* events of the custody that have no place in the ledger yet */
    ASV_HANDED_LEFT_UNTIED,         /* events of which it is not shown what recording they are about */
    ASV_HANDED_LEFT_NOT_TAKEN,      /* that the keeper took the decision */
    ASV_HANDED_LEFT_NO_REVOCATIONS, /* whoever made it may have left the list out */
    ASV_HANDED_LEFT_OPTIONAL,
    ASV_HANDED_LEFT_NO_IDENTITY = ASV_HANDED_LEFT_OPTIONAL,
    ASV_HANDED_LEFT_ORIGINALS, /* that are not in it, as was decided */
    ASV_HANDED_LEFT_SINCE,     /* what was revoked after the list was issued */
    ASV_HANDED_LEFT_SERIES,    /* that in the incident's time nothing else was recorded */
    ASV_HANDED_LEFT_NO_LEDGER, /* whose witnesses they are */
    ASV_HANDED_LEFT_LEDGER,    /* something in it; it->ledger says what */
    ASV_HANDED_LEFT_WITNESSES, /* cosignatures of some that the trust file does not name */
    ASV_HANDED_LEFT_STAMPS,    /* whose time stamps they are */
    ASV_HANDED_LEFT_EXTERNAL,
    ASV_HANDED_LEFT_OTHERS, /* what cameras recorded of which nothing is handed over */
    ASV_HANDED_LEFT_CLOCKS, /* of the cameras */
    ASV_HANDED_LEFT_MORE,   /* that the ledger has of a recording, and what became of others */
    ASV_HANDED_LEFT_WORDS,  /* what the documents and the message say */
    ASV_HANDED_LEFTS,
};

/* A file below data/, or of the filing. */
struct asv_handed_file {
    const char *name;   /* of a filing's, once it is known: where it would be in a carrier */
    const char *shown;  /* what it is called then; NULL: that */
    const char *inside; /* the file of a filing that it is a part of; NULL: none */
    uint64_t size, offset;
    uint8_t sha256[ASV_SHA256_BYTES];
    bool is_named;  /* by the facts, or by what a hand-over consists of */
    bool is_signed; /* there is a good signature of it beside it */
    struct asv_leaves leaves;
};

/* A carrier's, while it is read. */
struct asv_handed_leaves {
    uint64_t offset;
    struct asv_leaves leaves;
};

struct asv_handed_recording {
    struct asv_plan_clip plan;
    uint8_t integrity, provenance; /* 0: not yet known */

    bool by_camera; /* which numbers its recordings, as what follows says */
    uint8_t camera[ASV_SHA256_BYTES], epoch[ASV_UUID_BYTES], pk[ASV_ED25519_PK_BYTES];
    uint64_t number;
    bool has_link;
    uint8_t link[ASV_SHA256_BYTES]; /* digest of its record */
    bool in_series;
};

/* Too large for a stack; must not be copied. */
struct asv_handed {
    const struct asv_verify_handed *what;
    struct asv_handed_fault fault;
    enum asv_finding finding[ASV_HANDED_CHECKS];
    bool left[ASV_HANDED_LEFTS];

    /* what lies there */
    bool is_carrier;
    struct asv_input file; /* a carrier's */
    int descriptor;        /* the same, for its reader */
    struct asv_package_input input;
    struct asv_leaves_reader reader;
    struct asv_handed_leaves *leaves; /* heap; rising */
    size_t leaves_count;
    uint64_t reading; /* where the file begins */
    struct asv_package package;
    struct asv_handed_file *files; /* heap; in the order of their names */
    size_t file_count;
    struct asv_file_names names, places; /* of a filing; heap of the files' names */
    char *text;                          /* heap; names of a carrier's */
    uint64_t bytes;
    bool stamped;
    uint8_t signer[ASV_SHA256_BYTES]; /* certificate */
    int64_t signed_s[2];              /* first and last signature, as the signer says */

    /* what is believed */
    struct asv_anchors anchors;
    uint8_t *list; /* heap; of --revocations, before the root's key is known; NULL: none */
    size_t list_len;
    bool is_list_given;                       /* the one that counts is that */
    struct asv_x509_said x509;                /* of trust/package.pem */
    uint8_t dock[ASV_SHA256_BYTES];           /* of anchors.dock */
    uint8_t ledger_key[ASV_ED25519_PK_BYTES]; /* that the agency certified */

    /* what is said */
    const struct asv_handed_file *facts_file;
    struct asv_facts *facts;
    const json_t *clips;
    size_t clip_count;
    struct asv_handed_recording *recordings; /* heap; clip_count, in the order of the facts */
    struct asv_plan plan;                    /* views plan_data */
    uint8_t plan_data[ASV_PLAN_MAX_BYTES];
    uint8_t statements[2][ASV_SHA256_BYTES]; /* proposal, approval */

    /* one recording after the other */
    struct asv_small_parts parts;
    struct asv_report report;
    struct asv_identities *identities; /* heap; NULL: none */

    struct asv_verify_ledger_said ledger;
    char *ledger_text; /* heap; heads and claims, as ledger.c says them */
    size_t ledger_len;
};

/* The first fault; file is below data/, NULL: all of it. Returns status. */
__attribute__((format(printf, 5, 6))) ASV_MUST_CHECK enum asv_status asv_handed_fail(
    struct asv_handed *it, enum asv_handed_kind kind, const char *file, enum asv_status status,
    const char *format, ...);

/* ---- files ---- */

/* Opens what lies there: all of a carrier is read, and its signatures verified. */
ASV_MUST_CHECK enum asv_status asv_handed_open(struct asv_handed *it, struct asv_err *err);
void asv_handed_close(struct asv_handed *it);

void asv_handed_sort(struct asv_handed *it);

/* NULL: there is none. */
struct asv_handed_file *asv_handed_find(struct asv_handed *it, const char *name);

/* Whether it is the signature of the file whose name is without its ending. */
bool asv_handed_is_signature(const char *name);

/* The file; to be closed. */
ASV_MUST_CHECK enum asv_status asv_handed_input(const struct asv_handed *it,
                                                const struct asv_handed_file *file, struct asv_input *out,
                                                struct asv_err *err);

/* All of a small one into out[cap], the same bytes as when it was digested. ASV_E_LIMIT, ASV_E_DIGEST. */
ASV_MUST_CHECK enum asv_status asv_handed_load(const struct asv_handed *it,
                                               const struct asv_handed_file *file, uint8_t *out, size_t cap,
                                               struct asv_bytes *view, struct asv_err *err);

/* Files whose names begin so, as a directory of their own: the rest of their names, "ledger/" for instance.
 */
struct asv_handed_below {
    struct asv_handed *it;
    const char *prefix;
    size_t first;
};
void asv_handed_below(struct asv_handed_below *out, struct asv_handed *it, const char *prefix);
struct asv_files asv_handed_files_below(struct asv_handed_below *below);

/* ---- checks ---- */

/* Of the files that were opened, all of those below, in the order of enum asv_handed_check. */
ASV_MUST_CHECK enum asv_status asv_handed_check_all(struct asv_handed *it, struct asv_err *err);

/* Whether what was given with --trust is this agency: by its id, or the root's key. */
bool asv_handed_is_agency(const struct asv_handed *it, const uint8_t id[ASV_SHA256_BYTES]);

ASV_MUST_CHECK enum asv_status asv_handed_check_trust(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_facts(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_files(struct asv_handed *it, struct asv_err *err);
/* Of a filing, whose files were found under their own names until then: from then on where they would be in a
 * carrier, and those of the ledger's extract, too. */
ASV_MUST_CHECK enum asv_status asv_handed_place_filing(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_signed(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_plan(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_decision(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_recordings(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_named(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_series(struct asv_handed *it, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handed_check_ledger(struct asv_handed *it, struct asv_err *err);

/* The same words: the facts have one space for what is a line's end, or several, in what was signed. */
bool asv_handed_is_text(const json_t *object, const char *key, struct asv_bytes text);

/* Clip i's facts against its seal and commit record, which are in it->report and it->parts. */
ASV_MUST_CHECK enum asv_status asv_handed_check_claims(struct asv_handed *it, size_t i);

/* Its records, as the facts have them; seal: its own, which was verified. */
ASV_MUST_CHECK enum asv_status asv_handed_check_markers(struct asv_handed *it, size_t i,
                                                        const struct asv_input *seal, struct asv_err *err);

/* Of its seal, chain and link record, which are there likewise, what the camera's series takes. */
void asv_handed_note_series(struct asv_handed *it, size_t i);

/* Whether it is one that a series of the facts has its records in. */
bool asv_handed_is_series(const struct asv_handed *it, const char *name);

/* Its content: what lies there in clear, and, with an identity, what is sealed, if it is there. payload:
 * without the age header; header: of the sealed original. */
ASV_MUST_CHECK enum asv_status asv_handed_check_content(struct asv_handed *it, size_t i,
                                                        const struct asv_input *payload,
                                                        const struct asv_age_header *header,
                                                        struct asv_err *err);

/* The same of an excerpt alone. */
ASV_MUST_CHECK enum asv_status asv_handed_check_excerpt(struct asv_handed *it, size_t i, struct asv_err *err);

/* Finds the dock's certificates by the digest of its own; anchors.has_dock says whether there are any. */
ASV_MUST_CHECK enum asv_status asv_handed_find_dock(struct asv_handed *it,
                                                    const uint8_t certificate[ASV_SHA256_BYTES],
                                                    struct asv_err *err);

/* "recordings/001/seal", into out[ASV_HANDED_PATH_BYTES]; i from 0. */
const char *asv_handed_part_name(char *out, size_t i, const char *part);

/* ---- the report ---- */

enum asv_handed_verdict asv_handed_verdict(const struct asv_handed *it);

/* One more part. ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_handed_set_take(struct asv_handed_set *set, struct asv_handed *it,
                                                   struct asv_err *err);
void asv_handed_say(const struct asv_handed *it);
void asv_handed_say_json(const struct asv_handed *it);

#endif
