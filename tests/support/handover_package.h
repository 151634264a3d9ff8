/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is handed over, made whole in memory and written as a carrier by its own writer, so that a test can
 * make any of it wrong: four recordings of the agency of seed 1, the first whole, the second cut and sealed
 * alone, of the third an excerpt, of the fourth, which was cut, an excerpt without its original, with their
 * plan, its decision and an extract of the ledger. Anything that fails aborts.
 */
#ifndef ASV_TESTS_SUPPORT_HANDOVER_PACKAGE_H
#define ASV_TESTS_SUPPORT_HANDOVER_PACKAGE_H

#include <jansson.h>

#include "server/statement/plan.h"
#include "tests/support/clip.h"
#include "tests/support/statements.h"

#define ASV_TEST_HANDOVER_FILES    112
#define ASV_TEST_HANDOVER_CLIPS    4
#define ASV_TEST_HANDOVER_ENTRIES  16
#define ASV_TEST_HANDOVER_SIGNED_S 1796000000 /* when, since 1970 */
#define ASV_TEST_HANDOVER_DETAIL   "Dock 1,\n Fach 3"
#define ASV_TEST_HANDOVER_DOCK     "361002c2dde2c004" /* how the dock's certificate begins */

struct asv_test_handover_file {
    char name[160]; /* below data/ */
    uint8_t *data;  /* heap */
    size_t len;
    bool is_signed; /* a signature goes beside it */
};

struct asv_test_handover_entry {
    uint16_t kind;
    uint8_t id[16];
    int clip;                            /* whose custody it is; -1: none's */
    uint8_t object[32];                  /* digest that it names; zeros: none */
    uint8_t proposal[32];                /* zeros: none */
    const char *label;                   /* NULL: none */
    uint8_t header[32];                  /* that it is closed over, and opened to; zeros: none */
    int recording;                       /* of which it is another's, from 1; 0: of clip */
    struct asv_test_bytes signed_object; /* given beside it; len 0: not */
};

struct asv_test_handover {
    struct asv_test_handover_file files[ASV_TEST_HANDOVER_FILES];
    size_t count;
    json_t *facts;

    struct asv_test_clip clips[ASV_TEST_HANDOVER_CLIPS];
    uint8_t file_key[ASV_TEST_HANDOVER_CLIPS][ASV_FILE_KEY_BYTES];
    uint8_t identity[ASV_X25519_BYTES]; /* of the addressee */
    uint8_t *media;                     /* heap; of the third and fourth, eight fragments of half a second */

    struct asv_plan plan;
    struct asv_plan_clip plan_clips[ASV_TEST_HANDOVER_CLIPS + 1]; /* one of another part */
    struct asv_test_person root, exporter, supervisor, stranger;  /* the last is enrolled by nobody */
    struct asv_test_stated founded[2], proposal, approval;

    struct asv_test_handover_entry entries[ASV_TEST_HANDOVER_ENTRIES];
    size_t entry_count;
    uint8_t ruling[4096];
    size_t ruling_len;
    int64_t documents_s; /* when they are signed; 0: when the package is */
    bool is_copy;
};

/* All of it, but for what the facts say of files. */
void asv_test_handover_make(struct asv_test_handover *it);
/* The same, the first recording of so many chunks; it has two otherwise. */
void asv_test_handover_make_of(struct asv_test_handover *it, uint32_t chunks);

/* One to change, which must not outlive the other. */
void asv_test_handover_copy(struct asv_test_handover *it, const struct asv_test_handover *of);
void asv_test_handover_free(struct asv_test_handover *it);

/* NULL: not there. */
struct asv_test_handover_file *asv_test_handover_find(struct asv_test_handover *it, const char *name);
struct asv_test_handover_file *asv_test_handover_put(struct asv_test_handover *it, const char *name,
                                                     const void *data, size_t len);
void asv_test_handover_remove(struct asv_test_handover *it, const char *name);

/* Files anew from what stands in the struct: the plan from plan and plan_clips; the statements about the plan
 * that lies there; the sealed original of a recording for the plan's recipients; the excerpt of one as the
 * plan has it; the ledger from entries. */
void asv_test_handover_plan_it(struct asv_test_handover *it);
void asv_test_handover_decide(struct asv_test_handover *it, const struct asv_test_person *proposer,
                              const struct asv_test_person *approver);
void asv_test_handover_seal(struct asv_test_handover *it, size_t clip);
void asv_test_handover_cut_out(struct asv_test_handover *it, size_t clip);
void asv_test_handover_log(struct asv_test_handover *it);

/* The dock's record of a recording anew, and the facts as it says: taken in before the dock's certificate was
 * valid; by a dock without the time. */
void asv_test_handover_commit_early(struct asv_test_handover *it, size_t clip);
void asv_test_handover_commit_clockless(struct asv_test_handover *it, size_t clip);

/* What is left of it is one of two parts: so many recordings from that one on (from 0). */
void asv_test_handover_keep(struct asv_test_handover *it, size_t first, size_t count, int number);

/* The facts say of the files what they are. */
void asv_test_handover_list(struct asv_test_handover *it);

/* Writes facts.json, unless there is one already, and directory/name. */
void asv_test_handover_write(struct asv_test_handover *it, const char *directory, const char *name);

/* A signature over data[len] by who signs packages, into out[ASV_CADES_MAX_BYTES]; its length. */
size_t asv_test_handover_sign(uint8_t *out, const void *data, size_t len);

/* The certificate of who signs packages, PEM. */
struct asv_bytes asv_test_handover_certificate(void);

/* What the agency certified: the key of the ledger (LEDGER), or the certificate of packages (PACKAGE). */
struct asv_cert asv_test_handover_certified(uint8_t role);

/* Into the directory, what whoever checks it has from elsewhere: root.cert, agency.id (its id), ledger.trust,
 * identity. */
void asv_test_handover_anchors(const struct asv_test_handover *it, const char *directory);

#endif
