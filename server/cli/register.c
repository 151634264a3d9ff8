/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The register in the agency directory: everything that was ever certified.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/cli/agency.h"
#include "server/cli/ask.h"
#include "server/cli/files.h"

#define CHAIN_SUFFIX   ".chain"
#define REQUEST_SUFFIX ".request"
#define PLACE_SUFFIX   ".place"
#define NAME_DIGITS    16

static void cleanup_dir(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

static bool is_entry(const char *name)
{
    return strspn(name, "0123456789abcdef") == NAME_DIGITS && strcmp(name + NAME_DIGITS, CHAIN_SUFFIX) == 0;
}

/* Two lines; an entry without them belongs nowhere. */
static enum asv_status read_place(int fd, const char *chain_name, struct asv_agency_place *out,
                                  struct asv_err *err)
{
    char name[NAME_DIGITS + sizeof PLACE_SUFFIX];
    char text[2 * ASV_AGENCY_PLACE_BYTES + 2];
    size_t len = 0;
    snprintf(name, sizeof name, "%.*s" PLACE_SUFFIX, NAME_DIGITS, chain_name);
    enum asv_status status = asv_io_read_file(fd, name, text, sizeof text - 1, &len, err);
    if (status != ASV_OK) {
        return status == ASV_E_NOT_FOUND ? ASV_OK : status;
    }
    text[len] = '\0';
    const char *area = text + strcspn(text, "\n");
    snprintf(out->unit, sizeof out->unit, "%.*s", (int)(area - text), text);
    area += *area == '\n';
    snprintf(out->area, sizeof out->area, "%.*s", (int)strcspn(area, "\n"), area);
    return ASV_OK;
}

/* Reads, verifies and visits one entry. */
static enum asv_status visit_entry(const struct asv_agency_dir *agency, int fd, const char *name,
                                   asv_agency_visit visit, void *ctx, struct asv_err *err)
{
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    uint8_t request[ASV_ENROLMENT_MAX_BYTES];
    char request_name[NAME_DIGITS + sizeof REQUEST_SUFFIX];
    struct asv_agency_entry entry = {0};
    struct asv_err inner = {0};
    size_t len = 0;

    enum asv_status status = asv_io_read_file(fd, name, chain, sizeof chain, &len, &inner);
    if (status == ASV_OK) {
        status = asv_chain_decode(&entry.chain, chain, len, &inner);
    }
    if (status == ASV_OK) {
        status = asv_chain_verify(&entry.chain, agency->root.signing_pk, entry.chain.leaf.role,
                                  ASV_TIME_UNKNOWN, NULL, &inner);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "register entry %s: %s", name, inner.text);
    }
    snprintf(request_name, sizeof request_name, "%.*s" REQUEST_SUFFIX, NAME_DIGITS, name);
    status = asv_io_read_file(fd, request_name, request, sizeof request, &len, &inner);
    if (status == ASV_OK) {
        entry.request = (struct asv_bytes){request, len};
    }
    if (status == ASV_OK || status == ASV_E_NOT_FOUND) {
        status = read_place(fd, name, &entry.place, &inner);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "register entry %s", inner.text);
    }
    asv_cert_digest(entry.digest, &entry.chain.leaf);
    entry.is_revoked = asv_revocations_contain(&agency->revocations, entry.chain.leaf.serial);
    return visit(ctx, &entry, err);
}

