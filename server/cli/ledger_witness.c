/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger: witness, witness-key, witness-begin: a witness of ledgers, on a machine that has nothing
 * else of ours. Its own configuration, witness.conf, lies beside asservat.conf.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"
#include "server/base/notify.h"
#include "server/base/sandbox.h"
#include "server/base/signals.h"
#include "server/cli/backups.h"
#include "server/cli/cli.h"
#include "server/cli/files.h"
#include "server/http/listener.h"
#include "server/witness/settings.h"

#define KEY_NAME    "witness.key" /* in the state directory, where witness.conf names no other place */
#define CONNECTIONS 64            /* LG-062 */
#define DEADLINE_MS 20000

struct place {
    struct asv_witness_settings settings;
    int state; /* the state directory */
};

static void leave(struct place *place)
{
    asv_cleanup_fd(&place->state);
}
#define auto_place ASV_CLEANUP(leave)

/* What witness.conf says, and the state directory, which is made when something is to be put there. */
static enum asv_status find(const struct asv_cli *cli, bool make, struct place *out, struct asv_err *err)
{
    char dir[512];
    char path[600];
    struct asv_witness_settings *settings = &out->settings;
    out->state = -1;
    snprintf(path, sizeof path, "%s/witness.conf", asv_cli_conf_dir(cli, dir));
    enum asv_status status = asv_witness_settings_read(settings, path, err);
    if (status == ASV_OK && settings->key[0] == '\0' &&
        (size_t)snprintf(settings->key, sizeof settings->key, "%s/" KEY_NAME, settings->state) >=
            sizeof settings->key) {
        status = asv_failf(err, ASV_E_USAGE, "%s: state: too long", path);
    }
    return status == ASV_OK ? asv_io_open_dir(AT_FDCWD, settings->state, make, &out->state, err) : status;
}

static enum asv_status no_key(const char *path, struct asv_err *err)
{
    return asv_failf(err, ASV_E_NOT_FOUND, "%s: there is no key; asservat ledger witness-key NAME makes one",
                     path);
}

static enum asv_status name_key(const struct asv_keyfile *file, struct asv_note_key *out, struct asv_err *err)
{
    return asv_note_key_make(out, file->label, ASV_NOTE_COSIGNATURE, file->signing_pk, err);
}

/* ---- witness-key ---- */

