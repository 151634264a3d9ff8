/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Packages as other people's programs read them. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "firmware-proto/crypto/x509.h"
#include "server/package/carrier.h"
#include "server/package/package.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define SPARSE_BYTES (100 << 20)
#define MANY         65600 /* above what ZIP's 16 bits count */

static char dir_name[256];
static int dir = -1;
static const uint8_t plan[ASV_PLAN_BYTES] = {1};
static struct asv_zip_writer writer;
static struct asv_carrier carrier;
static struct asv_package_signer signer;
static uint8_t pem[ASV_X509_MAX_BYTES];
static uint8_t sk[ASV_P256_SK_BYTES] = {1, 2, 3};
static int signatures; /* that were asked for */

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t out[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    (void)err;
    signatures++;
    return asv_p256_sign(out, len, ctx, digest);
}

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(dir_name, sizeof dir_name);
    dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    static const struct asv_x509 who = {.organisation = "Stadt Duisburg",
                                        .name = "Asservate",
                                        .from_s = 1767592800,
                                        .until_s = INT64_C(4000000000)};
    size_t len = 0;
    if (asv_x509_self_signed(pem, &len, &who, sk) != ASV_OK) {
        return -1;
    }
    asv_test_write_file(dir_name, "package.pem", pem, len);
    signer = (struct asv_package_signer){.cades = {sk, {pem, len}, sign}, .now_s = 1796000000};
    return dir < 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(dir);
    asv_test_remove_directory(dir_name);
    return 0;
}

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

static void add(const char *name, const char *content)
{
    struct asv_bytes left = text(content);
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    assert_int_equal(ASV_OK, asv_zip_add(&writer, text(name), &source, &entry, NULL));
}

/* Runs a line of shell in the directory, with the package's path in $P; says what it said when it fails. */
static void sh(const char *name, const char *line)
{
    char script[2048];
    snprintf(script, sizeof script, "set -e; cd '%s'; P='%s'; %s", dir_name, name, line);
    if (asv_test_run(dir_name, (const char *const[]){"bash", "-c", script, NULL}) != 0) {
        snprintf(script, sizeof script, "cat '%s/out' '%s/err' >&2", dir_name, dir_name);
        (void)asv_test_run("/tmp", (const char *const[]){"bash", "-c", script, NULL});
        fail_msg("%s", line);
    }
}

static const char *const readers[] = {
    "unzip -tq $P",
    "python3 -c 'import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)' $P",
    "7z t $P",
    "bsdtar -cf /dev/null @$P",
};

/* PK-002, PK-003, PK-004: Info-ZIP, Python, 7-Zip and libarchive. */
static void every_reader_reads_it(void **state)
{
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "some", plan, NULL));
    add("mimetype", "application/vnd.etsi.asic-e+zip");
    add("data/\xc3\x9c"
        "bergabe an die Staatsanwaltschaft.txt",
        "Gr\xc3\xbc\xc3\x9f"
        "e");
    add("data/empty", "");
    add("data/a/b/c/d", "deep");
    assert_int_equal(ASV_OK, asv_zip_finish(&writer, NULL));
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        sh("some", readers[i]);
    }
    sh("some", "for x in 'LC_ALL=C.UTF-8 unzip -q $P -d one' '7z x -oone $P' 'mkdir one; bsdtar -xf $P -C "
               "one'; do eval \"$x\"; "
               "test \"$(cat one/data/Ü*.txt)\" = Grüße; test -f one/data/empty; test $(cat "
               "one/data/a/b/c/d) = deep; "
               "test \"$(find one -type f | wc -l)\" = 4; rm -r one; done");
}

/* PK-003 */
static void they_read_more_files_than_16_bits_count(void **state)
{
    char name[32];
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "many", plan, NULL));
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "data/%d/%d", i % 100, i);
        add(name, "x");
    }
    assert_int_equal(ASV_OK, asv_zip_finish(&writer, NULL));
    sh("many", readers[0]);
    sh("many", readers[2]);
    sh("many", "python3 -c 'import sys, zipfile; sys.exit(len(zipfile.ZipFile(sys.argv[1]).namelist()) != "
               "65600)' $P");
    sh("many", "test $(unzip -Z1 $P | wc -l) = 65600; test $(bsdtar -tf $P | wc -l) = 65600");
}

/* PK-011 */
static void memory_does_not_grow_with_the_files(void **state)
{
    struct rusage before;
    struct rusage after;
    struct asv_zip_entry entry;
    int fd = openat(dir, "sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    (void)state;
    assert_int_equal(ftruncate(fd, SPARSE_BYTES), 0);
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "flat", plan, NULL));
    getrusage(RUSAGE_SELF, &before);
    struct asv_source source = asv_source_file(&fd, SPARSE_BYTES);
    assert_int_equal(ASV_OK, asv_zip_add(&writer, text("data/sparse"), &source, &entry, NULL));
    assert_int_equal(ASV_OK, asv_zip_finish(&writer, NULL));
    getrusage(RUSAGE_SELF, &after);
    assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 4096); /* KiB */
    close(fd);
    sh("flat", "unzip -tq $P; rm $P sparse");
}

