/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* asservat-verify: says whether a recording, or what was handed over, is what was signed, and by whom. Needs
 * no network, no database and no server of ours; as asservat-verify-static no shared library (HO-161). Exit
 * status: 0 valid, 1 not valid, 2 not readable or wrong usage. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "server/verify/confine.h"
#include "server/verify/handed.h"
#include "server/verify/ledger.h"
#include "server/verify/open.h"

enum exit_status {
    EXIT_VALID = 0,
    EXIT_NOT_VALID = 1,
    EXIT_UNREADABLE = 2,
};

struct options {
    const char *file;
    char *const *files; /* of what was handed over in parts */
    size_t file_count;
    const char *trust;
    const char *revocations;
    const char *dock;
    const char *chain;
    const char *identity;
    const char *ledger;
    const char *earlier;
    struct asv_open_outputs outputs;
    enum asv_language language;
    bool json;
    bool handed; /* what was handed over, as a package or a filing */
    bool help;
    bool version;
};

static const char usage_text[] =
    "usage: asservat-verify FILE [--trust ROOT] [--revocations LIST] [--dock CHAIN] [--chain CHAIN]\n"
    "                       [--identity FILE [--output FILE] [--age FILE]] [--json] [--lang de|en]\n"
    "       asservat-verify PROOF|CHECKPOINT|DIR --ledger TRUST [--trust ROOT] [--revocations LIST]\n"
    "                       [--earlier CHECKPOINT] [--json] [--lang de|en]\n"
    "       asservat-verify CARRIER.zip…|FILING [--trust ROOT] [--ledger TRUST] [--revocations LIST]\n"
    "                       [--identity FILE] [--json] [--lang de|en]\n"
    "       asservat-verify --version\n"
    "\n"
    "Verifies one recording without a network or a server. FILE is its directory, or its seal: a file\n"
    "\"seal\" with the other parts beside it, or \"NAME.seal\" with \"NAME.payload\", \"NAME.chain\", ...\n"
    "\n"
    "  --trust ROOT         the agency's root certificate, or its public key: 64 hexadecimal digits,\n"
    "                       or a file of them; default: " ASV_ANCHORS_DEFAULT_ROOT ", if it is there\n"
    "  --revocations LIST   the agency's list of revoked certificates\n"
    "  --dock CHAIN         certificates of the dock that signed the commit record and the receipt\n"
    "  --chain CHAIN        certificates of the camera, when they do not lie beside the seal\n"
    "  --identity FILE      age identities: decrypts as well, and checks what only the content shows\n"
    "  --output FILE        writes the content to a new file, byte for byte as stock age would\n"
    "  --age FILE           writes the recording as an age file, for stock age and the same identities\n"
    "\n"
    "With --ledger it verifies what the ledger gave out: NAME.tlog-proof with NAME.entry and NAME.opened\n"
    "beside it, a directory of them, a checkpoint, or a published log (a directory with checkpoint and\n"
    "tile/), of which everything is computed anew. --trust is for what devices and people signed: the\n"
    "links of a claim, and NAME.object with NAME.signer.\n"
    "\n"
    "  --ledger TRUST       whose heads are believed: a trust file (C2SP tlog-policy)\n"
    "  --earlier CHECKPOINT a head that was kept: what is shown must be of a log that begins with it\n"
    "\n"
    "Of what was handed over (a package as one file, or the directory of a filing) it verifies all: the\n"
    "package, what two people decided, each recording, and its custody by the ledger. For that it takes\n"
    "--trust alone, and as ROOT the agency's id will do: the 64 hexadecimal digits that it publishes.\n"
    "--ledger says which witnesses have to have cosigned. Both must come by another way. A package in parts\n"
    "is all of them, one file after the other.\n"
    "\n"
    "  --json               the result as JSON\n"
    "  --lang de|en         language of the report; default: the environment's\n"
    "\n"
    "Exit status: 0 valid, 1 not valid, 2 not readable or wrong usage. See docs/VERIFY.md.\n";

