/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Facts of a hand-over: what is refused is named, and what is read has what the documents take for granted.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/report/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_clip(const json_t *clip)
{
    require(asv_fact_text(clip, "camera_name") != NULL && asv_fact_ms(clip, "committed_at") >= 0);
    const json_t *playable = json_object_get(clip, "playable"), *excerpt = json_object_get(clip, "excerpt");
    const json_t *sealed = json_object_get(clip, "sealed");
    require(asv_fact_text(sealed != NULL ? sealed : excerpt, "sha256") != NULL);
    require(playable == NULL || excerpt == NULL);
    require(json_array_size(json_object_get(clip, "custody")) > 0);
}

/* HD-023 */
static void read_release(struct asv_bytes text)
{
    struct asv_xjustiz *release = NULL;
    struct asv_err err = {0};
    if (asv_xjustiz_read("x.json", text, &release, &err) != ASV_OK) {
        require(strncmp(err.text, "x.json:", 7) == 0 && strtoul(err.text + 7, NULL, 10) > 0);
    }
    asv_xjustiz_free(release);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asv_facts *facts = NULL;
    struct asv_err err = {0};
    (void)setenv("TZ", "Europe/Berlin", 1);
    read_release((struct asv_bytes){data, size});
    if (asv_facts_read((const char *)data, size, &facts, &err) != ASV_OK) {
        require(strncmp(err.text, "facts:", 6) == 0 && facts == NULL);
        for (const char *c = err.text; *c != '\0'; c++) {
            require((unsigned char)*c >= 0x20 && *c != 0x7f);
        }
        return 0;
    }
    size_t i = 0;
    json_t *clip = NULL;
    json_array_foreach(json_object_get(facts->json, "clips"), i, clip)
    {
        check_clip(clip);
    }
    for (unsigned k = 0; k < ASV_DOCUMENTS; k++) {
        require(asv_facts_document(facts->json, asv_document_name((enum asv_document)k)) != NULL);
    }
    asv_facts_free(facts);
    return 0;
}
