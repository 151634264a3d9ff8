/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Speaking with the keeper. Nothing here blocks but asv_keeper_client_wait: ask queues a request and says its
 * number, the caller polls the descriptor and calls pump, take gives the replies.
 *
 *   asv_keeper_client_new(&client, ASV_KEEPER_SOCKET)
 *   asv_keeper_client_opens(client, &(struct asv_keeper_clip){…}, &number, &err)
 *   poll(asv_keeper_client_fd(client), asv_keeper_client_events(client))
 *   asv_keeper_client_pump(client, &err)                 ASV_E_AWAY: everything asked before is void
 *   while (asv_keeper_client_take(client, &reply) == ASV_OK) …
 *
 * It connects by itself with the first request after a connection was lost. A program without an event loop
 * asks, then waits. One thread at a time.
 */
#ifndef ASV_KEEPER_CLIENT_H
#define ASV_KEEPER_CLIENT_H

#include "server/keeper/protocol.h"

#define ASV_KEEPER_CLIENT_OUTSTANDING 16 /* requests without a reply; with the queue: below 2.5 MiB */

struct asv_keeper_client;

/* Does not connect yet; copies path. ASV_E_LIMIT when it is too long for a socket, ASV_E_NO_MEMORY. The
 * caller frees *out. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_new(struct asv_keeper_client **out, const char *path);
void asv_keeper_client_free(struct asv_keeper_client *client); /* NULL is fine */

/* Each queues one request and gives its number in *request. ASV_E_AWAY when the keeper cannot be reached,
 * ASV_E_BUSY when too many are outstanding, ASV_E_USAGE for a field beyond its limit. Everything is copied.
 */
ASV_MUST_CHECK enum asv_status asv_keeper_client_status(struct asv_keeper_client *client, uint32_t *request,
                                                        struct asv_err *err);

/* Day keys for this camera: from_date (0: today) and day_count (0: as the keeper is configured) as in struct
 * asv_keeper_request. Days that are there are kept: ask at every docking, before the bulletin. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_make_days(struct asv_keeper_client *client,
                                                           struct asv_bytes chain, uint32_t from_date,
                                                           uint16_t day_count, uint32_t *request,
                                                           struct asv_err *err);

/* A new bulletin for this camera; with a new reserve key when recordings were brought under the old one. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_bulletin(struct asv_keeper_client *client,
                                                          struct asv_bytes chain, bool reserve_used,
                                                          uint32_t *request, struct asv_err *err);

struct asv_keeper_clip {
    struct asv_bytes chain;   /* the camera's */
    struct asv_bytes header;  /* the HEADER frame, its type and length included */
    struct asv_bytes stanzas; /* the stanzas file */
    uint64_t chunks;          /* full chunks that are signed */
    const uint8_t *first;     /* chunk 0; NULL when there is none */
    const uint8_t *last;      /* chunk chunks - 1; ignored unless there are two or more */
};

/* Whether this clip opens with a key that the keeper holds. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_opens(struct asv_keeper_client *client,
                                                       const struct asv_keeper_clip *clip, uint32_t *request,
                                                       struct asv_err *err);

/* The order to the camera to erase the clip with this HEADER frame, whose time is over. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_order(struct asv_keeper_client *client,
                                                       struct asv_bytes chain, struct asv_bytes header,
                                                       uint32_t *request, struct asv_err *err);

/* The statement that the keys of this local day are destroyed, in order. ASV_E_STATE: they are not due. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_day_end(struct asv_keeper_client *client, uint32_t date,
                                                         uint32_t *request, struct asv_err *err);

/* What people decided: one statement, or two, with the credential records of who made them; with ENROL and
 * FOUND also the one that is enrolled. */
struct asv_keeper_decision {
    struct asv_bytes proposal;     /* or what one person decides alone */
    struct asv_bytes answer;       /* empty: none */
    struct asv_bytes open, agreed; /* of a SHOW: the OPEN and its approval; otherwise empty */
    uint8_t record_count;
    struct asv_bytes records[ASV_KEEPER_RECORDS_MAX];
    struct asv_bytes plan;  /* of a HAND_OVER that is approved; otherwise empty */
    const uint16_t *number; /* of the plan's clip whose key is to leave; NULL: none, all of it is judged */
    uint8_t more_count;     /* further ones, when all of these go sealed */
    const uint16_t *more;   /* [more_count], each once */
    struct asv_keeper_clip clip; /* HOLD: what it is about, as for OPENS; otherwise zeros */
};

/* The keeper's part in a decision: it checks it by itself, and does it. The same again has the same answer
 * until the statements expire; but a SHOW, which gives the file key once. What it says for good is signed, in
 * the reply's ruling: taken, or refused and never taken. Whoever writes that down verifies it first
 * (asv_ruling_verify). */
ASV_MUST_CHECK enum asv_status asv_keeper_client_decide(struct asv_keeper_client *client,
                                                        const struct asv_keeper_decision *decision,
                                                        uint32_t *request, struct asv_err *err);

struct asv_keeper_keep {
    uint8_t why;                    /* enum asv_keeper_why */
    struct asv_bytes chain;         /* the camera's */
    struct asv_bytes header;        /* the HEADER frame */
    struct asv_bytes stanzas;       /* the stanzas file */
    struct asv_bytes receipt, dock; /* DAY: the dock's receipt and chain */
    const uint8_t *ahead;           /* AHEAD: digest of the HOLD_AHEAD's proposal; otherwise NULL */
};

/* Gives a clip a key of its own in the keeper. Safe to repeat. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_keep(struct asv_keeper_client *client,
                                                      const struct asv_keeper_keep *keep, uint32_t *request,
                                                      struct asv_err *err);

/* What a camera signed when nothing was left on it. */
struct asv_keeper_emptied {
    struct asv_bytes chain; /* the camera's */
    struct asv_bytes inventory;
    struct asv_bytes bulletin; /* that it names */
};

