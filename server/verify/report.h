/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the verifier found out about one clip, and what it did not look at. Filled by check.c and open.c, told
 * by text.c and json.c.
 */
#ifndef ASV_SERVER_VERIFY_REPORT_H
#define ASV_SERVER_VERIFY_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware-proto/seal/verdict.h"

enum asv_finding {
    ASV_FINDING_SKIPPED = 0, /* not looked at: an option was not given, or something before it failed */
    ASV_FINDING_ABSENT,      /* the file is not there */
    ASV_FINDING_GOOD,
    ASV_FINDING_OTHER, /* stanzas: not the ones that were sealed, but whole; the key was wrapped for others */
    ASV_FINDING_BAD,
};

enum asv_check {
    ASV_CHECK_SEAL,        /* every signature and count in the seal */
    ASV_CHECK_PAYLOAD,     /* every signed chunk, and nothing else */
    ASV_CHECK_ORIGIN,      /* the sealer's chain, against --trust */
    ASV_CHECK_REVOCATIONS, /* against --revocations */
    ASV_CHECK_LINK,
    ASV_CHECK_STANZAS,          /* are they those that the header names? */
    ASV_CHECK_COMMIT,           /* does the commit record say what is there? */
    ASV_CHECK_COMMIT_SIGNATURE, /* against --dock */
    ASV_CHECK_RECEIPT,
    ASV_CHECK_RECEIPT_SIGNATURE, /* against --dock */
    ASV_CHECK_KEY,               /* a file key for --identity, and its commitment */
    ASV_CHECK_OPEN,              /* every chunk decrypts at its place */
    ASV_CHECK_DISCLOSURE,        /* the disclosure tree is the signed one */
    ASV_CHECK_COUNT,
};

/* "seal", "commit_signature", ...: static storage. */
const char *asv_check_name(enum asv_check check);

/* "good", "bad", "other", "absent", "not_checked". */
const char *asv_finding_name(enum asv_finding finding);

#define ASV_RECORD_KINDS 16 /* counted by kind; 0 counts those of a later version */

struct asv_report {
    struct asv_seal_result seal;
    uint8_t seal_digest[ASV_SHA256_BYTES]; /* of the whole file */
    struct asv_verdict verdict;
    bool origin_checked;      /* --trust was given; otherwise verdict.provenance says nothing */
    bool payload_stays;       /* so that nothing is said of it, and of a tail what custody says */
    uint64_t payload_bytes;   /* of the payload and tail files together */
    uint64_t tail_file_bytes; /* of the tail file alone */
    uint64_t behind_bytes;    /* of them, behind asv_seal_payload_bytes: what custody calls the tail */
    uint8_t behind_digest[ASV_SHA256_BYTES];
    uint32_t records[ASV_RECORD_KINDS]; /* signed ones */
    uint32_t pre_roll_ms;               /* of a signed record; 0: none */
    uint64_t output_bytes;              /* plaintext, when opened */
    uint8_t output_digest[ASV_SHA256_BYTES];
    bool output_written;

    enum asv_finding finding[ASV_CHECK_COUNT];
    struct asv_err err[ASV_CHECK_COUNT]; /* why, for BAD */
};

/* Whether the clip is valid: a stored verdict, and nothing BAD. */
bool asv_report_is_valid(const struct asv_report *report);

enum asv_language {
    ASV_LANGUAGE_EN,
    ASV_LANGUAGE_DE,
};

/* HO-137: of --json, whatever was checked. It is another number when a member is no more, or says something
 * else; new ones may come with the same. */
#define ASV_REPORT_JSON_FORMAT "1"

void asv_report_text(const struct asv_report *report, enum asv_language language, FILE *out);
void asv_report_json(const struct asv_report *report, FILE *out);

/* What --json says when there is no report. */
void asv_report_json_unreadable(const char *why, FILE *out);

#endif
