/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/signed.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/day_end.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/ruling.h"
#include "server/base/fail.h"
#include "server/ledger/decision.h"
#include "server/ledger/kind.h"
#include "server/statement/verify.h"

/* What the object of an entry is. */
enum shape {
    NOTHING,
    STATEMENT, /* a person's, or the agency root's */
    DEVICE,    /* signed by a device of a role */
    BULLETIN,  /* the keeper's, with its chain in it, as are the next three */
    DESTRUCTION,
    DAY_END,
    RULING,
    REVOCATIONS, /* with its signer's certificate in it */
    PLAIN_FILE,  /* that nobody signs */
};

struct rule {
    uint16_t first, last; /* kinds */
    enum shape shape;
    enum asv_purpose purpose;
    uint8_t role;
};

static const struct rule rules[] = {
    {3, 3, STATEMENT, ASV_PURPOSE_STATEMENT, 0},
    {14, 14, REVOCATIONS, ASV_PURPOSE_REVOCATIONS, 0},
    {15, 15, BULLETIN, ASV_PURPOSE_BULLETIN, ASV_ROLE_KEEPER},
    {16, 16, DAY_END, ASV_PURPOSE_DAY_END, ASV_ROLE_KEEPER},
    {34, 36, DEVICE, ASV_PURPOSE_COMMIT, ASV_ROLE_DOCK},
    {37, 37, DEVICE, ASV_PURPOSE_RECEIPT, ASV_ROLE_DOCK},
    {38, 38, DESTRUCTION, ASV_PURPOSE_DESTRUCTION, ASV_ROLE_KEEPER},
    {39, 39, DEVICE, ASV_PURPOSE_ERASURE, ASV_ROLE_CAMERA},
    {40, 58, STATEMENT, ASV_PURPOSE_STATEMENT, 0},
    {61, 61, DESTRUCTION, ASV_PURPOSE_DESTRUCTION, ASV_ROLE_KEEPER},
    {63, 67, STATEMENT, ASV_PURPOSE_STATEMENT, 0},
    {96, 96, STATEMENT, ASV_PURPOSE_STATEMENT, 0},
    {97, 97, RULING, ASV_PURPOSE_RULING, ASV_ROLE_KEEPER},
    {102, 102, PLAIN_FILE, ASV_PURPOSE_COUNT, 0},
};

static const struct rule *find_rule(uint16_t kind)
{
    static const struct rule none = {.shape = NOTHING, .purpose = ASV_PURPOSE_COUNT};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].first <= kind && kind <= rules[i].last) {
            return &rules[i];
        }
    }
    return &none;
}

bool asv_signed_is_signed(uint16_t kind)
{
    enum shape shape = find_rule(kind)->shape;
    return shape != NOTHING && shape != PLAIN_FILE;
}

bool asv_signed_is_needed(uint16_t kind)
{
    enum shape shape = find_rule(kind)->shape;
    return shape == STATEMENT ? kind == ASV_LEDGER_STATEMENT || asv_ledger_decision(kind) != NULL
                              : shape != NOTHING && shape != RULING; /* what stands in its place: LG-095 */
}

bool asv_signed_may_be_named(uint16_t kind)
{
    return find_rule(kind)->shape == RULING || asv_signed_is_needed(kind);
}

bool asv_signed_takes_signer(uint16_t kind)
{
    enum shape shape = find_rule(kind)->shape;
    return shape == STATEMENT || shape == DEVICE;
}

enum asv_purpose asv_signed_purpose(uint16_t kind)
{
    return find_rule(kind)->purpose;
}

/* ---- whether it is that one ---- */

/* What its digest is taken over; false: it is not even of that shape. */
static bool find_body(enum shape shape, struct asv_bytes object, struct asv_bytes *body)
{
    struct asv_object split;
    struct asv_reader reader;
    switch (shape) {
    case PLAIN_FILE:
        *body = object;
        return true;
    case STATEMENT:
        asv_reader_init(&reader, object.data, object.len);
        return asv_read_view16(&reader, body, UINT16_MAX) == ASV_OK;
    case NOTHING:
        return false;
    case DEVICE:
    case BULLETIN:
    case DESTRUCTION:
    case DAY_END:
    case RULING:
    case REVOCATIONS:
    default:
        if (asv_object_split(&split, object.data, object.len) != ASV_OK) {
            return false;
        }
        *body = split.body;
        return true;
    }
}

