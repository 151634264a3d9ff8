/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/clock.h"
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/handover/build_internal.h"

#define DOMAIN     "asservat/v1/handover-build"
#define NAME_BYTES (sizeof ASV_BAG_PAYLOAD + ASV_HANDOVER_NAME_BYTES)

static void hash_field(struct asv_sha256 *state, const void *data, size_t len)
{
    uint8_t size[8];
    asv_store_be64(size, len);
    asv_sha256_update(state, size, sizeof size);
    asv_sha256_update(state, data, len);
}

/* HO-040. The signer is in it: a package is signed by one. */
void asv_build_digest(uint8_t out[ASV_PLAN_BYTES], const struct asv_build *build, int64_t made_ms)
{
    const struct asv_bytes *certs = &build->signer->cades.certs;
    struct asv_sha256 state;
    uint8_t made[8];
    asv_store_be64(made, (uint64_t)made_ms);
    asv_sha256_init(&state);
    asv_sha256_update(&state, DOMAIN, sizeof DOMAIN);
    hash_field(&state, build->plan.data, build->plan.len);
    hash_field(&state, build->proposal.data, build->proposal.len);
    hash_field(&state, build->approval.data, build->approval.len);
    hash_field(&state, made, sizeof made);
    hash_field(&state, build->version, strlen(build->version));
    hash_field(&state, certs->data, certs->len);
    asv_sha256_final(&state, out);
}

enum asv_status asv_build_output_begin(struct asv_build_output *it, struct asv_err *err)
{
    const struct asv_build *build = it->build;
    uint8_t digest[ASV_PLAN_BYTES];
    uint32_t date = 0;
    char name[ASV_BUILD_NAME_BYTES];
    if (it->naming.output == ASV_HANDOVER_CARRIER) {
        asv_build_digest(digest, build, it->made_ms);
        return asv_carrier_begin(&it->carrier, build->dir,
                                 asv_build_carrier(name, it->part.number, it->part.of), digest, err);
    }
    enum asv_status status = asv_local_date(it->made_ms, &date);
    return status == ASV_OK ? asv_filing_begin(&it->filing, build->dir, ASV_BUILD_FILING, date, err)
                            : asv_fail(err, status, "the time is none");
}

void asv_build_output_close(struct asv_build_output *it)
{
    if (it->naming.output == ASV_HANDOVER_CARRIER) {
        asv_carrier_close(&it->carrier);
    } else {
        asv_filing_close(&it->filing);
    }
}

enum asv_status asv_build_output_finish(struct asv_build_output *it, struct asv_err *err)
{
    const struct asv_build *build = it->build;
    char id[ASV_UUID_TEXT_BYTES];
    char date[16];
    uint32_t day = 0;
    if (it->naming.output == ASV_HANDOVER_FILING) {
        return asv_filing_finish(&it->filing, err);
    }
    asv_uuid_format(id, it->naming.handover);
    if (asv_local_date(it->made_ms, &day) != ASV_OK) {
        return asv_fail(err, ASV_E_LIMIT, "the time is none");
    }
    (void)snprintf(date, sizeof date, "%04u-%02u-%02u", day / 10000, day / 100 % 100, day % 100);
    const struct asv_bag_field fields[] = {{"Source-Organization", build->organisation},
                                           {"Bagging-Date", date},
                                           {"External-Identifier", id},
                                           {"Bag-Software-Agent", build->version}};
    return asv_carrier_finish(&it->carrier, fields, sizeof fields / sizeof *fields, build->signer, err);
}

enum asv_status asv_build_carrier_settle(struct asv_build_output *it, struct asv_err *err)
{
    return asv_zip_settle(&it->carrier.zip, err);
}

static const char *below_data(char out[NAME_BYTES], const char *name)
{
    (void)snprintf(out, NAME_BYTES, ASV_BAG_PAYLOAD "%s", name);
    return out;
}

static void note(struct asv_handover_file *file, const struct asv_zip_entry *entry)
{
    file->bytes = entry->size;
    memcpy(file->sha256, entry->sha256, sizeof file->sha256);
}

enum asv_status asv_build_output_keep(struct asv_build_output *it, struct asv_handover_file *file,
                                      struct asv_err *err)
{
    char name[NAME_BYTES];
    struct asv_zip_entry entry;
    if (it->naming.output == ASV_HANDOVER_FILING) {
        return ASV_E_NOT_FOUND; /* it is made anew */
    }
    enum asv_status status = asv_carrier_keep(&it->carrier, below_data(name, file->name), &entry, err);
    if (status == ASV_OK) {
        note(file, &entry);
    }
    return status;
}

enum asv_status asv_build_output_add(struct asv_build_output *it, struct asv_handover_file *file,
                                     const struct asv_source *source, struct asv_err *err)
{
    char name[NAME_BYTES];
    struct asv_zip_entry entry;
    if (it->naming.output == ASV_HANDOVER_FILING) { /* HO-037 */
        file->bytes = source->size;
        return asv_filing_add_document(&it->filing, file->name, source, it->build->signer, file->sha256, err);
    }
    below_data(name, file->name);
    enum asv_status status =
        file->is_signed ? asv_carrier_add_document(&it->carrier, name, source, it->build->signer, &entry, err)
                        : asv_carrier_add(&it->carrier, name, source, &entry, err);
    if (status == ASV_OK) {
        note(file, &entry);
    }
    return status;
}

enum asv_status asv_build_output_add_message(struct asv_build_output *it, const struct asv_source *source,
                                             struct asv_err *err)
{
    return asv_filing_add(&it->filing, ASV_FILING_MESSAGE, source, NULL, err);
}
