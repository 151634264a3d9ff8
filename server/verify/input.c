/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

const char *asv_input_name(enum asv_part part)
{
    static const char *const names[ASV_PART_COUNT] = {"seal", "payload", "stanzas", "link",
                                                      "tail", "chain",   "commit",  "receipt"};
    return names[part];
}

enum asv_status asv_input_open(struct asv_input *input, const char *path, struct asv_err *err)
{
    struct stat st;
    /* Not blocking: a FIFO in the place of a file must not hold us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR ? asv_fail(err, ASV_E_NOT_FOUND, "no such file")
                                                   : asv_fail(err, ASV_E_IO, strerror(errno));
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0) {
        close(fd);
        return asv_fail(err, ASV_E_USAGE, "not a regular file");
    }
    *input = (struct asv_input){.fd = fd, .size = (uint64_t)st.st_size};
    return ASV_OK;
}

void asv_input_close(struct asv_input *input)
{
    if (input->fd >= 0 && !input->is_borrowed) {
        close(input->fd);
    }
    input->fd = -1;
}

struct asv_input asv_input_part(const struct asv_input *input, uint64_t offset, uint64_t size)
{
    return (struct asv_input){input->fd, size, input->offset + offset, true};
}

void asv_inputs_close(struct asv_inputs *inputs)
{
    for (size_t i = 0; i < ASV_PART_COUNT; i++) {
        asv_input_close(&inputs->part[i]);
    }
}

/* What stands before each part's name: "DIR/" or "DIR/NAME.". ASV_E_USAGE when path names no seal. */
static enum asv_status find_prefix(char prefix[PATH_BYTES], const char *path, struct asv_err *err)
{
    static const char seal[] = "seal";
    struct stat st;
    size_t len = strlen(path);
    size_t seal_len = sizeof seal - 1;

    if (len == 0 || len + 16 >= PATH_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "the path is empty or too long");
    }
    memcpy(prefix, path, len + 1);
    if (stat(path, &st) != 0) {
        return errno == ENOENT || errno == ENOTDIR
                   ? asv_fail(err, ASV_E_NOT_FOUND, "no such file or directory")
                   : asv_fail(err, ASV_E_IO, strerror(errno));
    }
    if (S_ISDIR(st.st_mode)) {
        memcpy(prefix + len, "/", 2);
        return ASV_OK;
    }
    bool named_seal = len >= seal_len && strcmp(path + len - seal_len, seal) == 0 &&
                      (len == seal_len || path[len - seal_len - 1] == '/' || path[len - seal_len - 1] == '.');
    if (len > 4 && strcmp(path + len - 4, ".age") == 0) {
        return asv_fail(
            err, ASV_E_USAGE,
            "is closed with age: open it first, with \"age -d -i IDENTITY -o CARRIER.zip FILE.age\"");
    }
    if (!named_seal) {
        return asv_fail(err, ASV_E_USAGE, "neither a clip's directory nor a file named seal or NAME.seal");
    }
    prefix[len - seal_len] = '\0';
    return ASV_OK;
}

enum asv_status asv_inputs_open(struct asv_inputs *inputs, const char *path, struct asv_err *err)
{
    char prefix[PATH_BYTES];
    char name[PATH_BYTES + 16];
    struct asv_err inner = {0};

    for (size_t i = 0; i < ASV_PART_COUNT; i++) {
        inputs->part[i] = (struct asv_input){.fd = -1};
    }
    inputs->payload_stays = false;
    inputs->leaves = NULL;
    enum asv_status status = find_prefix(prefix, path, err);
    for (size_t i = 0; i < ASV_PART_COUNT && status == ASV_OK; i++) {
        snprintf(name, sizeof name, "%s%s", prefix, asv_input_name((enum asv_part)i));
        status = asv_input_open(&inputs->part[i], name, &inner);
        if (status == ASV_E_NOT_FOUND && i != ASV_PART_SEAL) {
            status = ASV_OK;
        } else if (status == ASV_E_NOT_FOUND) {
            status = asv_fail(err, status, "there is no seal in it");
        } else if (status != ASV_OK && err != NULL) {
            err->status = status;
            snprintf(err->text, sizeof err->text, "%s: %.200s", asv_input_name((enum asv_part)i), inner.text);
        }
    }
    if (status != ASV_OK) {
        asv_inputs_close(inputs);
    }
    return status;
}

enum asv_status asv_input_read(const struct asv_input *input, uint64_t offset, void *out, size_t len,
                               size_t *got, struct asv_err *err)
{
    uint8_t *at = out;
    size_t done = 0;
    uint64_t left = offset < input->size ? input->size - offset : 0;
    len = len < left ? len : (size_t)left;
    while (done < len) {
        ssize_t some = pread(input->fd, at + done, len - done, (off_t)(input->offset + offset + done));
        if (some < 0 && errno == EINTR) {
            continue;
        }
        if (some < 0) {
            return asv_fail_at(err, ASV_E_IO, "cannot be read, at byte", offset + done);
        }
        if (some == 0) {
            break;
        }
        done += (size_t)some;
    }
    *got = done;
    return ASV_OK;
}

enum asv_status asv_input_load(const struct asv_input *input, uint8_t *out, size_t cap,
                               struct asv_bytes *view, struct asv_err *err)
{
    size_t got = 0;
    if (input->fd < 0) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no such file");
    }
    if (input->size > cap) {
        return asv_fail_at(err, ASV_E_LIMIT, "longer than it can be, bytes", input->size);
    }
    enum asv_status status = asv_input_read(input, 0, out, (size_t)input->size, &got, err);
    if (status == ASV_OK) {
        *view = (struct asv_bytes){out, got};
    }
    return status;
}