enum asv_status asv_agency_each(const struct asv_agency_dir *agency, const char *dir, asv_agency_visit visit,
                                void *ctx, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    int list_fd = -1;
    enum asv_status status = asv_io_open_dir(agency->fd, dir, false, &fd, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK; /* nothing of the kind was ever enrolled */
    }
    if (status == ASV_OK) {
        status = asv_io_open(fd, ".", O_RDONLY | O_DIRECTORY, 0, &list_fd, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    DIR *entries __attribute__((cleanup(cleanup_dir))) = fdopendir(list_fd);
    if (entries == NULL) {
        (void)close(list_fd);
        return asv_io_fail(err, errno, dir);
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (entry == NULL) {
            return errno == 0 ? ASV_OK : asv_io_fail(err, errno, dir);
        }
        if (is_entry(entry->d_name)) {
            status = visit_entry(agency, fd, entry->d_name, visit, ctx, err);
            if (status != ASV_OK) {
                return status;
            }
        }
    }
}

static enum asv_status compare(void *ctx, const struct asv_agency_entry *entry, struct asv_err *err)
{
    const struct asv_enrolment *request = ctx;
    const struct asv_cert *leaf = &entry->chain.leaf;
    if (asv_equal(leaf->signing_pk, request->signing_pk, sizeof leaf->signing_pk) ||
        (leaf->has_kx && request->has_kx && asv_equal(leaf->kx_pk, request->kx_pk, sizeof leaf->kx_pk))) {
        char id[NAME_DIGITS + 1];
        asv_hex_encode(id, entry->digest, NAME_DIGITS / 2);
        return asv_failf(err, ASV_E_EXISTS,
                         "this key was certified already, as \"%s\" (%s %s); its chain is %s" CHAIN_SUFFIX
                         " in the register",
                         leaf->name, leaf->model, leaf->device_serial, id);
    }
    if (!entry->is_revoked && strcmp(leaf->model, request->model) == 0 &&
        strcmp(leaf->device_serial, request->device_serial) == 0) {
        return asv_failf(err, ASV_E_EXISTS,
                         "%s %s is enrolled already, as \"%s\", with another key; retire that one first",
                         leaf->model, leaf->device_serial, leaf->name);
    }
    return ASV_OK;
}

enum asv_status asv_agency_check_new(const struct asv_agency_dir *agency, const char *dir,
                                     const struct asv_enrolment *request, struct asv_err *err)
{
    struct asv_enrolment copy = *request;
    return asv_agency_each(agency, dir, compare, &copy, err);
}

struct search {
    const char *which;
    size_t live, revoked;
    struct asv_agency_match match;
};

static bool is_named(const struct asv_agency_entry *entry, const char *which)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    size_t len = strlen(which);
    asv_hex_encode(digest, entry->digest, sizeof entry->digest);
    return strcmp(entry->chain.leaf.device_serial, which) == 0 ||
           strcmp(entry->chain.leaf.name, which) == 0 ||
           (len >= 6 && len < sizeof digest && strncasecmp(digest, which, len) == 0);
}

static enum asv_status search_entry(void *ctx, const struct asv_agency_entry *entry, struct asv_err *err)
{
    struct search *search = ctx;
    (void)err;
    if (!is_named(entry, search->which)) {
        return ASV_OK;
    }
    if (!entry->is_revoked || search->live == 0) {
        memcpy(search->match.digest, entry->digest, sizeof search->match.digest);
        memcpy(search->match.serial, entry->chain.leaf.serial, sizeof search->match.serial);
        memcpy(search->match.name, entry->chain.leaf.name, sizeof search->match.name);
        search->match.place = entry->place;
        search->match.is_revoked = entry->is_revoked;
    }
    search->live += !entry->is_revoked;
    search->revoked += entry->is_revoked;
    return ASV_OK;
}

enum asv_status asv_agency_find(const struct asv_agency_dir *agency, const char *dir, const char *which,
                                struct asv_agency_match *out, struct asv_err *err)
{
    struct search search = {.which = which};
    enum asv_status status = asv_agency_each(agency, dir, search_entry, &search, err);
    if (status != ASV_OK) {
        return status;
    }
    if (search.live + search.revoked == 0) {
        return asv_failf(err, ASV_E_NOT_FOUND, "\"%s\" is nothing in the register (%s)", which, dir);
    }
    if (search.live > 1 || (search.live == 0 && search.revoked > 1)) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" names %zu entries (%s); give the certificate's digest",
                         which, search.live != 0 ? search.live : search.revoked, dir);
    }
    *out = search.match;
    return ASV_OK;
}

/* Compares two fingerprints without regard to blanks, colons, dashes and case. */
static bool same_fingerprint(const char *a, const char *b)
{
    static const char ignored[] = " :-";
    for (;;) {
        a += strspn(a, ignored);
        b += strspn(b, ignored);
        if (strncasecmp(a, b, 1) != 0) {
            return false;
        }
        if (*a == '\0') {
            return true;
        }
        a++;
        b++;
    }
}

enum asv_status asv_agency_read_request(const struct asv_cli *cli, const char *path, uint8_t role,
                                        struct asv_enrolment *out, uint8_t *data, struct asv_err *err)
{
    char fingerprint[ASV_ENROLMENT_FINGERPRINT_CHARS + 1];
    struct asv_err inner = {0};
    size_t len = 0;
    enum asv_status status = asv_file_read(path, data, ASV_ENROLMENT_MAX_BYTES, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_enrolment_decode(out, data, len, &inner);
    if (status == ASV_OK) {
        status = asv_enrolment_verify(out, &inner);
    }
    if (status == ASV_OK && out->role != role) {
        status = asv_failf(&inner, ASV_E_DENIED, "a request of role %s, not %s", asv_role_name(out->role),
                           asv_role_name(role));
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s: %s", path, inner.text);
    }
    asv_enrolment_fingerprint(fingerprint, out); /* T-103 */
    fprintf(cli->out,
            "request      %s\ndevice       %s %s\nfirmware     %s\nfingerprint  %.39s\n             %s\n",
            path, out->model, out->device_serial, out->firmware_version, fingerprint, fingerprint + 40);
    (void)fflush(cli->out);
    const char *expected = asv_cli_text(cli->args, "fingerprint");
    if (expected != NULL) {
        return same_fingerprint(expected, fingerprint)
                   ? ASV_OK
                   : asv_failf(err, ASV_E_MISMATCH, "%s: the fingerprint is not the one given", path);
    }
    if (asv_cli_flag(cli->args, "yes")) {
        return ASV_OK;
    }
    return asv_ask_yes("Does the device show this fingerprint? [y/N] ", "give --fingerprint HEX, or --yes",
                       err);
}