static enum asv_status make_key(const struct asv_cli *cli, const char *path, const char *name,
                                struct asv_err *err)
{
    struct asv_keyfile file = {.role = ASV_KEYFILE_WITNESS};
    struct asv_keys keys = {0};
    struct asv_note_key named;
    asv_auto_output struct asv_output out = {.dir = -1};
    if (strlen(name) >= sizeof file.label) {
        return asv_failf(err, ASV_E_USAGE, "\"%.80s\": a witness's name has at most 64 characters", name);
    }
    memcpy(file.label, name, strlen(name) + 1);
    enum asv_status status = asv_output_open(path, false, &out, err);
    if (status == ASV_OK && asv_keyfile_generate(&file, &keys, cli->world) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    if (status == ASV_OK) {
        status = name_key(&file, &named, err);
    }
    if (status == ASV_OK) {
        status = asv_keyfile_save(out.dir, out.name, &file, &keys, (struct asv_bytes){0}, cli->world, err);
    }
    asv_wipe(&keys, sizeof keys);
    return status == ASV_E_EXISTS ? asv_failf(err, status, "%s: there is a key already", path) : status;
}

static enum asv_status key(struct asv_cli *cli, struct asv_err *err)
{
    const char *name = asv_cli_operand(cli->args, 0);
    char vkey[ASV_VKEY_BYTES];
    struct asv_keyfile file;
    struct asv_note_key named;
    auto_place struct place place;
    enum asv_status status = find(cli, name != NULL, &place, err);
    if (status == ASV_E_NOT_FOUND) {
        return no_key(place.settings.key, err);
    }
    if (status == ASV_OK && name != NULL) {
        status = make_key(cli, place.settings.key, name, err);
    }
    if (status == ASV_OK) {
        status = asv_keyfile_load_info(AT_FDCWD, place.settings.key, &file, err);
        status = status == ASV_E_NOT_FOUND ? no_key(place.settings.key, err) : status;
    }
    if (status == ASV_OK) {
        status = name_key(&file, &named, err);
    }
    if (status == ASV_OK) {
        asv_vkey_format(vkey, &named);
        fprintf(cli->out, "%s\n", vkey);
    }
    return status;
}

const struct asv_cli_command asv_cli_ledger_witness_key = {
    .group = "ledger",
    .name = "witness-key",
    .summary = "make a witness's key, or show it",
    .help = "Makes the key with which this machine cosigns as NAME, such as\n"
            "datenschutz.example/witness, and prints what others put into their trust files:\n"
            "witness SHORT-NAME KEY https://... Without NAME the key that is there is shown. It is\n"
            "never in a backup: whoever puts an older state beside a key can be made to cosign two\n"
            "trees.",
    .operands = "[NAME]",
    .operands_min = 0,
    .operands_max = 1,
    .run = key,
};

/* ---- witness-begin ---- */

static enum asv_status begin(struct asv_cli *cli, struct asv_err *err)
{
    const char *origin = asv_cli_operand(cli->args, 0);
    auto_place struct place place;
    enum asv_status status = find(cli, true, &place, err);
    bool known = false;
    for (size_t i = 0; status == ASV_OK && i < place.settings.log_count; i++) {
        known = known || strcmp(place.settings.logs[i].name, origin) == 0;
    }
    if (status == ASV_OK && !known) {
        return asv_failf(err, ASV_E_USAGE, "%s: no log of witness.conf; put its key there first", origin);
    }
    if (status == ASV_OK) {
        status = asv_witness_state_begin(place.state, origin, err);
    }
    return status == ASV_E_EXISTS ? asv_failf(err, status, "%s: was begun already", origin) : status;
}

const struct asv_cli_command asv_cli_ledger_witness_begin = {
    .group = "ledger",
    .name = "witness-begin",
    .summary = "begin to witness a log",
    .help = "Says that this witness has never cosigned anything of the log ORIGIN, which stands in\n"
            "witness.conf. Once for each log: afterwards a witness that has lost what it remembers\n"
            "does not start, and is given another key and name.",
    .operands = "ORIGIN",
    .operands_min = 1,
    .operands_max = 1,
    .run = begin,
};

/* ---- witness ---- */

struct serving {
    struct asv_log log;
    int signals;
    struct asv_http_listener *listener;
    struct asv_witness witness;
    struct asv_witness_reply reply;
};

static void stop_serving(struct serving **it)
{
    if (*it != NULL) {
        asv_http_close((*it)->listener);
        asv_cleanup_fd(&(*it)->signals);
        asv_wipe((*it)->witness.sk, sizeof(*it)->witness.sk);
    }
    free(*it);
}
#define auto_serving ASV_CLEANUP(stop_serving)

static void give(struct serving *it, struct asv_http_answer *out)
{
    *out = (struct asv_http_answer){
        .code = it->reply.code, .type = it->reply.type, .data = it->reply.data, .len = it->reply.len};
}

static void add(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    struct serving *it = ctx;
    asv_witness_add(&it->witness, request->body, &it->reply);
    if (it->reply.forked) { /* a proof that is none shows nothing: anybody may send one */
        asv_notify_status("A LOG SIGNED ANOTHER TREE OF THE SIZE THAT WAS COSIGNED: look into the journal");
    }
    give(it, out);
}

static void show(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    struct serving *it = ctx;
    const struct asv_http_param *hash = &request->match.params[0];
    char text[ASV_WITNESS_STATE_NAME_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)hash->len, hash->text);
    asv_witness_show(&it->witness, text, &it->reply);
    give(it, out);
}

static const struct asv_http_route routes[] = {
    {"POST", "/add-checkpoint", "add", ASV_WITNESS_REQUEST_MAX_BYTES, false, add},
    {"GET", "/{log:hash}/checkpoint", "checkpoint", 0, false, show},
};

static enum asv_status load_key(struct serving *it, const char *path, struct asv_err *err)
{
    struct asv_keyfile file;
    struct asv_keys keys = {0};
    enum asv_status status =
        asv_keyfile_load(AT_FDCWD, path, ASV_KEYFILE_WITNESS, (struct asv_bytes){0}, &file, &keys, err);
    if (status == ASV_OK) {
        memcpy(it->witness.sk, keys.sign_sk, sizeof it->witness.sk);
        status = name_key(&file, &it->witness.key, err);
    }
    asv_wipe(&keys, sizeof keys);
    return status == ASV_E_NOT_FOUND ? no_key(path, err) : status;
}

