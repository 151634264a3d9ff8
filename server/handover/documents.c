/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/documents.h"

#include <fcntl.h>
#include <unistd.h>

#include "server/base/io.h"

enum asv_status asv_documents_write(const char *program, int dir, struct asv_bytes facts,
                                    struct asv_bytes release, struct asv_err *err)
{
    const struct asv_documents_question question = {.facts = facts, .release = release};
    int fds[ASV_DOCUMENTS_FILES];
    size_t count = asv_documents_count(&question);
    size_t open = 0;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && open < count) {
        const char *name =
            open < ASV_DOCUMENTS ? asv_document_name((enum asv_document)open) : ASV_DOCUMENTS_MESSAGE;
        status = asv_io_open(dir, name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600, &fds[open], err);
        open += status == ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_documents_ask(program, &question, fds, err);
    }
    while (open > 0) {
        (void)close(fds[--open]);
    }
    return status;
}
