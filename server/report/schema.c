/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HD-001: the facts of a hand-over. What the API says too has the API's names (docs/openapi.yaml). */
#include "server/report/schema.h"

#define SAFE_INTEGER 9007199254740991LL /* what every JSON reader takes exactly: 2^53 - 1 */
#define LINE_BYTES   100                /* of an address, which has its place in the letter */
#define DAY_MS       86400000LL
#define CLIPS_MAX    1000   /* LAW H8: a filing has no more files */
#define FILES_MAX    100000 /* PACKAGE.md: in one package */
#define NUMBERS_MAX  4096   /* of one camera (LEDGER.md 11) */
#define EVENTS_MAX   10000  /* of one recording: three hundred a day for a month */

#define TEXT(name, bytes)                                    \
    {                                                        \
        .key = (name), .kind = ASV_FACT_TEXT, .max = (bytes) \
    }
#define LABEL(name, bytes)                                    \
    {                                                         \
        .key = (name), .kind = ASV_FACT_LABEL, .max = (bytes) \
    }
#define CODE(name)                                      \
    {                                                   \
        .key = (name), .kind = ASV_FACT_CODE, .max = 20 \
    }
#define UUID(name)                           \
    {                                        \
        .key = (name), .kind = ASV_FACT_UUID \
    }
#define DIGEST(name)                           \
    {                                          \
        .key = (name), .kind = ASV_FACT_DIGEST \
    }
#define TIME(name)                           \
    {                                        \
        .key = (name), .kind = ASV_FACT_TIME \
    }
#define FLAG(name)                           \
    {                                        \
        .key = (name), .kind = ASV_FACT_FLAG \
    }
#define INTEGER(name, low, high)                                             \
    {                                                                        \
        .key = (name), .kind = ASV_FACT_INTEGER, .min = (low), .max = (high) \
    }
#define COUNT(name) INTEGER(name, 0, SAFE_INTEGER)
#define WORD(name, list)                                      \
    {                                                         \
        .key = (name), .kind = ASV_FACT_WORD, .words = (list) \
    }
#define OBJECT(name, list)                                        \
    {                                                             \
        .key = (name), .kind = ASV_FACT_OBJECT, .members = (list) \
    }
#define OBJECTS(name, list, n, m)                                                          \
    {                                                                                      \
        .key = (name), .kind = ASV_FACT_OBJECTS, .members = (list), .min = (n), .max = (m) \
    }
#define TEXTS(name, size, low, high)                                                        \
    {                                                                                       \
        .key = (name), .kind = ASV_FACT_TEXTS, .bytes = (size), .min = (low), .max = (high) \
    }
/* The same, and it may be missing. */
#define MAY_TEXT(name, bytes)                                                  \
    {                                                                          \
        .key = (name), .kind = ASV_FACT_TEXT, .max = (bytes), .optional = true \
    }
#define MAY_LABEL(name, bytes)                                                  \
    {                                                                           \
        .key = (name), .kind = ASV_FACT_LABEL, .max = (bytes), .optional = true \
    }
#define MAY_DIGEST(name)                                         \
    {                                                            \
        .key = (name), .kind = ASV_FACT_DIGEST, .optional = true \
    }
#define MAY_TIME(name)                                         \
    {                                                          \
        .key = (name), .kind = ASV_FACT_TIME, .optional = true \
    }
#define MAY_COUNT(name)                                                                \
    {                                                                                  \
        .key = (name), .kind = ASV_FACT_INTEGER, .max = SAFE_INTEGER, .optional = true \
    }
#define MAY_OBJECT(name, list)                                                      \
    {                                                                               \
        .key = (name), .kind = ASV_FACT_OBJECT, .members = (list), .optional = true \
    }
#define END         \
    {               \
        .key = NULL \
    }

static const char *const outputs[] = {"filing", "carrier", NULL};
static const char *const protections[] = {"none", "zip", "age", NULL};
static const char *const causes[] = {"danger", "prosecution", "legality-check", NULL}; /* LAW T3 */
static const char *const documents[] = {"cover_letter", "index", "exhibits", "custody",
                                        "checking",     "facts", NULL};
static const char *const clock_states[] = {"unknown", "synced", "holdover", "lost", NULL};
static const char *const integrities[] = {"VALID", "TRUNCATED", "UNSIGNED_TAIL", "GAP", "INVALID", NULL};
static const char *const provenances[] = {"TRUSTED", "SEALED_BY_DOCK", "UNKNOWN_KEY", "REVOKED", NULL};
static const char *const results[] = {"passed", "failed", "not_checked", NULL};
static const char *const records[] = {"marker", "display_on", "announced", "dwelling", "pre_roll_end", NULL};
static const char *const stream_kinds[] = {"video", "audio", "data", NULL};
static const char *const actors[] = {"camera", "dock", "keeper", "person", "system", NULL};
static const char *const fates[] = {"handed_over", "other_part", "held",      "blocked", "kept",
                                    "quarantined", "erased",     "announced", "unknown", NULL};
