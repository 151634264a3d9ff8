/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people were shown past the access log (LAW L1, L2): which program somebody uses, and whether it tells
 * the database, is that person's to choose. That the keeper gave out a key is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"

#define DIGITS 12

/* Of no recording, and nobody's name: that stands with the statement, for who may read it. */
static void say(struct asv_night *night, const uint8_t shown[ASV_SHA256_BYTES])
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    char text[ASV_ERR_TEXT_BYTES];
    enum asv_db_outcome outcome;
    asv_hex_encode(digest, shown, ASV_SHA256_BYTES);
    (void)snprintf(
        text, sizeof text,
        "the keeper gave out the key of a recording by %.*s, and the access log says nothing of it: "
        "the keeper's record of decisions says to whom",
        DIGITS, digest);
    const struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_UNLOGGED, .slot = -1, .subject = digest, .detail = text};
    night->counts.disagreements++;
    asv_night_note(night, ASV_NIGHT_DISAGREES, "access log", "%s", text);
    if (!night->dry && asv_db_alarm_raise(night->db, &alarm, &outcome, NULL) != ASV_OK) {
        asv_night_note(night, ASV_NIGHT_UNDONE, "alarm", "the alarm for %.*s was not raised", DIGITS, digest);
    }
}

/* Of these, and of what the database itself knows. */
static enum asv_status look_for(struct asv_night *night, const uint8_t (*shown)[ASV_SHA256_BYTES],
                                size_t shown_count, struct asv_err *err)
{
    size_t count = 0;
    asv_auto_free uint8_t(*found)[ASV_SHA256_BYTES] = calloc(ASV_DB_UNLOGGED, sizeof *found);
    if (found == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status =
        asv_db_shown_unlogged(night->db, shown, shown_count, found, ASV_DB_UNLOGGED, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        say(night, found[i]);
    }
    return status;
}

/* A page of what the keeper gave out, and remembers (K-190); last is where it ends. What is being shown just
 * now is about to be written down. */
static enum asv_status ask_page(struct asv_night *night, const uint8_t *after, uint16_t *got,
                                uint8_t last[ASV_SHA256_BYTES], struct asv_err *err)
{
    uint8_t shown[ASV_KEEPER_PAGE][ASV_SHA256_BYTES];
    struct asv_keeper_reply reply;
    size_t count = 0;
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_shown(night->client, after, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status != ASV_OK) {
        return status;
    }
    *got = reply.kept_count;
    for (uint16_t i = 0; i < reply.kept_count; i++) {
        struct asv_keeper_shown row;
        asv_keeper_shown_read(&row, &reply, i);
        if ((after != NULL || i > 0) && memcmp(last, row.shown, sizeof row.shown) >= 0) { /* K-254 */
            return asv_fail(err, ASV_E_MALFORMED, "keeper: its rows are not in order");
        }
        memcpy(last, row.shown, sizeof row.shown);
        if (row.at_ms <= night->keeper.wall_ms - ASV_DB_UNLOGGED_AFTER_MS) {
            memcpy(shown[count++], row.shown, sizeof row.shown);
        }
    }
    return look_for(night, (const uint8_t(*)[ASV_SHA256_BYTES])shown, count, err);
}

enum asv_status asv_night_shown(struct asv_night *night, struct asv_err *err)
{
    uint8_t last[ASV_SHA256_BYTES] = {0};
    bool first = true;
    uint16_t got = ASV_KEEPER_PAGE;
    enum asv_status status = night->keeper_answers ? ASV_OK : look_for(night, NULL, 0, err);
    while (status == ASV_OK && night->keeper_answers && got == ASV_KEEPER_PAGE) {
        status = ask_page(night, first ? NULL : last, &got, last, err);
        first = false;
    }
    return status;
}
