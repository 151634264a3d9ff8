/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper itself: what it answers, to whom. It believes neither its callers nor any database: whatever a
 * request says about a camera or a clip is proven by signatures that the request carries.
 */
#ifndef ASV_KEEPER_KEEPER_H
#define ASV_KEEPER_KEEPER_H

#include "firmware-proto/seal/opener.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/trust/revocations.h"
#include "server/base/log.h"
#include "server/keeper/due.h"
#include "server/keeper/journal.h"
#include "server/keeper/protocol.h"
#include "server/statement/verify.h"

/* Who a peer is, by its user id, or by a group of its own. */
enum asv_keeper_role {
    ASV_KEEPER_NOBODY = 0,
    ASV_KEEPER_DOCK = 1,
    ASV_KEEPER_ADMIN = 2,
    ASV_KEEPER_SERVER = 3,
    ASV_KEEPER_LEDGER = 4, /* the sequencer */
    ASV_KEEPER_PEOPLE = 5, /* whoever signs, at a desk */
    ASV_KEEPER_CHECK = 6,  /* of the ledger */
    ASV_KEEPER_EXPORT = 7, /* who builds what is handed over */
    ASV_KEEPER_ROLES,
};

/* What is in memory only while one request is answered. From asv_secret_alloc. */
struct asv_keeper_scratch {
    struct asv_store_key key;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_seal_opener opener;
    uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
};

struct asv_keeper_identity {
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    struct asv_chain chain;    /* views chain_data */
    const uint8_t *sk;         /* ASV_ED25519_SK_BYTES; secret, borrowed */
    const uint8_t *ledger_sk;  /* the same: heads of the ledger are signed with it */
    const uint8_t *package_sk; /* ASV_P256_SK_BYTES; the same, packages for the court */
};

/* What a HAND_OVER let be done, or leave, since the process began: it is written down already (K-126). */
enum asv_keeper_gave { ASV_KEEPER_GAVE_WORD, ASV_KEEPER_GAVE_CLIP, ASV_KEEPER_GAVE_PACKAGE };
struct asv_keeper_given {
    uint8_t proposal[ASV_SHA256_BYTES];
    uint8_t answer[ASV_SHA256_BYTES];
    uint8_t what[ASV_SHA256_BYTES]; /* the clip's header; the package; WORD: zeros */
    uint8_t gave;                   /* enum asv_keeper_gave */
};
#define ASV_KEEPER_GIVEN_MAX 1024 /* the clips of one plan, whose builder began again, and some more */
/* How many lines of the record of decisions a hand-over has drawn, and not written (K-237). */
struct asv_keeper_drawn {
    uint8_t proposal[ASV_SHA256_BYTES];
    uint32_t lines;
};
#define ASV_KEEPER_CHAINS \
    256 /* one for each first byte of a digest: as many as an agency has cameras, or so */

/* Filled by main or a test; borrows everything it points to. Must not be copied. */
struct asv_keeper {
    struct asv_store *store;
    const struct asv_world *world;
    const struct asv_log *log; /* NULL: none */
    struct asv_keeper_identity identity;
    uint8_t run[ASV_UUID_BYTES]; /* random: tells this process from the one before (K-151) */
    int64_t started_ms;
    char software[ASV_KEEPER_SOFTWARE]; /* name and version */
    const char *revocations_path;       /* "" : none is configured */
    uint16_t days_ahead;                /* that MAKE_DAYS makes when it does not say */
    struct asv_origins origins;         /* that the console may have; borrowed */
    bool memory_locked;
    struct asv_keeper_scratch *scratch; /* asv_secret_alloc */
    struct asv_due due;
    struct asv_keeper_given given[ASV_KEEPER_GIVEN_MAX];
    uint32_t given_next;
    struct asv_keeper_drawn drawn[ASV_HANDOVERS_MAX]; /* of as many as there can be at a time */
    uint32_t drawn_next;
    enum asv_status tick_status;     /* of the last tick */
    uint32_t swept_date;             /* local, when old decisions were last removed */
    bool head_master_owed;           /* a head is kept, and the new master that it was to take is not */
    uint64_t head_master_ms;         /* monotonic: from then on a head takes a new master (K-118) */
    bool told_out[ASV_MIRROR_DISKS]; /* the log has said that this directory is out of use */
    uint32_t told_diverged;          /* how many diverged files it has said */
    uint32_t told_left;              /* of how many keys holds before docking have no copy, as it has said */