/* ---- carriers ---- */

static void add_file(const char *name, const char *content)
{
    struct asv_bytes left = text(content);
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    assert_int_equal(ASV_OK, asv_carrier_add(&carrier, name, &source, &entry, NULL));
}

static const struct asv_bag_field fields[] = {{"Source-Organization", "Stadt Duisburg"},
                                              {"Bagging-Date", "2026-11-29"}};

static void begin_carrier(const char *name)
{
    struct asv_bytes left = text("%PDF-");
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    assert_int_equal(ASV_OK, asv_carrier_begin(&carrier, dir, name, plan, NULL));
    add_file("data/aufnahme 1.mp4", "moof");
    assert_int_equal(ASV_OK, asv_carrier_add_document(&carrier,
                                                      "data/dokumente/\xc3\x9c"
                                                      "bergabe & Verzeichnis.pdf",
                                                      &source, &signer, &entry, NULL));
    add_file("data/"
             "l\xc3\xa4"
             "nger.json",
             "{}");
}

static void make_carrier(const char *name)
{
    begin_carrier(name);
    assert_int_equal(ASV_OK, asv_carrier_finish(&carrier, fields, 2, &signer, NULL));
}

/* PK-001, PK-020, PK-021, PK-022 */
static void unpacked_it_is_a_bag(void **state)
{
    (void)state;
    make_carrier("bag");
    sh("bag", "LC_ALL=C.UTF-8 unzip -q $P -d unpacked; cd unpacked; sha256sum --quiet --strict -c "
              "manifest-sha256.txt tagmanifest-sha256.txt");
    sh("bag", ASV_SOURCE_DIR "/tests/integration/bag.py unpacked");
    sh("bag", "test \"$(head -c 69 $P | tail -c 39)\" = mimetypeapplication/vnd.etsi.asic-e+zip");
}

/* PK-033, PK-040 */
static void nothing_but_payload_is_added(void **state)
{
    static const char *const bad[] = {"mimetype", "clip.mp4",       "META-INF/x", "Data/x",
                                      "data",     "data/x.pdf.p7s", "data/x.P7S"};
    struct asv_zip_entry entry;
    (void)state;
    assert_int_equal(ASV_OK, asv_carrier_begin(&carrier, dir, "payload", plan, NULL));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct asv_bytes left = text("x");
        struct asv_source source = asv_source_bytes(&left);
        assert_int_equal(ASV_E_USAGE, asv_carrier_add(&carrier, bad[i], &source, &entry, NULL));
    }
    add_file("data/external/x.pdf.p7s", "made elsewhere");
    asv_carrier_close(&carrier);
}

#define VERIFY                                                                                            \
    "openssl cms -verify -cades -binary -inform DER -CAfile package.pem -purpose any -attime 1796000001 " \
    "-out /dev/null "

/* PK-030, PK-031, PK-033. LAW H4: each document is signed on its own */
static void it_is_a_signed_container(void **state)
{
    (void)state;
    make_carrier("asic");
    sh("asic",
       "rm -rf unpacked; LC_ALL=C.UTF-8 unzip -q $P -d unpacked; xmllint --nonet --noout "
       "--schema " ASV_SOURCE_DIR "/tests/integration/asic/manifest.xsd unpacked/META-INF/ASiCManifest.xml");
    sh("asic", VERIFY "-in unpacked/META-INF/signature.p7s -content unpacked/META-INF/ASiCManifest.xml");
    /* What binds the bag's manifest to the signature, as the checking instructions have it. */
    sh("asic", "cd unpacked; test \"$(grep '\"manifest-sha256.txt\"' META-INF/ASiCManifest.xml | sed "
               "'s/.*DigestValue>\\(.*\\)<.ds:DigestValue.*/\\1/')\" = \"$(openssl dgst -sha256 -binary "
               "manifest-sha256.txt | openssl base64)\"");
    sh("asic", "for p in unpacked/data/*/*.pdf; do " VERIFY "-in \"$p.p7s\" -content \"$p\"; done");
    /* Its references, as another reader of XML and URIs has them, are the files and their digests. */
    sh("asic",
       "cd unpacked; python3 -c 'import base64, hashlib, urllib.parse, pathlib, xml.etree.ElementTree as E\n"
       "n = \"{http://uri.etsi.org/02918/v1.2.1#}DataObjectReference\"\n"
       "d = \"{http://www.w3.org/2000/09/xmldsig#}DigestValue\"\n"
       "r = {urllib.parse.unquote(o.get(\"URI\")): o.find(d).text for o in "
       "E.parse(\"META-INF/ASiCManifest.xml\").iter(n)}\n"
       "f = {str(p): base64.b64encode(hashlib.sha256(p.read_bytes()).digest()).decode() for p in "
       "pathlib.Path().rglob(\"*\")\n"
       "     if p.is_file() and p.parts[0] not in (\"META-INF\", \"mimetype\")}\n"
       "assert r == f and len(f) == 8, (r, f)'");
    sh("asic",
       "echo >> unpacked/data/a*; if " ASV_SOURCE_DIR "/tests/integration/bag.py unpacked; then false; fi");
}

