/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"
#include "server/base/notify.h"
#include "server/base/sandbox.h"
#include "server/base/signals.h"
#include "server/base/world_os.h"
#include "server/keeper/secret.h"
#include "server/keeper/settings.h"

#define TICK_MS 60000

struct process_keys {
    struct asv_keys own, ledger, package;
};

/* Everything that lives as long as the process. */
struct process {
    struct asv_settings settings;
    struct asv_log log;
    struct asv_slot slots[ASV_STORE_SLOTS_MAX];
    struct asv_slot_tpm tpms[ASV_STORE_SLOTS_MAX];
    struct asv_store_setup setup;
    struct asv_keeper keeper;
    const char *origin; /* of the settings */
    struct asv_keeper_server *server;
    struct process_keys *keys;                     /* asv_secret_alloc */
    struct asv_disk_files disks[ASV_MIRROR_DISKS]; /* the store's directory, and the replica */
    unsigned disk_count;
    int listener;
    int signals;
};

static const char usage[] =
    "usage: asservat-keeper [--config FILE]                  the key agent: runs until SIGTERM\n"
    "       asservat-keeper [--config FILE] --init           makes the key store and its master slots\n"
    "       asservat-keeper [--config FILE] --add-slot SLOT  makes one more master slot, given as in\n"
    "                                                        the configuration; the keeper, which must\n"
    "                                                        not run, fills it when it starts\n"
    "       asservat-keeper [--config FILE] --forget-slot ID strikes off a master slot that is lost for\n"
    "                                                        good, by its id in `asservat keys status`;\n"
    "                                                        the keeper must not run\n"
    "       asservat-keeper [--config FILE] --add-replica    makes the replica's directory, which the\n"
    "                                                        keeper fills when it starts\n"
    "       asservat-keeper --version\n";

/* K-071: before there is a key in memory. */
static enum asv_status harden(struct process *process, struct asv_err *err)
{
    (void)umask(0077);
    enum asv_status status = asv_sandbox_forbid_dumps(err);
    process->keeper.memory_locked = mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
    if (!process->keeper.memory_locked) { /* keys are locked all the same, one by one */
        asv_log_event(&process->log, ASV_LOG_WARNING, "memory-not-locked",
                      asv_log_text("detail", "raise LimitMEMLOCK"));
    }
    return status;
}

/* K-072, K-074: one of two directories may be away, or not the keeper's alone: then it is not used. */
static enum asv_status open_dirs(struct process *process, bool make, struct asv_err *err)
{
    bool any = false;
    struct asv_err why[ASV_MIRROR_DISKS] = {{0}};
    for (unsigned i = 0; i < process->disk_count; i++) {
        struct asv_disk disk = asv_disk_posix(&process->disks[i]);
        enum asv_status status =
            make ? asv_disk_posix_make(&process->disks[i], &why[i]) : disk.attach(disk.ctx, &why[i]);
        any = any || status == ASV_OK;
        if (status != ASV_OK && (make || status == ASV_E_BUSY)) {
            return asv_fail(err, status, why[i].text);
        }
    }
    return any ? ASV_OK : asv_fail(err, why[0].status, why[0].text);
}

/* One directory's, when it has it. */
static enum asv_status read_tpm_auth_in(const struct asv_disk_files *files, uint8_t auth[ASV_SLOT_AUTH_BYTES],
                                        struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = ASV_E_NOT_FOUND;
    if (files->attached) {
        status = asv_io_read_file(files->dir, ASV_STORE_TPM_AUTH, auth, ASV_SLOT_AUTH_BYTES, &len, err);
    }
    if (status == ASV_OK && len != ASV_SLOT_AUTH_BYTES) {
        return asv_failf(err, ASV_E_MALFORMED, "%s/%s: is not %d bytes long", files->path, ASV_STORE_TPM_AUTH,
                         ASV_SLOT_AUTH_BYTES);
    }
    return status;
}

