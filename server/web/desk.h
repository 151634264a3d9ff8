/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A flow of the web server (server/flow/flow.h): for whoever is signed in, with an authenticator in the
 * browser. Nothing is signed here.
 */
#ifndef ASV_SERVER_WEB_DESK_H
#define ASV_SERVER_WEB_DESK_H

#include "server/flow/browser.h"
#include "server/web/call.h"

/* One call. Its flow's context is itself, so it is never copied. */
struct asv_web_desk {
    struct asv_web_call *call;
    struct asv_flow flow;
    struct asv_browser browser;
    struct asv_db_credential credential;
    json_t *notes;            /* what was to be said on the way */
    json_t *lines, *proposal; /* of the draft, in words; NULL: none */
    json_t *policy;           /* what the draft's would change; NULL: it is about none */
    json_t *file;             /* what is signed by its digest, and kept beside; NULL: nothing */
};

/* With the authenticator of this digest (NULL: the newest that the person has), for this reason (NULL:
 * nothing is signed). ASV_E_NOT_FOUND, ASV_E_DENIED, ASV_E_EXPIRED: it is none of the person's, or does not
 * count. To be closed whatever the status. */
ASV_MUST_CHECK enum asv_status asv_web_desk_find(struct asv_web_desk *desk, struct asv_web_call *call,
                                                 const uint8_t credential[ASV_SHA256_BYTES],
                                                 const char *reason, struct asv_err *err);

/* The same; otherwise refused, and false. */
bool asv_web_desk_open(struct asv_web_desk *desk, struct asv_web_call *call,
                       const uint8_t credential[ASV_SHA256_BYTES], const char *reason);
void asv_web_desk_close(struct asv_web_desk *desk);

/* What the flow said no to, in the rule's own words where there is one. */
void asv_web_refuse_flow(struct asv_web_call *call, enum asv_status status, const struct asv_err *err);

/* A statement in words, line by line, in both languages; a new reference. */
json_t *asv_web_lines_json(struct asv_db *db, const struct asv_statement *said,
                           const struct asv_credential *signer);

/* The relying party's id: the host of an origin; a view into it. */
struct asv_bytes asv_web_rp_id(const char *origin);

/* base64url without padding; a new reference, or NULL without memory. */
json_t *asv_web_bytes_json(const uint8_t *data, size_t len);

extern const struct asv_web_fields asv_web_authenticator_fields; /* authenticator.c */
extern const struct asv_web_fields asv_web_assignment_fields;    /* assignments.c */

extern const struct asv_http_problem asv_web_bad_proof;

#endif