/* As our own reader has it. */
static void expect_taken(const char *name, uint32_t stamped)
{
    static struct asv_package package;
    struct asv_fault fault;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    const struct asv_package_input input = asv_package_input_file(&fd, (uint64_t)lseek(fd, 0, SEEK_END));
    assert_int_equal(ASV_OK, asv_package_open(&package, &input, NULL, NULL, &fault, NULL));
    assert_int_equal(package.payload_files, 4);
    assert_int_equal(package.documents, 1);
    assert_int_equal(package.stamped, stamped);
    assert_int_equal(package.signature.stamped, stamped > 0);
    asv_package_close(&package);
    close(fd);
}

/* What the writer makes, the reader takes, from a file. PK-040, PK-043 */
static void our_own_reader_takes_it(void **state)
{
    (void)state;
    make_carrier("ours");
    expect_taken("ours", 0);
}

static const char tsa[] =
    "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_digest=sha256\ndefault_policy=1."
    "2.3\ndigests=sha256\n"
    "ess_cert_id_alg=sha256\n[e]\nextendedKeyUsage=critical,timeStamping\n[req]\ndistinguished_name=d\n[d]\n";

static enum asv_status stamp(void *ctx, struct asv_bytes request, uint8_t *response, size_t *len,
                             struct asv_err *err)
{
    uint8_t *data = NULL;
    (void)ctx;
    asv_test_write_file(dir_name, "q.tsq", request.data, request.len);
    sh("", "openssl ts -reply -config tsa.cnf -section t -queryfile q.tsq -signer tsa.pem -inkey tsa.key "
           "-out r.tsr");
    asv_test_read_file(dir_name, "r.tsr", &data, len);
    assert_true(*len <= ASV_CADES_STAMP_MAX_BYTES);
    memcpy(response, data, *len);
    free(data);
    return *len > 0 ? ASV_OK : asv_fail(err, ASV_E_AWAY, "no response");
}

/* PK-034: the package's and the document's; by a test's own authority. */
static void an_authority_stamps_each_signature(void **state)
{
    (void)state;
    asv_test_write_file(dir_name, "tsa.cnf", tsa, sizeof tsa - 1);
    sh("", "openssl req -x509 -config tsa.cnf -extensions e -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
           "-nodes -keyout tsa.key -subj "
           "/CN=TSA -out tsa.pem");
    signer.stamp = stamp;
    make_carrier("stamped");
    signer.stamp = NULL;
    expect_taken("stamped", 2);
    sh("stamped", "rm -rf unpacked; LC_ALL=C.UTF-8 unzip -q $P -d unpacked");
    sh("stamped", VERIFY "-in unpacked/META-INF/signature.p7s -content unpacked/META-INF/ASiCManifest.xml");
    sh("stamped", "openssl ts -verify -in r.tsr -queryfile q.tsq -CAfile tsa.pem");
}

/* PK-002, PK-012: nobody is asked to sign again what an earlier run had signed. */
static void a_signature_that_was_made_is_kept(void **state)
{
    struct asv_journal_cursor cursor;
    (void)state;
    signatures = 0;
    begin_carrier("kept");
    assert_int_equal(ASV_OK, asv_zip_first(&carrier.zip, &cursor, NULL)); /* to the medium */
    asv_carrier_close(&carrier);
    assert_int_equal(signatures, 1);
    make_carrier("kept");
    assert_int_equal(signatures, 2);
    make_carrier("again");
    sh("again", "for f in kept again; do LC_ALL=C.UTF-8 unzip -q $f -d dir.$f; rm dir.$f/META-INF/* "
                "dir.$f/data/*/*.p7s dir.$f/*manifest* "
                "dir.$f/bag-info.txt; done; diff -r dir.kept dir.again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reader_reads_it),
        cmocka_unit_test(they_read_more_files_than_16_bits_count),
        cmocka_unit_test(memory_does_not_grow_with_the_files),
        cmocka_unit_test(nothing_but_payload_is_added),
        cmocka_unit_test(unpacked_it_is_a_bag),
        cmocka_unit_test(it_is_a_signed_container),
        cmocka_unit_test(our_own_reader_takes_it),
        cmocka_unit_test(an_authority_stamps_each_signature),
        cmocka_unit_test(a_signature_that_was_made_is_kept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