static enum asv_status make_tpm_auth(const struct process *process, uint8_t auth[ASV_SLOT_AUTH_BYTES],
                                     struct asv_err *err)
{
    enum asv_status status = asv_world_random(process->keeper.world, auth, ASV_SLOT_AUTH_BYTES);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no randomness for the TPM's authorization");
    }
    for (unsigned i = 0; status == ASV_OK && i < process->disk_count; i++) {
        if (process->disks[i].attached) {
            status = asv_io_replace_file(process->disks[i].dir, ASV_STORE_TPM_AUTH, auth, ASV_SLOT_AUTH_BYTES,
                                         0600, err);
        }
    }
    return status;
}

/* K-077: beside the index, so that nobody else who may use the TPM can use the slot. */
static enum asv_status read_tpm_auth(struct process *process, bool make, uint8_t auth[ASV_SLOT_AUTH_BYTES],
                                     struct asv_err *err)
{
    enum asv_status status = ASV_E_NOT_FOUND;
    for (unsigned i = 0; status == ASV_E_NOT_FOUND && i < process->disk_count; i++) {
        status = read_tpm_auth_in(&process->disks[i], auth, err);
    }
    if (status != ASV_E_NOT_FOUND) {
        return status;
    }
    if (make) {
        return make_tpm_auth(process, auth, err);
    }
    asv_log_event(&process->log, ASV_LOG_ERROR, "tpm-slot-closed", /* the other slots may do */
                  asv_log_text("detail", "the store's " ASV_STORE_TPM_AUTH " is missing"));
    return ASV_OK;
}

static enum asv_status set_up_store(struct process *process, bool make, struct asv_err *err)
{
    const struct asv_settings *settings = &process->settings;
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; status == ASV_OK && i < settings->slot_count; i++) {
        struct asv_slot_tpm *tpm = &process->tpms[i];
        if (settings->slots[i].kind == ASV_KEEPER_SLOT_FILE) {
            process->slots[i] = asv_slot_file(process->settings.slots[i].path);
            continue;
        }
        *tpm = (struct asv_slot_tpm){.device = settings->slots[i].path, .index = settings->slots[i].index};
        status = read_tpm_auth(process, make, tpm->auth, err);
        process->slots[i] = asv_slot_tpm(tpm);
    }
    process->setup = (struct asv_store_setup){
        .disk = asv_disk_posix(&process->disks[0]),
        .slots = process->slots,
        .slot_count = process->settings.slot_count,
        .world = process->keeper.world,
        .first_version = (uint32_t)settings->policy_version,
        .first_days = (uint16_t)settings->retention_days,
    };
    if (process->disk_count == 2) {
        process->setup.replica = asv_disk_posix(&process->disks[1]);
    }
    return status;
}

static void parent_of(char out[ASV_SETTINGS_PATH], const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL || slash == path ? 1 : (size_t)(slash - path);
    memcpy(out, slash == NULL ? "." : path, len);
    out[len] = '\0';
}

/* K-073: from here on the process reaches its store, its slots and what it must read, and no network. A
 * slot's directory, not the slot: a medium that was away comes back as another file. */
static enum asv_status enter_sandbox(const struct process *process, struct asv_err *err)
{
    const struct asv_settings *settings = &process->settings;
    char slot_dirs[ASV_STORE_SLOTS_MAX][ASV_SETTINGS_PATH];
    char list_dir[ASV_SETTINGS_PATH];
    const char *const keys[] = {settings->key, settings->ledger_key, settings->package_key};
    struct asv_sandbox_path paths[9 + ASV_STORE_SLOTS_MAX] = {
        {settings->store, true},
        {settings->identity, false},
        {"/usr/share/zoneinfo", false},
        {"/etc/localtime", false},
    };
    struct asv_sandbox sandbox = {.paths = paths, .path_count = 4};
    bool landlocked = false;
    if (settings->replica[0] != '\0') {
        paths[sandbox.path_count++] = (struct asv_sandbox_path){settings->replica, true};
    }
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i][0] != '\0') {
            paths[sandbox.path_count++].path = keys[i];
        }
    }
    parent_of(list_dir, settings->revocations); /* replaced by renaming */
    paths[sandbox.path_count++].path = list_dir;
    for (unsigned i = 0; i < settings->slot_count; i++) {
        const struct asv_slot_setting *slot = &settings->slots[i];
        parent_of(slot_dirs[i], slot->path);
        bool tpm = slot->kind == ASV_KEEPER_SLOT_TPM; /* the device itself, not all of /dev */
        paths[sandbox.path_count++] = (struct asv_sandbox_path){tpm ? slot->path : slot_dirs[i], true};
    }
    if (getenv("NOTIFY_SOCKET") != NULL) {
        sandbox.sockets = ASV_SANDBOX_UNIX;
    }
    enum asv_status status = asv_sandbox_enter(&sandbox, &landlocked, err);
    if (status == ASV_OK && !landlocked) {
        asv_log_event(&process->log, ASV_LOG_WARNING, "no-landlock",
                      asv_log_text("detail", "this kernel cannot restrict paths"));
    }
    return status;
}

