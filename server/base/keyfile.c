/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/crypto/object.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define MAGIC      "ASVKEY"
#define FORMAT     1
#define SEED_BYTES ASV_ED25519_SEED_BYTES
#define MAX_SECRET (SEED_BYTES + ASV_X25519_BYTES)
#define DRAWS_MAX  8 /* of a number below the group's order: one in 2^32 misses */

_Static_assert(ASV_P256_SK_BYTES == SEED_BYTES, "a signing key's secret has one length");

enum { PROTECTION_NONE = 0, PROTECTION_PASSPHRASE = 1 };

/* A file taken apart; views into its bytes. */
struct parts {
    struct asv_keyfile file;
    uint8_t salt[ASV_PASSWORD_SALT_BYTES];
    uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    struct asv_bytes head;   /* everything in front of the secret */
    struct asv_bytes secret; /* with its tag or digest behind it */
};

static bool is_p256(const struct asv_keyfile *file)
{
    return file->role == ASV_KEYFILE_PACKAGE;
}

static size_t secret_len(const struct asv_keyfile *file)
{
    return file->has_kx ? MAX_SECRET : SEED_BYTES;
}

/* From what the file holds of the signing key: it, and its public half. ASV_E_MALFORMED: no key is like that.
 */
static enum asv_status derive(struct asv_keyfile *file, struct asv_keys *keys, const uint8_t seed[SEED_BYTES])
{
    memset(file->signing_pk, 0, sizeof file->signing_pk);
    memset(file->p256_pk, 0, sizeof file->p256_pk);
    if (is_p256(file)) {
        memcpy(keys->p256_sk, seed, SEED_BYTES);
        return asv_p256_public(file->p256_pk, seed);
    }
    asv_ed25519_from_seed(file->signing_pk, keys->sign_sk, seed);
    return ASV_OK;
}

enum asv_status asv_keyfile_generate(struct asv_keyfile *file, struct asv_keys *keys,
                                     const struct asv_world *world)
{
    uint8_t seed[SEED_BYTES];
    struct asv_keys made = {0};
    enum asv_status status = ASV_E_MALFORMED;
    for (unsigned i = 0; status == ASV_E_MALFORMED && i < DRAWS_MAX; i++) {
        status = asv_world_random(world, seed, sizeof seed);
        status = status == ASV_OK ? derive(file, &made, seed) : status;
    }
    if (status == ASV_OK && file->has_kx) {
        status = asv_world_random(world, made.kx_sk, sizeof made.kx_sk);
    }
    if (status == ASV_OK) {
        memset(file->kx_pk, 0, sizeof file->kx_pk);
        if (file->has_kx) {
            asv_x25519_public(file->kx_pk, made.kx_sk);
        }
        *keys = made;
    }
    asv_wipe(seed, sizeof seed);
    asv_wipe(&made, sizeof made);
    return status;
}

/* ASV_E_MISMATCH unless the public halves are those of these keys. */
static enum asv_status check_pair(const struct asv_keyfile *file, const struct asv_keys *keys)
{
    uint8_t pk[ASV_X25519_BYTES];
    struct asv_keyfile other = {.role = file->role};
    struct asv_keys again = {0};
    bool same = derive(&other, &again, is_p256(file) ? keys->p256_sk : keys->sign_sk) == ASV_OK &&
                memcmp(other.signing_pk, file->signing_pk, sizeof other.signing_pk) == 0 &&
                memcmp(other.p256_pk, file->p256_pk, sizeof other.p256_pk) == 0 &&
                asv_equal(again.sign_sk, keys->sign_sk, sizeof again.sign_sk);
    if (file->has_kx) {
        asv_x25519_public(pk, keys->kx_sk);
        same = same && asv_equal(pk, file->kx_pk, sizeof pk);
    }
    asv_wipe(&again, sizeof again);
    return same ? ASV_OK : ASV_E_MISMATCH;
}

static struct asv_password_cost cost_of(const struct asv_keyfile *file)
{
    struct asv_password_cost cost = file->cost;
    if (cost.passes == 0) {
        cost = (struct asv_password_cost){ASV_PASSWORD_PASSES, ASV_PASSWORD_MEMORY_KIB};
    }
    return cost;
}

