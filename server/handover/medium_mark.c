/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HO-155: a medium says of itself that it is not finished, to who takes it out, and to the run that goes on:
 * from before its first byte until custody knows of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/handover/medium_internal.h"

#define MARK_BYTES 1024
#define NAME_BYTES (ASV_PROTECT_NAME_BYTES + sizeof ASV_MEDIUM_MARK_IMAGE)

static const char words[] =
    "\nUNFERTIG. Beim Schreiben dieses Datenträgers wurde unterbrochen. Er darf nicht herausgegeben werden.\n"
    "Derselbe Aufruf von \"asservat handover write\" macht ihn fertig.\n"
    "\nNOT FINISHED. Writing this medium was interrupted. It must not be given away.\n"
    "The same \"asservat handover write\" finishes it.\n";

static const char *mark_name(const struct asv_medium *medium, char out[NAME_BYTES])
{
    if (medium->image[0] != '\0') {
        (void)snprintf(out, NAME_BYTES, "%s" ASV_MEDIUM_MARK_IMAGE, medium->image);
    } else {
        (void)snprintf(out, NAME_BYTES, ASV_MEDIUM_MARK);
    }
    return out;
}

enum asv_status asv_medium_mark(const struct asv_medium *medium, const struct asv_medium_content *content,
                                struct asv_err *err)
{
    char name[NAME_BYTES], file[ASV_PROTECT_NAME_BYTES], text[MARK_BYTES], id[ASV_UUID_TEXT_BYTES];
    enum asv_status status = asv_medium_name(content, file, err);
    asv_uuid_format(id, content->id);
    int len = snprintf(text, sizeof text, "handover-medium\n%s\n%s\n%s\n%s", file, id, content->label, words);
    if (status == ASV_OK && (len < 0 || (size_t)len >= sizeof text)) {
        status = asv_fail(err, ASV_E_USAGE, "a medium's name is too long");
    }
    if (status == ASV_OK) {
        status = asv_io_replace_file(medium->dir, mark_name(medium, name), text, (size_t)len, 0644, err);
    }
    return asv_medium_say_bad(medium, status, err);
}

enum asv_status asv_medium_unmark(const struct asv_medium *medium, struct asv_err *err)
{
    char name[NAME_BYTES];
    if (unlinkat(medium->dir, mark_name(medium, name), 0) != 0) {
        return asv_io_fail(err, errno, name);
    }
    return asv_io_sync_dir(medium->dir, name, err);
}

/* Out of a mark of that file. */
static bool parse_mark(const char *text, const char *file, struct asv_medium_left *out)
{
    char begin[MARK_BYTES], id[ASV_UUID_TEXT_BYTES];
    size_t skip = (size_t)snprintf(begin, sizeof begin, "handover-medium\n%s\n", file);
    if (strncmp(text, begin, skip) != 0) {
        return false;
    }
    (void)snprintf(id, sizeof id, "%s", text + skip);
    const char *label = text + skip + strlen(id);
    size_t len = *label == '\n' ? strcspn(label + 1, "\n") : 0;
    if (len == 0 || len >= sizeof out->label || label[1 + len] != '\n' ||
        asv_uuid_parse(out->id, id) != ASV_OK) {
        return false;
    }
    memcpy(out->label, label + 1, len);
    out->label[len] = '\0';
    return true;
}

static enum asv_status read_mark(const char *text, const char *mark, const char *file,
                                 struct asv_medium_left *out, struct asv_err *err)
{
    if (!parse_mark(text, file, out)) {
        return asv_failf(
            err, ASV_E_EXISTS,
            "%s: another hand-over, or another part, was begun here and not finished: finish that, "
            "take another medium, or empty this one",
            mark);
    }
    return ASV_OK;
}

static enum asv_status check_empty(const struct asv_medium *medium, struct asv_err *err)
{
    const char *finished = medium->image[0] != '\0' ? medium->image : ASV_MEDIUM_SUMS;
    if (faccessat(medium->dir, finished, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? ASV_OK : asv_io_fail(err, errno, finished);
    }
    return medium->image[0] != '\0'
               ? asv_failf(err, ASV_E_EXISTS, "%s is there already", medium->image)
               : asv_fail(err, ASV_E_EXISTS,
                          "the medium has a carrier already: one medium, one carrier. Take another one, or "
                          "empty it");
}

static enum asv_status find_left(const struct asv_medium *medium, const struct asv_medium_content *content,
                                 struct asv_medium_left *out, struct asv_err *err)
{
    char name[NAME_BYTES], file[ASV_PROTECT_NAME_BYTES], text[MARK_BYTES + 1];
    struct asv_err why = {0};
    size_t len = 0;
    *out = (struct asv_medium_left){.label = ""};
    enum asv_status status = asv_medium_name(content, file, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_io_read_file(medium->dir, mark_name(medium, name), text, MARK_BYTES, &len, &why);
    if (status == ASV_E_NOT_FOUND) {
        return check_empty(medium, err);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", why.text);
    }
    text[len] = '\0';
    return read_mark(text, name, file, out, err);
}

enum asv_status asv_medium_left(const struct asv_medium *medium, const struct asv_medium_content *content,
                                struct asv_medium_left *out, struct asv_err *err)
{
    return asv_medium_say_bad(medium, find_left(medium, content, out, err), err);
}
