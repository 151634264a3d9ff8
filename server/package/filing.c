/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/filing.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define PARTIAL ".partial"

static const char *partial(char out[ASV_FILING_DIR_BYTES + 16], const struct asv_filing *filing)
{
    snprintf(out, ASV_FILING_DIR_BYTES + 16, "%s" PARTIAL, filing->name);
    return out;
}

void asv_filing_close(struct asv_filing *filing)
{
    if (filing->dir >= 0) {
        (void)close(filing->dir);
        filing->dir = -1;
    }
    asv_names_free(&filing->names);
}

enum asv_status asv_filing_begin(struct asv_filing *filing, int parent, const char *name, uint32_t date,
                                 struct asv_err *err)
{
    char dir[ASV_FILING_DIR_BYTES + 16];
    *filing = (struct asv_filing){.parent = parent, .dir = -1, .limits = asv_filing_limits_of(date)};
    if (name[0] == '\0' || strlen(name) >= sizeof filing->name || strchr(name, '/') != NULL) {
        return asv_fail(err, ASV_E_USAGE, "a filing's name is a directory's, and short");
    }
    memcpy(filing->name, name, strlen(name) + 1);
    if (faccessat(parent, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return asv_failf(err, ASV_E_EXISTS, "%s is there already", name);
    }
    enum asv_status status = asv_io_remove_tree(parent, partial(dir, filing), err);
    return status == ASV_OK ? asv_io_open_dir(parent, dir, true, &filing->dir, err) : status;
}

/* PK-050, PK-051, PK-052 */
static enum asv_status admit(struct asv_filing *filing, const char *name, uint64_t size, struct asv_err *err)
{
    if (!asv_filing_name_is_good(name)) {
        return asv_failf(err, ASV_E_USAGE, "%.200s: no name for a filing", name);
    }
    if (filing->files >= filing->limits->files) {
        return asv_failf(err, ASV_E_LIMIT, "%.90s: a filing has at most %u files", name,
                         filing->limits->files);
    }
    if (size > filing->limits->bytes - filing->bytes) {
        return asv_failf(err, ASV_E_LIMIT, "%.90s: a filing has at most %llu bytes", name,
                         (unsigned long long)filing->limits->bytes);
    }
    enum asv_status status =
        asv_names_add(&filing->names, (struct asv_bytes){(const uint8_t *)name, strlen(name)});
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%.200s: is in the filing already", name);
}

struct copying {
    int fd;
    const char *name;
    uint64_t at;
    struct asv_sha256 state;
};

static enum asv_status take_piece(void *ctx, const uint8_t *piece, size_t len, struct asv_err *err)
{
    struct copying *copying = ctx;
    uint64_t at = copying->at;
    asv_sha256_update(&copying->state, piece, len);
    copying->at += len;
    return asv_io_pwrite(copying->fd, piece, len, at, copying->name, err);
}

static enum asv_status copy(int fd, const char *name, const struct asv_source *source,
                            uint8_t sha256[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct copying copying = {.fd = fd, .name = name};
    const struct asv_source_taker taker = {&copying, take_piece};
    asv_sha256_init(&copying.state);
    enum asv_status status = asv_source_pour(source, name, &taker, err);
    asv_sha256_final(&copying.state, sha256);
    return status == ASV_OK ? asv_io_sync_data(fd, name, err) : status;
}

enum asv_status asv_filing_add(struct asv_filing *filing, const char *name, const struct asv_source *source,
                               uint8_t *sha256, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_auto_fd int fd = -1;
    enum asv_status status = admit(filing, name, source->size, err);
    if (status == ASV_OK) {
        status = asv_io_open(filing->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644, &fd, err);
    }
    if (status == ASV_OK) {
        status = copy(fd, name, source, digest, err);
    }
    if (status == ASV_OK) {
        filing->files++;
        filing->bytes += source->size;
        if (sha256 != NULL) {
            memcpy(sha256, digest, sizeof digest);
        }
    }
    return status;
}

/* PK-053 */
enum asv_status asv_filing_add_document(struct asv_filing *filing, const char *name,
                                        const struct asv_source *source,
                                        const struct asv_package_signer *signer, uint8_t *sha256,
                                        struct asv_err *err)
{
    char beside[ASV_FILING_NAME_BYTES + sizeof ASV_FILING_SIGNATURE];
    uint8_t sig[ASV_CADES_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len = 0;
    enum asv_status status = asv_filing_add(filing, name, source, digest, err);
    if (status == ASV_OK) {
        status = asv_package_sign(sig, &len, digest, signer, err);
    }
    if (status == ASV_OK) {
        struct asv_bytes left = {sig, len};
        const struct asv_source signature = asv_source_bytes(&left);
        snprintf(beside, sizeof beside, "%s" ASV_FILING_SIGNATURE, name);
        status = asv_filing_add(filing, beside, &signature, NULL, err);
    }
    if (status == ASV_OK && sha256 != NULL) {
        memcpy(sha256, digest, sizeof digest);
    }
    return status;
}

enum asv_status asv_filing_finish(struct asv_filing *filing, struct asv_err *err)
{
    char dir[ASV_FILING_DIR_BYTES + 16];
    enum asv_status status = ASV_OK;
    if (faccessat(filing->dir, ASV_FILING_MESSAGE, F_OK, 0) != 0) {
        status = asv_fail(err, ASV_E_STATE, "the filing has no " ASV_FILING_MESSAGE);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(filing->dir, filing->name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_rename(filing->parent, partial(dir, filing), filing->parent, filing->name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(filing->parent, filing->name, err);
    }
    asv_filing_close(filing);
    return status;
}
