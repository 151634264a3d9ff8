/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A policy file's members: one table, which deploy/policies/policy.schema.json repeats for editors
 * (tests/integration/policies compares the two). */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/trust/configuration.h"
#include "server/base/fail.h"
#include "server/policy/consistent.h"
#include "server/policy/policy.h"
#include "server/policy/text.h"

static_assert(sizeof(unsigned) == sizeof(uint32_t), "a member's number is an unsigned");

enum kind {
    FIXED,  /* the text `words(0)` and nothing else; nothing is stored */
    FORMAT, /* the number of this format; nothing is stored */
    NAME,   /* char[size]: small letters, digits, dashes */
    TEXT,   /* char[size]: UTF-8 without control characters */
    NUMBER, /* unsigned in [min, max] */
    FLAG,   /* bool */
    WORD,   /* unsigned: index of one of `words` */
    SET,    /* unsigned: bits of one or more of `words`, of those in `max` */
    OBJECT, /* of `members` */
    LAWS,   /* array of 1 to ASV_POLICY_LAWS_MAX objects of `members` */
};

struct member {
    const char *key;
    enum kind kind;
    size_t offset; /* in struct asv_policy; in struct asv_policy_law for the members of LAWS */
    size_t size;
    unsigned min, max;
    const char *(*words)(unsigned index);
    const struct member *members; /* ends with a key of NULL */
    bool optional;
};

static const char *schema_word(unsigned index)
{
    return index == 0 ? "policy.schema.json" : NULL;
}

#define AT(field)        .offset = offsetof(struct asv_policy, field)
#define ROOM(field)      AT(field), .size = sizeof(((struct asv_policy *)0)->field)
#define RANGE(low, high) .min = (low), .max = (high)
#define ROLES(name, field, allowed)                                                            \
    {                                                                                          \
        .key = (name), .kind = SET, AT(field), .max = (allowed), .words = asv_policy_role_name \
    }
#define END         \
    {               \
        .key = NULL \
    }

/* Who may stand in which list. The administrator and the staff council stand in none (LAW L4). */
#define ASK_HOLD (ASV_ROLE_WEARER | ASV_ROLES_SUPERIOR | ASV_ROLE_DATA_PROTECTION_OFFICER)
#define ASK_END  (ASK_HOLD | ASV_ROLE_REVIEWER)
#define AGREE    (ASV_ROLE_WEARER | ASV_ROLES_SUPERIOR) /* LAW T4 */
#define SHOWN    (ASV_ROLES_SUPERIOR | ASV_ROLE_REVIEWER | ASV_ROLE_DATA_PROTECTION_OFFICER)
#define HANDS    (ASV_ROLES_SUPERIOR | ASV_ROLE_EXPORTER)
#define DECIDES  (ASV_ROLES_SUPERIOR | ASV_ROLE_DATA_PROTECTION_OFFICER)

