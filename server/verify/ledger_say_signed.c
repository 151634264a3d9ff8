/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Who signed what an entry names. */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/trust/ruling.h"
#include "server/statement/action.h"
#include "server/verify/ledger_say.h"
#include "server/verify/ledger_say_value.h"

static const char *role_name(enum asv_language language, uint8_t role)
{
    static const char *const names[][2] = {
        [0] = {"person", "Person"},
        [ASV_ROLE_ROOT] = {"root", "Stamm der Behörde"},
        [ASV_ROLE_CA] = {"ca", "Zertifizierungsstelle"},
        [ASV_ROLE_CAMERA] = {"camera", "Kamera"},
        [ASV_ROLE_DOCK] = {"dock", "Dock"},
        [ASV_ROLE_KEEPER] = {"keeper", "Schlüsselverwahrer"},
    };
    return names[role][language == ASV_LANGUAGE_DE];
}

static const char *step_name(enum asv_language language, uint8_t step)
{
    static const char *const names[][2] = {
        [ASV_STEP_PROPOSE] = {"proposed", "beantragt"},
        [ASV_STEP_APPROVE] = {"approved", "zugestimmt"},
        [ASV_STEP_REFUSE] = {"refused", "abgelehnt"},
        [ASV_STEP_WITHDRAW] = {"withdrawn", "zurückgezogen"},
        [ASV_STEP_SOLE] = {"decided", "allein entschieden"},
    };
    return names[step][language == ASV_LANGUAGE_DE];
}

static bool is_shown(const struct asv_signed_by *by)
{
    return by->role != 0 || by->is_shown;
}

bool asv_say_is_somebodys(const struct asv_signed_by *by)
{
    return by != NULL && is_shown(by);
}

static const char *verdict_name(enum asv_language language, uint8_t verdict)
{
    static const char *const names[][2] = {
        [ASV_RULING_TAKEN] = {"taken", "angenommen"},
        [ASV_RULING_REFUSED] = {"refused", "abgelehnt"},
    };
    return names[verdict][language == ASV_LANGUAGE_DE];
}

void asv_say_signed(FILE *out, enum asv_language language, const struct asv_signed_by *by)
{
    bool german = language == ASV_LANGUAGE_DE;
    if (is_shown(by)) {
        fprintf(out, "%s ", role_name(language, by->role));
    } else {
        fputs(german ? "einem Schlüssel, zu dem es heißt: " : "a key that is said to be of: ", out);
    }
    asv_print_text(out, (struct asv_bytes){(const uint8_t *)by->name, strlen(by->name)}, false);
    fputs(by->name[0] != '\0' ? " " : "", out);
    asv_print_hex(out, (struct asv_bytes){by->digest, sizeof by->digest});
    if (by->action != 0) {
        fprintf(out, ": %s, %s", asv_action_rule(by->action)->name, step_name(language, by->step));
    }
    if (by->verdict != 0) {
        fprintf(out, ": %s", verdict_name(language, by->verdict));
    }
    if (by->is_shown) {
        fputs(german ? "; angemeldet seit " : "; enrolled since ", out);
        asv_print_time(out, by->enrolled_ms);
    } else if (!is_shown(by)) {
        fputs(german ? "; wem er gehört, wurde nicht gezeigt" : "; whose it is was not shown", out);
    }
    fputc('\n', out);
}

void asv_say_signed_json(FILE *out, const struct asv_signed_by *by)
{
    if (by == NULL) {
        fputs("null", out);
        return;
    }
    fprintf(out, "{\"role\":\"%s\",\"name\":", role_name(ASV_LANGUAGE_EN, by->role));
    asv_print_string(out, by->name);
    fputs(",\"digest\":\"", out);
    asv_print_hex(out, (struct asv_bytes){by->digest, sizeof by->digest});
    if (by->action != 0) {
        fprintf(out, "\",\"action\":\"%s\",\"step\":\"%s", asv_action_rule(by->action)->name,
                step_name(ASV_LANGUAGE_EN, by->step));
    }
    if (by->verdict != 0) {
        fprintf(out, "\",\"verdict\":\"%s", verdict_name(ASV_LANGUAGE_EN, by->verdict));
    }
    if (by->is_shown) {
        fputs("\",\"enrolled\":\"", out);
        asv_print_time(out, by->enrolled_ms);
    }
    fputs("\"}", out);
}
