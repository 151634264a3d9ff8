/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people are told of. A matter is a kind and the id of what it is about: nothing in it names a person, a
 * place or what a recording shows.
 */
#ifndef ASV_SERVER_ALERT_MATTER_H
#define ASV_SERVER_ALERT_MATTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

enum asv_matter_kind {
    ASV_MATTER_DATABASE,         /* cannot be asked */
    ASV_MATTER_ALARM,            /* nobody has acknowledged it; subject: its id, what: its kind */
    ASV_MATTER_REQUEST,          /* a hold request lapses within a day; subject: begin of its digest */
    ASV_MATTER_DAYLESS,          /* two people have to decide on its day; subject: the recording */
    ASV_MATTER_MARKED,           /* by the wearer, and nobody asked to keep it; subject: the recording */
    ASV_MATTER_UNDOCKED,         /* issued and out for too long; subject: begin of the camera's digest */
    ASV_MATTER_UNMADE,           /* a hand-over, which the job gave up; subject: its id */
    ASV_MATTER_UNBUILT,          /* a hand-over, for a day; subject: its id, what: the job's stage */
    ASV_MATTER_UNRECEIVED,       /* a hand-over, for two weeks; subject: its id */
    ASV_MATTER_CERTIFICATE,      /* of packages or the ledger's key, ends soon; subject: its file */
    ASV_MATTER_KEEPER,           /* cannot be asked */
    ASV_MATTER_KEEPER_STOPPED,   /* destruction stands still; what: why */
    ASV_MATTER_KEEPER_OVERDUE,   /* keys are due and there */
    ASV_MATTER_KEEPER_SLOT,      /* may hold what was destroyed; subject: its label */
    ASV_MATTER_KEEPER_DAMAGED,   /* key files are missing or wrong */
    ASV_MATTER_KEEPER_COPY,      /* one directory of the key store is out of step */
    ASV_MATTER_RETENTION_FAILED, /* the last run; subject: its id, what: its status */
    ASV_MATTER_RETENTION_MISSED, /* none for more than a day */
    ASV_MATTER_LEDGER,           /* what happened waits for its entry for too long */
    ASV_MATTER_LEDGER_CHECK,     /* nobody has checked all of the ledger for too long */
    ASV_MATTER_LEDGER_PUBLISHED, /* it is published, and not any more */
    ASV_MATTER_WITNESS,          /* the ledger's head has met no quorum of witnesses for too long */
    ASV_MATTER_BACKUP,           /* there is none, or it is too old; what: the newest set */
    ASV_MATTER_KINDS,
};

#define ASV_MATTER_SUBJECT_BYTES 101
#define ASV_MATTER_WHAT_BYTES    65

struct asv_matter {
    enum asv_matter_kind kind;
    char subject[ASV_MATTER_SUBJECT_BYTES]; /* empty: there is only one of the kind */
    char what[ASV_MATTER_WHAT_BYTES];
    int64_t at_ms;  /* since, or until; ASV_TIME_UNKNOWN */
    uint64_t count; /* keys, key files; 0: does not count */
    bool due;       /* people are to be told now */
};

/* As the database knows it; "?" for none. */
const char *asv_matter_name(enum asv_matter_kind kind);
ASV_MUST_CHECK enum asv_status asv_matter_find(const char *name, enum asv_matter_kind *kind);

#define ASV_MATTER_TEXT_BYTES 262144
#define ASV_MATTER_SHOWN      50 /* of one kind; the rest is counted */

/* What a mail says of those that are due, in German, for out[ASV_MATTER_TEXT_BYTES]; plain text in lines
 * below 200 bytes. */
void asv_matter_text(char *out, const struct asv_matter *matters, size_t count, int64_t now_ms);

/* Its subject, in English, so that a filter can look for it. */
void asv_matter_subject(char *out, size_t size, const struct asv_matter *matters, size_t count);

#endif
