/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The database's part of a restore: the dump and the trace that it was restored, in one transaction.
 * pg_restore writes SQL, psql runs it; between them this program puts the beginning in front and, only when
 * pg_restore gave everything, the trace and COMMIT behind. */
#include "server/cli/restore_database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/child.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

/* Closing its input without COMMIT undoes everything. */
struct runner {
    struct asv_child psql;
    int in;
};

static enum asv_status start(struct runner *runner, const char *owner, struct asv_err *err)
{
    char database[1100];
    int ends[2];
    snprintf(database, sizeof database, "--dbname=%s", owner);
    const char *const argv[] = {"psql",   "--no-psqlrc",           "--quiet",  "--no-password",
                                database, "--set=ON_ERROR_STOP=1", "--file=-", NULL};
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return asv_io_fail(err, errno, "psql");
    }
    enum asv_status status = asv_child_start(argv, ends[0], false, &runner->psql, err);
    close(ends[0]);
    if (status != ASV_OK) {
        close(ends[1]);
        return status;
    }
    runner->in = ends[1];
    return ASV_OK;
}

/* ASV_E_AWAY: it ended, and says why when it is waited for. */
static enum asv_status say(const struct runner *runner, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t put = write(runner->in, text, len);
        if (put < 0 && errno != EINTR) {
            return ASV_E_AWAY;
        }
        text += put > 0 ? put : 0;
        len -= put > 0 ? (size_t)put : 0;
    }
    return ASV_OK;
}

static enum asv_status pass_on(const struct runner *runner, int from, struct asv_err *err)
{
    char block[65536];
    for (;;) {
        ssize_t got = read(from, block, sizeof block);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return asv_io_fail(err, errno, "pg_restore");
        }
        if (got == 0) {
            return ASV_OK;
        }
        enum asv_status status = say(runner, block, (size_t)got);
        if (status != ASV_OK) {
            return status;
        }
    }
}

static enum asv_status give(const struct runner *runner, int dump, const char *trace, struct asv_err *err)
{
    static const char begin[] = "BEGIN;\n";
    static const char *const argv[] = {"pg_restore", "--file=-", NULL};
    char end[256];
    struct asv_child child = {.pid = 0};
    enum asv_status status = asv_child_start(argv, dump, true, &child, err);
    if (status != ASV_OK) {
        return status;
    }
    status = say(runner, begin, sizeof begin - 1);
    if (status == ASV_OK) {
        status = pass_on(runner, child.out, err);
    }
    if (status != ASV_OK) {
        asv_child_kill(&child);
        return status;
    }
    status = asv_child_wait(&child, err);
    if (status != ASV_OK) {
        return status; /* whatever it gave is not all */
    }
    int len = snprintf(end, sizeof end,
                       "DO $asv$ BEGIN EXECUTE pg_catalog.format('COMMENT ON DATABASE %%I IS %%L',"
                       " pg_catalog.current_database(), '%s'); END $asv$;\nCOMMIT;\n",
                       trace);
    return say(runner, end, (size_t)len);
}

enum asv_status asv_restore_database(const char *owner, int dump, const char *trace, struct asv_err *err)
{
    struct runner runner = {.in = -1};
    struct asv_err inner = {0};
    struct asv_err said = {0};
    enum asv_status status = start(&runner, owner, err);
    if (status != ASV_OK) {
        return status;
    }
    status = give(&runner, dump, trace, &inner);
    close(runner.in);
    enum asv_status ran = asv_child_wait(&runner.psql, &said);
    if (ran != ASV_OK) { /* why nothing more could be said to it */
        return asv_failf(err, ran, "database: %s", said.text);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "database: %s", inner.text);
}