static const char *const lacks[] = {"shown", "before", "behind", "clock", "number", NULL};
static const char *const roles[] = {"root",    "issuer",   "camera", "dock", "keeper",
                                    "package", "packages", "ledger", NULL};

static const struct asv_fact contact[] = {MAY_TEXT("name", 200), MAY_TEXT("phone", 60), MAY_TEXT("mail", 254),
                                          END};
static const struct asv_fact agency[] = {
    DIGEST("agency"),
    LABEL("name", 200),
    MAY_LABEL("office", 200),
    TEXTS("address", LINE_BYTES, 1, 4),
    MAY_OBJECT("contact", contact),
    END,
};
static const struct asv_fact authority[] = {MAY_LABEL("code", 12), LABEL("name", 200),
                                            TEXTS("address", LINE_BYTES, 1, 4), END};
static const struct asv_fact incident[] = {
    UUID("incident"),
    LABEL("case_number", 64),
    WORD("cause", causes),
    TEXT("offence", ASV_FACT_TEXT_BYTES),
    TEXT("danger", ASV_FACT_TEXT_BYTES),
    TIME("from_at"),
    MAY_TIME("until_at"),
    TEXT("place", ASV_FACT_TEXT_BYTES),
    TEXT("accused", ASV_FACT_TEXT_BYTES), /* "Unbekannt" until somebody is (LAW H9) */
    TEXTS("injured", ASV_FACT_TEXT_BYTES, 0, 100),
    MAY_LABEL("prosecutor", 64), /* the prosecutor's Aktenzeichen */
    INTEGER("version", 1, 65535),
    DIGEST("statement"), /* with which somebody signed it */
    TIME("written_at"),
    MAY_TIME("changed_at"), /* since it was approved */
    END,
};
static const struct asv_fact decision[] = {TEXT("name", 200), TIME("at"), TEXT("reason", ASV_FACT_TEXT_BYTES),
                                           DIGEST("statement"), END};
static const struct asv_fact recipient[] = {TEXT("name", 200), TEXT("key", 200), END};
static const struct asv_fact document[] = {WORD("document", documents), UUID("id"), LABEL("name", 180),
                                           LABEL("signature", 180), END};
static const struct asv_fact other_file[] = {
    LABEL("title", 200),         UUID("id"), LABEL("name", 240), COUNT("bytes"), DIGEST("sha256"),
    MAY_LABEL("signature", 240), END,
};
static const struct asv_fact file[] = {UUID("id"),       LABEL("name", 180),          COUNT("bytes"),
                                       DIGEST("sha256"), MAY_LABEL("signature", 180), END};
static const struct asv_fact left_out[] = {INTEGER("from_ms", 0, DAY_MS), INTEGER("until_ms", 1, DAY_MS),
                                           TEXT("reason", ASV_FACT_TEXT_BYTES), END};
static const struct asv_fact excerpt[] = {
    UUID("id"),
    LABEL("name", 180),
    COUNT("bytes"),
    DIGEST("sha256"),
    MAY_LABEL("signature", 180),
    INTEGER("from_ms", 0, DAY_MS),
    INTEGER("until_ms", 1, DAY_MS),
    COUNT("edge_bytes"),
    OBJECTS("left_out", left_out, 0, 100),
    END,
};
static const struct asv_fact check[] = {TEXT("check", 200), WORD("result", results),
                                        TEXT("text", ASV_FACT_TEXT_BYTES), END};
static const struct asv_fact marker[] = {WORD("kind", records), TIME("at"), MAY_COUNT("media_ms"), END};
static const struct asv_fact stream[] = {
    WORD("kind", stream_kinds), TEXT("codec", 60),
    MAY_COUNT("width"),         MAY_COUNT("height"),
    MAY_TEXT("rate", 40), /* frames or samples a second */
    MAY_COUNT("channels"),      END,
};
static const struct asv_fact probe[] = {TEXT("program", 200), TEXT("format", 100), MAY_COUNT("duration_ms"),
                                        OBJECTS("streams", stream, 0, 16), END};
