/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asv-make-documents FACTS DIRECTORY [RELEASE]: the documents of a hand-over, DIRECTORY/index.pdf and so on;
 * with a release of XJustiz the message too. asv-make-documents --schema: the facts as a JSON Schema;
 * --letters: those of the message. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/io.h"
#include "server/report/label.h"
#include "server/report/letters.h"
#include "server/report/report.h"
#include "server/report/schema.h"

#define FACTS_BYTES_MAX (300u << 20)

static char *read_all(const char *path, size_t *len)
{
    struct asv_err err = {0};
    char *text = malloc(FACTS_BYTES_MAX);
    if (text == NULL || asv_io_read_file(AT_FDCWD, path, text, FACTS_BYTES_MAX, len, &err) != ASV_OK) {
        (void)fprintf(stderr, "%s: %s\n", path, err.text);
        exit(2);
    }
    return text;
}

static void end(enum asv_status status, const struct asv_err *err)
{
    if (status != ASV_OK) {
        (void)fprintf(stderr, "%s\n", err->text);
        exit(1);
    }
}

static int make(const char *directory, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        perror(path);
        exit(2);
    }
    return fd;
}

static void say_members(const struct asv_fact *members, int depth);

static void say_string(const struct asv_fact *fact)
{
    static const char *const forms[] = {
        [ASV_FACT_CODE] = "^[A-Za-z0-9._-]{1,20}$",
        [ASV_FACT_UUID] = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        [ASV_FACT_DIGEST] = "^[0-9a-f]{64}$",
        [ASV_FACT_TIME] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$",
    };
    if (fact->kind == ASV_FACT_TEXT || fact->kind == ASV_FACT_LABEL) {
        printf("{\"type\": \"string\", \"minLength\": 1, \"maxLength\": %lld%s}", (long long)fact->max,
               fact->kind == ASV_FACT_LABEL ? ", \"$comment\": \"DIN 91379, datatype C\"" : "");
    } else {
        printf("{\"type\": \"string\", \"pattern\": \"%s\"}", forms[fact->kind]);
    }
}

static void say_fact(const struct asv_fact *fact, int depth)
{
    switch (fact->kind) {
    case ASV_FACT_INTEGER:
        printf("{\"type\": \"integer\", \"minimum\": %lld, \"maximum\": %lld}", (long long)fact->min,
               (long long)fact->max);
        break;
    case ASV_FACT_FLAG:
        printf("{\"type\": \"boolean\"}");
        break;
    case ASV_FACT_WORD:
        printf("{\"enum\": [");
        for (size_t i = 0; fact->words[i] != NULL; i++) {
            printf("%s\"%s\"", i > 0 ? ", " : "", fact->words[i]);
        }
        printf("]}");
        break;
    case ASV_FACT_OBJECT:
        say_members(fact->members, depth);
        break;
    case ASV_FACT_OBJECTS:
        printf("{\"type\": \"array\", \"minItems\": %lld, \"maxItems\": %lld, \"items\": ",
               (long long)fact->min, (long long)fact->max);
        say_members(fact->members, depth);
        printf("}");
        break;
    case ASV_FACT_TEXTS:
        printf(
            "{\"type\": \"array\", \"minItems\": %lld, \"maxItems\": %lld, \"items\": {\"type\": \"string\", "
            "\"minLength\": 1, \"maxLength\": %zu}}",
            (long long)fact->min, (long long)fact->max, fact->bytes);
        break;
    default:
        say_string(fact);
    }
}

static void say_members(const struct asv_fact *members, int depth)
{
    printf("{\"type\": \"object\", \"additionalProperties\": false, \"required\": [");
    for (size_t i = 0, said = 0; members[i].key != NULL; i++) {
        if (!members[i].optional) {
            printf("%s\"%s\"", said++ > 0 ? ", " : "", members[i].key);
        }
    }
    printf("], \"properties\": {");
    for (size_t i = 0; members[i].key != NULL; i++) {
        printf("%s\n%*s\"%s\": ", i > 0 ? "," : "", 2 * depth, "", members[i].key);
        say_fact(&members[i], depth + 1);
    }
    printf("}}");
}

