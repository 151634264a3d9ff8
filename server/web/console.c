/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /console/: the console's files, as they were when the server started. A request chooses one of the names
 * that were found then, so no path leads anywhere else, and nothing is opened for it. The one home of zlib.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/web/call.h"

#define FILE_BYTES  (1u << 20) /* of one */
#define TOTAL_BYTES (8u << 20) /* in memory, with what is packed; the console has a tenth */
#define TAG_BYTES   16         /* of a digest */
#define GZIP_WINDOW 31         /* zlib: the largest window, with gzip's header */
#define CACHE                                                                                            \
    "no-cache" /* a name stays when the file changes: it is asked for each time, and mostly is still the \
                  same */

/* */
#define POLICY                                                                                           \
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; "       \
    "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " \
    "require-trusted-types-for 'script'; trusted-types asservat"

static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                       {".js", "text/javascript; charset=utf-8"},
                                       {".css", "text/css; charset=utf-8"},
                                       {".svg", "image/svg+xml"}};

/* NULL: it is not one of the console's. */
static const char *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && name[0] != '.' && i < sizeof types / sizeof *types; i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return NULL;
}

/* ---- at the start ---- */

/* What gzip makes of it; nothing when that is not smaller. */
static void pack(struct asv_web_file *file)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return;
    }
    stream.next_in = file->data;
    stream.avail_in = (uInt)file->len;
    stream.next_out = malloc(file->len);
    stream.avail_out = stream.next_out != NULL ? (uInt)file->len : 0;
    file->packed = stream.next_out;
    if (deflate(&stream, Z_FINISH) == Z_STREAM_END) {
        file->packed_len = stream.total_out;
    } else {
        free(file->packed);
        file->packed = NULL;
    }
    (void)deflateEnd(&stream);
}

static void tag(struct asv_web_file *file)
{
    uint8_t digest[ASV_SHA256_BYTES];
    char text[2 * TAG_BYTES + 1];
    asv_sha256(digest, file->data, file->len);
    asv_hex_encode(text, digest, TAG_BYTES);
    snprintf(file->etag, sizeof file->etag, "\"%s\"", text);
    snprintf(file->packed_etag, sizeof file->packed_etag, "\"%s-gz\"", text);
}

/* With `scratch`, which has FILE_BYTES. */
static enum asv_status read_into(struct asv_web_console *console, int dir, const char *name, const char *type,
                                 uint8_t *scratch, struct asv_err *err)
{
    struct asv_web_file *file = &console->files[console->count];
    size_t len = 0;
    if (console->count == ASV_WEB_FILES || strlen(name) >= sizeof file->name) {
        return asv_failf(err, ASV_E_USAGE, "%s: more files than a console has, or too long a name", name);
    }
    enum asv_status status = asv_io_read_file(dir, name, scratch, FILE_BYTES, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    *file = (struct asv_web_file){.type = type, .data = malloc(len + 1), .len = len};
    if (file->data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    memcpy(file->data, scratch, len);
    snprintf(file->name, sizeof file->name, "%s", name);
    tag(file);
    pack(file);
    console->count++;
    console->bytes += file->len + file->packed_len;
    return console->bytes <= TOTAL_BYTES
               ? ASV_OK
               : asv_failf(err, ASV_E_USAGE, "%s: the console's files have more than 8 MiB", name);
}

static enum asv_status read_all(struct asv_web_console *console, DIR *dir, struct asv_err *err)
{
    uint8_t *scratch = malloc(FILE_BYTES);
    enum asv_status status = ASV_OK;
    if (scratch == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (struct dirent *entry; status == ASV_OK && (entry = readdir(dir)) != NULL;) {
        const char *type = type_of(entry->d_name);
        if (type != NULL) {
            status = read_into(console, dirfd(dir), entry->d_name, type, scratch, err);
        }
    }
    free(scratch);
    return status;
}

/* What is no file of a console's is passed over; a console that is not installed is not served. */
enum asv_status asv_web_console_read(struct asv_web_console *console, const char *path, struct asv_err *err)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return errno == ENOENT ? ASV_OK : asv_io_fail(err, errno, path);
    }
    enum asv_status status = read_all(console, dir, err);
    closedir(dir);
    return status;
}

void asv_web_console_clear(struct asv_web_console *console)
{
    for (size_t i = 0; i < console->count; i++) {
        free(console->files[i].data);
        free(console->files[i].packed);
    }
    console->count = 0;
}

/* ---- on request ---- */

/* */
static void give(const struct asv_web *web, const char *name, size_t len, bool gzip,
                 struct asv_http_answer *out)
{
    const struct asv_web_console *console = &web->console;
    const struct asv_web_file *file = NULL;
    for (size_t i = 0; file == NULL && i < console->count; i++) {
        const char *known = console->files[i].name;
        file = strlen(known) == len && memcmp(known, name, len) == 0 ? &console->files[i] : NULL;
    }
    if (file == NULL) {
        out->problem = &asv_http_not_found;
        return;
    }
    out->packed = gzip && file->packed != NULL;
    out->data = out->packed ? file->packed : file->data;
    out->len = out->packed ? file->packed_len : file->len;
    snprintf(out->etag, sizeof out->etag, "%s", out->packed ? file->packed_etag : file->etag);
    out->varies = true;
    out->code = 200;
    out->type = file->type;
    out->cache = CACHE;
    out->policy = POLICY;
}

void asv_web_console(struct asv_web_call *call)
{
    static const char index[] = "index.html";
    const struct asv_http_param *file = &call->request->match.params[0];
    if (file->text != NULL) {
        give(call->web, file->text, file->len, call->request->gzip, call->out);
    } else {
        give(call->web, index, sizeof index - 1, call->request->gzip, call->out);
    }
}

/* Whoever types the host's name alone. */
void asv_web_home(struct asv_web_call *call)
{
    if (call->web->console.count == 0) {
        call->out->problem = &asv_http_not_found;
        return;
    }
    call->out->code = 302;
    snprintf(call->out->location, sizeof call->out->location, "/console/");
}