static enum asv_status create_slot(const struct process *process, unsigned i, struct asv_err *err)
{
    return process->settings.slots[i].kind == ASV_KEEPER_SLOT_FILE
               ? asv_slot_file_create(process->settings.slots[i].path, err)
               : asv_slot_tpm_create(&process->tpms[i], err);
}

static enum asv_status init_store(struct process *process, struct asv_err *err)
{
    enum asv_status status = open_dirs(process, true, err);
    if (status == ASV_OK) {
        status = enter_sandbox(process, err); /* before the first master */
    }
    if (status == ASV_OK) {
        status = set_up_store(process, true, err);
    }
    for (unsigned i = 0; status == ASV_OK && i < process->settings.slot_count; i++) {
        status = create_slot(process, i, err);
        status = status == ASV_E_EXISTS ? ASV_OK : status; /* it must be empty then: create looks */
    }
    return status == ASV_OK ? asv_store_create(&process->setup, err) : status;
}

static enum asv_status add_slot(struct process *process, const char *which, struct asv_err *err)
{
    unsigned i = 0;
    const struct asv_settings *settings = &process->settings;
    while (i < settings->slot_count && strcmp(settings->slots[i].text, which) != 0) {
        i++;
    }
    if (i == settings->slot_count) {
        return asv_failf(err, ASV_E_USAGE,
                         "%s: is none of the configuration's slots; give it as it stands there", which);
    }
    enum asv_status status = open_dirs(process, false, err);
    if (status == ASV_OK) {
        status = enter_sandbox(process, err);
    }
    if (status == ASV_OK) {
        status = set_up_store(process, true, err);
    }
    return status == ASV_OK ? create_slot(process, i, err) : status;
}

/* K-137: written down before it is done. */
static enum asv_status forget_slot(struct process *process, const char *which, struct asv_err *err)
{
    uint8_t id[ASV_SLOT_ID_BYTES];
    int64_t now = 0;
    struct asv_store **store = &process->keeper.store;
    if (strlen(which) != 2 * sizeof id || asv_hex_decode(id, sizeof id, which) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "%s: is no id of a master slot; give its %zu digits", which,
                         2 * sizeof id);
    }
    enum asv_status status = open_dirs(process, false, err);
    if (status == ASV_OK) {
        status = enter_sandbox(process, err);
    }
    if (status == ASV_OK) {
        status = set_up_store(process, false, err);
    }
    if (status == ASV_OK) {
        status = asv_store_open(store, &process->setup, err);
    }
    if (status == ASV_OK) {
        status = asv_store_may_forget_slot(*store, id, err);
    }
    if (status == ASV_OK && asv_world_wall_ms(process->keeper.world, &now) != ASV_OK) {
        status = asv_fail(err, ASV_E_AWAY, "the clock cannot be read");
    }
    if (status == ASV_OK) {
        status = asv_journal_write(&(*store)->mirror, now, "FORGET_SLOT", (struct asv_bytes){id, sizeof id},
                                   (struct asv_bytes){0}, process->keeper.line, err);
    }
    if (status == ASV_OK) {
        status = asv_store_forget_slot(*store, id, err);
    }
    if (status == ASV_OK) {
        asv_log_event(&process->log, ASV_LOG_NOTICE, "slot-forgotten", asv_log_text("id", which));
    }
    return status;
}

