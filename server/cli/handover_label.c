/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/handover_label.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/handover/medium.h"

#define FACTS_MAX  ((size_t)256 << 20)
#define PATH_BYTES 4096

static const char *partial(const struct asv_label_file *file, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s.partial", file->path);
    return out;
}

static enum asv_status ask(const struct asv_label_file *file, const struct asv_label *label, int fd,
                           struct asv_err *err)
{
    const struct asv_documents_question question = {.facts = {(const uint8_t *)file->facts, file->facts_len},
                                                    .label = label};
    return asv_documents_ask(file->program, &question, &fd, err);
}

static enum asv_status open_file(struct asv_label_file *file, struct asv_err *err)
{
    char name[PATH_BYTES];
    struct stat st;
    if (strlen(file->path) + sizeof ".partial" > sizeof name) {
        return asv_fail(err, ASV_E_USAGE, "--print: the file's path is too long");
    }
    if (stat(file->path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return asv_failf(err, ASV_E_USAGE, "--print: %.200s is there and is no file", file->path);
    }
    return asv_io_open(AT_FDCWD, partial(file, name), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0640,
                       &file->fd, err);
}

enum asv_status asv_label_open(struct asv_label_file *file, const char *path, const char *program,
                               int carrier, const struct asv_label *trial, struct asv_err *err)
{
    asv_auto_fd int nobody = -1;
    *file = (struct asv_label_file){.path = path, .program = program, .fd = -1};
    if (path == NULL) {
        return ASV_OK;
    }
    enum asv_status status = open_file(file, err);
    if (status == ASV_OK) {
        status = asv_medium_take(carrier, "data/facts.json", FACTS_MAX, &file->facts, &file->facts_len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    nobody = memfd_create("label", MFD_CLOEXEC);
    return nobody < 0 ? asv_io_fail(err, errno, "label") : ask(file, trial, nobody, err);
}

enum asv_status asv_label_print(struct asv_label_file *file, const struct asv_label *label,
                                struct asv_err *err)
{
    struct asv_err why = {0};
    if (file->path == NULL) {
        return ASV_OK;
    }
    enum asv_status status = ask(file, label, file->fd, &why);
    if (status == ASV_OK) {
        status = asv_io_sync_data(file->fd, file->path, &why);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_failf(err, status,
                                        "the label could not be printed: %.100s. The medium is not finished: "
                                        "say the same again",
                                        why.text);
}

enum asv_status asv_label_keep(struct asv_label_file *file, struct asv_err *err)
{
    char name[PATH_BYTES];
    if (file->fd < 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_io_rename(AT_FDCWD, partial(file, name), AT_FDCWD, file->path, err);
    if (status == ASV_OK) {
        (void)close(file->fd);
        file->fd = -1;
    }
    return status;
}

void asv_label_close(struct asv_label_file *file)
{
    char name[PATH_BYTES];
    if (file->fd >= 0) {
        (void)close(file->fd);
        (void)unlink(partial(file, name));
    }
    free(file->facts);
    *file = (struct asv_label_file){.fd = -1};
}
