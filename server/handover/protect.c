/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/protect.h"

#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/fail.h"
#include "server/handover/protect_file.h"

#define GROUPS        7
#define GROUP_LETTERS 4
#define AGE_VERSION   22 /* "age-encryption.org/v1" and its LF */
#define AGE_MAC       48 /* "--- ", 43 digits of base64, LF */

static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* no i, l, o, 0, 1 */
#define LETTERS (sizeof letters - 1)

/* HO-071 */
enum asv_status asv_protect_passphrase(char out[ASV_PROTECT_PASSPHRASE_BYTES], const struct asv_world *world,
                                       struct asv_err *err)
{
    size_t made = 0;
    uint8_t random[64];
    while (made < (size_t)GROUPS * GROUP_LETTERS) {
        if (asv_world_random(world, random, sizeof random) != ASV_OK) {
            return asv_fail(err, ASV_E_INTERNAL, "no random numbers");
        }
        for (size_t i = 0; i < sizeof random && made < (size_t)GROUPS * GROUP_LETTERS; i++) {
            uint8_t value = random[i] & 0x1f; /* each of 31 as likely: the 32nd is thrown away */
            if (value < LETTERS) {
                out[made + made / GROUP_LETTERS] = letters[value];
                made++;
            }
        }
    }
    for (size_t group = 1; group < GROUPS; group++) {
        out[group * (GROUP_LETTERS + 1) - 1] = '-';
    }
    out[ASV_PROTECT_PASSPHRASE_BYTES - 1] = '\0';
    asv_wipe(random, sizeof random);
    return ASV_OK;
}

/* ---- nothing ---- */

enum asv_status asv_protect_none(struct asv_protect_target *target, const struct asv_source *source,
                                 struct asv_err *err)
{
    struct asv_protect_file file;
    uint64_t read = 0;
    size_t got = 1;
    enum asv_status status = asv_protect_open(&file, target, source->size, err);
    while (status == ASV_OK && got > 0) {
        status = asv_protect_read(&file, source, &read, ASV_PROTECT_BLOCK_BYTES, &got, err);
        if (status == ASV_OK) {
            status = asv_protect_write(&file, file.block, got, err);
        }
    }
    return asv_protect_close(&file, status, err);
}

/* ---- age ---- */

uint64_t asv_protect_age_bytes(size_t count, uint64_t size)
{
    uint64_t chunks = size == 0 ? 1 : (size - 1) / ASV_CHUNK_PLAIN_BYTES + 1;
    return AGE_VERSION + count * ASV_AGE_X25519_STANZA_BYTES + AGE_MAC + ASV_NONCE_BYTES + size +
           chunks * ASV_AEAD_TAG_BYTES;
}

struct age {
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    uint8_t nonce[ASV_NONCE_BYTES];
    uint8_t payload_key[ASV_AEAD_KEY_BYTES];
    uint8_t ephemeral[ASV_X25519_BYTES];
};

static enum asv_status write_header(struct asv_protect_file *file, struct age *age,
                                    const uint8_t (*recipients)[ASV_X25519_BYTES], size_t count,
                                    const struct asv_world *world, struct asv_err *err)
{
    uint8_t stanzas[ASV_PROTECT_RECIPIENTS_MAX][ASV_AGE_X25519_STANZA_BYTES];
    struct asv_writer header;
    enum asv_status status = asv_world_random(world, age->file_key, sizeof age->file_key);
    if (status == ASV_OK) {
        status = asv_world_random(world, age->nonce, sizeof age->nonce);
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = asv_world_random(world, age->ephemeral, sizeof age->ephemeral);
        if (status == ASV_OK) {
            status = asv_age_wrap(stanzas[i], age->file_key, recipients[i], age->ephemeral);
        }
    }
    asv_writer_init(&header, file->block, ASV_PROTECT_BLOCK_BYTES);
    if (status == ASV_OK) {
        struct asv_bytes all = {stanzas[0], count * sizeof stanzas[0]};
        status = asv_age_header_write(&header, all, age->file_key);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "age: no file for these recipients");
    }
    asv_write_bytes(&header, age->nonce, sizeof age->nonce);
    asv_age_payload_key(age->payload_key, age->file_key, age->nonce);
    return asv_protect_write(file, file->block, header.len, err);
}

/* One chunk at a time: whether it is the last one shows when the source has given all that it has. */
static enum asv_status write_payload(struct asv_protect_file *file, const struct age *age,
                                     const struct asv_source *source, struct asv_err *err)
{
    uint64_t read = 0;
    size_t got = 0;
    size_t end = 0;
    enum asv_status status = ASV_OK;
    bool final = false;
    for (uint64_t chunk = 0; status == ASV_OK && !final; chunk++) {
        status = asv_protect_read(file, source, &read, ASV_CHUNK_PLAIN_BYTES, &got, err);
        final = read == source->size;
        if (status == ASV_OK) {
            asv_age_chunk_encrypt(file->block, file->block, got, chunk, final, age->payload_key);
            status = asv_protect_write(file, file->block, got + ASV_AEAD_TAG_BYTES, err);
        }
    }
    return status == ASV_OK ? asv_protect_read(file, source, &read, 1, &end, err) : status;
}

/* HO-073 */
enum asv_status asv_protect_age(struct asv_protect_target *target, const struct asv_source *source,
                                const uint8_t (*recipients)[ASV_X25519_BYTES], size_t count,
                                const struct asv_world *world, struct asv_err *err)
{
    struct asv_protect_file file;
    struct age age = {.file_key = {0}};
    if (count == 0 || count > ASV_PROTECT_RECIPIENTS_MAX) {
        return asv_fail_at(err, ASV_E_USAGE, "age: no file for so many recipients", count);
    }
    enum asv_status status = asv_protect_open(&file, target, asv_protect_age_bytes(count, source->size), err);
    if (status == ASV_OK) {
        status = write_header(&file, &age, recipients, count, world, err);
    }
    if (status == ASV_OK) {
        status = write_payload(&file, &age, source, err);
    }
    asv_wipe(&age, sizeof age);
    return asv_protect_close(&file, status, err);
}
