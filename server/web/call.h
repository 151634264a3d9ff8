/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservatd's table of routes, and what a handler is given: a request that was checked against the table, who
 * makes it, and a connection to the database that acts for that person and nobody else.
 *
 * A handler says what it has to say once: asv_web_give, asv_web_created, asv_web_done, asv_web_refuse or
 * asv_web_failed.
 *
 *   static const struct asv_web_field fields[] = {{"reason", ASV_WEB_TEXT, true, 0, 1000, NULL, NULL}};
 *   static const struct asv_web_fields body = ASV_WEB_FIELDS(fields);
 *   {"POST", "/api/v1/things/{thing:uuid}", "thing", 4096, ASV_ROLES_SUPERIOR, 0, NULL, &body, asv_web_thing}
 */
#ifndef ASV_SERVER_WEB_CALL_H
#define ASV_SERVER_WEB_CALL_H

#include "server/base/roles.h"
#include "server/db/session.h"
#include "server/http/listener.h"
#include "server/web/fields.h"
#include "server/web/web.h"

/* Who may call a route: whoever has one of these roles (ASV_ROLE_*), or */
#define ASV_WEB_ANYONE   (1u << 16) /* whoever has signed in */
#define ASV_WEB_NEWCOMER (1u << 17) /* that, and also before password and one-time codes are one's own */
#define ASV_WEB_PUBLIC   (1u << 18) /* everybody, without signing in */
#define ASV_WEB_QUICK    (1u << 19) /* with PUBLIC: asks nobody else, and is answered at once */
#define ASV_WEB_ORIGIN \
    (1u << 20) /* with PUBLIC: from our own pages only; else wherever a cookie changes things */
#define ASV_WEB_WAITS   (1u << 21) /* beside the others: for keeper or dock, of which each may hang */
#define ASV_WEB_UNASKED (1u << 22) /* a page asks it by itself: the session is not used by it */
_Static_assert(ASV_WEB_ANYONE + ASV_WEB_NEWCOMER + ASV_WEB_PUBLIC + ASV_WEB_QUICK + ASV_WEB_ORIGIN +
                       ASV_WEB_WAITS + ASV_WEB_UNASKED ==
                   (ASV_WEB_ANYONE | ASV_WEB_NEWCOMER | ASV_WEB_PUBLIC | ASV_WEB_QUICK | ASV_WEB_ORIGIN |
                    ASV_WEB_WAITS | ASV_WEB_UNASKED),
               "two of them are one bit");

/* What an API token is good for. A route without one takes no token. */
#define ASV_WEB_SCOPE_RECORDINGS_READ (1u << 0) /* clips, custody, requests, holds */
#define ASV_WEB_SCOPE_INCIDENTS_READ  (1u << 1)
#define ASV_WEB_SCOPE_DEVICES_READ    (1u << 2) /* cameras, docks, slots, alarms */
#define ASV_WEB_SCOPE_ASSIGNMENTS     (1u << 3) /* issue cameras for badges: the screen at the dock */
#define ASV_WEB_SCOPE_OPERATION_READ  (1u << 4) /* retention, balances, policies, evaluation */
#define ASV_WEB_SCOPE_PEOPLE_READ     (1u << 5)
#define ASV_WEB_SCOPE_STATEMENTS      (1u << 6) /* hand in what somebody signed with a key of his or her own */
#define ASV_WEB_SCOPES                7
extern const char *const asv_web_scope_names[ASV_WEB_SCOPES + 1]; /* "recordings:read"; NULL ends them */

struct asv_web_call;
typedef void (*asv_web_handler)(struct asv_web_call *call);

struct asv_web_route {
    const char *method, *pattern; /* route.h; each pattern's parameters in path order */
    const char *name;             /* in the metrics: one word */
    size_t body_bytes;            /* 0: it has none; else one JSON object */
    uint32_t access;
    uint32_t scopes;                    /* of tokens that may, one of these */
    const struct asv_web_fields *query; /* NULL: none, below /api; elsewhere a query is ignored */
    const struct asv_web_fields *body;
    asv_web_handler handler;
};

/* routes.c: A-014, docs/openapi.yaml has the same ones. */
extern const struct asv_web_route asv_web_routes[];
extern const size_t asv_web_route_count;

/* As --routes prints it: method, pattern, name, who may, scopes. */
#define ASV_WEB_ROUTE_LINE_BYTES 512
void asv_web_route_line(char out[ASV_WEB_ROUTE_LINE_BYTES], const struct asv_web_route *route);

/* The listener's table of these routes, which lives in web. */
struct asv_http_routes asv_web_http_routes(struct asv_web *web);

struct asv_web_call {
    struct asv_web *web;
    const struct asv_web_route *route;
    const struct asv_http_request *request;
    struct asv_http_answer *out;
    json_t *query, *body; /* objects that have passed the route's tables; NULL: it has none */
    struct asv_db *db; /* asv_web_database; for whoever is signed in, with each transaction in the session */
    bool signed_in;
    struct asv_db_signed_in who;       /* when signed in */
    uint8_t session[ASV_SHA256_BYTES]; /* digest of cookie or token, when signed in */
};

/* A connection from the pool, which goes back when the handler returns; NULL: refused already. Whoever is
 * signed in has one. */
struct asv_db *asv_web_database(struct asv_web_call *call);

/* The path's parameters, which the pattern has checked. */
void asv_web_path_uuid(const struct asv_web_call *call, size_t at, uint8_t out[ASV_UUID_BYTES]);
void asv_web_path_hash(const struct asv_web_call *call, size_t at, uint8_t out[ASV_SHA256_BYTES]);

/* ---- answers ---- */

/* 200 with JSON, which is taken over, and its ETag. */
void asv_web_give(struct asv_web_call *call, json_t *what);
/* The same with 201 and the Location: a format. */
__attribute__((format(printf, 3, 4))) void asv_web_created(struct asv_web_call *call, json_t *what,
                                                           const char *location, ...);
void asv_web_done(struct asv_web_call *call); /* 204 */

/* A problem; field NULL: its own. Both static. */
void asv_web_refuse(struct asv_web_call *call, const struct asv_http_problem *problem, const char *field);
/* What the database said: 404, 403, 409, 400 and 503 as db.h has it, and else our mistake, which is logged.
 */
void asv_web_failed(struct asv_web_call *call, enum asv_status status, const struct asv_err *err);

extern const struct asv_http_problem asv_web_not_signed_in, asv_web_forbidden, asv_web_not_from_here,
    asv_web_not_there, asv_web_conflict, asv_web_no_database, asv_web_too_often, asv_web_dock_away;

#endif
