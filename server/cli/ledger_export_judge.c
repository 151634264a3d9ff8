/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What was written, as its receiver sees it: by the verifier that the receiver has, not by what was meant. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/ledger_export.h"
#include "server/cli/text.h"
#include "server/verify/ledger.h"

#define PATH_BYTES 600

/* One log's line of a trust file. */
static enum asv_status write_line(const struct asv_ledger_export *it, int fd, const char *origin,
                                  uint64_t *at, struct asv_err *err)
{
    struct asv_note_key key;
    char vkey[ASV_VKEY_BYTES];
    char line[ASV_VKEY_BYTES + 8];
    enum asv_status status = asv_note_key_make(&key, origin, ASV_NOTE_ED25519, it->key, err);
    if (status == ASV_OK) {
        asv_vkey_format(vkey, &key);
        int len = snprintf(line, sizeof line, "log %s\n", vkey);
        status = asv_io_pwrite(fd, line, (size_t)len, *at, "trust file", err);
        *at += (uint64_t)len;
    }
    return status;
}

/* Where there is no trust file: one of our own logs, those that were given out, which lives as long as fd
 * does.
 */
static enum asv_status make_trust(const struct asv_ledger_export *it, int *fd, struct asv_err *err)
{
    static const char quorum[] = "quorum none\n";
    struct asv_db_ledger_log newest;
    uint64_t at = 0;
    enum asv_status status = ASV_OK;
    *fd = memfd_create("trust", MFD_CLOEXEC);
    if (*fd < 0) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for a file");
    }
    for (size_t i = 0; status == ASV_OK && i < it->origin_count; i++) {
        status = write_line(it, *fd, it->origins[i], &at, err);
    }
    if (it->origin_count == 0) { /* there is nothing to be believed, and the file needs a log */
        status = asv_db_ledger_newest(it->db, &newest, err);
        status = status == ASV_OK ? write_line(it, *fd, newest.origin, &at, err) : status;
    }
    return status == ASV_OK ? asv_io_pwrite(*fd, quorum, sizeof quorum - 1, at, "trust file", err) : status;
}

/* The first thing that the report names. */
static enum asv_status say(const char *report, struct asv_err *err)
{
    json_t *read = json_loads(report, 0, NULL);
    const char *first = json_string_value(json_array_get(json_object_get(read, "wrong"), 0));
    enum asv_status status = asv_failf(
        err, ASV_E_DIGEST, "what was written does not show what was asked for, and is for nobody: %.160s",
        first != NULL ? first : "asservat-verify does not say why");
    json_decref(read);
    return status;
}

static enum asv_status judge(const struct asv_ledger_export *it, const char *path, const char *trust,
                             struct asv_err *err)
{
    char root[PATH_BYTES];
    char *report = NULL;
    size_t len = 0;
    bool valid = false;
    FILE *out = open_memstream(&report, &len);
    (void)snprintf(root, sizeof root, "%s/root.cert", it->cli->conf.agency);
    if (out == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    const struct asv_verify_ledger what = {
        .path = path, .trust = trust, .root = it->needs_root ? root : NULL, .json = true, .out = out};
    enum asv_status status = asv_verify_ledger(&what, &valid, err);
    bool whole = fclose(out) == 0 && report != NULL;
    if (status == ASV_OK && !valid) {
        status = whole ? say(report, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (report != NULL) {
        asv_wipe(report, len);
    }
    free(report);
    return status;
}

enum asv_status asv_ledger_export_judge(const struct asv_ledger_export *exporting, const char *path,
                                        struct asv_err *err)
{
    char own[40];
    int fd = -1;
    if (exporting->trusts) {
        return judge(exporting, path, exporting->cli->conf.ledger_trust, err);
    }
    enum asv_status status = make_trust(exporting, &fd, err);
    if (status == ASV_OK) {
        (void)snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
        status = judge(exporting, path, own, err);
    }
    if (fd >= 0) {
        close(fd);
    }
    return status;
}