static const struct member retention_members[] = {
    {.key = "kind", .kind = WORD, AT(period), .words = asv_policy_period_name},
    {.key = "days", .kind = NUMBER, AT(retention.days), RANGE(1, ASV_POLICY_DAYS_MAX)},
    END,
};
static const struct member pre_roll_members[] = {
    {.key = "max_ms", .kind = NUMBER, AT(pre_roll_ms), RANGE(0, ASV_PRE_ROLL_MAX_MS)},
    {.key = "decision", .kind = TEXT, ROOM(pre_roll_decision), .optional = true},
    END,
};
static const struct member hold_members[] = {
    ROLES("request", hold.request, ASK_HOLD),
    ROLES("approve", hold.approve, AGREE),
    END,
};
static const struct member release_members[] = {
    ROLES("request", release.request, ASK_END),
    ROLES("approve", release.approve, AGREE),
    END,
};
static const struct member early_erasure_members[] = {
    ROLES("request", early_erasure.request, ASK_END),
    ROLES("approve", early_erasure.approve, AGREE),
    END,
};
static const struct member blocks_members[] = {
    ROLES("dwelling", lift_dwelling, DECIDES),
    ROLES("professional_secret", lift_secret, DECIDES),
    ROLES("pre_roll", lift_pre_roll, DECIDES),
    END,
};
static const struct member law_members[] = {
    {.key = "rule",
     .kind = WORD,
     .offset = offsetof(struct asv_policy_law, rule),
     .words = asv_policy_rule_name},
    {.key = "citation",
     .kind = TEXT,
     .offset = offsetof(struct asv_policy_law, citation),
     .size = ASV_POLICY_TEXT_BYTES},
    {.key = "checked",
     .kind = WORD,
     .offset = offsetof(struct asv_policy_law, checked),
     .words = asv_policy_checked_name},
    END,
};
static const struct member policy_members[] = {
    {.key = "$schema", .kind = FIXED, .words = schema_word, .optional = true},
    {.key = "format", .kind = FORMAT},
    {.key = "name", .kind = NAME, ROOM(name)},
    {.key = "version", .kind = NUMBER, AT(retention.version), RANGE(1, UINT32_MAX)},
    {.key = "title", .kind = TEXT, ROOM(title)},
    {.key = "retention", .kind = OBJECT, .members = retention_members},
    {.key = "causes", .kind = SET, AT(causes), .max = ASV_CAUSES, .words = asv_policy_cause_name},
    {.key = "request_lapse_days", .kind = NUMBER, AT(lapse_days), RANGE(1, ASV_POLICY_LAPSE_DAYS_MAX)},
    {.key = "hold", .kind = OBJECT, .members = hold_members},
    {.key = "release", .kind = OBJECT, .members = release_members},
    {.key = "early_erasure", .kind = OBJECT, .members = early_erasure_members},
    ROLES("open", open, SHOWN),
    {.key = "exclude_appraising_superior", .kind = FLAG, AT(exclude_appraiser)},
    ROLES("export", export, HANDS),
    {.key = "blocks", .kind = OBJECT, .members = blocks_members},
    {.key = "pre_roll", .kind = OBJECT, .members = pre_roll_members},
    {.key = "access_log_years", .kind = NUMBER, AT(access_log_years), RANGE(1, ASV_POLICY_LOG_YEARS_MAX)},
    {.key = "incident_years", .kind = NUMBER, AT(incident_years), RANGE(0, ASV_POLICY_INCIDENT_YEARS_MAX)},
    {.key = "statistics_min_group",
     .kind = NUMBER,
     AT(statistics_min_group),
     RANGE(ASV_POLICY_GROUP_MIN, ASV_POLICY_GROUP_MAX)},
    {.key = "laws", .kind = LAWS, .members = law_members},
    END,
};
#define MEMBERS_MAX 24 /* in one table */
static_assert(sizeof policy_members / sizeof *policy_members <= MEMBERS_MAX, "the largest table");

static enum asv_status read_members(const struct asv_policy_node *node, const struct member *members,
                                    void *out, struct asv_err *err);

static enum asv_status read_number(const struct asv_policy_node *node, const struct member *member, void *out,
                                   struct asv_err *err)
{
    if (!json_is_integer(node->json)) {
        return asv_policy_refuse(node, err, "is no whole number; give %u to %u",
                                 "keine ganze Zahl; %u bis %u angeben", member->min, member->max);
    }
    json_int_t number = json_integer_value(node->json);
    if (number < (json_int_t)member->min || number > (json_int_t)member->max) {
        return asv_policy_refuse(node, err, "%lld is out of range; give %u to %u",
                                 "%lld liegt außerhalb; %u bis %u angeben", (long long)number, member->min,
                                 member->max);
    }
    *(unsigned *)out = (unsigned)number;
    return ASV_OK;
}

static enum asv_status read_format(const struct asv_policy_node *node, struct asv_err *err)
{
    if (json_is_integer(node->json) && json_integer_value(node->json) == ASV_POLICY_FORMAT) {
        return ASV_OK;
    }
    return asv_policy_refuse(node, err,
                             "this program reads format %d only; correct it, or take the program that "
                             "the policy was written for",
                             "dieses Programm liest nur Format %d; berichtigen, oder das Programm nehmen, "
                             "für das die Regelung geschrieben ist",
                             ASV_POLICY_FORMAT);
}

