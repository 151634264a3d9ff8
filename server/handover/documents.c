/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/documents.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

/* What the process says of itself, in one write below PIPE_BUF. */
struct outcome {
    enum asv_status status;
    char text[ASV_ERR_TEXT_BYTES];
};

struct work {
    struct asv_facts *facts;
    struct asv_xjustiz *release;
    struct asv_fonts *fonts;
};

static enum asv_status make_file(int dir, const char *name, int *fd, struct asv_err *err)
{
    return asv_io_open(dir, name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600, fd, err);
}

static enum asv_status write_document(const struct work *work, int dir, enum asv_document document,
                                      struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = make_file(dir, asv_document_name(document), &fd, err);
    return status == ASV_OK ? asv_document_write(work->facts, document, work->fonts, fd, err) : status;
}

static enum asv_status write_message(struct work *work, int dir, struct asv_bytes release,
                                     struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_xjustiz_read((const char *)release.data, release.len, &work->release, err);
    if (status == ASV_OK) {
        status = make_file(dir, ASV_DOCUMENTS_MESSAGE, &fd, err);
    }
    return status == ASV_OK ? asv_message_write(work->facts, work->release, fd, err) : status;
}

static enum asv_status write_all(int dir, struct asv_bytes facts, struct asv_bytes release,
                                 struct asv_err *err)
{
    struct work work = {0};
    enum asv_status status = asv_facts_read((const char *)facts.data, facts.len, &work.facts, err);
    if (status == ASV_OK) {
        status = asv_fonts_open(&work.fonts, err);
    }
    for (int i = 0; status == ASV_OK && i < ASV_DOCUMENTS; i++) {
        status = write_document(&work, dir, (enum asv_document)i, err);
    }
    if (status == ASV_OK && release.len > 0) {
        status = write_message(&work, dir, release, err);
    }
    asv_fonts_close(work.fonts);
    asv_xjustiz_free(work.release);
    asv_facts_free(work.facts);
    return status;
}

static void be_child(int dir, struct asv_bytes facts, struct asv_bytes release, int to)
{
    struct outcome outcome = {.status = ASV_OK};
    struct asv_err err = {0};
    outcome.status = write_all(dir, facts, release, &err);
    memcpy(outcome.text, err.text, sizeof outcome.text);
    bool said = write(to, &outcome, sizeof outcome) == (ssize_t)sizeof outcome;
    _exit(said ? 0 : 1);
}

static enum asv_status hear(int from, pid_t child, struct asv_err *err)
{
    struct outcome outcome;
    ssize_t got;
    int ended = 0;
    do {
        got = read(from, &outcome, sizeof outcome);
    } while (got < 0 && errno == EINTR);
    while (waitpid(child, &ended, 0) < 0 && errno == EINTR) {
    }
    if (got != (ssize_t)sizeof outcome) {
        return asv_failf(err, ASV_E_INTERNAL, "the documents could not be made: their process ended by %s %d",
                         WIFSIGNALED(ended) ? "signal" : "status",
                         WIFSIGNALED(ended) ? WTERMSIG(ended) : WEXITSTATUS(ended));
    }
    outcome.text[sizeof outcome.text - 1] = '\0';
    return outcome.status == ASV_OK ? ASV_OK : asv_failf(err, outcome.status, "%s", outcome.text);
}

enum asv_status asv_documents_write(int dir, struct asv_bytes facts, struct asv_bytes release,
                                    struct asv_err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return asv_io_fail(err, errno, "a pipe");
    }
    (void)fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        int e = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return asv_io_fail(err, e, "a process for the documents");
    }
    if (child == 0) {
        be_child(dir, facts, release, ends[1]);
    }
    (void)close(ends[1]);
    enum asv_status status = hear(ends[0], child, err);
    (void)close(ends[0]);
    return status;
}