    /* Chains of cameras whose signatures and roles are right, each at its digest's place: half of what a clip
     * costs is to verify what was verified for the clip before. Not whether they were revoked. */
    uint8_t chains[ASV_KEEPER_CHAINS][ASV_SHA256_BYTES];

    uint8_t revocations_data[ASV_REVOCATIONS_MAX_BYTES];
    uint8_t bulletin_data[ASV_BULLETIN_MAX_BYTES];
    uint8_t order_data[ASV_DESTRUCTION_MAX_BYTES]; /* and a day statement or a ruling, which are as long */
    uint8_t reply_data[ASV_KEEPER_REPLY_MAX];
    char line[ASV_JOURNAL_LINE_BYTES];
};

/* Whether this role may send requests of this type (docs/KEEPER.md, section 6, has the table). */
bool asv_keeper_permits(enum asv_keeper_role role, uint8_t type);

/* Answers one request that was read from body[len], and appends the reply's whole frame to out, whose memory
 * is a secret's: SHOW gives a file key, and HAND_OVER may. Nothing of it stays in scratch. True: the peer may
 * go on. False: it sent what no correct client sends; close the connection after the reply, of which there is
 * none when nothing was appended. */
bool asv_keeper_answer(struct asv_keeper *keeper, enum asv_keeper_role role, const void *body, size_t len,
                       struct asv_writer *out);

/* What happens without being asked: reopens the store, destroys what is due, brings slots up to date. Says in
 * *next_wall_ms when the next key is due (0: unknown). */
void asv_keeper_tick(struct asv_keeper *keeper, int64_t *next_wall_ms);

/* ---- parts ---- */

/* The newest revocation list, verified; *out is NULL when none is configured and none was ever seen.
 * When it is damaged, older than one seen before, or gone: ASV_E_AWAY (K-269). */
