/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/deed.h"
#include "server/web/desk.h"
#include "server/web/policies.h"
#include "server/web/reading.h"
#include "server/web/session.h"

#define QUICK (ASV_WEB_PUBLIC | ASV_WEB_QUICK)
#define ENTRY (ASV_WEB_PUBLIC | ASV_WEB_ORIGIN)

/* A-041, LAW L4: whose work is recordings; who sees machines; who watches over what is kept and erased. */
#define RECORDINGS                                                                  \
    (ASV_ROLE_WEARER | ASV_ROLES_SUPERIOR | ASV_ROLE_REVIEWER | ASV_ROLE_EXPORTER | \
     ASV_ROLE_DATA_PROTECTION_OFFICER)
#define MACHINES  (RECORDINGS | ASV_ROLE_ADMINISTRATOR)
#define OVERSIGHT (ASV_ROLE_DATA_PROTECTION_OFFICER | ASV_ROLE_ADMINISTRATOR)
#define PEOPLE    (ASV_ROLES_SUPERIOR | OVERSIGHT)
#define OFFER     (ASV_ROLE_EXPORTER | ASV_ROLES_SUPERIOR) /* who writes down of a hand-over */
#define COUNCIL   (ASV_ROLE_STAFF_COUNCIL | ASV_ROLE_DATA_PROTECTION_OFFICER)
/* M-023: whom a policy can let be shown something (POLICIES.md, `open`). */
#define SHOWN (ASV_ROLES_SUPERIOR | ASV_ROLE_REVIEWER | ASV_ROLE_DATA_PROTECTION_OFFICER)
/* */
#define EVALUATE (ASV_ROLES_SUPERIOR | COUNCIL)

#define POLICY_BYTES 65536  /* a policy's file */
#define SIGNED_BYTES 131072 /* of what is signed, with a plan of a thousand recordings */

static const struct asv_web_field piece_field[] = {
    {"from", ASV_WEB_INT, true, 0, INT64_MAX, NULL, NULL},
    {"bytes", ASV_WEB_INT, true, 1, ASV_WEB_PIECE_BYTES, NULL, NULL},
};
static const struct asv_web_fields piece = ASV_WEB_FIELDS(piece_field);

