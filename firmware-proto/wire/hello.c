/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * PROTOCOL.md, section 4. */
#include "firmware-proto/base/extensions.h"
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/wire/messages.h"

#define ROLE_DOCK   1
#define ROLE_CAMERA 2

/* P-016: ascending, so that there is one way to write a set. */
static enum asv_status check_set(const uint16_t *values, uint8_t count)
{
    if (count == 0) {
        return ASV_E_MALFORMED;
    }
    if (count > ASV_WIRE_MAX_VERSIONS) {
        return ASV_E_LIMIT;
    }
    for (uint8_t i = 0; i < count; i++) {
        if (values[i] == 0 || (i > 0 && values[i] <= values[i - 1])) {
            return ASV_E_MALFORMED;
        }
    }
    return ASV_OK;
}

/* P-013: limits below which no session can work, above which they are no limits. */
static enum asv_status check_limits(uint16_t frame_chunks, uint16_t requests, uint32_t asked_bytes)
{
    if (frame_chunks == 0 || requests == 0 || asked_bytes < ASV_WIRE_CHUNK_BYTES) {
        return ASV_E_MALFORMED;
    }
    return frame_chunks > ASV_WIRE_MAX_FRAME_CHUNKS || requests > ASV_WIRE_MAX_REQUESTS ||
                   asked_bytes > ASV_WIRE_MAX_ASKED_BYTES
               ? ASV_E_LIMIT
               : ASV_OK;
}

static enum asv_status check_hello(const struct asv_wire_hello *hello)
{
    enum asv_status status = check_set(hello->versions, hello->version_count);
    if (status == ASV_OK) {
        status = check_set(hello->suites, hello->suite_count);
    }
    return status != ASV_OK ? status : check_limits(hello->frame_chunks, hello->requests, hello->asked_bytes);
}

static void write_set(struct asv_writer *writer, const uint16_t *values, uint8_t count)
{
    asv_write_u8(writer, count);
    for (uint8_t i = 0; i < count; i++) {
        asv_write_u16(writer, values[i]);
    }
}

static enum asv_status read_set(struct asv_reader *reader, uint16_t values[ASV_WIRE_MAX_VERSIONS],
                                uint8_t *count)
{
    if (asv_read_u8(reader, count) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (*count > ASV_WIRE_MAX_VERSIONS) {
        return ASV_E_LIMIT;
    }
    for (uint8_t i = 0; i < *count; i++) {
        if (asv_read_u16(reader, &values[i]) != ASV_OK) {
            return ASV_E_MALFORMED;
        }
    }
    return check_set(values, *count);
}

enum asv_status asv_wire_hello_encode(struct asv_writer *writer, const struct asv_wire_hello *hello)
{
    if (check_hello(hello) != ASV_OK) {
        return ASV_E_USAGE;
    }
    asv_write_u8(writer, ROLE_DOCK);
    write_set(writer, hello->versions, hello->version_count);
    write_set(writer, hello->suites, hello->suite_count);
    asv_write_u16(writer, hello->frame_chunks);
    asv_write_u16(writer, hello->requests);
    asv_write_u32(writer, hello->asked_bytes);
    asv_write_digest(writer, hello->agency);
    asv_write_extensions(writer, (struct asv_bytes){NULL, 0});
    return writer->overrun ? ASV_E_LIMIT : ASV_OK;
}

/* The limits, the same in both HELLOs. */
static enum asv_status read_limits(struct asv_reader *reader, uint16_t *frame_chunks, uint16_t *requests,
                                   uint32_t *asked_bytes)
{
    return asv_read_u16(reader, frame_chunks) == ASV_OK && asv_read_u16(reader, requests) == ASV_OK &&
                   asv_read_u32(reader, asked_bytes) == ASV_OK
               ? ASV_OK
               : ASV_E_MALFORMED;
}

/* P-017: whatever follows the fields known today are extensions, of which a critical one is refused. */
static enum asv_status read_rest(struct asv_reader *reader)
{
    struct asv_bytes extensions;
    enum asv_status status = asv_read_extensions(reader, &extensions, NULL, 0);
    return status != ASV_OK ? status : asv_read_end(reader);
}

enum asv_status asv_wire_hello_decode(struct asv_wire_hello *out, const void *data, size_t len,
                                      struct asv_err *err)
{
    struct asv_wire_hello hello = {0};
    struct asv_reader reader;
    uint8_t role = 0;
    asv_reader_init(&reader, data, len);
    if (asv_read_u8(&reader, &role) != ASV_OK || role != ROLE_DOCK) {
        return asv_fail_at(err, ASV_E_MALFORMED, "HELLO: not a dock's", role);
    }
    enum asv_status status = read_set(&reader, hello.versions, &hello.version_count);
    if (status == ASV_OK) {
        status = read_set(&reader, hello.suites, &hello.suite_count);
    }
    if (status == ASV_OK) {
        status = read_limits(&reader, &hello.frame_chunks, &hello.requests, &hello.asked_bytes);
    }
    if (status == ASV_OK) {
        status = asv_read_digest(&reader, hello.agency);
    }
    if (status == ASV_OK) {
        status = read_rest(&reader);
    }
    if (status == ASV_OK) {
        status = check_hello(&hello);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "HELLO of the dock");
    }
    *out = hello;
    return ASV_OK;
}

enum asv_status asv_wire_hello_reply_encode(struct asv_writer *writer,
                                            const struct asv_wire_hello_reply *hello)
{
    if (hello->version == 0 || hello->suite == 0 ||
        check_limits(hello->frame_chunks, hello->requests, hello->asked_bytes) != ASV_OK) {
        return ASV_E_USAGE;
    }
    asv_write_u8(writer, ROLE_CAMERA);
    asv_write_u16(writer, hello->version);
    asv_write_u16(writer, hello->suite);
    asv_write_u16(writer, hello->frame_chunks);
    asv_write_u16(writer, hello->requests);
    asv_write_u32(writer, hello->asked_bytes);
    asv_write_extensions(writer, (struct asv_bytes){NULL, 0});
    return writer->overrun ? ASV_E_LIMIT : ASV_OK;
}

enum asv_status asv_wire_hello_reply_decode(struct asv_wire_hello_reply *out, const void *data, size_t len,
                                            struct asv_err *err)
{
    struct asv_wire_hello_reply hello = {0};
    struct asv_reader reader;
    uint8_t role = 0;
    asv_reader_init(&reader, data, len);
    if (asv_read_u8(&reader, &role) != ASV_OK || role != ROLE_CAMERA) {
        return asv_fail_at(err, ASV_E_MALFORMED, "HELLO: not a camera's", role);
    }
    if (asv_read_u16(&reader, &hello.version) != ASV_OK || asv_read_u16(&reader, &hello.suite) != ASV_OK ||
        hello.version == 0 || hello.suite == 0) {
        return asv_fail(err, ASV_E_MALFORMED, "HELLO of the camera");
    }
    enum asv_status status = read_limits(&reader, &hello.frame_chunks, &hello.requests, &hello.asked_bytes);
    if (status == ASV_OK) {
        status = read_rest(&reader);
    }
    if (status == ASV_OK) {
        status = check_limits(hello.frame_chunks, hello.requests, hello.asked_bytes);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "HELLO of the camera");
    }
    *out = hello;
    return ASV_OK;
}