/* Everything in front of the secret. */
static void write_head(struct asv_writer *writer, const struct asv_keyfile *file,
                       const uint8_t salt[ASV_PASSWORD_SALT_BYTES], const uint8_t nonce[ASV_AEAD_NONCE_BYTES])
{
    struct asv_password_cost cost = cost_of(file);
    asv_write_bytes(writer, MAGIC, sizeof MAGIC - 1);
    asv_write_u16(writer, FORMAT);
    asv_write_u8(writer, file->role);
    asv_write_text8(writer, file->label);
    asv_write_u8(writer, file->is_protected ? PROTECTION_PASSPHRASE : PROTECTION_NONE);
    if (file->is_protected) {
        asv_write_u32(writer, cost.passes);
        asv_write_u32(writer, cost.memory_kib);
        asv_write_bytes(writer, salt, ASV_PASSWORD_SALT_BYTES);
        asv_write_bytes(writer, nonce, ASV_AEAD_NONCE_BYTES);
    }
    if (is_p256(file)) {
        asv_write_u8(writer, ASV_ALG_ES256);
        asv_write_view8(writer, file->p256_pk, sizeof file->p256_pk);
    } else {
        asv_write_ed25519_pk(writer, file->signing_pk);
    }
    if (file->has_kx) {
        asv_write_x25519_pk(writer, file->kx_pk);
    } else {
        asv_write_u16(writer, 0);
    }
}

/* The secret behind the head: sealed, or in the clear with a digest over everything. */
static enum asv_status write_secret(struct asv_writer *writer, const struct asv_keyfile *file,
                                    const struct asv_keys *keys, struct asv_bytes passphrase,
                                    const uint8_t *salt, const uint8_t *nonce)
{
    uint8_t plain[MAX_SECRET];
    uint8_t sealed[MAX_SECRET + ASV_SHA256_BYTES];
    uint8_t key[ASV_PASSWORD_KEY_BYTES];
    size_t len = secret_len(file);
    size_t head_len = writer->len;
    enum asv_status status = ASV_OK;

    memcpy(plain, is_p256(file) ? keys->p256_sk : keys->sign_sk, SEED_BYTES);
    memcpy(plain + SEED_BYTES, keys->kx_sk, ASV_X25519_BYTES);
    if (file->is_protected) {
        status = asv_password_key(key, passphrase.data, passphrase.len, salt, cost_of(file));
        if (status == ASV_OK) {
            asv_aead_seal(sealed, plain, len, writer->data, head_len, nonce, key);
            asv_write_bytes(writer, sealed, len + ASV_AEAD_TAG_BYTES);
        }
    } else {
        asv_write_bytes(writer, plain, len);
        asv_sha256(sealed, writer->data, writer->len);
        asv_write_bytes(writer, sealed, ASV_SHA256_BYTES);
    }
    asv_wipe(plain, sizeof plain);
    asv_wipe(key, sizeof key);
    return status;
}

enum asv_status asv_keyfile_encode(const struct asv_keyfile *file, const struct asv_keys *keys,
                                   struct asv_bytes passphrase, const struct asv_world *world, uint8_t *out,
                                   size_t cap, size_t *len, struct asv_err *err)
{
    uint8_t salt[ASV_PASSWORD_SALT_BYTES];
    uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    struct asv_writer writer;

    if (file->is_protected && passphrase.len < ASV_KEYFILE_PASSPHRASE_MIN) {
        return asv_failf(err, ASV_E_USAGE, "%s: the passphrase has fewer than %d characters", file->label,
                         ASV_KEYFILE_PASSPHRASE_MIN);
    }
    if (file->role == ASV_KEYFILE_PERSON && !file->is_protected) {
        return asv_failf(err, ASV_E_USAGE, "%s: a person's key needs a passphrase", file->label);
    }
    if (check_pair(file, keys) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "%s: public and secret key do not belong together", file->label);
    }
    enum asv_status status = asv_world_random(world, salt, sizeof salt);
    if (status == ASV_OK) {
        status = asv_world_random(world, nonce, sizeof nonce);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s: no randomness", file->label);
    }
    asv_writer_init(&writer, out, cap);
    write_head(&writer, file, salt, nonce);
    status = writer.overrun ? ASV_E_LIMIT : write_secret(&writer, file, keys, passphrase, salt, nonce);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, len);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: the key file cannot be made", file->label);
}

static enum asv_status read_protection(struct asv_reader *reader, struct parts *parts)
{
    uint8_t protection;
    enum asv_status status = asv_read_u8(reader, &protection);
    if (status != ASV_OK) {
        return status;
    }
    if (protection > PROTECTION_PASSPHRASE) {
        return ASV_E_UNSUPPORTED;
    }
    parts->file.is_protected = protection == PROTECTION_PASSPHRASE;
    if (!parts->file.is_protected) {
        return parts->file.role == ASV_KEYFILE_PERSON ? ASV_E_MALFORMED : ASV_OK;
    }
    status = asv_read_u32(reader, &parts->file.cost.passes);
    if (status == ASV_OK) {
        status = asv_read_u32(reader, &parts->file.cost.memory_kib);
    }
    if (status == ASV_OK) {
        status = asv_read_copy(reader, parts->salt, sizeof parts->salt);
    }
    if (status == ASV_OK) {
        status = asv_read_copy(reader, parts->nonce, sizeof parts->nonce);
    }
    return status;
}