/* The zone that the facts name: whoever hands over is told it by the configuration. */
static void set_zone(const char *text)
{
    struct asv_err err = {0};
    char zone[64] = ASV_CALENDAR_ZONE;
    const char *at = strstr(text, "\"time_zone\": \"");
    if (at != NULL) {
        (void)sscanf(at + 14, "%63[A-Za-z/_]", zone);
    }
    end(asv_calendar_set_zone(zone, &err), &err);
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void say_cost(const char *what, double since)
{
    struct rusage use;
    (void)getrusage(RUSAGE_SELF, &use);
    printf("%-14s %6.2f s, %ld MiB at most\n", what, seconds() - since, use.ru_maxrss / 1024);
}

/* Each letter that may stand in the message. */
static void say_letters(void)
{
    for (uint32_t point = 1; point < 0x10000; point++) {
        char text[4] = {(char)point};
        size_t len = 1;
        if (point >= 0x80) {
            len = point < 0x800 ? 2 : 3;
            text[0] = (char)(point < 0x800 ? 0xc0 | point >> 6 : 0xe0 | point >> 12);
            text[len - 2] = (char)(len == 2 ? text[0] : (char)(0x80 | (point >> 6 & 0x3f)));
            text[len - 1] = (char)(0x80 | (point & 0x3f));
        }
        if (asv_letters_bad((struct asv_bytes){(const uint8_t *)text, len}, ASV_LETTERS_MESSAGE) == 0) {
            (void)fwrite(text, 1, len, stdout);
        }
    }
}

static void make_message(const struct asv_facts *facts, const char *release_path, const char *directory)
{
    struct asv_err err = {0};
    struct asv_xjustiz *release = NULL;
    size_t len = 0;
    asv_auto_free char *text = read_all(release_path, &len);
    end(asv_xjustiz_read(release_path, (struct asv_bytes){(const uint8_t *)text, len}, &release, &err), &err);
    asv_auto_fd int fd = make(directory, "xjustiz_nachricht.xml");
    end(asv_message_write(facts, release, fd, &err), &err);
    asv_xjustiz_free(release);
}

/* As of the second of three media, in a ZIP. */
static void make_label(const struct asv_facts *facts, const struct asv_fonts *fonts, const char *directory)
{
    struct asv_err err = {0};
    const struct asv_label label = {
        .part = 2,
        .parts = 3,
        .written_ms = 1795910400000,
        .name = "USB 2",
        .file = "Beweismittel_018f3b1e.aes.zip",
        .file_sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        .carrier_sha256 = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
        .lock = ASV_LABEL_ZIP};
    asv_auto_fd int fd = make(directory, "label.pdf");
    end(asv_label_write(facts, &label, fonts, fd, &err), &err);
}

int main(int argc, char **argv)
{
    struct asv_err err = {0};
    struct asv_facts *facts = NULL;
    struct asv_fonts *fonts = NULL;
    size_t len = 0;
    if (argc == 2 && strcmp(argv[1], "--schema") == 0) {
        printf("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n \"title\": \"Facts of a "
               "hand-over\",\n \"allOf\": [");
        say_members(asv_facts_members, 1);
        printf("]}\n");
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--letters") == 0) {
        say_letters();
        return 0;
    }
    if (argc != 3 && argc != 4) {
        (void)fprintf(stderr, "usage: asv-make-documents FACTS DIRECTORY [RELEASE] | --schema\n");
        return 2;
    }
    double since = seconds();
    asv_auto_free char *text = read_all(argv[1], &len);
    set_zone(text);
    end(asv_facts_read(text, len, &facts, &err), &err);
    say_cost("facts", since);
    end(asv_fonts_open(&fonts, &err), &err);
    for (unsigned i = 0; i < ASV_DOCUMENTS; i++) {
        char name[64];
        since = seconds();
        (void)snprintf(name, sizeof name, "%s.pdf", asv_document_name((enum asv_document)i));
        asv_auto_fd int fd = make(argv[2], name);
        end(asv_document_write(facts, (enum asv_document)i, fonts, fd, &err), &err);
        say_cost(name, since);
    }
    make_label(facts, fonts, argv[2]);
    if (argc == 4) {
        make_message(facts, argv[3], argv[2]);
    }
    asv_fonts_close(fonts);
    asv_facts_free(facts);
    return 0;
}
