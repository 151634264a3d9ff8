/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-documents: the documents of one hand-over, or a medium's label, of the facts that its standard
 * input has (ask.h). It is the only program that has Cairo, Pango, qpdf and libxml2, and is given letters by
 * people outside of the house, so it gives up everything else first (HD-017): it reads its fonts and the
 * colours' profile, and writes its answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/sandbox.h"
#include "server/report/ask.h"

#define MEMORY_BYTES ((size_t)2 << 30) /* as its unit has it */
#define CPU_SECONDS  900
#define PIECE_BYTES  65536

struct work {
    struct asv_documents_asked asked;
    struct asv_facts *facts;
    struct asv_fonts *fonts;
    int fds[ASV_DOCUMENTS_FILES]; /* what is made, in files without names */
};

static enum asv_status confine(struct asv_err *err)
{
    static const struct asv_sandbox_path paths[] = {{"/usr/share/fonts/truetype", false},
                                                    {"/etc/fonts", false}, /* or fontconfig complains */
                                                    {"/usr/share/fontconfig", false},
                                                    {"/usr/share/color/icc", false},
                                                    {"/usr/share/zoneinfo", false}};
    const struct asv_sandbox sandbox = {.paths = paths, .path_count = sizeof paths / sizeof *paths};
    enum asv_status status = asv_sandbox_limit(MEMORY_BYTES, CPU_SECONDS, ASV_DOCUMENTS_FILE_MAX, err);
    return status == ASV_OK ? asv_sandbox_enter(&sandbox, NULL, err) : status;
}

/* Mapped until the program ends. */
static enum asv_status read_question(struct work *work, struct asv_err *err)
{
    uint64_t size = 0;
    enum asv_status status = asv_io_size(STDIN_FILENO, &size, "question", err);
    if (status != ASV_OK) {
        return status;
    }
    void *text = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
    return text != MAP_FAILED
               ? asv_documents_asked_read(&work->asked, (struct asv_bytes){text, (size_t)size}, err)
               : asv_io_fail(err, errno, "question");
}

static enum asv_status write_message(const struct work *work, int fd, struct asv_err *err)
{
    struct asv_xjustiz *release = NULL;
    enum asv_status status = asv_xjustiz_read("xjustiz", work->asked.question.release, &release, err);
    if (status == ASV_OK) {
        status = asv_message_write(work->facts, release, fd, err);
    }
    asv_xjustiz_free(release);
    return status;
}

static enum asv_status make_file(struct work *work, size_t i, struct asv_err *err)
{
    const int fd = memfd_create("document", MFD_CLOEXEC);
    if (fd < 0) {
        return asv_io_fail(err, errno, "a document");
    }
    work->fds[i] = fd;
    if (work->asked.question.label != NULL) {
        return asv_label_write(work->facts, work->asked.question.label, work->fonts, fd, err);
    }
    return i < ASV_DOCUMENTS ? asv_document_write(work->facts, (enum asv_document)i, work->fonts, fd, err)
                             : write_message(work, fd, err);
}

static enum asv_status make(struct work *work, struct asv_err *err)
{
    const char *zone = getenv("TZ");
    enum asv_status status = asv_calendar_set_zone(zone != NULL ? zone : ASV_CALENDAR_ZONE, err);
    if (status == ASV_OK) {
        status = read_question(work, err);
    }
    if (status == ASV_OK) {
        const struct asv_bytes facts = work->asked.question.facts;
        status = asv_facts_read((const char *)facts.data, facts.len, &work->facts, err);
    }
    if (status == ASV_OK) {
        status = asv_fonts_open(&work->fonts, err);
    }
    size_t count = asv_documents_count(&work->asked.question);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = make_file(work, i, err);
    }
    return status;
}

/* ---- the answer ---- */

static enum asv_status give(const void *data, size_t len, struct asv_err *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t gone = write(STDOUT_FILENO, (const uint8_t *)data + done, len - done);
        if (gone < 0 && errno != EINTR) {
            return asv_io_fail(err, errno, "answer");
        }
        done += gone > 0 ? (size_t)gone : 0;
    }
    return ASV_OK;
}

static enum asv_status give_file(int fd, struct asv_err *err)
{
    static uint8_t piece[PIECE_BYTES];
    uint8_t bytes[8];
    uint64_t size = 0;
    enum asv_status status = asv_io_size(fd, &size, "a document", err);
    asv_store_be64(bytes, size);
    if (status == ASV_OK) {
        status = give(bytes, sizeof bytes, err);
    }
    for (uint64_t at = 0; status == ASV_OK && at < size;) {
        size_t len = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        status = asv_io_pread(fd, piece, len, at, "a document", err);
        if (status == ASV_OK) {
            status = give(piece, len, err);
        }
        at += len;
    }
    return status;
}

static enum asv_status answer(const struct work *work, enum asv_status made, const char *why,
                              struct asv_err *err)
{
    uint8_t head[ASV_DOCUMENTS_HEAD_BYTES];
    size_t count = made == ASV_OK ? asv_documents_count(&work->asked.question) : 0;
    enum asv_status status = give(head, asv_documents_head_write(head, made, why), err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = give_file(work->fds[i], err);
    }
    return status;
}

static bool is_file(void)
{
    struct stat st;
    return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

static int explain(const char *argument)
{
    if (argument != NULL && strcmp(argument, "--version") == 0) {
        (void)puts("asservat-documents " ASV_VERSION);
        return 0;
    }
    fputs("usage: asservat-documents            makes the documents of a hand-over, of the facts that its\n"
          "                                     standard input has (`asservat handover run` starts it)\n"
          "       asservat-documents --version\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static struct work work;
    struct asv_err err = {0};
    struct asv_err why = {0};
    if (argc != 1 || !is_file()) {
        return explain(argc == 2 ? argv[1] : NULL);
    }
    if (confine(&err) != ASV_OK) {
        fprintf(stderr, "asservat-documents: %s\n", err.text);
        return 1;
    }
    enum asv_status made = make(&work, &why);
    enum asv_status told = answer(&work, made, why.text, &err);
    _exit(told == ASV_OK ? 0 : 1); /* what Pango keeps of fonts (report.h) and all else ends here */
}