static enum asv_status read_p256_pk(struct asv_reader *reader, uint8_t out[ASV_P256_PK_BYTES])
{
    struct asv_bytes pk;
    uint8_t algorithm;
    enum asv_status status = asv_read_u8(reader, &algorithm);
    if (status == ASV_OK && algorithm != ASV_ALG_ES256) {
        status = ASV_E_UNSUPPORTED;
    }
    if (status == ASV_OK) {
        status = asv_read_view8(reader, &pk, ASV_P256_PK_BYTES);
    }
    if (status == ASV_OK && pk.len != ASV_P256_PK_BYTES) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        memcpy(out, pk.data, ASV_P256_PK_BYTES);
    }
    return status;
}

static enum asv_status read_public(struct asv_reader *reader, struct asv_keyfile *file)
{
    struct asv_reader ahead;
    uint16_t none;
    enum asv_status status =
        is_p256(file) ? read_p256_pk(reader, file->p256_pk) : asv_read_ed25519_pk(reader, file->signing_pk);
    if (status != ASV_OK) {
        return status;
    }
    ahead = *reader;
    status = asv_read_u16(&ahead, &none);
    if (status == ASV_OK && none == 0) {
        *reader = ahead;
        return ASV_OK;
    }
    file->has_kx = true;
    return asv_read_x25519_pk(reader, file->kx_pk);
}

static enum asv_status read_parts(struct parts *parts, const uint8_t *data, size_t len)
{
    struct asv_reader reader;
    char magic[sizeof MAGIC - 1];
    uint16_t format;
    enum asv_status status;

    if (len > ASV_KEYFILE_MAX_BYTES) {
        return ASV_E_LIMIT;
    }
    asv_reader_init(&reader, data, len);
    status = asv_read_copy(&reader, magic, sizeof magic);
    if (status == ASV_OK && memcmp(magic, MAGIC, sizeof magic) != 0) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        status = asv_read_u16(&reader, &format);
    }
    if (status == ASV_OK && format != FORMAT) {
        status = ASV_E_UNSUPPORTED;
    }
    if (status == ASV_OK) {
        status = asv_read_u8(&reader, &parts->file.role);
    }
    if (status == ASV_OK) {
        status = asv_read_text8(&reader, parts->file.label, sizeof parts->file.label);
    }
    if (status == ASV_OK) {
        status = read_protection(&reader, parts);
    }
    if (status == ASV_OK) {
        status = read_public(&reader, &parts->file);
    }
    if (status != ASV_OK) {
        return status;
    }
    parts->head = (struct asv_bytes){data, reader.at};
    size_t behind = parts->file.is_protected ? ASV_AEAD_TAG_BYTES : ASV_SHA256_BYTES;
    status = asv_read_view(&reader, &parts->secret, secret_len(&parts->file) + behind);
    return status == ASV_OK ? asv_read_end(&reader) : status;
}

enum asv_status asv_keyfile_info(struct asv_keyfile *out, const uint8_t *data, size_t len,
                                 struct asv_err *err)
{
    struct parts parts = {0};
    enum asv_status status = read_parts(&parts, data, len);
    if (status != ASV_OK) {
        return asv_fail(err, status, "not a key file, or one that this program does not know");
    }
    *out = parts.file;
    return ASV_OK;
}

