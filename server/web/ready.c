/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /healthz: the process lives. /readyz: it can do what it is for. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/web/session.h"

#define AGAIN_MS 1000
#define JSON     "application/json"

/* clang-format off */
static const struct asv_http_problem no_database = {
    503, "no-database", "Not ready", "Nicht bereit",
    "the database does not answer in time, or has another schema; the journal says more",
    "die Datenbank antwortet nicht rechtzeitig oder hat ein anderes Schema; mehr steht im Journal", "database"};
static const struct asv_http_problem no_ledger = {
    503, "no-ledger", "Not ready", "Nicht bereit",
    "the published ledger cannot be read; the journal says more",
    "das veröffentlichte Protokoll ist nicht lesbar; mehr steht im Journal", "ledger"};
/* clang-format on */

static enum asv_web_state check(struct asv_web *web, struct asv_err *err)
{
    const char *ledger = web->settings->ledger;
    if (asv_db_ping(web->ready.db, err) != ASV_OK) {
        return ASV_WEB_NO_DATABASE;
    }
    asv_auto_fd int dir = ledger[0] != '\0' ? open(ledger, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (ledger[0] != '\0' && dir < 0) {
        (void)!asv_io_fail(err, errno, ledger);
        return ASV_WEB_NO_LEDGER;
    }
    return ASV_WEB_READY;
}

/* Once for each change. */
static void tell(const struct asv_web *web, enum asv_web_state before, bool known, enum asv_web_state state,
                 const struct asv_err *err)
{
    if (known && before == state) {
        return;
    }
    if (state == ASV_WEB_READY) {
        asv_log_event(web->log, ASV_LOG_NOTICE, "ready", asv_log_text("database", "answers"));
    } else {
        asv_log_failure(web->log, ASV_LOG_ERROR, "not-ready", err);
    }
}

/* What was found last; before the first time, that nothing answers. */
static enum asv_web_state last_of(struct asv_web *web, bool *known, bool *fresh)
{
    struct asv_web_ready *ready = &web->ready;
    pthread_mutex_lock(&ready->lock);
    enum asv_web_state state = ready->known ? ready->state : ASV_WEB_NO_DATABASE;
    *known = ready->known;
    *fresh = ready->known && asv_world_mono_ms(web->world) < ready->asked_ms + AGAIN_MS;
    pthread_mutex_unlock(&ready->lock);
    return state;
}

/* One thread asks, and nobody waits for it: a database that hangs would have all of them. */
enum asv_web_state asv_web_state(struct asv_web *web)
{
    struct asv_web_ready *ready = &web->ready;
    struct asv_err err = {0};
    bool known = false;
    bool fresh = false;
    bool asks = pthread_mutex_trylock(&ready->asking) == 0;
    enum asv_web_state state = last_of(web, &known, &fresh);
    if (asks && !fresh) {
        const enum asv_web_state before = state;
        state = check(web, &err);
        tell(web, before, known, state, &err);
        pthread_mutex_lock(&ready->lock);
        ready->state = state;
        ready->known = true;
        ready->asked_ms = asv_world_mono_ms(web->world);
        pthread_mutex_unlock(&ready->lock);
    }
    if (asks) {
        pthread_mutex_unlock(&ready->asking);
    }
    return state;
}

/* */
void asv_web_alive(struct asv_web_call *call)
{
    asv_web_say(call->out, JSON, "{\"status\":\"alive\"}\n");
}

void asv_web_is_ready(struct asv_web_call *call)
{
    if (!asv_web_is_local(call)) {
        call->out->problem = &asv_http_not_found;
        return;
    }
    switch (asv_web_state(call->web)) {
    case ASV_WEB_READY:
        asv_web_say(call->out, JSON, "{\"status\":\"ready\"}\n");
        break;
    case ASV_WEB_NO_DATABASE:
        call->out->problem = &no_database;
        break;
    case ASV_WEB_NO_LEDGER:
        call->out->problem = &no_ledger;
        break;
    }
}