ASV_MUST_CHECK enum asv_status asv_keeper_revocations(struct asv_keeper *keeper, struct asv_revocations *list,
                                                      const struct asv_revocations **out,
                                                      struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_keeper_make_days(struct asv_keeper *keeper,
                                                    const struct asv_keeper_request *request,
                                                    struct asv_keeper_reply *reply, struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_keeper_bulletin(struct asv_keeper *keeper,
                                                   const struct asv_keeper_request *request,
                                                   struct asv_keeper_reply *reply, struct asv_err *err);

/* When a reserve key that is used now is due. */
ASV_MUST_CHECK enum asv_status asv_keeper_reserve_due(const struct asv_keeper *keeper, int64_t *due_ms,
                                                      struct asv_err *err);

/* ASV_OK with the answer, whatever the clip is; an error, of class RETRY, only when the keeper itself cannot
 * tell. */
ASV_MUST_CHECK enum asv_status asv_keeper_opens(struct asv_keeper *keeper,
                                                const struct asv_keeper_request *request,
                                                struct asv_keeper_reply *reply, struct asv_err *err);

/* K-055: whether the request's header is this agency's camera's, by signatures alone. Validity in time is not
 * asked: a recording does not become false because a certificate has run out. Nor is revocation (K-155) where
 * revocations is NULL. */
ASV_MUST_CHECK enum asv_status asv_keeper_read_header(struct asv_keeper *keeper,
                                                      const struct asv_keeper_request *request,
                                                      const struct asv_revocations *revocations,
                                                      struct asv_seal_header *header,
                                                      uint8_t header_digest[ASV_SHA256_BYTES],
                                                      struct asv_err *err);

/* A clip that a request brings. */
struct asv_keeper_opening {
    struct asv_seal_header header;    /* verified */
    uint8_t digest[ASV_SHA256_BYTES]; /* of it */
    int64_t period_ms;                /* end of the clip's own period, however long it is held */
    int64_t forget_ms;                /* when the key that it was sealed for is gone */
    bool fact; /* what failed is a fact about the clip; otherwise the keeper could not tell */
};

/* Reads and verifies header and stanzas; revocations as above. */
ASV_MUST_CHECK enum asv_status asv_keeper_read_clip(struct asv_keeper *keeper,
                                                    const struct asv_keeper_request *request,
                                                    const struct asv_revocations *revocations,
                                                    struct asv_keeper_opening *out, struct asv_err *err);

/* Then its file key, into scratch->file_key, which the caller wipes. ASV_E_EXPIRED: due or erased.
 * ASV_E_NOT_FOUND: no key here is this clip's. Commits when it dates a reserve key. */
ASV_MUST_CHECK enum asv_status asv_keeper_open_clip(struct asv_keeper *keeper,
                                                    const struct asv_keeper_request *request,
                                                    struct asv_keeper_opening *out, struct asv_err *err);

/* What became of those two: an error that says nothing about the clip is one to be tried again (K-128). */
ASV_MUST_CHECK enum asv_status asv_keeper_told(const struct asv_keeper_opening *opening,
                                               enum asv_status status);

/* Then whether its chunks decrypt. */
ASV_MUST_CHECK enum asv_status asv_keeper_try_chunks(const struct asv_keeper_request *request,
                                                     const struct asv_seal_header *header,
                                                     struct asv_keeper_scratch *scratch, struct asv_err *err);

/* The next HOLD_AHEAD behind after (NULL: the first) that keeps the clip: it begins in its range, and its row
 * (kept; NULL: it has none) does not say otherwise. Or NULL. */
const struct asv_index_ahead *asv_keeper_ahead_of(const struct asv_keeper *keeper,
                                                  const struct asv_seal_header *header,
                                                  const struct asv_kept *kept,
                                                  const struct asv_index_ahead *after);

/* The copy that one of them has of the key that the clip is sealed for; secret. NULL: none has one. */
const struct asv_ahead_key *asv_keeper_copy_of(const struct asv_keeper *keeper,
                                               const struct asv_seal_header *header,
                                               const struct asv_kept *kept);

/* The policy in force on a local day: what people decided last for it, or what the store was made with. */
struct asv_keeper_policy {
    uint32_t version;
    unsigned days;
};
struct asv_keeper_policy asv_keeper_policy_on(const struct asv_index *index, uint32_t date);

/* The periods of STATUS: of older policies than there is room for, the oldest that is named counts. */
void asv_keeper_periods(const struct asv_keeper *keeper, struct asv_keeper_status *out);

/* When what is recorded on that day is due. ASV_E_LIMIT outside the calendar. */
ASV_MUST_CHECK enum asv_status asv_keeper_due(const struct asv_keeper *keeper, uint32_t date, int64_t *due_ms,
                                              struct asv_err *err);

/* What people decided (decide.c). */
ASV_MUST_CHECK enum asv_status asv_keeper_decide(struct asv_keeper *keeper,
                                                 const struct asv_keeper_request *request,
                                                 struct asv_keeper_reply *reply, struct asv_err *err);

/* A kept clip's row but for its state: header, camera, key's date, file key and instants, and what stays of
 * the row before (NULL: none) (keep.c). */
void asv_keeper_fill_kept(struct asv_kept *row, const struct asv_keeper_opening *opening,
                          const uint8_t file_key[ASV_FILE_KEY_BYTES], const struct asv_kept *before);

/* In a change: the clip's row, which runs as its key does when there was none with a key (keep.c). */
ASV_MUST_CHECK enum asv_status asv_keeper_own_row(struct asv_keeper *keeper,
                                                  const struct asv_keeper_opening *opening,
                                                  struct asv_index *next, struct asv_kept **out,
                                                  struct asv_err *err);

/* The held clip's file key, wrapped for the recovery key; nothing without one (decide_clip.c). */
ASV_MUST_CHECK enum asv_status asv_keeper_recovery_stanza(struct asv_keeper *keeper,
                                                          const struct asv_kept *row,
                                                          struct asv_keeper_reply *reply,
                                                          struct asv_err *err);

/* Keys of clips' own, without a decision (keep.c). */
ASV_MUST_CHECK enum asv_status asv_keeper_keep(struct asv_keeper *keeper,
                                               const struct asv_keeper_request *request,
                                               struct asv_keeper_reply *reply, struct asv_err *err);

/* A dock's word for a clip: a receipt that a dock of this agency signed, which is not revoked. It views the
 * request. */
ASV_MUST_CHECK enum asv_status asv_keeper_receipt(struct asv_keeper *keeper,
                                                  const struct asv_keeper_request *request,
                                                  struct asv_receipt *out, struct asv_err *err);

/* Whether a clip of this camera and day was erased early. */
bool asv_keeper_day_has_gone(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES],
                             uint32_t date);

/* Keys that go before their time, for what they were for needs them no more (finish.c). ASV_E_STATE: not
 * yet. ASV_E_NOT_FOUND: there is none. */
ASV_MUST_CHECK enum asv_status asv_keeper_finish(struct asv_keeper *keeper,
                                                 const struct asv_keeper_request *request,
                                                 struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_keeper_clips(struct asv_keeper *keeper,
                                                const struct asv_keeper_request *request,
                                                struct asv_keeper_reply *reply);

/* SHOWN: what a SHOW gave, as long as it is remembered, behind the digest in the request. */
ASV_MUST_CHECK enum asv_status asv_keeper_shown(struct asv_keeper *keeper,
                                                const struct asv_keeper_request *request,
                                                struct asv_keeper_reply *reply);

/* HANDED: what hand-overs that were taken let leave, as long as they are remembered, behind the proposal and
 * recording in the request; NOTED: that the nightly run has written one down (hand_over_record.c). */
ASV_MUST_CHECK enum asv_status asv_keeper_handed(struct asv_keeper *keeper,
                                                 const struct asv_keeper_request *request,
                                                 struct asv_keeper_reply *reply);
ASV_MUST_CHECK enum asv_status asv_keeper_noted(struct asv_keeper *keeper,
                                                const struct asv_keeper_request *request,
                                                struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_keeper_one_clip(struct asv_keeper *keeper,
                                                   const struct asv_keeper_request *request,
                                                   struct asv_keeper_reply *reply);

/* The order to the camera to erase a clip that no key opens any more, because its time is over. ASV_E_STATE:
 * it still can be opened. Errors of class RETRY as with OPENS. */
ASV_MUST_CHECK enum asv_status asv_keeper_order(struct asv_keeper *keeper,
                                                const struct asv_keeper_request *request,
                                                struct asv_keeper_reply *reply, struct asv_err *err);

/* That the keys of a local day are destroyed, and which slots have confirmed that (day_end.c). ASV_E_STATE:
 * they are not due. Errors of class RETRY as with OPENS. */
ASV_MUST_CHECK enum asv_status asv_keeper_day_end(struct asv_keeper *keeper,
                                                  const struct asv_keeper_request *request,
                                                  struct asv_keeper_reply *reply, struct asv_err *err);

/* Signatures for outsiders (sign.c): heads of the ledger, packages for the court. */
ASV_MUST_CHECK enum asv_status asv_keeper_sign(struct asv_keeper *keeper,
                                               const struct asv_keeper_request *request,
                                               struct asv_keeper_reply *reply, struct asv_err *err);

#endif
