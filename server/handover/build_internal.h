/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to build*.c: one output that is being made.
 */
#ifndef ASV_SERVER_HANDOVER_BUILD_INTERNAL_H
#define ASV_SERVER_HANDOVER_BUILD_INTERNAL_H

#include "server/handover/build.h"
#include "server/handover/parts.h"
#include "server/package/filing.h"

struct asv_build_output {
    const struct asv_build *build;
    struct asv_plan plan;
    struct asv_handover_naming naming;
    int work; /* build->dir's ASV_BUILD_WORK */
    int64_t made_ms;
    bool has_facts; /* of an earlier run */
    struct asv_build_part part;
    struct asv_build_progress progress;
    struct asv_handover_file documents[ASV_HANDOVER_DOCUMENTS];
    struct asv_handover_file *files; /* heap */
    size_t file_count, file_cap;
    struct asv_carrier carrier; /* one of the two */
    struct asv_filing filing;
};

/* ---- build_output.c: a carrier and a filing alike ---- */

/* Of what decides the bytes of an output, but for what the keeper wraps, and what the work directory keeps
 * from one run to the next. */
void asv_build_digest(uint8_t out[ASV_PLAN_BYTES], const struct asv_build *build, int64_t made_ms);

ASV_MUST_CHECK enum asv_status asv_build_output_begin(struct asv_build_output *it, struct asv_err *err);
void asv_build_output_close(struct asv_build_output *it); /* nothing is fine */
ASV_MUST_CHECK enum asv_status asv_build_output_finish(struct asv_build_output *it, struct asv_err *err);

/* What is in a carrier so far is what the next run finds in it. */
ASV_MUST_CHECK enum asv_status asv_build_carrier_settle(struct asv_build_output *it, struct asv_err *err);

/* Whether an earlier run finished it: file then has its bytes and digest. ASV_E_NOT_FOUND:
 * asv_build_output_add. */
ASV_MUST_CHECK enum asv_status asv_build_output_keep(struct asv_build_output *it,
                                                     struct asv_handover_file *file, struct asv_err *err);

/* Adds it, with its signature if it has one, and fills bytes and digest. */
ASV_MUST_CHECK enum asv_status asv_build_output_add(struct asv_build_output *it,
                                                    struct asv_handover_file *file,
                                                    const struct asv_source *source, struct asv_err *err);

/* The message of a filing, which nothing signs. */
ASV_MUST_CHECK enum asv_status asv_build_output_add_message(struct asv_build_output *it,
                                                            const struct asv_source *source,
                                                            struct asv_err *err);

/* ---- build_work.c: what a run leaves to the next besides a package's own journal ---- */

/* What a carrier may have, 0: any. What the first run wrote down counts; and writing it down. */
ASV_MUST_CHECK enum asv_status asv_work_medium(const struct asv_build *build, struct asv_room *medium,
                                               struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_work_keep_medium(const struct asv_build *build,
                                                    const struct asv_room *medium, struct asv_err *err);

/* One of these came out larger than a medium by so much: nothing of them stays, and the next run plans for
 * less. */
ASV_MUST_CHECK enum asv_status asv_work_divide_anew(const struct asv_build *build, uint64_t excess,
                                                    struct asv_err *err);

/* Opens it for this plan, or begins it anew; made_ms is that of the first run. carriers: one is missing, so
 * that of those of another making none stays (HO-170). */
ASV_MUST_CHECK enum asv_status asv_work_open(const struct asv_build *build, bool carriers, int *work,
                                             int64_t *made_ms, struct asv_err *err);

/* Calls for what lies below data/ besides, unless an earlier run has it all. */
ASV_MUST_CHECK enum asv_status asv_work_extras(struct asv_build_output *it, struct asv_err *err);

/* Paths below the extras, in the order of their bytes: each ends with a NUL; the caller frees *out. */
ASV_MUST_CHECK enum asv_status asv_work_list(const struct asv_build_output *it, char **out, size_t *len,
                                             struct asv_err *err);

/* Whether an earlier run wrote down the facts of this output: never of a filing, whose files are others then.
 */
bool asv_work_has_facts(const struct asv_build_output *it);

/* The facts, of a carrier the same for all runs; the caller frees *text. */
ASV_MUST_CHECK enum asv_status asv_work_facts(struct asv_build_output *it, char **text, size_t *len,
                                              struct asv_err *err);

/* ---- build_extract.c ---- */

/* Of these paths below dir (each ends with a NUL) those that begin so, as one file without that (extract.h);
 * the caller frees *out. */
ASV_MUST_CHECK enum asv_status asv_build_extract(int dir, const char *paths, size_t len, const char *prefix,
                                                 uint8_t **out, size_t *out_len, struct asv_err *err);

#define ASV_WORK_DOCUMENTS "documents"

/* ---- build_clip.c ---- */

/* All recordings, in order. */
ASV_MUST_CHECK enum asv_status asv_build_clips(struct asv_build_output *it, struct asv_err *err);

#endif
