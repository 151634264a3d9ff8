/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/web.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define DATABASE_MS   2000 /* to connect, and to answer */
#define MEDIA_IDLE_MS 5000
#define MEDIA_MOST_MS 20000 /* below deadline.request, and what a recording of some minutes takes is one */

/* The handlers' own, as many as run at once: none waits for another's. */
static enum asv_status open_pool(struct asv_web *web, const struct asv_db_config *config, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    pthread_mutex_init(&web->pool.lock, NULL);
    for (size_t i = 0; status == ASV_OK && i < web->settings->threads; i++) {
        status = asv_db_open(config, &web->pool.free[i], err);
        web->pool.count += status == ASV_OK ? 1 : 0;
    }
    return status;
}

struct asv_db *asv_web_pool_take(struct asv_web *web)
{
    pthread_mutex_lock(&web->pool.lock);
    assert(web->pool.count > 0);
    struct asv_db *db = web->pool.free[--web->pool.count];
    pthread_mutex_unlock(&web->pool.lock);
    return db;
}

void asv_web_pool_give(struct asv_web *web, struct asv_db *db)
{
    pthread_mutex_lock(&web->pool.lock);
    web->pool.free[web->pool.count++] = db;
    pthread_mutex_unlock(&web->pool.lock);
}

/* M-022: threads are left for who asks for something else. */
static void prepare_media(struct asv_web *web)
{
    const unsigned threads = (unsigned)web->settings->threads;
    web->media = (struct asv_view_asker){.socket = web->settings->media,
                                         .world = web->world,
                                         .idle_ms = MEDIA_IDLE_MS,
                                         .most_ms = MEDIA_MOST_MS,
                                         .most = threads > 1 ? threads / 2 : 1};
    pthread_mutex_init(&web->media.lock, NULL);
}

enum asv_status asv_web_open(struct asv_web *web, struct asv_err *err)
{
    const struct asv_db_config config = {.conninfo = web->settings->database,
                                         .application = "asservatd",
                                         .connect_ms = DATABASE_MS,
                                         .call_ms = DATABASE_MS,
                                         .world = web->world,
                                         .log = web->log};
    pthread_mutex_init(&web->ready.asking, NULL);
    pthread_mutex_init(&web->ready.lock, NULL);
    pthread_mutex_init(&web->entry.lock, NULL);
    asv_web_openings_init(&web->openings, (unsigned)web->settings->threads);
    prepare_media(web);
    enum asv_status status = asv_web_board_open(&web->board, err);
    if (status == ASV_OK) {
        status = asv_web_console_read(&web->console, web->settings->console, err);
    }
    if (status == ASV_OK && web->console.count == 0) {
        asv_log_event(web->log, ASV_LOG_WARNING, "no-console",
                      asv_log_text("directory", web->settings->console));
    }
    if (status == ASV_OK) {
        status = asv_db_open(&config, &web->ready.db, err);
    }
    if (status == ASV_OK) {
        status = open_pool(web, &config, err);
    }
    if (status == ASV_OK) {
        status = asv_web_news_open(web, &config, err);
    }
    if (status == ASV_OK && (asv_web_limits_init(&web->limits, web->world) != ASV_OK ||
                             asv_world_random(web->world, web->entry.key, sizeof web->entry.key) != ASV_OK)) {
        status = asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    return status;
}

enum asv_status asv_web_start(struct asv_web *web, struct asv_err *err)
{
    enum asv_status status = asv_web_board_start(web, err);
    return status == ASV_OK ? asv_web_news_start(web, err) : status;
}

void asv_web_close(struct asv_web *web)
{
    asv_web_board_close(&web->board);
    asv_web_news_close(&web->news);
    asv_web_console_clear(&web->console);
    for (size_t i = 0; i < web->pool.count; i++) {
        asv_db_close(web->pool.free[i]);
    }
    asv_db_close(web->ready.db);
    asv_web_openings_close(&web->openings);
}

void asv_web_say(struct asv_http_answer *out, const char *type, const char *text)
{
    out->data = (uint8_t *)strdup(text);
    out->owned = true;
    out->len = out->data != NULL ? strlen(text) : 0;
    out->type = type;
    out->code = out->data != NULL ? 200 : 0; /* 0: without memory, a failure */
}