static enum asv_language default_language(void)
{
    const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "de", 2) == 0 ? ASV_LANGUAGE_DE : ASV_LANGUAGE_EN;
        }
    }
    return ASV_LANGUAGE_EN;
}

/* Which options go with what is checked. */
static bool fit(struct options *options)
{
    bool outputs = options->outputs.plaintext != NULL || options->outputs.age != NULL;
    bool of_recording = outputs || options->chain != NULL || options->dock != NULL;
    options->handed = asv_handed_is(options->file);
    if (options->handed) {
        return !of_recording && options->earlier == NULL;
    }
    if (outputs && options->identity == NULL) {
        return false;
    }
    return options->ledger != NULL ? !of_recording && options->identity == NULL : options->earlier == NULL;
}

static bool parse_options(struct options *options, int argc, char **argv)
{
    static const struct option longs[] = {
        {"trust", required_argument, NULL, 't'},    {"revocations", required_argument, NULL, 'r'},
        {"dock", required_argument, NULL, 'd'},     {"chain", required_argument, NULL, 'c'},
        {"identity", required_argument, NULL, 'i'}, {"output", required_argument, NULL, 'o'},
        {"ledger", required_argument, NULL, 'L'},   {"earlier", required_argument, NULL, 'e'},
        {"age", required_argument, NULL, 'a'},      {"lang", required_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},           {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},        {NULL, 0, NULL, 0},
    };
    int option;
    *options = (struct options){.language = default_language()};
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 't':
            options->trust = optarg;
            break;
        case 'r':
            options->revocations = optarg;
            break;
        case 'd':
            options->dock = optarg;
            break;
        case 'c':
            options->chain = optarg;
            break;
        case 'i':
            options->identity = optarg;
            break;
        case 'L':
            options->ledger = optarg;
            break;
        case 'e':
            options->earlier = optarg;
            break;
        case 'o':
            options->outputs.plaintext = optarg;
            break;
        case 'a':
            options->outputs.age = optarg;
            break;
        case 'l':
            if (strcmp(optarg, "de") != 0 && strcmp(optarg, "en") != 0) {
                return false;
            }
            options->language = strcmp(optarg, "de") == 0 ? ASV_LANGUAGE_DE : ASV_LANGUAGE_EN;
            break;
        case 'j':
            options->json = true;
            break;
        case 'h':
            options->help = true;
            return true;
        case 'v':
            options->version = true;
            return true;
        default:
            return false;
        }
    }
    options->file = argv[optind];
    options->files = argv + optind;
    options->file_count = (size_t)(argc - optind);
    return optind < argc && fit(options) && (options->file_count == 1 || options->handed);
}

/* Everything that is too large for a stack. */
struct work {
    struct asv_anchors anchors;
    struct asv_small_parts parts;
    struct asv_report report;
};