static const struct asv_fact event[] = {
    UUID("event"),
    TEXT("kind", 32),
    MAY_TIME("at"),
    TIME("recorded_at"),
    WORD("actor_kind", actors),
    MAY_DIGEST("actor"),
    MAY_TEXT("actor_name", 200),
    MAY_TEXT("place", 200),
    MAY_TEXT("detail", ASV_FACT_TEXT_BYTES),
    FLAG("signed"),
    MAY_DIGEST("object_digest"),
    MAY_COUNT("log"),
    MAY_COUNT("leaf"),
    END,
};
static const struct asv_fact clip[] = {
    UUID("clip"),
    DIGEST("camera"),
    TEXT("camera_name", 200),
    TEXT("model", 200),
    TEXT("device_serial", 200),
    TEXT("firmware", 200),
    COUNT("number"),
    TEXT("unit", 200),
    MAY_TEXT("area", 200),
    MAY_TIME("started_at"),
    MAY_TIME("ended_at"),
    MAY_TIME("earliest_at"),
    TIME("latest_at"),
    INTEGER("duration_ms", 0, DAY_MS),
    WORD("clock_state", clock_states),
    INTEGER("clock_offset_ms", -SAFE_INTEGER, SAFE_INTEGER),
    COUNT("clock_uncertainty_ms"),
    TIME("docked_at"),
    TEXT("dock_name", 200),
    TIME("committed_at"),
    MAY_TIME("erased_on_camera_at"),
    WORD("integrity", integrities),
    WORD("provenance", provenances),
    FLAG("marked"),
    COUNT("payload_bytes"),
    COUNT("tail_bytes"),
    COUNT("chunks"),
    DIGEST("header"),
    DIGEST("root"),
    DIGEST("seal_digest"),
    MAY_OBJECT("playable", file),
    MAY_OBJECT("excerpt", excerpt),
    MAY_OBJECT("sealed", file), /* the sealed original; without one it stays, and an excerpt goes (HD-005) */
    OBJECT("seal", file),
    OBJECTS("checks", check, 1, 100),
    OBJECTS("markers", marker, 0, 1000),
    MAY_OBJECT("probe", probe),
    OBJECTS("custody", event, 1, EVENTS_MAX),
    END,
};
/* HO-050. Of a recording that is not handed over nothing else is said. */
static const struct asv_fact series_number[] = {
    INTEGER("number", 1, SAFE_INTEGER),
    WORD("fate", fates),
    FLAG("linked"), /* the camera's record of it is there */
    FLAG("twice"),
    MAY_COUNT("clip"),
    MAY_TIME("started_at"),
    MAY_TIME("ended_at"),
    END,
};
static const struct asv_fact series[] = {
    DIGEST("camera"),
    TEXT("camera_name", 200),
    UUID("epoch"),
    TIME("from_at"),
    TIME("until_at"),
    FLAG("gapless"),
    WORD("time", lacks),
    OBJECTS("numbers", series_number, 1, NUMBERS_MAX),
    END,
};
static const struct asv_fact cosignature[] = {TEXT("witness", 200), TIME("cosigned_at"), END};
static const struct asv_fact ledger_log[] = {
    INTEGER("log", 1, SAFE_INTEGER),
    TEXT("origin", 200),
    COUNT("size"),
    DIGEST("root"),
    MAY_TIME("signed_at"),
    OBJECTS("cosignatures", cosignature, 0, 64),
    END,
};
static const struct asv_fact certificate[] = {
    WORD("role", roles), TEXT("name", 200), TEXT("serial", 64), DIGEST("digest"), TIME("not_after"), END,
};
static const struct asv_fact part[] = {INTEGER("number", 1, CLIPS_MAX), INTEGER("of", 2, CLIPS_MAX), END};
static const struct asv_fact revocations[] = {COUNT("number"), TIME("at"),
                                              TEXTS("serials", LINE_BYTES, 0, 10000), END};

const struct asv_fact asv_facts_members[] = {
    INTEGER("format", 1, 1),
    UUID("handover"),
    UUID("message"),
    TIME("made_at"),
    TEXT("time_zone", 64),
    LABEL("version", 60), /* of the program that made the hand-over */
    WORD("output", outputs),
    MAY_OBJECT("part", part), /* of a carrier in parts */
    WORD("protection", protections),
    OBJECT("agency", agency),
    OBJECT("authority", authority),
    OBJECT("incident", incident),
    OBJECT("requested", decision),
    OBJECT("approved", decision),
    OBJECTS("recipients", recipient, 0, 32),
    OBJECTS("documents", document, 6, 6),
    OBJECTS("files", other_file, 0, FILES_MAX),
    OBJECTS("clips", clip, 1, CLIPS_MAX),
    OBJECTS("series", series, 0, CLIPS_MAX),
    OBJECTS("logs", ledger_log, 1, 64),
    OBJECTS("certificates", certificate, 1, 2200),
    MAY_OBJECT("revocations", revocations),
    END,
};

/* HD-011: a release of XJustiz, of which there is a new one each year. */
static const struct asv_fact lists[] = {
    CODE("courts"),  /* GDS.Gerichte */
    CODE("classes"), /* GDS.Dokumentklasse */
    CODE("types"),   /* GDS.Dokumenttyp */
    END,
};
static const struct asv_fact codes[] = {
    CODE("class"),     /* GDS.Dokumentklasse: none of the others */
    CODE("exhibit"),   /* GDS.Dokumenttyp: Beweismittel */
    CODE("exhibits"),  /* GDS.Dokumenttyp: Asservatenliste */
    CODE("original"),  /* GDS.Bestandteiltyp */
    CODE("signature"), /* GDS.Bestandteiltyp */
    END,
};
const struct asv_fact asv_xjustiz_members[] = {
    INTEGER("format", 1, 1),
    CODE("version"),
    LABEL("namespace", 200),
    TEXT("source", ASV_FACT_TEXT_BYTES), /* what was read of it, and what was not */
    OBJECT("lists", lists),
    OBJECT("codes", codes),
    END,
};
