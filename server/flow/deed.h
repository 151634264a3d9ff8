/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people can do with a recording, each by its name: composed, and then as server/flow/case.h says. The
 * case is about the recording, or the camera, before (asv_case_of_clip, asv_case_of_range).
 */
#ifndef ASV_SERVER_FLOW_DEED_H
#define ASV_SERVER_FLOW_DEED_H

#include "server/flow/case.h"

/* Each opens a request, whose digest it gives. case_number: the office's, of the incident; cause: to keep, or
 * ASV_GROUND_NONE for the incident's own. */
ASV_MUST_CHECK enum asv_status asv_deed_hold(struct asv_case *work, const char *case_number, uint8_t cause,
                                             uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_deed_release(struct asv_case *work, uint8_t digest[ASV_SHA256_BYTES],
                                                struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_deed_erase(struct asv_case *work, uint8_t ground,
                                              uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_deed_day(struct asv_case *work, uint32_t date,
                                            uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err);

/* ends: that a hold before docking end. */
ASV_MUST_CHECK enum asv_status asv_deed_ahead(struct asv_case *work, bool ends, const char *case_number,
                                              uint8_t cause, uint8_t digest[ASV_SHA256_BYTES],
                                              struct asv_err *err);

/* BLOCK or UNBLOCK. */
ASV_MUST_CHECK enum asv_status asv_deed_shield(struct asv_case *work, uint16_t action, uint8_t ground,
                                               struct asv_err *err);

/* Finds what is answered to keep a recording, or to keep it no longer ahead of its docking, by the clip or
 * the request's digits; what was approved here and the keeper does not hold, too. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_deed_find_hold(struct asv_case *work, const char *which, uint8_t step,
                                                  struct asv_db_request *request, struct asv_err *err);

/* Answers a DAY. date: which day the person means to approve; 0: what the request says. */
ASV_MUST_CHECK enum asv_status asv_deed_answer_day(struct asv_case *work,
                                                   const struct asv_db_request *request, uint8_t step,
                                                   uint32_t date, struct asv_err *err);

/* ---- being shown it (look.c; LAW L1, L2, L5) ---- */

/* Asks to be shown it. */
ASV_MUST_CHECK enum asv_status asv_deed_look(struct asv_case *work, uint8_t digest[ASV_SHA256_BYTES],
                                             struct asv_err *err);

/* Answers that, by the request's digits: a recording has one for each reviewer, and no list shows them. */
ASV_MUST_CHECK enum asv_status asv_deed_answer_look(struct asv_case *work, const char *digits, uint8_t step,
                                                    struct asv_err *err);

/* *may: what the person asked for was agreed to, and is not over. What stands as an agreement and is none
 * keeps nobody from asking anew: that is said. */
ASV_MUST_CHECK enum asv_status asv_deed_may_show(struct asv_case *work, bool *may, struct asv_err *err);

/* ASV_E_DENIED, in words, where the rules refuse it at this moment. */
ASV_MUST_CHECK enum asv_status asv_deed_judge_show(const struct asv_case *work, struct asv_err *err);

/* Signed anew each time: that it is shown now, and why. The keeper gives the key for it once; that is in the
 * access log, durably, when this returns. The caller wipes file_key, whatever the status. */
ASV_MUST_CHECK enum asv_status asv_deed_show(struct asv_case *work, uint8_t file_key[ASV_FILE_KEY_BYTES],
                                             struct asv_err *err);

#endif