/* Fixed paths first: a log has none of these names. */
const struct asv_web_route asv_web_routes[] = {
    {"GET", "/healthz", "health", 0, QUICK, 0, NULL, NULL, asv_web_alive},
    {"GET", "/readyz", "ready", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_is_ready},
    {"GET", "/metrics", "metrics", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_metrics},
    {"GET", "/api/v1/dock", "dock", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_dock},
    {"GET", "/api/v1/dock/events", "dock_events", 0, QUICK, 0, NULL, NULL, asv_web_dock_events},
    {"GET", "/api/v1/events", "events", 0, ASV_WEB_ANYONE | ASV_WEB_UNASKED, 0, NULL, NULL, asv_web_events},
    {"GET", "/", "home", 0, QUICK, 0, NULL, NULL, asv_web_home},
    {"GET", "/console/", "console", 0, QUICK, 0, NULL, NULL, asv_web_console},
    {"GET", "/console/{file:steps}", "console", 0, QUICK, 0, NULL, NULL, asv_web_console},
    {"POST", "/api/v1/session/challenge", "challenge", 0, ENTRY, 0, NULL, NULL, asv_web_challenge},
    {"POST", "/api/v1/session", "sign_in", 8192, ENTRY, 0, NULL, &asv_web_sign_in_fields, asv_web_sign_in},
    {"GET", "/api/v1/session", "session", 0, ASV_WEB_NEWCOMER, 0, NULL, NULL, asv_web_session_show},
    {"DELETE", "/api/v1/session", "sign_out", 0, ASV_WEB_NEWCOMER, 0, NULL, NULL, asv_web_session_leave},
    {"GET", "/api/v1/sessions", "sessions", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_sessions},
    {"DELETE", "/api/v1/sessions", "sessions", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_sessions_end},
    {"DELETE", "/api/v1/sessions/{session:uuid}", "sessions", 0, ASV_WEB_ANYONE, 0, NULL, NULL,
     asv_web_session_end},
    {"GET", "/api/v1/tokens", "tokens", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_tokens},
    {"POST", "/api/v1/tokens", "tokens", 4096, ASV_WEB_ANYONE, 0, NULL, &asv_web_token_fields,
     asv_web_token_put},
    {"DELETE", "/api/v1/tokens/{token:uuid}", "tokens", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_token_end},
    {"PUT", "/api/v1/password", "password", 4096, ASV_WEB_NEWCOMER, 0, NULL, &asv_web_password_fields,
     asv_web_password_change},
    {"POST", "/api/v1/totp", "totp", 0, ASV_WEB_NEWCOMER, 0, NULL, NULL, asv_web_totp_begin},
    {"PUT", "/api/v1/totp", "totp", 1024, ASV_WEB_NEWCOMER, 0, NULL, &asv_web_totp_fields,
     asv_web_totp_finish},
    {"POST", "/api/v1/statements/prepare", "prepare", SIGNED_BYTES, ASV_WEB_ANYONE | ASV_WEB_WAITS,
     ASV_WEB_SCOPE_STATEMENTS, NULL, &asv_web_deed_fields, asv_web_prepare},
    {"POST", "/api/v1/statements", "statements", SIGNED_BYTES, ASV_WEB_ANYONE | ASV_WEB_WAITS,
     ASV_WEB_SCOPE_STATEMENTS, NULL, &asv_web_handed_fields, asv_web_hand_in},
    {"POST", "/api/v1/authenticators", "authenticators", 8192, ASV_WEB_ANYONE, 0, NULL,
     &asv_web_authenticator_fields, asv_web_authenticator_offer},
    {"GET", "/api/v1/clips", "clips", 0, RECORDINGS, ASV_WEB_SCOPE_RECORDINGS_READ, &asv_web_clips_query,
     NULL, asv_web_clips},
    {"GET", "/api/v1/clips/{clip:uuid}", "clip", 0, RECORDINGS, ASV_WEB_SCOPE_RECORDINGS_READ, NULL, NULL,
     asv_web_clip},
    {"GET", "/api/v1/clips/{clip:uuid}/custody", "clip-custody", 0, RECORDINGS, ASV_WEB_SCOPE_RECORDINGS_READ,
     &asv_web_list_query, NULL, asv_web_clip_custody},
    {"GET", "/api/v1/clips/{clip:uuid}/accesses", "clip-accesses", 0, RECORDINGS, 0, &asv_web_list_query,
     NULL, asv_web_clip_accesses},
    {"GET", "/api/v1/accesses", "own-accesses", 0, RECORDINGS, 0, &asv_web_list_query, NULL,
     asv_web_own_accesses},
    {"GET", "/api/v1/access-counts", "access-counts", 0, COUNCIL, ASV_WEB_SCOPE_OPERATION_READ,
     &asv_web_list_query, NULL, asv_web_access_counts},
    {"GET", "/api/v1/evaluation", "evaluation", 0, EVALUATE, ASV_WEB_SCOPE_OPERATION_READ,
     &asv_web_evaluation_query, NULL, asv_web_evaluation},
    {"GET", "/api/v1/cameras", "cameras", 0, MACHINES, ASV_WEB_SCOPE_DEVICES_READ, &asv_web_list_query, NULL,
     asv_web_cameras},
    {"GET", "/api/v1/cameras/out", "cameras-out", 0, PEOPLE, ASV_WEB_SCOPE_DEVICES_READ, &asv_web_list_query,
     NULL, asv_web_cameras_out},
    {"GET", "/api/v1/cameras/{camera:hash}", "camera", 0, MACHINES, ASV_WEB_SCOPE_DEVICES_READ, NULL, NULL,
     asv_web_camera},
    {"GET", "/api/v1/docks", "docks", 0, MACHINES, ASV_WEB_SCOPE_DEVICES_READ, &asv_web_list_query, NULL,
     asv_web_docks},
    {"GET", "/api/v1/alarms", "alarms", 0, OVERSIGHT, ASV_WEB_SCOPE_DEVICES_READ, &asv_web_list_query, NULL,
     asv_web_alarms},
    {"GET", "/api/v1/incidents", "incidents", 0, RECORDINGS, ASV_WEB_SCOPE_INCIDENTS_READ,
     &asv_web_incidents_query, NULL, asv_web_incidents},
    {"GET", "/api/v1/incidents/{incident:uuid}", "incident", 0, RECORDINGS, ASV_WEB_SCOPE_INCIDENTS_READ,
     NULL, NULL, asv_web_incident},
    {"GET", "/api/v1/requests", "requests", 0, RECORDINGS, ASV_WEB_SCOPE_RECORDINGS_READ, &asv_web_list_query,
     NULL, asv_web_requests},
    {"GET", "/api/v1/subject-requests", "subject-requests", 0, ASV_ROLE_DATA_PROTECTION_OFFICER, 0,
     &asv_web_list_query, NULL, asv_web_subject_requests},
    {"GET", "/api/v1/retention/runs", "retention-runs", 0, OVERSIGHT, ASV_WEB_SCOPE_OPERATION_READ,
     &asv_web_list_query, NULL, asv_web_runs},
    {"GET", "/api/v1/retention/nights", "retention-nights", 0, MACHINES, ASV_WEB_SCOPE_OPERATION_READ,
     &asv_web_nights_query, NULL, asv_web_nights},
    {"GET", "/api/v1/balances", "balances", 0, OVERSIGHT, ASV_WEB_SCOPE_OPERATION_READ, &asv_web_list_query,
     NULL, asv_web_balances},
    {"GET", "/api/v1/keys", "keys", 0, OVERSIGHT, ASV_WEB_SCOPE_OPERATION_READ, &asv_web_list_query, NULL,
     asv_web_keys},
    {"GET", "/api/v1/policies", "policies", 0, ASV_WEB_ANYONE, ASV_WEB_SCOPE_OPERATION_READ,
     &asv_web_list_query, NULL, asv_web_policies},
    {"POST", "/api/v1/policies/check", "policy-check", POLICY_BYTES, ASV_ROLE_ADMINISTRATOR,
     ASV_WEB_SCOPE_STATEMENTS, NULL, &asv_web_policy_check_fields, asv_web_policy_check},
    {"GET", "/api/v1/policies/proposals", "policy-proposals", 0, PEOPLE, ASV_WEB_SCOPE_OPERATION_READ,
     &asv_web_list_query, NULL, asv_web_policy_proposals},
    {"GET", "/api/v1/policies/proposals/{proposal:hash}", "policy-proposal", 0, PEOPLE,
     ASV_WEB_SCOPE_OPERATION_READ, NULL, NULL, asv_web_policy_proposal},
    {"GET", "/api/v1/policies/{version:number}", "policy", 0, ASV_WEB_ANYONE, ASV_WEB_SCOPE_OPERATION_READ,
     NULL, NULL, asv_web_policy},
    {"GET", "/api/v1/handovers", "handovers", 0, RECORDINGS, ASV_WEB_SCOPE_INCIDENTS_READ,
     &asv_web_list_query, NULL, asv_web_handovers},
    {"GET", "/api/v1/handovers/{handover:uuid}", "handover", 0, RECORDINGS, ASV_WEB_SCOPE_INCIDENTS_READ,
     NULL, NULL, asv_web_handover},
    {"POST", "/api/v1/handovers/{handover:uuid}/again", "handover-again", 0, OFFER, 0, NULL, NULL,
     asv_web_handover_again},
    {"GET", "/api/v1/recipients", "recipients", 0, MACHINES, ASV_WEB_SCOPE_OPERATION_READ,
     &asv_web_list_query, NULL, asv_web_recipients},
    {"GET", "/api/v1/ledger", "ledger", 0, ASV_WEB_ANYONE, ASV_WEB_SCOPE_OPERATION_READ, NULL, NULL,
     asv_web_ledger},
    {"GET", "/api/v1/users", "users", 0, PEOPLE, ASV_WEB_SCOPE_PEOPLE_READ, &asv_web_list_query, NULL,
     asv_web_users},
    {"GET", "/api/v1/users/{person:uuid}", "user", 0, PEOPLE, ASV_WEB_SCOPE_PEOPLE_READ, NULL, NULL,
     asv_web_user},
    {"POST", "/api/v1/assignments", "assignments", 1024, ASV_ROLE_ADMINISTRATOR | ASV_WEB_WAITS,
     ASV_WEB_SCOPE_ASSIGNMENTS, NULL, &asv_web_assignment_fields, asv_web_assignment_put},
    {"GET", "/api/v1/openings/{opening:uuid}", "opening", 0, SHOWN, 0, NULL, NULL, asv_web_opening_show},
    {"DELETE", "/api/v1/openings/{opening:uuid}", "opening", 0, SHOWN, 0, NULL, NULL, asv_web_opening_end},
    {"GET", "/api/v1/openings/{opening:uuid}/media", "media", 0, SHOWN, 0, &piece, NULL,
     asv_web_opening_read},
    {"GET", "/checkpoint", "checkpoint", 0, QUICK, 0, NULL, NULL, asv_web_checkpoint},
    {"GET", "/tile/{tile:steps}", "tile", 0, QUICK, 0, NULL, NULL, asv_web_tile},
    {"GET", "/{log:steps}/checkpoint", "checkpoint", 0, QUICK, 0, NULL, NULL, asv_web_checkpoint},
    {"GET", "/{log:steps}/tile/{tile:steps}", "tile", 0, QUICK, 0, NULL, NULL, asv_web_tile},
};
const size_t asv_web_route_count = sizeof asv_web_routes / sizeof *asv_web_routes;
