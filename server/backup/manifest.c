/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"

#define FIRST      "# asservat backup 1\n"
#define DAMAGED    "# damaged"
#define HEX_CHARS  64
#define LINE_BYTES (HEX_CHARS + 2 + ASV_MANIFEST_PATH_BYTES + 1)

void asv_manifest_close(struct asv_manifest *manifest)
{
    if (manifest->file != NULL) {
        (void)fclose(manifest->file);
        manifest->file = NULL;
    }
}

static enum asv_status take(int fd, const char *mode, struct asv_manifest *out, struct asv_err *err)
{
    FILE *file = fdopen(fd, mode);
    if (file == NULL) {
        close(fd);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    *out = (struct asv_manifest){.file = file};
    return ASV_OK;
}

/* ---- writing ---- */

enum asv_status asv_manifest_begin(int set, struct asv_manifest *out, struct asv_err *err)
{
    int fd = -1;
    enum asv_status status =
        asv_io_open(set, ASV_MANIFEST_PARTIAL, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600, &fd, err);
    if (status == ASV_OK) {
        status = take(fd, "w", out, err);
    }
    if (status == ASV_OK && fputs(FIRST, out->file) < 0) {
        status = asv_io_fail(err, errno, ASV_MANIFEST);
        asv_manifest_close(out);
    }
    return status;
}

/* What a line can hold, sha256sum reads as it stands, and stays below the set. */
static bool is_path(const char *path)
{
    size_t len = strlen(path);
    if (len == 0 || len >= ASV_MANIFEST_PATH_BYTES || path[0] == '/') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (path[i] <= ' ' || path[i] > '~' || path[i] == '\\') {
            return false;
        }
    }
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        size_t size = strcspn(part, "/");
        if (size == 0 || (size <= 2 && strncmp(part, "..", size) == 0)) {
            return false;
        }
    }
    return true;
}

enum asv_status asv_manifest_add(struct asv_manifest *manifest, const struct asv_manifest_entry *entry,
                                 uint64_t size, struct asv_err *err)
{
    char hex[HEX_CHARS + 1];
    if (!is_path(entry->path)) {
        return asv_failf(err, ASV_E_USAGE, "%.200s: give this file a plain name", entry->path);
    }
    asv_hex_encode(hex, entry->sha256, sizeof entry->sha256);
    if (fprintf(manifest->file, "%s%s  %s\n", entry->damaged ? DAMAGED "\n" : "", hex, entry->path) < 0) {
        return asv_io_fail(err, errno, ASV_MANIFEST);
    }
    manifest->files++;
    manifest->bytes += size;
    return ASV_OK;
}

enum asv_status asv_manifest_finish(int set, struct asv_manifest *manifest, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (fprintf(manifest->file, "# end: %" PRIu64 " files, %" PRIu64 " bytes\n", manifest->files,
                manifest->bytes) < 0 ||
        fflush(manifest->file) != 0) {
        status = asv_io_fail(err, errno, ASV_MANIFEST);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_data(fileno(manifest->file), ASV_MANIFEST, err);
    }
    if (status == ASV_OK) { /* the names of what it speaks of, before its own */
        status = asv_io_sync_dir(set, ASV_MANIFEST, err);
    }
    if (status == ASV_OK) {
        status = asv_io_rename(set, ASV_MANIFEST_PARTIAL, set, ASV_MANIFEST, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(set, ASV_MANIFEST, err);
    }
    asv_manifest_close(manifest);
    return status;
}

/* ---- reading ---- */

/* A line without its end; NULL at the file's end, and for one that is too long or has no end. */
static const char *read_line(struct asv_manifest *manifest, char line[LINE_BYTES])
{
    if (fgets(line, LINE_BYTES, manifest->file) == NULL) {
        return NULL;
    }
    size_t len = strlen(line);
    if (len == 0 || line[len - 1] != '\n') {
        return NULL;
    }
    line[len - 1] = '\0';
    return line;
}

static enum asv_status malformed(struct asv_err *err)
{
    return asv_fail(err, ASV_E_MALFORMED, ASV_MANIFEST ": is cut off, or no manifest of a backup");
}

static enum asv_status open_named(int set, const char *name, struct asv_manifest *out, struct asv_err *err)
{
    int fd = -1;
    char first[sizeof FIRST];
    enum asv_status status = asv_io_open_file(set, name, &fd, err);
    if (status == ASV_OK) {
        status = take(fd, "r", out, err);
    }
    if (status == ASV_OK && (fgets(first, sizeof first, out->file) == NULL || strcmp(first, FIRST) != 0)) {
        asv_manifest_close(out);
        status = malformed(err);
    }
    return status;
}

enum asv_status asv_manifest_open(int set, struct asv_manifest *out, struct asv_err *err)
{
    return open_named(set, ASV_MANIFEST, out, err);
}

enum asv_status asv_manifest_open_partial(int set, struct asv_manifest *out, struct asv_err *err)
{
    return open_named(set, ASV_MANIFEST_PARTIAL, out, err);
}

static enum asv_status read_end(struct asv_manifest *manifest, const char *line, struct asv_err *err)
{
    uint64_t files = 0;
    uint64_t bytes = 0;
    int used = 0;
    /* NOLINTNEXTLINE(cert-err34-c): a number too large is another number than the one that was counted */
    if (sscanf(line, "# end: %" SCNu64 " files, %" SCNu64 " bytes%n", &files, &bytes, &used) != 2 ||
        line[used] != '\0' || files != manifest->files || fgetc(manifest->file) != EOF) {
        return malformed(err);
    }
    manifest->bytes = bytes;
    manifest->ended = true;
    return ASV_E_NOT_FOUND;
}

enum asv_status asv_manifest_next(struct asv_manifest *manifest, struct asv_manifest_entry *out,
                                  struct asv_err *err)
{
    char text[LINE_BYTES];
    struct asv_manifest_entry entry = {.damaged = false};
    if (manifest->ended) {
        return ASV_E_NOT_FOUND;
    }
    const char *line = read_line(manifest, text);
    if (line != NULL && strncmp(line, "# end: ", 7) == 0) {
        return read_end(manifest, line, err);
    }
    if (line != NULL && strcmp(line, DAMAGED) == 0) {
        entry.damaged = true;
        line = read_line(manifest, text);
    }
    if (line == NULL || strlen(line) < HEX_CHARS + 3 || strncmp(line + HEX_CHARS, "  ", 2) != 0) {
        return malformed(err);
    }
    text[HEX_CHARS] = '\0';
    if (asv_hex_decode(entry.sha256, sizeof entry.sha256, line) != ASV_OK || !is_path(line + HEX_CHARS + 2)) {
        return malformed(err);
    }
    snprintf(entry.path, sizeof entry.path, "%s", line + HEX_CHARS + 2);
    manifest->files++;
    *out = entry;
    return ASV_OK;
}