static enum asv_status read_text(const struct asv_policy_node *node, const struct member *member, char *out,
                                 struct asv_err *err)
{
    const char *text = json_string_value(node->json);
    size_t len = text != NULL ? strlen(text) : 0;
    if (len == 0) {
        return asv_policy_refuse(node, err, "is no text; write one in quotation marks",
                                 "kein Text; einen in Anführungszeichen schreiben");
    }
    if (len >= member->size) {
        return asv_policy_refuse(node, err, "is longer than %zu bytes; shorten it",
                                 "länger als %zu Bytes; kürzen", member->size - 1);
    }
    for (const char *c = text; *c != '\0'; c++) {
        bool control = (unsigned char)*c < 0x20 || *c == 0x7f;
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-';
        if (control || (member->kind == NAME && !plain)) {
            return member->kind == NAME
                       ? asv_policy_refuse(
                             node, err, "\"%s\" is no name; use small letters, digits and dashes",
                             "„%s“ ist kein Name; kleine Buchstaben, Ziffern und Striche nehmen", text)
                       : asv_policy_refuse(node, err, "\"%s\" holds a control character; write plain text",
                                           "„%s“ enthält ein Steuerzeichen; einfachen Text schreiben", text);
        }
    }
    memcpy(out, text, len + 1);
    return ASV_OK;
}

/* "wearer, supervisor": the words that may stand here. */
static void list_words(const struct member *member, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; member->words(i) != NULL; i++) {
        if (member->kind == SET && (member->max & 1u << i) == 0) {
            continue;
        }
        int more = snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", member->words(i));
        used += more > 0 && (size_t)more < size - used ? (size_t)more : 0;
    }
}

/* The index of the word that the node is. */
static enum asv_status read_word(const struct asv_policy_node *node, const struct member *member,
                                 unsigned *out, struct asv_err *err)
{
    char known[128];
    const char *text = json_string_value(node->json);
    for (unsigned i = 0; text != NULL && member->words(i) != NULL; i++) {
        if (strcmp(member->words(i), text) == 0 && (member->kind != SET || (member->max & 1u << i) != 0)) {
            *out = i;
            return ASV_OK;
        }
    }
    list_words(member, known, sizeof known);
    return text == NULL ? asv_policy_refuse(node, err, "is no text; give one of %s",
                                            "kein Text; eines von diesen angeben: %s", known)
                        : asv_policy_refuse(node, err, "\"%.32s\" cannot stand here; give one of %s",
                                            "„%.32s“ kann hier nicht stehen; eines von diesen angeben: %s",
                                            text, known);
}

static enum asv_status read_set(const struct asv_policy_node *node, const struct member *member,
                                unsigned *out, struct asv_err *err)
{
    struct asv_policy_node element;
    unsigned set = 0;
    if (json_array_size(node->json) == 0) {
        char known[128];
        list_words(member, known, sizeof known);
        return asv_policy_refuse(node, err, "is no list; give one or more of %s in brackets",
                                 "keine Liste; in Klammern eines oder mehrere von diesen angeben: %s", known);
    }
    for (size_t i = 0; asv_policy_node_element(node, i, &element); i++) {
        unsigned index = 0;
        enum asv_status status = read_word(&element, member, &index, err);
        if (status != ASV_OK) {
            return status;
        }
        if ((set & 1u << index) != 0) {
            return asv_policy_refuse(&element, err, "\"%s\" was already given; keep one of them",
                                     "„%s“ steht schon da; eines davon entfernen", member->words(index));
        }
        set |= 1u << index;
    }
    *out = set;
    return ASV_OK;
}