/* Destroys the camera's key of a day that is over, on which a clip was erased early: after KEEP for every
 * other one. emptied: by a bulletin from after that day; its chain alone: whether the key is there.
 * ASV_E_STATE in the reply: not yet. ASV_E_NOT_FOUND: that is done. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_finish(struct asv_keeper_client *client, uint32_t date,
                                                        const struct asv_keeper_emptied *emptied,
                                                        uint32_t *request, struct asv_err *err);

/* Lets the keys go that a hold before docking copied (ahead: digest of its proposal): after KEEP for all that
 * it keeps. emptied: by a bulletin from after the range's end; all empty: whether the hold is there.
 * ASV_E_STATE in the reply: not yet. ASV_E_NOT_FOUND: that is done. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_finish_ahead(struct asv_keeper_client *client,
                                                              const uint8_t ahead[ASV_SHA256_BYTES],
                                                              const struct asv_keeper_emptied *emptied,
                                                              uint32_t *request, struct asv_err *err);

/* A page of the clips that the keeper has rows for, behind that header digest (NULL: the first). */
ASV_MUST_CHECK enum asv_status asv_keeper_client_clips(struct asv_keeper_client *client, const uint8_t *after,
                                                       uint32_t *request, struct asv_err *err);

/* SHOWN, a page behind that digest (NULL: from the first one). */
ASV_MUST_CHECK enum asv_status asv_keeper_client_shown(struct asv_keeper_client *client, const uint8_t *after,
                                                       uint32_t *request, struct asv_err *err);

/* HANDED, a page behind that row (NULL: from the first one). */
ASV_MUST_CHECK enum asv_status asv_keeper_client_handed(struct asv_keeper_client *client,
                                                        const struct asv_keeper_handed *after,
                                                        uint32_t *request, struct asv_err *err);

/* What HANDED says of the hand-over with this proposal is written down. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_noted(struct asv_keeper_client *client,
                                                       const uint8_t proposal[ASV_SHA256_BYTES],
                                                       uint32_t *request, struct asv_err *err);

/* The row of the clip with this header, if there is one. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_clip(struct asv_keeper_client *client,
                                                      const uint8_t header[ASV_SHA256_BYTES],
                                                      uint32_t *request, struct asv_err *err);

/* A ledger that has grown from the tree whose head was signed last. */
struct asv_keeper_head {
    const char *origin;
    uint64_t old_size, new_size;
    const uint8_t *root;    /* of the new tree: ASV_SHA256_BYTES */
    struct asv_bytes proof; /* the consistency proof's hashes (RFC 6962), one after the other */
};

/* Its checkpoint as a signed note, in the reply's signature. The same head again has the same bytes, also
 * when the reply to the first time was lost. ASV_E_STATE in the reply: another head was signed last, which
 * asv_keeper_client_last_checkpoint gives. Of class INTEGRITY: it is no growth of that. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_sign_checkpoint(struct asv_keeper_client *client,
                                                                 const struct asv_keeper_head *head,
                                                                 uint32_t *request, struct asv_err *err);

/* The last one of the ledger with this origin; NULL: of the one that goes on. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_last_checkpoint(struct asv_keeper_client *client,
                                                                 const char *origin, uint32_t *request,
                                                                 struct asv_err *err);

/* The last one of the ledger that the one with this origin followed. ASV_E_NOT_FOUND: it was the first one
 * there.
 */
ASV_MUST_CHECK enum asv_status asv_keeper_client_checkpoint_before(struct asv_keeper_client *client,
                                                                   const char *origin, uint32_t *request,
                                                                   struct asv_err *err);

struct asv_keeper_package {
    struct asv_bytes proposal, answer; /* of a HAND_OVER and its approval, which have not expired */
    uint8_t record_count;              /* of both people */
    struct asv_bytes records[ASV_KEEPER_RECORDS_MAX];
    struct asv_bytes plan;
    const uint8_t *digest; /* SHA-256 of what is signed (the signed attributes of a CMS signer) */
};

/* ECDSA over it by the package's key, DER, in the reply's signature. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_sign_package(struct asv_keeper_client *client,
                                                              const struct asv_keeper_package *package,
                                                              uint32_t *request, struct asv_err *err);

/* -1 when not connected. Changes with every new connection: ask after each call here. */
int asv_keeper_client_fd(const struct asv_keeper_client *client);

/* POLLIN, POLLOUT or both; 0 when not connected. */
short asv_keeper_client_events(const struct asv_keeper_client *client);

/* Sends and receives what is possible without waiting. ASV_E_AWAY when the connection is lost, or was closed
 * because the keeper sent something that is no reply to what was asked: the requests that have no reply yet
 * are void and may be asked again. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_pump(struct asv_keeper_client *client, struct asv_err *err);

/* The next reply that has arrived, or ASV_E_AGAIN. Its views live until the next call of pump or wait. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_take(struct asv_keeper_client *client,
                                                      struct asv_keeper_reply *out);

/* Waits for the reply to the oldest of the requests that are outstanding. ASV_E_AWAY as pump, and when the
 * request was void before; ASV_E_TIMEOUT (the connection is closed then, and every request void); ASV_E_STATE
 * when another one is older. The reply's own status says what the keeper answered. */
ASV_MUST_CHECK enum asv_status asv_keeper_client_wait(struct asv_keeper_client *client, uint32_t request,
                                                      uint64_t timeout_ms, struct asv_keeper_reply *out,
                                                      struct asv_err *err);

#endif