/* The secret of parts into plain. */
static enum asv_status open_secret(const struct parts *parts, struct asv_bytes passphrase,
                                   uint8_t plain[MAX_SECRET])
{
    uint8_t key[ASV_PASSWORD_KEY_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len = secret_len(&parts->file);
    enum asv_status status;

    if (!parts->file.is_protected) {
        asv_sha256(digest, parts->head.data, parts->head.len + len);
        memcpy(plain, parts->secret.data, len);
        return asv_equal(digest, parts->secret.data + len, sizeof digest) ? ASV_OK : ASV_E_DIGEST;
    }
    status = asv_password_key(key, passphrase.data, passphrase.len, parts->salt, parts->file.cost);
    if (status == ASV_OK) {
        status = asv_aead_open(plain, parts->secret.data, parts->secret.len, parts->head.data,
                               parts->head.len, parts->nonce, key);
    }
    asv_wipe(key, sizeof key);
    return status;
}

enum asv_status asv_keyfile_decode(struct asv_keyfile *out, struct asv_keys *keys, const uint8_t *data,
                                   size_t len, struct asv_bytes passphrase, struct asv_err *err)
{
    struct parts parts = {0};
    struct asv_keys opened = {0};
    uint8_t plain[MAX_SECRET] = {0};
    struct asv_keyfile made = {0};
    enum asv_status status = read_parts(&parts, data, len);
    if (status != ASV_OK) {
        return asv_fail(err, status, "not a key file, or one that this program does not know");
    }
    status = open_secret(&parts, passphrase, plain);
    if (status == ASV_E_DIGEST && parts.file.is_protected) {
        status =
            asv_failf(err, ASV_E_DENIED, "%s: wrong passphrase, or the file was changed", parts.file.label);
    } else if (status == ASV_E_DIGEST) {
        status = asv_failf(err, status, "%s: the file was changed", parts.file.label);
    } else if (status != ASV_OK) {
        status = asv_failf(err, status, "%s: the file asks for more memory than allowed or there is",
                           parts.file.label);
    } else {
        made.role = parts.file.role;
        memcpy(opened.kx_sk, plain + SEED_BYTES, sizeof opened.kx_sk);
        status = derive(&made, &opened, plain);
        status = status == ASV_OK ? check_pair(&parts.file, &opened) : status;
        if (status != ASV_OK) {
            status =
                asv_failf(err, status, "%s: public and secret key do not belong together", parts.file.label);
        }
    }
    if (status == ASV_OK) {
        *out = parts.file;
        *keys = opened;
    }
    asv_wipe(plain, sizeof plain);
    asv_wipe(&opened, sizeof opened);
    return status;
}

enum asv_status asv_keyfile_save(int dir, const char *name, const struct asv_keyfile *file,
                                 const struct asv_keys *keys, struct asv_bytes passphrase,
                                 const struct asv_world *world, struct asv_err *err)
{
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    size_t len = 0;
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_keyfile_encode(file, keys, passphrase, world, data, sizeof data, &len, err);
    if (status == ASV_OK) {
        status = asv_io_open(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, &fd, err);
    }
    if (status != ASV_OK) {
        asv_wipe(data, sizeof data);
        return status;
    }
    status = asv_io_pwrite(fd, data, len, 0, name, err);
    if (status == ASV_OK) {
        status = asv_io_sync_data(fd, name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(dir, name, err);
    }
    if (status != ASV_OK) {
        (void)unlinkat(dir, name, 0); /* nobody has used this key yet */
    }
    asv_wipe(data, sizeof data);
    return status;
}

enum asv_status asv_keyfile_load_info(int dir, const char *name, struct asv_keyfile *out, struct asv_err *err)
{
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    size_t len = 0;
    struct asv_err inner = {0};
    enum asv_status status = asv_io_read_file(dir, name, data, sizeof data, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_keyfile_info(out, data, len, &inner);
    asv_wipe(data, sizeof data);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", name, inner.text);
}

/* A secret that everyone on the machine can read is none. */
static enum asv_status check_mode(int dir, const char *name, struct asv_err *err)
{
    struct stat st;
    if (fstatat(dir, name, &st, 0) != 0) {
        return asv_io_fail(err, errno, name);
    }
    if ((st.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        return asv_failf(err, ASV_E_DENIED, "%s: mode %03o lets others at it; chmod 600 %s", name,
                         (unsigned)st.st_mode & 0777u, name);
    }
    return ASV_OK;
}

enum asv_status asv_keyfile_load(int dir, const char *name, uint8_t role, struct asv_bytes passphrase,
                                 struct asv_keyfile *out, struct asv_keys *keys, struct asv_err *err)
{
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    size_t len = 0;
    struct asv_keyfile file = {0};
    struct asv_err inner = {0};
    enum asv_status status = check_mode(dir, name, err);
    if (status == ASV_OK) {
        status = asv_io_read_file(dir, name, data, sizeof data, &len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_keyfile_info(&file, data, len, &inner);
    if (status == ASV_OK && file.role != role) {
        status = asv_fail(&inner, ASV_E_DENIED, "the key of another role");
    }
    if (status == ASV_OK) {
        status = asv_keyfile_decode(out, keys, data, len, passphrase, &inner);
    }
    asv_wipe(data, sizeof data);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", name, inner.text);
}
