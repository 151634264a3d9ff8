/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/handover_label.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/handover/medium.h"

#define FACTS_MAX ((size_t)256 << 20)

static enum asv_status ask(const struct asv_label_file *file, const struct asv_label *label, int fd,
                           struct asv_err *err)
{
    const struct asv_documents_question question = {.facts = {(const uint8_t *)file->facts, file->facts_len},
                                                    .label = label};
    return asv_documents_ask(file->program, &question, &fd, err);
}

static enum asv_status open_file(struct asv_label_file *file, struct asv_err *err)
{
    struct asv_err ignored = {0};
    file->is_new =
        asv_io_open(AT_FDCWD, file->path, O_RDWR | O_CREAT | O_EXCL, 0640, &file->fd, &ignored) == ASV_OK;
    return file->is_new ? ASV_OK : asv_io_open(AT_FDCWD, file->path, O_RDWR, 0, &file->fd, err);
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
    enum asv_status status = ftruncate(file->fd, 0) == 0 || errno == EINVAL /* no regular file */
                                 ? ask(file, label, file->fd, &why)
                                 : asv_io_fail(&why, errno, file->path);
    return status == ASV_OK ? ASV_OK
                            : asv_failf(err, status,
                                        "the medium is written and in custody, and its label could not be "
                                        "printed: %.150s",
                                        why.text);
}

void asv_label_close(struct asv_label_file *file, bool keep)
{
    if (file->fd >= 0) {
        (void)close(file->fd);
        if (!keep && file->is_new) {
            (void)unlink(file->path);
        }
    }
    free(file->facts);
    *file = (struct asv_label_file){.fd = -1};
}
