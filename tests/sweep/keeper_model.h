/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a keeper has to do, said a second time: a small model of DESIGN 1, 3, 5, 7, LAW T1 to T4, R3 to R5,
 * KEEPER.md and STATEMENTS.md, without cryptography, files or crashes. It shares no code with the keeper.
 *
 * Days are numbers here, counted from some days before a history begins.
 */
#ifndef ASV_TESTS_SWEEP_KEEPER_MODEL_H
#define ASV_TESTS_SWEEP_KEEPER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MODEL_DAYS = 260,
    MODEL_BEFORE = 60, /* of them lie before the history's first */
    MODEL_CAMERAS = 2,
    MODEL_CLIPS = 10,
    MODEL_PEOPLE = 11,
    MODEL_PAPERS = 200,
    MODEL_RESERVES = 16,
    MODEL_AHEADS = 8,
    MODEL_POLICIES = 16,
    MODEL_RECIPIENTS = 2,
    MODEL_LEGALITY = 3, /* the ground of a recorded person's demand */
};

#define MODEL_HOUR_MS INT64_C(3600000)

enum model_action {
    MODEL_HOLD,
    MODEL_RELEASE,
    MODEL_ERASE_EARLY,
    MODEL_OPEN,
    MODEL_HAND_OVER,
    MODEL_DAY,
    MODEL_HOLD_AHEAD,
    MODEL_RELEASE_AHEAD,
    MODEL_BLOCK,
    MODEL_UNBLOCK,
    MODEL_RECIPIENT,
    MODEL_RECIPIENT_ENDS,
    MODEL_ENROL,
    MODEL_REVOKE,
    MODEL_POLICY,
    MODEL_CLOCK,
    MODEL_RECOVERY_KEY,
    MODEL_RECOVERY_KEY_ENDS,
    MODEL_ACTIONS,
};

enum model_step { MODEL_PROPOSES = 1, MODEL_APPROVES, MODEL_REFUSES, MODEL_WITHDRAWS, MODEL_ALONE };
enum model_state { MODEL_PLAIN, MODEL_RUNS, MODEL_PENDING, MODEL_HELD, MODEL_GONE, MODEL_OVER };
enum model_answer { MODEL_NO, MODEL_YES, MODEL_DOUBT }; /* doubt: an error, ask again */
enum model_why { MODEL_WHY_DAY = 1, MODEL_WHY_AHEAD, MODEL_WHY_EARLY };

/* As STATEMENTS.md 4 has them: letters of roles. An answer's life is in hours, too. */
struct model_rule {
    const char *proposers, *approvers; /* NULL: nobody approves, one person decides */
    int proposal_hours, answer_hours;
};
const struct model_rule *model_rule(enum model_action action);

struct model_person {
    const char *roles; /* letters */
    int self;          /* who it is: two credentials can be of one person */
    int badge;
    bool enrolled, ever, revoked;
};

/* A statement. An answer has its proposal's matter, unless it is twisted. */
struct model_paper {
    enum model_action action;
    enum model_step step;
    int person;
    int64_t issued, expires;
    int answers; /* a proposal's number; -1: none */
    bool twisted;
    int clip, camera, who, recipient, incident, ground; /* what it is about; incident 0: none */
    int64_t from, until, stopped;
    int first_day, days, version; /* of a policy */
    int day;                      /* of a clip, as people say */
    int also;                     /* HAND_OVER: a second clip of its plan; -1: none */
    bool whole;                   /* HAND_OVER: it is asked whether it counts, not for the clip */
    bool row;                     /* HAND_OVER: both of its clips are asked for at once */
    bool in_clear;                /* HAND_OVER: its clip goes whole; the second one goes sealed */
    int64_t taken;                /* HAND_OVER: when it was taken; 0: it was not */
    /* What was made of it. */
    bool decided, refused;
    int answer; /* that decided; -1: none was needed */
    int64_t remembered_until;
};

struct model_clip {
    int camera;
    bool reserve;
    int key; /* a day's number or a reserve key's */
    int64_t start;
    bool row; /* the keeper knows something of it */
    enum model_state state;
    unsigned blocks;
    int64_t due, period, forget; /* forget: of what no day ends; 0: the key's */
    int64_t ended;               /* OVER: when it ran out */
    int64_t held;                /* HELD: since when */
    bool corrected, released; /* its period, by what is known of its day; by two people, and not held since */
    int incident, decision;
};

struct model_ahead {
    int camera, incident, paper;
    int64_t from, until, decided; /* decided 0: nobody knows when */
    int64_t since;                /* K-206 */
    int day[3], day_count;
    bool reserve[MODEL_RESERVES]; /* K-211: which it has a copy of */
};