/* The keeper fills it when it starts: it may be the store's own directory, too, that is new. */
static enum asv_status add_replica(struct process *process, struct asv_err *err)
{
    return process->disk_count == 2
               ? open_dirs(process, true, err)
               : asv_fail(err, ASV_E_USAGE, "give a line replica = /path in the configuration first");
}

/* K-070: the keeper's own key, and those that it signs for outsiders with. A path that is given leaves the
 * directory out. */
static enum asv_status load_keys(struct process *process, int dir, struct asv_err *err)
{
    struct asv_keeper_identity *identity = &process->keeper.identity;
    const struct asv_settings *settings = &process->settings;
    const struct asv_bytes none = {0};
    struct asv_keyfile file;
    void *keys = NULL;
    if (asv_secret_alloc(&keys, sizeof *process->keys) != ASV_OK || asv_p256_lock_memory() != ASV_OK) {
        asv_secret_free(keys);
        return asv_fail(err, ASV_E_NO_MEMORY, "no locked memory for the keeper's keys");
    }
    process->keys = keys;
    const char *ledger = settings->ledger_key[0] != '\0' ? settings->ledger_key : "ledger.key";
    const char *package = settings->package_key[0] != '\0' ? settings->package_key : "package.key";
    enum asv_status status =
        asv_keyfile_load(dir, ledger, ASV_KEYFILE_LEDGER, none, &file, &process->keys->ledger, err);
    if (status == ASV_OK) {
        status =
            asv_keyfile_load(dir, package, ASV_KEYFILE_PACKAGE, none, &file, &process->keys->package, err);
    }
    if (status == ASV_OK) {
        status = asv_keyfile_load(dir, settings->key[0] != '\0' ? settings->key : "keeper.key",
                                  ASV_ROLE_KEEPER, none, &file, &process->keys->own, err);
    }
    if (status == ASV_OK &&
        memcmp(file.signing_pk, identity->chain.leaf.signing_pk, sizeof file.signing_pk) != 0) {
        status = asv_fail(err, ASV_E_MISMATCH, "the keeper's key is not the one in its certificate");
    }
    if (status == ASV_OK) {
        identity->sk = process->keys->own.sign_sk;
        identity->ledger_sk = process->keys->ledger.sign_sk;
        identity->package_sk = process->keys->package.p256_sk;
    }
    return status;
}

/* The keeper's certificate chain and keys, and the agency root that decides about everybody else's. */
static enum asv_status load_identity(struct process *process, struct asv_err *err)
{
    struct asv_keeper_identity *identity = &process->keeper.identity;
    const struct asv_settings *settings = &process->settings;
    struct asv_cert root;
    uint8_t root_data[ASV_CERT_MAX_BYTES];
    asv_auto_fd int dir = -1;
    size_t len = 0;

    enum asv_status status = asv_io_open(AT_FDCWD, settings->identity, O_RDONLY | O_DIRECTORY, 0, &dir, err);
    if (status == ASV_OK) {
        status = asv_io_read_file(dir, "root.cert", root_data, sizeof root_data, &len, err);
    }
    if (status == ASV_OK) {
        status = asv_cert_decode(&root, root_data, len, err);
    }
    if (status == ASV_OK) {
        status = root.role == ASV_ROLE_ROOT ? asv_cert_verify(&root, root.signing_pk, err)
                                            : asv_fail(err, ASV_E_UNTRUSTED, "root.cert: is no root's");
    }
    if (status != ASV_OK) {
        return status;
    }
    memcpy(identity->root_pk, root.signing_pk, sizeof identity->root_pk);
    status = asv_io_read_file(dir, "chain", identity->chain_data, sizeof identity->chain_data, &len, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&identity->chain, identity->chain_data, len, err);
    }
    if (status == ASV_OK) {
        status = asv_chain_verify(&identity->chain, identity->root_pk, ASV_ROLE_KEEPER, ASV_TIME_UNKNOWN,
                                  NULL, err);
    }
    return status == ASV_OK ? load_keys(process, dir, err) : status;
}

