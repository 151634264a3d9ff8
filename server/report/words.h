/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The texts of the documents, in one place. "{}" stands for what a document puts there.
 */
#ifndef ASV_SERVER_REPORT_WORDS_H
#define ASV_SERVER_REPORT_WORDS_H

#include <stddef.h>

#define ASV_SENTENCE_BYTES 8192 /* the longest text with what is put into it */

struct asv_word {
    const char *code, *text; /* as the facts say it, and as a reader does; the last code is NULL */
};

/* What a hand-over must have for a step to be one: recipients, and an original for them; besides, a recording
 * that all of is there to play; other parts. */
enum asv_step_need { ASV_STEP_ANY, ASV_STEP_OPENS, ASV_STEP_COMPARES, ASV_STEP_PARTS };

/* A step of the checking instructions. */
struct asv_step {
    const char *title, *text;
    const char *command; /* {recording}, {sealed}, {playable}, {document} and so on */
    const char *output;  /* for this one alone ("filing", "carrier"); NULL: for both */
    enum asv_step_need needs;
};

struct asv_words {
    const char *documents[5]; /* the titles, by enum asv_document */
    const char *facts_title;
    const char *subject, *subject_prosecutor, *part, *footer, *pdfa, *unknown_yet, *number, *case_number,
        *prosecutor;
    const char *handover, *made_at, *agency, *authority, *offence, *danger, *period, *place, *accused,
        *injured, *cause;
    const char *nobody, *from_until, *requested, *approved, *by_at, *version, *version_text, *changed_text,
        *program, *statement, *recipients;
    const char *protection, *nobody_encrypted;
    const char *begin_earliest, *begin_latest; /* in front of a time */
    const char *page, *of;                     /* "Seite 1 von 3" */
    struct {
        const char *protection; /* of a carrier */
        const char *date, *our_sign, *your_sign, *contact, *phone, *mail, *subject, *dear, *what, *what_one,
            *deviating, *excerpts, *sealed_alone, *stays, *tails, *enclosed, *access, *access_others,
            *receipt, *receipt_how, *signature, *regards, *by_order, *decided, *parts;
    } letter;
    struct {
        const char *more_filing, *more_carrier; /* what there is besides the files that it names */
        const char *intro, *documents, *recordings, *others, *title, *file, *signature, *size, *digest,
            *playable, *excerpt, *sealed, *seal, *recording;
    } index;
    struct {
        const char *intro, *number, *name, *quantity, *origin, *date, *keeper, *reason, *whole, *excerpt,
            *excerpt_only, *sealed_alone, *original, *one_file, *from_camera;
    } exhibits;
    struct {
        const char *ended; /* where no earliest time is known; else corrected_from */
        const char *marked_at, *not_measured;
        const char *basis, *summary, *summary_text, *recording, *camera, *begin, *length, *integrity,
            *provenance, *id, *device, *firmware, *certificate, *running, *unit, *area, *begin_camera,
            *end_camera, *corrected, *corrected_from, *clock, *offset, *offset_text, *offset_none, *slow,
            *fast, *docked, *docked_text, *committed, *erased, *not_erased, *extent, *whole, *sealed_alone,
            *excerpt, *left_out, *left_part, *edges, *edges_text, *original, *stays, *tail, *tail_none,
            *tail_text, *tail_stays, *digests, *header, *root, *root_text, *seal, *checks, *check, *result,
            *finding, *markers, *marker, *time, *media, *media_facts, *stream, *custody, *event, *who, *entry,
            *signed_, *unsigned_, *waits, *entry_text, *at_own, *who_text, *logs, *log, *log_text, *size,
            *origin, *head, *signed_at, *cosigned, *cosigned_none, *certificates, *role, *name, *serial,
            *digest, *until, *revocations, *revocations_none, *revocations_text, *revocations_empty, *notes;
    } custody;
    struct {
        const char *title, *text, *none, *of, *gapless, *gaps, *end, *fate, *unlinked, *twice;
    } series;
    struct {
        const char *playable, *excerpt, *excerpt_only, *sealed, *seal; /* of a recording, in the message */
    } message;
    struct {
        const char *title, *medium, *name, *of, *written, *file, *digest, *inner, *lock, *open, *zip, *age,
            *twice;
    } label;
    const char *const *notes;                 /* what the report does not prove; ends with NULL */
    const char *place_carrier, *place_filing; /* of a qualified signature (HD-021) */
    struct {
        const char *intro, *what, *steps, *meaning, *not_said, *stays;
        const char *code, *name, *means;
    } checking;
    const char *const *needs;     /* ends with NULL */
    const struct asv_step *steps; /* ends with a title of NULL */
    const struct asv_word *causes, *integrities, *integrity_texts, *provenances, *provenance_texts,
        *clock_states, *results, *records, *streams, *actors, *roles, *protections, *events, *fates, *lacks;
};

extern const struct asv_words asv_words_de;

/* What a reader is told for a code of the facts; the code itself when there is no word for it. */
const char *asv_word(const struct asv_word *words, const char *code);

/* out[ASV_SENTENCE_BYTES]: text with each "{}" replaced by the next of `values`, which ends with NULL. */
const char *asv_sentence(char *out, const char *text, const char *const *values);

#endif
