/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a release of XJustiz fixes, from a file that the agency keeps. */
#include <stdlib.h>

#include "server/base/fail.h"
#include "server/report/facts.h"
#include "server/report/schema.h"

/* HD-023 */
enum asv_status asv_xjustiz_read(const char *file, struct asv_bytes text, struct asv_xjustiz **out,
                                 struct asv_err *err)
{
    json_t *json = NULL;
    enum asv_status status = asv_facts_load((const char *)text.data, text.len, file, &json, err);
    if (status == ASV_OK) {
        status = asv_facts_check_file(json, asv_xjustiz_members, file, text, err);
    }
    if (status != ASV_OK) {
        json_decref(json);
        return status;
    }
    struct asv_xjustiz *release = malloc(sizeof *release);
    if (release == NULL) {
        json_decref(json);
        return asv_fail(err, ASV_E_NO_MEMORY, "out of memory");
    }
    release->json = json;
    *out = release;
    return ASV_OK;
}

void asv_xjustiz_free(struct asv_xjustiz *release)
{
    if (release != NULL) {
        json_decref(release->json);
        free(release);
    }
}