enum asv_status asv_signed_is_named(const struct asv_signed *it, const uint8_t digest[ASV_SHA256_BYTES],
                                    struct asv_err *err)
{
    const struct rule *rule = find_rule(it->kind);
    struct asv_bytes body;
    uint8_t made[ASV_SHA256_BYTES];
    if (rule->shape == NOTHING) {
        return asv_fail(err, ASV_E_UNSUPPORTED, "entries of this kind name no object");
    }
    if (!find_body(rule->shape, it->object, &body)) {
        return asv_fail(err, ASV_E_DIGEST, "no such object as the entry names");
    }
    asv_sha256(made, body.data, body.len);
    return memcmp(made, digest, sizeof made) == 0
               ? ASV_OK
               : asv_fail(err, ASV_E_DIGEST, "not the object that the entry names");
}

/* ---- devices ---- */

static void set_by(struct asv_signed_by *out, const struct asv_cert *cert)
{
    out->role = cert->role;
    asv_cert_digest(out->digest, cert);
    (void)snprintf(out->name, sizeof out->name, "%s", cert->name);
}

static enum asv_status need_root(const struct asv_anchors *anchors, struct asv_err *err)
{
    return anchors->has_root ? ASV_OK
                             : asv_fail(err, ASV_E_NOT_FOUND, "that takes the agency's root (--trust)");
}

static const struct asv_revocations *revoked(const struct asv_anchors *anchors)
{
    return anchors->has_revocations ? &anchors->revocations : NULL;
}