struct model {
    int64_t now, mono;
    int64_t start[MODEL_DAYS + 1]; /* local midnights */
    uint32_t date[MODEL_DAYS + 1];
    bool has_day[MODEL_CAMERAS][MODEL_DAYS];
    struct {
        bool there;
        int64_t due; /* 0: in use */
    } reserve[MODEL_CAMERAS][MODEL_RESERVES];
    int reserve_count[MODEL_CAMERAS];
    struct model_clip clips[MODEL_CLIPS];
    int clip_count;
    struct model_person people[MODEL_PEOPLE];
    struct model_paper papers[MODEL_PAPERS];
    int paper_count;
    struct model_ahead aheads[MODEL_AHEADS];
    int ahead_count;
    struct {
        int first_day, days, version;
    } policies[MODEL_POLICIES];
    int policy_count;
    enum { MODEL_UNKNOWN, MODEL_REGISTERED, MODEL_ENDED } recipients[MODEL_RECIPIENTS];
    int recovery;          /* which of the recipients' keys; -1: none */
    uint64_t head;         /* size of the tree that was signed last */
    bool stopped, doubted; /* doubted: stopped, because the clock made a step */
    int64_t stopped_since;
    int64_t newest; /* commit of the keeper: no model can know that */
    bool anchored;
    int64_t offset;
};

/* Midnights from the C library's calendar; the process's zone is set. */
void model_init(struct model *model, int year, int month, int day);

int model_day(const struct model *model, int64_t ms);
int model_period_days(const struct model *model, int day);
int model_version(const struct model *model, int day);
int64_t model_due(const struct model *model, int day);

/* What comes with time; and the look at the clock alone, which comes before every request. */
void model_tick(struct model *model);
void model_look(struct model *model);
void model_start_again(struct model *model);

void model_make_days(struct model *model, int camera, int count);
/* K-230: whether a dock's word alone brings the camera another reserve key. */
bool model_may_replace(const struct model *model, int camera);
/* Whether the bulletin has a reserve key that was not there before. */
bool model_bulletin(struct model *model, int camera, bool reserve_used);

/* Whether the clip with this number opens. Its reserve key's period begins with that. */
enum model_answer model_opens(struct model *model, int number);
/* The same, and nothing begins. */
enum model_answer model_could_open(const struct model *model, int number);

/* Of a clip that opens: whether people keep it beyond its period. */
bool model_says_held(const struct model *model, int number);

/* Of a HAND_OVER: both clips are asked for, and there are two. */
bool model_is_row(const struct model_paper *paper);

/* True: it is done. answer -1: none; brought: the clip that came along, -1: none. */
bool model_decide(struct model *model, int proposal, int answer, int brought, bool has_records);

struct model_keep {
    int clip;
    enum model_why why;
    int paper;   /* AHEAD */
    int64_t due; /* DAY: in the receipt */
    int receipt_clip;
    bool receipt_true; /* a dock of this agency signed it */
};
bool model_keep(struct model *model, const struct model_keep *keep);

/* What a camera is said to have signed at a docking's end. */
struct model_word {
    int camera;
    int64_t docked;
    bool emptied;  /* nothing was left on it */
    bool true_one; /* that camera signed it */
};
bool model_finish(struct model *model, int day, const struct model_word *word);
bool model_finish_ahead(struct model *model, int paper, const struct model_word *word);
bool model_orders(const struct model *model, int number);

/* K-110 to K-113. honest: it grows from what was signed before; otherwise it is another tree from its first
 * leaf on. True: a head of this size is signed. */
bool model_sign(struct model *model, bool honest, uint64_t old_size, uint64_t new_size);

int model_count(const struct model *model, enum model_state state);
int model_living_people(const struct model *model);

/* ---- parts ---- */

_Noreturn void model_impossible(const char *what);
int64_t model_sealed_due(const struct model *model, const struct model_clip *clip);
bool model_has_key(const struct model_clip *clip);
bool model_by_ahead(const struct model_ahead *ahead, const struct model_clip *clip);
int64_t model_lapse(const struct model *model, int64_t period);
void model_own_key(const struct model *model, struct model_clip *clip);
bool model_hold(struct model *model, struct model_clip *clip, int incident, int decision, int64_t held);
bool model_say_day(struct model *model, struct model_clip *clip, int day);
void model_go_back(const struct model *model, struct model_clip *clip);
void model_destroy_due(struct model *model);

#endif
