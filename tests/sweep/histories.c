/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Random histories of a city's recordings, before a keeper and before a small model of it: nothing unflagged
 * outlives its day, nothing held dies early, nothing opens without two people, whatever happens in between
 * and whoever sends it again. LAW T1 to T4, R3 to R5; KEEPER.md 7 and 8.
 *
 *     histories [COUNT [FIRST]]     COUNT histories, from that seed on; "any": from one that nobody knows yet
 *     histories 1 SEED tell         one, told step by step
 */
#include "tests/sweep/histories_play.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/test.h"

#define WORKERS_MAX 8
#define SHRINK_RUNS 600

static uint64_t histories = 1000;
static uint64_t first_seed = 1;
static bool tell;

static uint32_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

/* How often each kind of step happens. */
static const uint8_t weights[STEP_KINDS] = {
    [STEP_WAIT] = 6,    [STEP_MIDNIGHT] = 8, [STEP_DAYS] = 9,         [STEP_LATE] = 3,     [STEP_OFF] = 2,
    [STEP_RESTART] = 2, [STEP_JUMP] = 1,     [STEP_MAKE_DAYS] = 4,    [STEP_BULLETIN] = 5, [STEP_RECORD] = 12,
    [STEP_DOCK] = 3,    [STEP_KEEP] = 9,     [STEP_DECIDE] = 36,      [STEP_ANSWER] = 8,   [STEP_REPLAY] = 10,
    [STEP_FINISH] = 4,  [STEP_ORDER] = 3,    [STEP_FINISH_AHEAD] = 6, [STEP_SIGN] = 4,     [STEP_DISK] = 3,
};

static uint8_t draw_kind(uint64_t *state)
{
    unsigned sum = 0;
    uint8_t kind = 0;
    for (unsigned i = 0; i < STEP_KINDS; i++) {
        sum += weights[i];
    }
    unsigned at = draw(state) % sum;
    while (at >= weights[kind]) {
        at -= weights[kind++];
    }
    return kind;
}

/* Days that a calendar finds hard are begun near to more often than others. */
static void draw_start(struct history *out, uint64_t *state)
{
    static const int hard[][2] = {{3, 10}, {10, 10}, {2, 12}, {12, 15}};
    size_t pick = draw(state) % 8;
    out->year = 2026 + (int)(draw(state) % 8);
    out->month = pick < 4 ? hard[pick][0] : 3 + (int)(draw(state) % 10);
    out->day = pick < 4 ? hard[pick][1] + (int)(draw(state) % 10) : 1 + (int)(draw(state) % 28);
    if (out->year == 2026 && out->month < 4) { /* the keeper was founded in that January */
        out->year = 2028;
    }
}

static void draw_history(struct history *out, uint64_t seed)
{
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    *out = (struct history){.seed = seed};
    for (int i = 0; i < 4; i++) {
        (void)draw(&state);
    }
    draw_start(out, &state);
    bool faults = draw(&state) % 2 == 0;
    out->count = 20 + (int)(draw(&state) % 50);
    for (int i = 0; i < out->count; i++) {
        struct step *step = &out->steps[i];
        step->kind = draw_kind(&state);
        step->fault = (uint8_t)(draw(&state) % 5);
        step->fault_at = faults && draw(&state) % 8 == 0 ? (uint16_t)(1 + draw(&state) % 24) : 0;
        for (int n = 0; n < STEP_NUMBERS; n++) {
            step->n[n] = draw(&state);
        }
    }
}

/* ---- a history that fails ---- */

static bool fails_without(struct history *history, int at)
{
    static struct history tried;
    char why[256];
    tried = *history;
    tried.count--;
    memmove(&tried.steps[at], &tried.steps[at + 1], (size_t)(tried.count - at) * sizeof tried.steps[0]);
    int failed = play_history(&tried, false, why);
    if (failed < 0) {
        return false;
    }
    tried.count = failed + 1;
    *history = tried;
    return true;
}

/* Steps that are not needed for it go, last ones first, until none can go. */
static void shrink(struct history *history)
{
    bool smaller = true;
    int runs = 0;
    while (smaller && runs < SHRINK_RUNS) {
        smaller = false;
        for (int i = history->count - 1; i >= 0 && runs < SHRINK_RUNS; i--, runs++) {
            if (i < history->count && fails_without(history, i)) {
                smaller = true;
            }
        }
    }
}

static void show(struct history *history, int failed, const char *why)
{
    char now[256];
    printf("seed %llu: step %d: %s\n", (unsigned long long)history->seed, failed, why);
    history->count = failed + 1;
    shrink(history);
    printf("  shrunk to %d steps:\n", history->count);
    (void)play_history(history, true, now);
    printf("  %s\n", now);
    fflush(stdout);
}

/* ---- many ---- */

static int play_some(uint64_t begin, uint64_t stride)
{
    static struct history history;
    char why[256];
    play_set_up();
    for (uint64_t i = begin; i < histories; i += stride) {
        draw_history(&history, first_seed + i);
        int failed = play_history(&history, tell, why);
        if (failed >= 0) {
            show(&history, failed, why);
            return 1;
        }
    }
    play_tear_down();
    return 0;
}

static void keeper_and_model_agree_on_every_history(void **state)
{
    (void)state;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned workers = tell || cores < 1 ? 1 : cores > WORKERS_MAX ? WORKERS_MAX : (unsigned)cores;
    pid_t pids[WORKERS_MAX];
    int failures = 0;
    fflush(NULL);
    for (unsigned w = 0; w < workers; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] == 0) {
            exit(play_some(w, workers));
        }
    }
    for (unsigned w = 0; w < workers; w++) {
        int status = 0;
        assert_true(wait(&status) > 0);
        for (unsigned other = 0; status != 0 && failures == 0 && other < workers; other++) {
            (void)kill(pids[other], SIGTERM); /* one history that fails is enough */
        }
        failures += status != 0 ? 1 : 0;
    }
    assert_int_equal(failures, 0);
}

/* Another one at each run; it is printed, so that what it finds can be played again. */
static uint64_t any_seed(void)
{
    return (uint64_t)time(NULL) * 100000; /* more than are played from it */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeper_and_model_agree_on_every_history)};
    histories = argc > 1 ? strtoull(argv[1], NULL, 10) : histories;
    first_seed = argc <= 2                     ? first_seed
                 : strcmp(argv[2], "any") == 0 ? any_seed()
                                               : strtoull(argv[2], NULL, 10);
    printf("%llu histories, from seed %llu on\n", (unsigned long long)histories,
           (unsigned long long)first_seed);
    tell = argc > 3;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