static enum asv_status read_laws(const struct asv_policy_node *node, const struct member *member,
                                 struct asv_policy *out, struct asv_err *err)
{
    struct asv_policy_node element;
    size_t count = json_array_size(node->json);
    if (count == 0 || count > ASV_POLICY_LAWS_MAX) {
        return asv_policy_refuse(node, err, "is no list of 1 to %d laws; give one for each rule",
                                 "keine Liste von 1 bis %d Rechtsgrundlagen; für jede Regel eine angeben",
                                 ASV_POLICY_LAWS_MAX);
    }
    for (size_t i = 0; asv_policy_node_element(node, i, &element); i++) {
        enum asv_status status = read_members(&element, member->members, &out->laws[i], err);
        if (status != ASV_OK) {
            return status;
        }
    }
    out->law_count = count;
    return ASV_OK;
}

static enum asv_status read_flag(const struct asv_policy_node *node, bool *out, struct asv_err *err)
{
    if (!json_is_boolean(node->json)) {
        return asv_policy_refuse(node, err,
                                 "is neither true nor false; give one of them, without quotation marks",
                                 "weder true noch false; eines davon angeben, ohne Anführungszeichen");
    }
    *out = json_is_true(node->json);
    return ASV_OK;
}

static enum asv_status read_value(const struct asv_policy_node *node, const struct member *member, void *out,
                                  struct asv_err *err)
{
    void *field = (char *)out + member->offset;
    unsigned unused;
    switch (member->kind) {
    case FIXED:
        return read_word(node, member, &unused, err);
    case FORMAT:
        return read_format(node, err);
    case NAME:
    case TEXT:
        return read_text(node, member, field, err);
    case NUMBER:
        return read_number(node, member, field, err);
    case FLAG:
        return read_flag(node, field, err);
    case WORD:
        return read_word(node, member, field, err);
    case SET:
        return read_set(node, member, field, err);
    case OBJECT:
        return read_members(node, member->members, out, err);
    case LAWS:
        return read_laws(node, member, out, err);
    }
    return ASV_E_INTERNAL;
}

static const struct member *find(const struct member *members, const char *key)
{
    while (members->key != NULL && strcmp(members->key, key) != 0) {
        members++;
    }
    return members->key != NULL ? members : NULL;
}

/* In the order of the text, so that the first mistake in it is the one that is told. */
static enum asv_status read_members(const struct asv_policy_node *node, const struct member *members,
                                    void *out, struct asv_err *err)
{
    bool seen[MEMBERS_MAX] = {false};
    const char *key;
    json_t *value;
    if (!json_is_object(node->json)) {
        return asv_policy_refuse(node, err, "is no object; write its members in { and }",
                                 "kein Objekt; was dazugehört, in { und } schreiben");
    }
    json_object_foreach(node->json, key, value)
    {
        struct asv_policy_node child;
        const struct member *member = find(members, key);
        if (!asv_policy_node_member(node, key, &child)) {
            return ASV_E_INTERNAL;
        }
        if (member == NULL) {
            return asv_policy_refuse(&child, err, "is unknown here; remove it or correct its spelling",
                                     "hier unbekannt; entfernen oder richtig schreiben");
        }
        enum asv_status status = read_value(&child, member, out, err);
        if (status != ASV_OK) {
            return status;
        }
        seen[member - members] = true;
    }
    for (size_t i = 0; members[i].key != NULL; i++) {
        if (!seen[i] && !members[i].optional) {
            return asv_policy_refuse(node, err, "\"%s\" is missing; add it", "„%s“ fehlt; ergänzen",
                                     members[i].key);
        }
    }
    return ASV_OK;
}

enum asv_status asv_policy_parse(const char *name, const char *text, size_t len, struct asv_policy *out,
                                 struct asv_policy_mistake *mistake, struct asv_err *err)
{
    const struct asv_policy_text source = {name, text, len, mistake};
    struct asv_policy policy = {.retention = {0}};
    json_t *json = NULL;
    if (mistake != NULL) {
        *mistake = (struct asv_policy_mistake){0};
    }
    enum asv_status status = asv_policy_text_load(&source, &json, err);
    if (status == ASV_OK) {
        const struct asv_policy_node root = {.source = &source, .json = json};
        status = read_members(&root, policy_members, &policy, err);
        if (status == ASV_OK) {
            status = asv_policy_consistent(&root, &policy, err);
        }
        json_decref(json);
    }
    if (status == ASV_OK) {
        *out = policy;
    }
    return status;
}