/* An old certificate must not keep recordings from being opened, but a person must hear of it. */
static void warn_of_expiry(const struct process *process)
{
    struct asv_err err = {0};
    int64_t now = 0;
    if (asv_world_wall_ms(process->keeper.world, &now) == ASV_OK &&
        asv_chain_verify(&process->keeper.identity.chain, process->keeper.identity.root_pk, ASV_ROLE_KEEPER,
                         now, NULL, &err) != ASV_OK) {
        asv_log_failure(&process->log, ASV_LOG_ERROR, "certificate-not-valid", &err);
    }
}

static enum asv_status listen_on_socket(struct process *process, struct asv_err *err)
{
    gid_t gid = (gid_t)-1;
    if (process->settings.socket_group[0] != '\0') {
        const struct group *group = getgrnam(process->settings.socket_group);
        if (group == NULL) {
            return asv_failf(err, ASV_E_USAGE, "socket_group: there is no group \"%s\"",
                             process->settings.socket_group);
        }
        gid = group->gr_gid;
    }
    return asv_keeper_listen(process->settings.socket, gid, &process->listener, err);
}

/* K-151 */
static enum asv_status name_run(struct asv_keeper *keeper, struct asv_err *err)
{
    (void)snprintf(keeper->software, sizeof keeper->software, "asservat-keeper %s", ASV_VERSION);
    enum asv_status status = asv_world_random(keeper->world, keeper->run, sizeof keeper->run);
    if (status == ASV_OK) {
        status = asv_world_wall_ms(keeper->world, &keeper->started_ms);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no randomness, or no clock");
}

static enum asv_status start(struct process *process, struct asv_err *err)
{
    void *scratch = NULL;
    const struct asv_settings *settings = &process->settings;
    process->keeper.log = &process->log;
    process->keeper.revocations_path = settings->revocations;
    process->keeper.days_ahead = (uint16_t)settings->days_ahead;
    process->origin = settings->origin;
    process->keeper.origins =
        (struct asv_origins){.list = &process->origin, .count = settings->origin[0] != '\0' ? 1 : 0};
    enum asv_status status = name_run(&process->keeper, err);
    if (status == ASV_OK) {
        status = open_dirs(process, false, err);
    }
    if (status == ASV_OK) {
        status = asv_signals_open(&process->signals, err);
    }
    if (status == ASV_OK) {
        status = listen_on_socket(process, err);
    }
    if (status == ASV_OK) {
        status = enter_sandbox(process, err);
    }
    if (status == ASV_OK) {
        status = load_identity(process, err);
    }
    if (status == ASV_OK) {
        status = asv_secret_alloc(&scratch, sizeof *process->keeper.scratch);
        process->keeper.scratch = scratch;
    }
    if (status == ASV_OK) {
        status = set_up_store(process, false, err);
    }
    if (status == ASV_OK) {
        status = asv_store_open(&process->keeper.store, &process->setup, err);
    }
    if (status == ASV_OK) {
        status = asv_keeper_server_new(&process->server, &process->keeper, process->listener, settings->peers,
                                       settings->peer_count);
    }
    if (status == ASV_OK) {
        warn_of_expiry(process);
    }
    return status;
}

/* How long no tick is needed: until the next key is due, the next tick, or systemd asks. */
static uint64_t wait_ms(const struct process *process, int64_t next_due_ms)
{
    uint64_t wait = TICK_MS;
    uint64_t watchdog = asv_notify_watchdog_ms();
    int64_t now = 0;
    if (watchdog != 0 && watchdog < wait) {
        wait = watchdog;
    }
    if (next_due_ms != 0 && asv_world_wall_ms(process->keeper.world, &now) == ASV_OK) {
        uint64_t left =
            next_due_ms > now ? (uint64_t)(next_due_ms - now) : 1000; /* overdue: it stands still */
        wait = left < wait ? left : wait;
    }
    return wait;
}

static enum asv_status run(struct process *process, struct asv_err *err)
{
    uint64_t next_tick = 0;
    bool stop = false;
    enum asv_status status = start(process, err);
    if (status == ASV_OK) {
        asv_log_event(&process->log, ASV_LOG_NOTICE, "started",
                      asv_log_text("socket", process->settings.socket));
        asv_notify_ready("keys are kept");
    }
    while (status == ASV_OK && !stop) {
        uint64_t now = asv_world_mono_ms(process->keeper.world);
        if (now >= next_tick) { /* not after each request: an ailing slot must not slow them down */
            int64_t next_due_ms = 0;
            asv_keeper_tick(&process->keeper, &next_due_ms);
            asv_notify_alive();
            next_tick = now + wait_ms(process, next_due_ms);
        }
        status = asv_keeper_server_step(process->server, next_tick - now, process->signals, &stop, err);
    }
    asv_notify_stopping();
    return status;
}

static void finish(struct process *process)
{
    asv_keeper_server_free(process->server);
    asv_store_close(process->keeper.store);
    for (unsigned i = 0; i < process->disk_count; i++) {
        asv_disk_posix_end(&process->disks[i]);
    }
    asv_secret_free(process->keeper.scratch);
    asv_secret_free(process->keys);
    if (process->listener >= 0) {
        (void)close(process->listener);
    }
    if (process->signals >= 0) {
        (void)close(process->signals);
    }
}

static enum asv_status begin(struct process *process, const char *config, struct asv_err *err)
{
    enum asv_status status = asv_crypto_init();
    process->keeper.world = asv_world_os();
    process->log = asv_log_stderr(process->keeper.world);
    process->listener = process->signals = -1;
    if (status == ASV_OK) {
        status = asv_settings_read(&process->settings, config, err);
    }
    if (status == ASV_OK) {
        status = asv_calendar_set_zone(ASV_CALENDAR_ZONE, err);
    }
    process->disks[0].path = process->settings.store;
    process->disks[1].path = process->settings.replica;
    process->disk_count = process->settings.replica[0] != '\0' ? 2 : 1;
    return status == ASV_OK ? harden(process, err) : status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},   {"init", no_argument, NULL, 'i'},
        {"add-slot", required_argument, NULL, 'a'}, {"forget-slot", required_argument, NULL, 'f'},
        {"add-replica", no_argument, NULL, 'r'},    {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},        {NULL, 0, NULL, 0}};
    static struct process process; /* large */
    const char *config = ASV_KEEPER_CONF;
    const char *slot = NULL;
    const char *forget = NULL;
    struct asv_err err = {0};
    bool init = false;
    bool replica = false;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'c':
            config = optarg;
            break;
        case 'i':
            init = true;
            break;
        case 'a':
            slot = optarg;
            break;
        case 'f':
            forget = optarg;
            break;
        case 'r':
            replica = true;
            break;
        case 'v':
            (void)puts("asservat-keeper " ASV_VERSION);
            return 0;
        default:
            (void)fputs(usage, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (optind != argc ||
        (init ? 1 : 0) + (replica ? 1 : 0) + (slot != NULL ? 1 : 0) + (forget != NULL ? 1 : 0) > 1) {
        (void)fputs(usage, stderr);
        return 2;
    }
    enum asv_status status = begin(&process, config, &err);
    if (status == ASV_OK) {
        status = init             ? init_store(&process, &err)
                 : slot != NULL   ? add_slot(&process, slot, &err)
                 : forget != NULL ? forget_slot(&process, forget, &err)
                 : replica        ? add_replica(&process, &err)
                                  : run(&process, &err);
    }
    finish(&process);
    if (status != ASV_OK) {
        err.status = status;
        asv_log_failure(&process.log, ASV_LOG_ERROR, "failed", &err);
    }
    return status == ASV_OK ? 0 : status == ASV_E_USAGE ? 2 : 1;
}
