/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/compose.h"

#include <string.h>

static void compose(struct asv_statement *out, uint16_t action, uint8_t ground,
                    const struct asv_incident_name *incident)
{
    const struct asv_action_rule *rule = asv_action_rule(action);
    memset(out, 0, sizeof *out);
    out->action = action;
    out->step = rule->approvers == 0 ? ASV_STEP_SOLE : ASV_STEP_PROPOSE;
    out->subject.kind = rule->subject;
    out->ground = (rule->grounds & 1u << ground) != 0 ? ground : ASV_GROUND_NONE;
    if (rule->incident != ASV_ABSENT && incident->id != NULL) {
        memcpy(out->incident, incident->id, sizeof out->incident);
        out->case_text =
            (struct asv_bytes){(const uint8_t *)incident->case_number, strlen(incident->case_number)};
    }
}

void asv_incident_compose(struct asv_statement *out, uint16_t action, const uint8_t header[ASV_SHA256_BYTES],
                          uint8_t ground, const struct asv_incident_name *incident)
{
    compose(out, action, ground, incident);
    memcpy(out->subject.id, header, sizeof out->subject.id);
}

void asv_incident_compose_look(struct asv_statement *out, const uint8_t header[ASV_SHA256_BYTES],
                               struct asv_bytes viewer, const struct asv_incident_name *incident)
{
    asv_incident_compose(out, ASV_ACTION_OPEN, header, ASV_GROUND_NONE, incident);
    out->subject.name = viewer;
}

void asv_incident_compose_show(struct asv_statement *out, const struct asv_statement *open)
{
    *out = *open;
    out->action = ASV_ACTION_SHOW;
    out->step = ASV_STEP_SOLE;
    out->reason = (struct asv_bytes){0};
    out->extensions = (struct asv_bytes){0};
    asv_statement_digest(out->proposal, open);
}

void asv_incident_compose_day(struct asv_statement *out, const uint8_t header[ASV_SHA256_BYTES],
                              uint32_t date)
{
    static const struct asv_incident_name none = {NULL, ""};
    asv_incident_compose(out, ASV_ACTION_DAY, header, ASV_GROUND_NONE, &none);
    out->subject.date = date;
}

void asv_incident_compose_ahead(struct asv_statement *out, uint16_t action, const struct asv_db_range *range,
                                uint8_t ground, const struct asv_incident_name *incident)
{
    compose(out, action, ground, incident);
    memcpy(out->subject.id, range->camera, sizeof out->subject.id);
    out->subject.from_ms = range->from_ms;
    out->subject.until_ms = range->until_ms;
}

bool asv_incident_is_same(const struct asv_statement *stored, const struct asv_statement *wanted,
                          const uint8_t person[ASV_UUID_BYTES])
{
    const struct asv_subject *a = &stored->subject;
    const struct asv_subject *b = &wanted->subject;
    return stored->action == wanted->action && stored->step == wanted->step &&
           stored->ground == wanted->ground && a->kind == b->kind &&
           memcmp(a->id, b->id, sizeof a->id) == 0 && a->from_ms == b->from_ms &&
           a->until_ms == b->until_ms && a->date == b->date &&
           memcmp(stored->incident, wanted->incident, sizeof stored->incident) == 0 &&
           memcmp(stored->person, person, ASV_UUID_BYTES) == 0;
}
