/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A keeper and its model side by side: the same is asked of both, and what they say is compared.
 */
#ifndef ASV_TESTS_SWEEP_HISTORIES_STAGE_H
#define ASV_TESTS_SWEEP_HISTORIES_STAGE_H

#include "tests/sim/keeper_people.h"
#include "tests/sweep/keeper_model.h"

/* What was handed to the keeper as one DECIDE: numbers of the model's papers. */
struct delivery {
    int proposal, answer; /* answer -1: none */
    int brought;          /* the clip that came along; -1: none */
    bool records;
};

/* What happened to a clip, as a list has it: no states, and nothing of the model but its calendar and
 * periods. What the law says of it follows from that once more (stage_is_over), whatever model and keeper
 * agree on. */
struct life {
    bool held, released, erased; /* by two people; released: and not held since */
    int request;                 /* the proposal that asks for it; -1: none is open, as far as people said */
    int64_t natural;             /* the latest end that its key had when somebody kept it or asked for it */
    int64_t period;              /* as its day was said by people or a dock; 0: it was not */
    int64_t said;                /* when */
};

#define STAGE_DELIVERIES 240
#define STAGE_KEYS       400

/* Must not be copied. */
struct stage {
    struct keeper_site site;
    struct keeper_disk *base;    /* of a keeper that knows its people */
    struct keeper_disk *replica; /* NULL: none */
    struct keeper_disk *box;     /* with the slots, when there is a replica */
    struct keeper_people people;
    struct asv_test_person others[4]; /* the wearer's second key, a stranger, a false badge, another wearer */
    struct asv_test_identity second;
    const struct asv_test_identity *cameras[MODEL_CAMERAS];
    const struct asv_test_person *persons[MODEL_PEOPLE];

    struct model model;
    struct keeper_clip clips[MODEL_CLIPS];
    uint8_t digests[MODEL_CLIPS][ASV_SHA256_BYTES];
    struct life lives[MODEL_CLIPS];
    struct asv_test_stated papers[MODEL_PAPERS];
    uint8_t
        ruled[MODEL_PAPERS]; /* what the keeper said of each for good: enum asv_ruling_verdict; 0: nothing */
    struct delivery deliveries[STAGE_DELIVERIES];
    int delivery_count;
    struct {
        int camera, key;
        bool reserve, replaced;
        uint8_t pk[ASV_X25519_BYTES];
    } keys[STAGE_KEYS];
    int key_count;

    enum keeper_fault fault;
    uint16_t fault_at; /* 0: none; of the next request */
    bool was_struck;
    bool tells;
    char why[256];
};

void stage_set_up(void);
void stage_tear_down(void);
struct stage *stage_get(void);

/* The keeper as it was founded, on this day. */
void stage_begin(struct stage *stage, uint64_t seed, int year, int month, int day);

/* The keeper is killed and starts again. */
void stage_start_again(struct stage *stage);

/* Arms the step's fault, once. After the call: whether it was met, and everything is there again. */
void stage_arm(struct stage *stage);
bool stage_struck(struct stage *stage);

/* Asks; what met the fault is asked again. */
struct asv_keeper_reply stage_ask(struct stage *stage, enum asv_keeper_role role,
                                  struct asv_keeper_request *request);

bool stage_bulletin(struct stage *stage, int camera, bool reserve_used);
/* False: no such key is known. */
bool stage_record(struct stage *stage, int camera, bool reserve, int key, int64_t start, uint32_t n);
bool stage_keep(struct stage *stage, const struct model_keep *keep);
bool stage_finish_day(struct stage *stage, int day, const struct model_word *word);
bool stage_finish_ahead(struct stage *stage, int paper, const struct model_word *word);

bool stage_sign(struct stage *stage, bool honest, uint64_t old_size, uint64_t new_size);

/* Both directories, where there are two, have everything. */
bool stage_is_whole(struct stage *stage);

/* Signs a statement that says this; its number. */
int stage_write(struct stage *stage, const struct model_paper *paper);
bool stage_deliver(struct stage *stage, const struct delivery *delivery);

/* ---- comparing; false, and why, when they differ ---- */

__attribute__((format(printf, 2, 3))) bool stage_fail(struct stage *stage, const char *format, ...);
__attribute__((format(printf, 2, 3))) void stage_tell(struct stage *stage, const char *format, ...);
bool stage_expect(struct stage *stage, bool did, bool should, const char *what);
bool stage_check_opens(struct stage *stage, int clip);
/* LAW T1, T3, T4: its time is over, and nobody keeps it; by what happened alone. */
bool stage_is_over(const struct stage *stage, int clip);
/* Pages, counts, and whether clip number n opens, or each of them. */
bool stage_check(struct stage *stage, uint32_t n, bool all);
/* Each recording is where the model has it, by what the keeper answers about it; STATUS counts as many; and
 * none is both readable and gone. */
bool stage_check_balance(struct stage *stage);
/* K-001, with every byte that the store ever held and what the slots hold now. */
bool stage_check_attacker(struct stage *stage);

#endif
