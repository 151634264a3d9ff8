/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The report as one JSON object. Every string in it is printable ASCII: the formats allow no other, and what
 * the system says of an error is asked for in no language. */
#include "server/verify/ledger_say_value.h"
#include "server/verify/report.h"

static void print_hex(FILE *out, const char *name, const uint8_t *data, size_t len)
{
    fprintf(out, "\"%s\":\"", name);
    for (size_t i = 0; i < len; i++) {
        fprintf(out, "%02x", data[i]);
    }
    fputs("\"", out);
}

static void print_string(FILE *out, const char *name, const char *text)
{
    fprintf(out, "\"%s\":\"", name);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            fputc('\\', out);
        }
        fputc(*c, out);
    }
    fputs("\"", out);
}

static void print_uuid(FILE *out, const char *name, const uint8_t id[ASV_UUID_BYTES])
{
    fprintf(out, "\"%s\":\"", name);
    for (size_t i = 0; i < ASV_UUID_BYTES; i++) {
        fprintf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
    }
    fputs("\"", out);
}

static void print_clip(FILE *out, const struct asv_report *report)
{
    const struct asv_seal_result *seal = &report->seal;
    const struct asv_seal_header *header = &seal->header;
    fputs(",\"clip\":{", out);
    print_uuid(out, "id", header->clip);
    fputs(",", out);
    print_hex(out, "header_digest", seal->header_digest, ASV_SHA256_BYTES);
    fputs(",", out);
    print_hex(out, "agency", header->agency, ASV_SHA256_BYTES);
    fputs(",", out);
    print_hex(out, "certificate_digest", header->cert_digest, ASV_SHA256_BYTES);
    fputs(",", out);
    print_uuid(out, "epoch", header->epoch);
    fprintf(out, ",\"number\":%llu,", (unsigned long long)header->number);
    print_string(out, "model", header->model);
    fputs(",", out);
    print_string(out, "serial", header->serial);
    fputs(",", out);
    print_string(out, "firmware", header->firmware);
    fputs(",", out);
    print_string(out, "unit", header->unit);
    fputs(",", out);
    print_string(out, "area", header->area);
    fprintf(out, ",\"start_ms\":%lld,\"clock_state\":%u", (long long)header->start_wall_ms,
            (unsigned)header->clock_state);
    if (seal->has_checkpoint) {
        fprintf(out, ",\"signed_to_ms\":%lld", (long long)seal->checkpoint.wall_ms);
    }
    fprintf(out, ",\"ended\":%s", seal->ended ? "true" : "false");
    if (seal->ended) {
        fprintf(out, ",\"end_reason\":%u,\"media_bytes\":%llu", (unsigned)seal->end.reason,
                (unsigned long long)seal->end.media_bytes);
    }
    fprintf(out, ",\"records\":%u,\"checkpoints\":%u}", (unsigned)seal->checkpoint.records,
            (unsigned)seal->checkpoint.seq);
}

static void print_bytes(FILE *out, const struct asv_report *report)
{
    const struct asv_verdict *verdict = &report->verdict;
    fprintf(out, ",\"chunks\":%llu,\"payload_bytes\":%llu,\"tail_bytes\":%llu,\"seal_bytes\":%llu",
            (unsigned long long)verdict->chunks, (unsigned long long)report->payload_bytes,
            (unsigned long long)verdict->tail_bytes, (unsigned long long)report->seal.seal_bytes);
    fprintf(out, ",\"seal_tail_bytes\":%llu,", (unsigned long long)verdict->seal_tail_bytes);
    print_hex(out, "root", report->seal.checkpoint.root, ASV_SHA256_BYTES);
    fputs(",", out);
    print_hex(out, "seal_sha256", report->seal_digest, ASV_SHA256_BYTES);
    if (report->finding[ASV_CHECK_OPEN] == ASV_FINDING_GOOD && report->seal.has_checkpoint) {
        fprintf(out, ",\"plaintext_bytes\":%llu,\"plaintext_written\":%s,",
                (unsigned long long)report->output_bytes, report->output_written ? "true" : "false");
        print_hex(out, "plaintext_sha256", report->output_digest, ASV_SHA256_BYTES);
    }
}

static void print_ranges(FILE *out, const struct asv_report *report)
{
    const struct asv_chunk_ranges *bad = &report->verdict.bad;
    fputs(",\"bad_chunks\":[", out);
    for (size_t i = 0; i < bad->count; i++) {
        fprintf(out, "%s{\"first\":%llu,\"count\":%llu}", i == 0 ? "" : ",",
                (unsigned long long)bad->range[i].first, (unsigned long long)bad->range[i].count);
    }
    fputs("]", out);
    if (bad->count > 0) {
        fprintf(out, ",\"bad_chunks_exact\":%s", bad->exact ? "true" : "false");
    }
}

void asv_report_json(const struct asv_report *report, FILE *out)
{
    bool first = true;
    fprintf(out, "{\"format\":" ASV_REPORT_JSON_FORMAT ",\"valid\":%s,",
            asv_report_is_valid(report) ? "true" : "false");
    print_string(out, "integrity", asv_integrity_name((uint8_t)report->verdict.integrity));
    fputs(",", out);
    print_string(out, "provenance",
                 report->origin_checked ? asv_provenance_name((uint8_t)report->verdict.provenance)
                                        : "NOT_CHECKED");
    if (report->seal.has_header) {
        print_clip(out, report);
    }
    print_bytes(out, report);
    print_ranges(out, report);
    if (report->finding[ASV_CHECK_SEAL] == ASV_FINDING_BAD) {
        fprintf(out, ",\"seal_wrong_at\":%llu", (unsigned long long)report->seal.wrong_at);
    }
    fputs(",\"checks\":{", out);
    for (size_t i = 0; i < ASV_CHECK_COUNT; i++) {
        fputs(i == 0 ? "" : ",", out);
        print_string(out, asv_check_name((enum asv_check)i), asv_finding_name(report->finding[i]));
    }
    fputs("},\"errors\":{", out);
    for (size_t i = 0; i < ASV_CHECK_COUNT; i++) {
        if (report->finding[i] == ASV_FINDING_BAD && report->err[i].text[0] != '\0') {
            fputs(first ? "" : ",", out);
            print_string(out, asv_check_name((enum asv_check)i), report->err[i].text);
            first = false;
        }
    }
    fputs("}}\n", out);
}

void asv_report_json_unreadable(const char *why, FILE *out)
{
    fputs("{\"format\":" ASV_REPORT_JSON_FORMAT ",\"valid\":false,", out);
    fputs("\"unreadable\":", out);
    asv_print_string(out, why); /* it may have a file's name in it, or a part of one */
    fputs("}\n", out);
}