static enum asv_status verify(const struct options *options, struct work *work, struct asv_err *err)
{
    struct asv_inputs inputs;
    enum asv_status status =
        asv_anchors_load(&work->anchors, options->trust, options->revocations, options->dock, err);
    if (status == ASV_OK) {
        status = asv_inputs_open(&inputs, options->file, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (options->chain != NULL) {
        asv_input_close(&inputs.part[ASV_PART_CHAIN]);
        status = asv_input_open(&inputs.part[ASV_PART_CHAIN], options->chain, err);
    }
    if (status == ASV_OK) {
        status = asv_check_clip(&work->report, &inputs, &work->anchors, &work->parts, err);
    }
    if (status == ASV_OK && options->identity != NULL) {
        status =
            asv_open_clip(&work->report, &inputs, &work->parts, options->identity, &options->outputs, err);
    }
    asv_inputs_close(&inputs);
    return status;
}

/* Nothing was written when it returns anything but ASV_OK. */
static enum asv_status verify_clip(const struct options *options, bool *valid, struct asv_err *err)
{
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = verify(options, work, err);
    if (status == ASV_OK) {
        *valid = asv_report_is_valid(&work->report);
        if (options->json) {
            asv_report_json(&work->report, stdout);
        } else {
            asv_report_text(&work->report, options->language, stdout);
        }
    }
    free(work);
    return status;
}

static enum asv_status verify_ledger(const struct options *options, bool *valid, struct asv_err *err)
{
    const struct asv_verify_ledger what = {.path = options->file,
                                           .trust = options->ledger,
                                           .root = options->trust,
                                           .revocations = options->revocations,
                                           .earlier = options->earlier,
                                           .language = options->language,
                                           .json = options->json,
                                           .out = stdout};
    return asv_verify_ledger(&what, valid, err);
}

static enum asv_status verify_handed(const struct options *options, bool *valid, struct asv_err *err)
{
    enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
    const struct asv_verify_handed what = {.path = options->file,
                                           .root = options->trust,
                                           .ledger = options->ledger,
                                           .revocations = options->revocations,
                                           .identity = options->identity,
                                           .language = options->language,
                                           .json = options->json,
                                           .out = stdout};
    enum asv_status status =
        options->file_count == 1
            ? asv_verify_handed(&what, &verdict, NULL, err)
            : asv_verify_handed_parts(&what, options->files, options->file_count, &verdict, err);
    *valid = verdict == ASV_HANDED_VALID;
    return status;
}

static enum asv_status verify_it(const struct options *options, bool *valid, struct asv_err *err)
{
    if (options->handed) {
        return verify_handed(options, valid, err);
    }
    return options->ledger != NULL ? verify_ledger(options, valid, err) : verify_clip(options, valid, err);
}

/* HO-120: what it goes without where it cannot be had is said, and changes nothing of the result. */
static void confine(const struct options *options)
{
    struct asv_confined confined = {.checked = options->file};
    const char *const read[] = {options->trust == NULL ? ASV_ANCHORS_DEFAULT_ROOT : options->trust,
                                options->revocations,
                                options->dock,
                                options->chain,
                                options->identity,
                                options->ledger,
                                options->earlier};
    const char *const made[] = {options->outputs.plaintext, options->outputs.age};
    struct asv_err err = {0};
    bool whole = false;
    confined.is_alone = options->handed;
    confined.others = options->files + 1;
    confined.other_count = options->file_count - 1;
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        asv_confined_add(&confined, read[i]);
    }
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        if (made[i] != NULL) {
            confined.made[confined.made_count++] = made[i];
        }
    }
    if (asv_confine(&confined, &whole, &err) != ASV_OK) {
        fprintf(stderr, "asservat-verify: not confined: %s\n", err.text);
    } else if (!whole) {
        fputs("asservat-verify: confined, but not to its files: this kernel has no Landlock\n", stderr);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct asv_err err = {0};
    if (!parse_options(&options, argc, argv)) {
        fputs(usage_text, stderr);
        return EXIT_UNREADABLE;
    }
    if (options.help) {
        fputs(usage_text, stdout);
        return EXIT_VALID;
    }
    if (options.version) {
        puts("asservat-verify " ASV_VERSION);
        return EXIT_VALID;
    }
    if (asv_crypto_init() != ASV_OK) {
        fputs("asservat-verify: cannot start\n", stderr);
        return EXIT_UNREADABLE;
    }
    confine(&options);
    bool valid = false;
    enum asv_status status = verify_it(&options, &valid, &err);
    if (status != ASV_OK) {
        bool is_one = options.file_count == 1; /* of several the message says which */
        fprintf(stderr, "asservat-verify: %s%s%s\n", is_one ? options.file : "", is_one ? ": " : "",
                err.text);
        if (options.json) {
            asv_report_json_unreadable(err.text, stdout);
        }
    }
    if (fflush(stdout) != 0 || ferror(stdout) || status != ASV_OK) {
        return EXIT_UNREADABLE;
    }
    return valid ? EXIT_VALID : EXIT_NOT_VALID;
}
