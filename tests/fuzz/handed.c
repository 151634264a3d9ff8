/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What was handed over, behind its package: the first line of the input names a file of a good one, the rest
 * is put in its place, and the facts say what it is. No other plan, statement, part of a recording or
 * certificate of ledger and packages is taken than the one that was signed.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/hex.h"
#include "server/verify/handed_internal.h"
#include "tests/support/handover_package.h"
#include "tests/support/samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME_MAX_BYTES 120

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct asv_handed_file *)a)->name, ((const struct asv_handed_file *)b)->name);
}

/* As asv_handed_open leaves it. */
static void open_it(struct asv_handed *handed, const struct asv_test_handover *made, int fd)
{
    uint64_t at = 0;
    must(ftruncate(fd, 0) == 0);
    handed->is_carrier = true;
    handed->files = calloc(made->count, sizeof *handed->files);
    must(handed->files != NULL);
    for (size_t i = 0; i < made->count; i++) {
        const struct asv_test_handover_file *file = &made->files[i];
        struct asv_handed_file *out = &handed->files[handed->file_count++];
        *out = (struct asv_handed_file){
            .name = file->name, .size = file->len, .offset = at, .is_signed = file->is_signed};
        asv_sha256(out->sha256, file->data, file->len);
        must(pwrite(fd, file->data, file->len, (off_t)at) == (ssize_t)file->len);
        at += file->len;
    }
    qsort(handed->files, handed->file_count, sizeof *handed->files, by_name);
    handed->file = (struct asv_input){.fd = fd, .size = at, .is_borrowed = true};
}

static void believe(struct asv_handed *handed, const struct asv_test_handover *made)
{
    const struct asv_test_handover_file *pem = &made->files[0];
    for (size_t i = 0; i < made->count; i++) {
        pem = strcmp(made->files[i].name, "trust/package.pem") == 0 ? &made->files[i] : pem;
    }
    struct asv_x509_said said;
    must(asv_x509_read(&said, (struct asv_bytes){pem->data, pem->len}) == ASV_OK);
    memcpy(handed->signer, said.digest, sizeof handed->signer);
    handed->signed_s[0] = handed->signed_s[1] = ASV_TEST_HANDOVER_SIGNED_S;
    handed->anchors.has_root = true;
    memcpy(handed->anchors.root_pk, asv_samples()->agency.root.pk, sizeof handed->anchors.root_pk);
    handed->identities = calloc(1, sizeof *handed->identities);
    must(handed->identities != NULL);
    handed->identities->count = 1;
    memcpy(handed->identities->identity[0], made->identity, ASV_X25519_BYTES);
}

/* Whether the name is in the input, and what is behind it. */
static bool split(const uint8_t *data, size_t size, char name[NAME_MAX_BYTES + 1], struct asv_bytes *rest)
{
    const uint8_t *end = memchr(data, '\n', size < NAME_MAX_BYTES ? size : NAME_MAX_BYTES);
    if (end == NULL) {
        return false;
    }
    size_t len = (size_t)(end - data);
    memcpy(name, data, len);
    name[len] = '\0';
    *rest = (struct asv_bytes){end + 1, size - len - 1};
    return memchr(name, '\0', len) == NULL && asv_package_name_is_good((struct asv_bytes){data, len});
}

static void say_facts(struct asv_test_handover *made)
{
    char *text = json_dumps(made->facts, JSON_COMPACT);
    must(text != NULL);
    asv_test_handover_put(made, "facts.json", text, strlen(text))->is_signed = true;
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct asv_test_handover good, made;
    static struct asv_handed handed;
    static int fd = -1;
    static char root[2 * ASV_ED25519_PK_BYTES + 1];
    char name[NAME_MAX_BYTES + 1];
    struct asv_bytes rest;
    if (fd < 0) {
        fd = memfd_create("handed", MFD_CLOEXEC);
        must(fd >= 0);
        asv_test_handover_make(&good);
        asv_hex_encode(root, asv_samples()->agency.root.pk, ASV_ED25519_PK_BYTES);
    }
    if (!split(data, size, name, &rest)) {
        return 0;
    }
    const struct asv_verify_handed what = {.root = root, .json = true};
    asv_test_handover_copy(&made, &good);
    const struct asv_test_handover_file *before = asv_test_handover_find(&made, name);
    bool same = before != NULL && before->len == rest.len && memcmp(before->data, rest.data, rest.len) == 0;
    bool is_facts = strcmp(name, "facts.json") == 0;
    if (!is_facts && made.count < ASV_TEST_HANDOVER_FILES - 1) {
        (void)asv_test_handover_put(&made, name, rest.data, rest.len);
    }
    asv_test_handover_list(&made);
    say_facts(&made);
    if (is_facts) {
        (void)asv_test_handover_put(&made, name, rest.data, rest.len);
    }
    memset(&handed, 0, sizeof handed);
    handed.what = &what;
    open_it(&handed, &made, fd);
    believe(&handed, &good);
    enum asv_status status = asv_handed_check_all(&handed, NULL);
    must((status == ASV_OK) == (handed.fault.kind == ASV_HANDED_NONE));
    bool is_fixed = strncmp(name, "recordings/", 11) == 0 || strncmp(name, "plan", 4) == 0 ||
                    strcmp(name, "trust/package.chain") == 0 || strcmp(name, "trust/ledger.chain") == 0;
    must(status != ASV_OK || same || !is_fixed);
    must(status == ASV_OK || !same);
    handed.is_carrier = false; /* nothing was opened by asv_handed_open */
    asv_handed_close(&handed);
    asv_test_handover_free(&made);
    return 0;
}