static enum asv_status verify_device(struct asv_signed_by *out, const struct asv_signed *it,
                                     const struct rule *rule, const struct asv_anchors *anchors,
                                     struct asv_err *err)
{
    struct asv_chain chain;
    struct asv_object object;
    if (it->signer.len == 0) {
        return asv_fail(err, ASV_E_NOT_FOUND, "that takes the certificates of the device (NAME.signer)");
    }
    enum asv_status status = asv_chain_decode(&chain, it->signer.data, it->signer.len, err);
    if (status == ASV_OK) {
        status =
            asv_chain_verify(&chain, anchors->root_pk, rule->role, ASV_TIME_UNKNOWN, revoked(anchors), err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_object_split(&object, it->object.data, it->object.len);
    if (status == ASV_OK) {
        status = asv_object_verify(&object, rule->purpose, chain.leaf.signing_pk);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "that device did not sign it");
    }
    set_by(out, &chain.leaf);
    return ASV_OK;
}

static enum asv_status verify_bulletin(struct asv_signed_by *out, struct asv_bytes object,
                                       const struct asv_anchors *anchors, struct asv_err *err)
{
    struct asv_bulletin bulletin;
    enum asv_status status = asv_bulletin_decode(&bulletin, object.data, object.len, err);
    if (status == ASV_OK) {
        status =
            asv_bulletin_verify(&bulletin, anchors->root_pk, NULL, ASV_TIME_UNKNOWN, revoked(anchors), err);
    }
    if (status == ASV_OK) {
        set_by(out, &bulletin.keeper.leaf);
    }
    return status;
}

static enum asv_status verify_destruction(struct asv_signed_by *out, struct asv_bytes object,
                                          const struct asv_anchors *anchors, struct asv_err *err)
{
    struct asv_destruction destruction;
    enum asv_status status = asv_destruction_decode(&destruction, object.data, object.len, err);
    if (status == ASV_OK) {
        status = asv_destruction_verify(&destruction, anchors->root_pk, NULL, ASV_TIME_UNKNOWN,
                                        revoked(anchors), err);
    }
    if (status == ASV_OK) {
        set_by(out, &destruction.keeper.leaf);
    }
    return status;
}

static enum asv_status verify_day_end(struct asv_signed_by *out, struct asv_bytes object,
                                      const struct asv_anchors *anchors, struct asv_err *err)
{
    struct asv_day_end day;
    enum asv_status status = asv_day_end_decode(&day, object.data, object.len, err);
    if (status == ASV_OK) {
        status = asv_day_end_verify(&day, anchors->root_pk, ASV_TIME_UNKNOWN, revoked(anchors), err);
    }
    if (status == ASV_OK) {
        set_by(out, &day.keeper.leaf);
    }
    return status;
}

static enum asv_status verify_ruling(struct asv_signed_by *out, struct asv_bytes object,
                                     const struct asv_anchors *anchors, struct asv_err *err)
{
    struct asv_ruling ruling;
    enum asv_status status = asv_ruling_decode(&ruling, object.data, object.len, err);
    if (status == ASV_OK) {
        status = asv_ruling_verify(&ruling, anchors->root_pk, NULL, ASV_TIME_UNKNOWN, revoked(anchors), err);
    }
    if (status == ASV_OK) {
        set_by(out, &ruling.keeper.leaf);
        out->verdict = ruling.verdict;
    }
    return status;
}

static enum asv_status verify_revocations(struct asv_signed_by *out, const struct asv_signed *it,
                                          const struct asv_anchors *anchors, struct asv_err *err)
{
    struct asv_revocations list;
    enum asv_status status = asv_revocations_decode(&list, it->object.data, it->object.len, err);
    if (status == ASV_OK) {
        status = asv_revocations_verify(&list, anchors->root_pk, NULL, err);
    }
    if (status == ASV_OK) {
        set_by(out, &list.signer);
    }
    return status;
}

/* ---- people ---- */

/* The agency root's, when there were no people yet. */
static enum asv_status verify_founding(struct asv_signed_by *out, const struct asv_statement *statement,
                                       const struct asv_anchors *anchors, struct asv_err *err)
{
    enum asv_status status =
        asv_statement_verify_root(statement, anchors->root_pk, statement->issued_ms, err);
    if (status == ASV_OK) {
        out->role = ASV_ROLE_ROOT;
        asv_key_digest(out->digest, anchors->root_pk);
    }
    return status;
}

/* As it was when it was made: what has expired since was good then. */
static enum asv_status verify_statement(struct asv_signed_by *out, const struct asv_signed *it,
                                        const struct asv_anchors *anchors, struct asv_err *err)
{
    struct asv_statement statement;
    struct asv_credential credential;
    uint8_t agency[ASV_SHA256_BYTES];
    char origin[ASV_STATEMENT_ORIGIN_SIZE];
    const char *const origins[] = {origin};
    const struct asv_statement_place place = {.agency = agency, .origins = {origins, 1}};
    asv_key_digest(agency, anchors->root_pk);
    enum asv_status status = asv_statement_decode(&statement, it->object.data, it->object.len, err);
    if (status == ASV_OK) {
        out->action = statement.action;
        out->step = statement.step;
        out->issued_ms = statement.issued_ms;
    }
    if (status == ASV_OK && asv_action_rule(statement.action)->proposers == 0) {
        return verify_founding(out, &statement, anchors, err);
    }
    if (status == ASV_OK && it->signer.len == 0) {
        return asv_fail(err, ASV_E_NOT_FOUND, "that takes the person's credential record (NAME.signer)");
    }
    if (status == ASV_OK) {
        status = asv_credential_decode(&credential, it->signer.data, it->signer.len, err);
    }
    if (status == ASV_OK) {
        asv_statement_origin(origin, &statement);
        status = asv_statement_verify(&statement, &credential, &place, statement.issued_ms, err);
    }
    if (status == ASV_OK) {
        asv_credential_digest(out->digest, &credential);
        memcpy(out->name, credential.name.data, credential.name.len);
        out->name[credential.name.len] = '\0';
    }
    return status;
}

/* ---- all of them ---- */

static enum asv_status verify(struct asv_signed_by *out, const struct asv_signed *it, const struct rule *rule,
                              const struct asv_anchors *anchors, struct asv_err *err)
{
    switch (rule->shape) {
    case STATEMENT:
        return verify_statement(out, it, anchors, err);
    case DEVICE:
        return verify_device(out, it, rule, anchors, err);
    case BULLETIN:
        return verify_bulletin(out, it->object, anchors, err);
    case DESTRUCTION:
        return verify_destruction(out, it->object, anchors, err);
    case DAY_END:
        return verify_day_end(out, it->object, anchors, err);
    case RULING:
        return verify_ruling(out, it->object, anchors, err);
    case REVOCATIONS:
        return verify_revocations(out, it, anchors, err);
    case NOTHING:
    case PLAIN_FILE:
    default:
        return asv_fail(err, ASV_E_INTERNAL, "nobody signs such an object");
    }
}

enum asv_status asv_signed_verify(struct asv_signed_by *out, const struct asv_signed *it,
                                  const struct asv_anchors *anchors, struct asv_err *err)
{
    const struct rule *rule = find_rule(it->kind);
    struct asv_signed_by by = {0};
    enum asv_status status = need_root(anchors, err);
    if (status == ASV_OK) {
        status = verify(&by, it, rule, anchors, err);
    }
    if (status == ASV_OK && it->actor.len > 0 &&
        (it->actor.len != sizeof by.digest || memcmp(it->actor.data, by.digest, sizeof by.digest) != 0)) {
        status = asv_fail(err, ASV_E_MISMATCH, "signed by another than the entry's actor");
    }
    if (status == ASV_OK) {
        *out = by;
    }
    return status;
}