/* LG-060, LG-061: what is remembered is this process's alone. */
static enum asv_status load(struct serving *it, const struct place *place, struct asv_err *err)
{
    const struct asv_witness_settings *settings = &place->settings;
    enum asv_status status = load_key(it, settings->key, err);
    if (status != ASV_OK) {
        return status;
    }
    if (settings->log_count == 0) {
        return asv_fail(err, ASV_E_USAGE, "witness.conf names no log: log.NAME = KEY");
    }
    if (flock(place->state, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? asv_failf(err, ASV_E_BUSY, "%s: another witness works there", settings->state)
                   : asv_io_fail(err, errno, settings->state);
    }
    it->witness.dir = place->state;
    it->witness.log_count = settings->log_count;
    memcpy(it->witness.logs, settings->logs, sizeof it->witness.logs);
    return asv_witness_check(&it->witness, err);
}

/* From here on: what is remembered, and who connects. */
static enum asv_status confine(const struct asv_witness_settings *settings, struct asv_err *err)
{
    const struct asv_sandbox_path path = {settings->state, true};
    const struct asv_sandbox sandbox = {
        .paths = &path, .path_count = 1, .sockets = ASV_SANDBOX_UNIX}; /* to systemd */
    return asv_sandbox_enter(&sandbox, NULL, err);
}

static enum asv_status start(struct serving *it, const struct place *place, struct asv_err *err)
{
    const struct asv_http_config config = {.address = place->settings.listen,
                                           .world = it->witness.world,
                                           .routes = {routes, sizeof routes / sizeof *routes},
                                           .ctx = it,
                                           .plain_errors = true, /* tlog-witness */
                                           .connections = CONNECTIONS,
                                           .header_ms = DEADLINE_MS,
                                           .idle_ms = DEADLINE_MS,
                                           .request_ms = DEADLINE_MS};
    (void)umask(0077);
    enum asv_status status = asv_sandbox_forbid_dumps(err);
    if (status == ASV_OK) {
        status = load(it, place, err);
    }
    if (status == ASV_OK) {
        status = asv_signals_open(&it->signals, err);
    }
    if (status == ASV_OK) {
        status = asv_http_open(&config, &it->listener, err);
    }
    return status == ASV_OK ? confine(&place->settings, err) : status;
}

static enum asv_status serve(struct serving *it, struct asv_err *err)
{
    char address[ASV_HTTP_ADDRESS_BYTES];
    char vkey[ASV_VKEY_BYTES];
    bool stop = false;
    enum asv_status status = ASV_OK;
    asv_http_address(it->listener, address);
    asv_vkey_format(vkey, &it->witness.key);
    asv_log_event(&it->log, ASV_LOG_NOTICE, "started", asv_log_text("listen", address),
                  asv_log_text("key", vkey), asv_log_u64("logs", it->witness.log_count));
    asv_notify_ready("witnessing");
    while (status == ASV_OK && !stop) {
        status = asv_http_step(it->listener, UINT64_MAX, it->signals, &stop, err);
        asv_notify_alive();
    }
    asv_notify_stopping();
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    auto_place struct place place;
    auto_serving struct serving *it = calloc(1, sizeof *it);
    if (it == NULL) {
        place.state = -1;
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->signals = -1;
    it->log = asv_log_stderr(cli->world);
    it->witness.world = cli->world;
    it->witness.log = &it->log;
    enum asv_status status = find(cli, false, &place, err);
    if (status == ASV_E_NOT_FOUND) {
        return no_key(place.settings.key, err);
    }
    if (status == ASV_OK) {
        status = start(it, &place, err);
    }
    return status == ASV_OK ? serve(it, err) : status;
}

const struct asv_cli_command asv_cli_ledger_witness = {
    .group = "ledger",
    .name = "witness",
    .summary = "cosign the heads of others' ledgers",
    .help = "A witness (C2SP tlog-witness) for the machine of the data-protection officer or of\n"
            "another city: it needs no database and no keeper. As witness.conf says it listens for\n"
            "heads of the logs that it knows, and cosigns each that extends the one before, and no\n"
            "other. Runs until SIGTERM.",
    .run = run,
};
