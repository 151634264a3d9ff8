/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to the checks of server/verify/ledger*.c: what they read with, and whom they believe.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_INTERNAL_H
#define ASV_SERVER_VERIFY_LEDGER_INTERNAL_H

#include "server/ledger/tlogproof.h"
#include "server/verify/anchors.h"
#include "server/verify/files.h"
#include "server/verify/ledger.h"
#include "server/verify/ledger_say.h"

#define ASV_VERIFY_PATH_BYTES   4096
#define ASV_VERIFY_BUNDLE_BYTES (ASV_TILE_WIDTH * (2 + ASV_LEDGER_ENTRY_MAX_BYTES))

/* Too large for a stack; must not be copied. */
struct asv_ledger_work {
    const struct asv_verify_ledger *what;
    struct asv_ledger_say say;
    struct asv_ledger_policy policy;
    struct asv_ledger_verdict verdict; /* of the last head that was looked at; borrows note or proof */
    struct asv_heads heads;            /* all that were shown */
    uint8_t policy_data[ASV_LEDGER_POLICY_BYTES];
    uint8_t note[ASV_NOTE_MAX_BYTES];
    uint8_t proof[ASV_TLOGPROOF_MAX_BYTES];
    struct asv_anchors anchors;
    size_t not_given;                         /* entries that name an object which is not beside them */
    uint32_t early;                           /* witnesses that are listed, as they say what others do not */
    struct asv_verify_claim *claim;           /* NULL: the directory has none */
    struct asv_verify_people *people;         /* NULL: nothing shows whose credentials they are */
    struct asv_verify_recordings *recordings; /* NULL: nothing was told of any */
};

/* The whole of a small file of that name; dir NULL: the name is its path. As asv_input_load. */
ASV_MUST_CHECK enum asv_status asv_verify_load(const struct asv_files *dir, const char *name, uint8_t *out,
                                               size_t cap, struct asv_bytes *view, struct asv_err *err);

bool asv_verify_ends_in(const char *text, const char *ending);

/* A checkpoint under the trust file, which is kept in work->verdict and among the heads; what is wrong with
 * it is said. False: something is. */
bool asv_verify_head(struct asv_ledger_work *work, const char *name, struct asv_bytes note);

/* The proof DIR/STEM.tlog-proof of the entry beside it, with what is opened of it; all is said. */
void asv_verify_proof(struct asv_ledger_work *work, const struct asv_files *dir, const char *stem);

/* LG-123: that an entry was not recorded after its head was cosigned, by the word of as many witnesses as the
 * trust file asks for; what fewer of them say is listed. */
void asv_verify_recorded(struct asv_ledger_work *work, const char *name,
                         const struct asv_ledger_entry *entry);

/* LG-118: that the first entry of a log, and no other, says that it began, and how; the earlier head that it
 * names is one more of those that must be of one tree. The log is that of work->verdict. */
void asv_verify_begun(struct asv_ledger_work *work, const char *name, uint64_t index,
                      const struct asv_ledger_entry *entry);

/* The signed object beside the entry, DIR/STEM.object, with DIR/STEM.signer: what is wrong with it, or cannot
 * be said, is said. Whether *by has signed it. is_proven: the entry is. */
bool asv_verify_object(struct asv_ledger_work *work, const struct asv_files *dir, const char *stem,
                       const struct asv_ledger_entry *entry, const struct asv_opened *opened, bool is_proven,
                       struct asv_signed_by *by);

/* How people's credentials lead to the agency's root, by DIR/enrolled: loaded and judged; asked of each
 * signature of a person that is good, NAME being where it stands and statement the digest of what was signed,
 * which sets what *by has of that; told of each ruling of the keeper that is good, and proven; ended. What is
 * wrong or was not shown is said. */
void asv_verify_people_begin(struct asv_ledger_work *work, const struct asv_files *dir);
void asv_verify_people_signed(struct asv_ledger_work *work, const char *name,
                              const uint8_t statement[ASV_SHA256_BYTES], struct asv_signed_by *by);
void asv_verify_people_ruled(struct asv_ledger_work *work, struct asv_bytes ruling);
void asv_verify_people_end(struct asv_ledger_work *work);

/* That what was signed about a recording is about the one of which its entry tells (LG-099): told of each
 * entry that is proven, with who signed what it names (NULL: nobody); judged at the end. */
#define ASV_VERIFY_RECORDINGS_MAX 2048
void asv_verify_recording(struct asv_ledger_work *work, const char *stem,
                          const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                          const struct asv_signed_by *by);
void asv_verify_recordings_end(struct asv_ledger_work *work);

/* What the directory is said to show besides its entries (LG-076): loaded, told of each entry that is proven,
 * judged and freed. */
void asv_verify_claim_begin(struct asv_ledger_work *work, const struct asv_files *dir);
void asv_verify_claim_entry(struct asv_ledger_work *work, const struct asv_files *dir, const char *stem,
                            const struct asv_ledger_entry *entry, const struct asv_opened *opened);
/* Whether it looks at the file of this name. */
bool asv_verify_claim_uses(const struct asv_ledger_work *work, const char *name);
void asv_verify_claim_end(struct asv_ledger_work *work);

/* The published log in dir, whose head is verdict's, compared with every head of it that was seen. */
void asv_verify_tiles(struct asv_ledger_work *work, const struct asv_files *dir,
                      const struct asv_ledger_verdict *verdict);

/* Everything in a directory. */
ASV_MUST_CHECK enum asv_status asv_verify_directory(struct asv_ledger_work *work, const struct asv_files *dir,
                                                    struct asv_err *err);

#endif
