/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Packages that are none any more, kind by kind, and what is said of each. */
#include <stdio.h>
#include <string.h>

#include "server/package/asic.h"
#include "server/package/bag.h"
#include "server/package/package.h"
#include "tests/support/package.h"
#include "tests/unit/test.h"

static struct asv_test_package it;

/* What is wrong with the package as it is; *fault and its text in *err. */
static enum asv_status judge_by(const uint8_t *signer, struct asv_fault *fault, struct asv_err *err)
{
    static struct asv_package package;
    struct asv_bytes bytes = {it.bytes, it.len};
    const struct asv_package_input input = asv_package_input_bytes(&bytes);
    enum asv_status status = asv_package_open(&package, &input, signer, NULL, fault, err);
    assert_int_equal(status == ASV_OK, fault->kind == ASV_FAULT_NONE);
    asv_package_close(&package);
    return status;
}

static void store(size_t at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        it.bytes[at + i] = (uint8_t)(value >> (8 * i));
    }
}

static uint64_t load(size_t at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)it.bytes[at + i] << (8 * i);
    }
    return value;
}

static void insert(size_t at, const void *data, size_t len)
{
    assert_true(it.len + len <= sizeof it.bytes);
    memmove(it.bytes + at + len, it.bytes + at, it.len - at);
    memcpy(it.bytes + at, data, len);
    it.len += len;
}

/* The whole of a file's two headers, from the field's place in the local one (the directory's is two on). */
static void both(size_t i, size_t at, uint64_t value, size_t bytes)
{
    store(it.local[i] + at, value, bytes);
    store(it.central[i] + at + 2, value, bytes);
}

/* Files from number i on begin `by` later, and so does the directory. */
static void shift(size_t i, size_t by)
{
    for (; i < it.count; i++) {
        store(it.central[i] + 42, load(it.central[i] + 42, 4) + by, 4);
    }
    store(it.end + 16, load(it.end + 16, 4) + by, 4);
}

/* A name of the same length in both headers. */
static void rename_both(size_t i, const char *name)
{
    assert_int_equal(strlen(name), it.file[i].entry.name_len);
    memcpy(it.bytes + it.local[i] + 30, name, strlen(name));
    memcpy(it.bytes + it.central[i] + 46, name, strlen(name));
}

#define CLIP 1
#define TEXT 4

/* ---- bytes of the ZIP ---- */

static void cut_one(void)
{
    it.len--;
}
static void cut_half(void)
{
    it.len /= 2;
}
static void cut_all(void)
{
    it.len = 0;
}
static void cut_in_the_end(void)
{
    it.len -= 15;
}
static void no_zip(void)
{
    memset(it.bytes, 0, it.len);
}
static void one_byte_behind(void)
{
    it.bytes[it.len++] = 0;
}
static void another_zip_behind(void)
{
    size_t len = it.len;
    insert(len, it.bytes, len);
}
static void comment(void)
{
    store(it.end + 20, 3, 2);
    insert(it.len, "abc", 3);
}
static void count_more(void)
{
    store(it.end + 8, 0x000c000cu, 4);
}
static void count_less(void)
{
    store(it.end + 8, 0x000a000au, 4);
}
static void counts_differ(void)
{
    store(it.end + 8, 10, 2);
}
static void count_none(void)
{
    store(it.end + 8, 0, 4);
}
static void directory_elsewhere(void)
{
    store(it.end + 16, it.directory + 1, 4);
}
static void directory_longer(void)
{
    store(it.end + 12, load(it.end + 12, 4) + 1, 4);
}
static void another_disk(void)
{
    store(it.end + 4, 1, 2);
}
static void end64(uint64_t count)
{
    uint8_t tail[ASV_ZIP_TAIL_MAX_BYTES] = {0};
    const struct asv_zip_end end = {count, it.directory, it.end - it.directory};
    const struct asv_zip_end large = {65535, it.directory, it.end - it.directory};
    it.len = it.end;
    insert(it.len, tail, asv_zip_tail(tail, &large));
    it.len = it.end;
    insert(it.len, tail, asv_zip_tail(tail, &large));
    store(it.end + 24, end.count, 8);
    store(it.end + 32, end.count, 8);
}
static void count_huge(void)
{
    end64(UINT64_C(1) << 40);
}
static void end64_without_need(void)
{
    end64(it.count);
    store(it.end + ASV_ZIP_END64_BYTES + ASV_ZIP_LOCATOR_BYTES + 8, it.count | it.count << 16, 4);
}
static void end64_of_another_length(void)
{
    end64(70000);
    store(it.end + 4, 45, 8);
}
static void bytes_in_front(void)
{
    insert(0, "#!/bin/sh\n", 10);
}
static void bytes_in_front_that_are_counted(void)
{
    shift(0, 10);
    insert(0, "#!/bin/sh\n", 10);
}
static void bytes_between(void)
{
    shift(TEXT, 5);
    insert(it.local[TEXT], "gap..", 5);
}
static void bytes_before_the_directory(void)
{
    store(it.end + 16, it.directory + 4, 4);
    insert(it.directory, "gap.", 4);
}
static void bytes_in_the_directory(void)
{
    store(it.end + 12, load(it.end + 12, 4) + 4, 4);
    insert(it.end, "gap.", 4);
}
static void same_bytes_twice(void)
{
    store(it.central[TEXT] + 42, it.local[CLIP], 4);
}
static void file_over_the_next(void)
{
    both(CLIP, 18, 60, 4);
    both(CLIP, 22, 60, 4);
}
static void file_over_the_directory(void)
{
    both(it.count - 1, 18, 60000, 4);
    both(it.count - 1, 22, 60000, 4);
}
static void file_without_end(void)
{
    both(CLIP, 18, 0xfffffffe, 4);
    both(CLIP, 22, 0xfffffffe, 4);
}
static void compressed(void)
{
    both(CLIP, 8, 8, 2);
}
static void bomb(void)
{
    both(CLIP, 8, 8, 2);
    both(CLIP, 22, 0xfffffffe, 4);
}
static void encrypted(void)
{
    both(CLIP, 6, 1, 2);
}
static void encrypted_by_aes(void)
{
    both(CLIP, 8, 99, 2);
}
static void descriptor(void)
{
    both(CLIP, 6, 8, 2);
}
static void symbolic_link(void)
{
    store(it.central[CLIP] + 38, UINT32_C(0120777) << 16, 4);
}
static void device(void)
{
    store(it.central[CLIP] + 38, UINT32_C(0020666) << 16, 4);
}
static void directory(void)
{
    store(it.central[CLIP] + 38, UINT32_C(0040755) << 16, 4);
}
static void set_user_id(void)
{
    store(it.central[CLIP] + 38, UINT32_C(0104755) << 16, 4);
}
static void extra_field(void)
{
    store(it.central[CLIP] + 30, 4, 2);
    insert(it.central[CLIP] + 46 + it.file[CLIP].entry.name_len, "up\0\0", 4);
    it.end += 4;
    store(it.end + 12, load(it.end + 12, 4) + 4, 4);
}
static void local_extra_field(void)
{
    store(it.local[0] + 28, 4, 2);
    insert(it.local[0] + 38, "up\0\0", 4);
    it.end += 4;
    for (size_t i = 0; i < it.count; i++) {
        it.central[i] += 4;
    }
    shift(1, 4);
}
static void zip64_without_need(void)
{
    static const uint8_t extra[20] = {1, 0, 16, 0, 20, 0, 0, 0, 0, 0, 0, 0, 20};
    store(it.central[CLIP] + 30, 20, 2);
    store(it.central[CLIP] + 20, 0xffffffff, 4);
    store(it.central[CLIP] + 24, 0xffffffff, 4);
    insert(it.central[CLIP] + 46 + it.file[CLIP].entry.name_len, extra, 20);
    it.end += 20;
    store(it.end + 12, load(it.end + 12, 4) + 20, 4);
}
static void file_comment(void)
{
    store(it.central[CLIP] + 32, 4, 2);
    insert(it.central[CLIP] + 46 + it.file[CLIP].entry.name_len, "abcd", 4);
    it.end += 4;
    store(it.end + 12, load(it.end + 12, 4) + 4, 4);
}
static void another_time(void)
{
    both(CLIP, 12, 0x5a7d, 2);
}
static void not_said_to_be_utf8(void)
{
    both(TEXT, 6, 0, 2);
}
static void name_upwards(void)
{
    rename_both(CLIP, "../../../a.sh");
}
static void name_upwards_within(void)
{
    rename_both(CLIP, "data/../../ab");
}
static void name_absolute(void)
{
    rename_both(CLIP, "/etc/passwd.a");
}
static void name_with_backslash(void)
{
    rename_both(CLIP, "data\\clip.mp4");
}
static void name_with_nul(void)
{
    rename_both(CLIP, "data/clip.mp4");
    store(it.local[CLIP] + 30 + 8, 0, 1);
    store(it.central[CLIP] + 46 + 8, 0, 1);
}
static void name_of_a_drive(void)
{
    rename_both(CLIP, "C:\\clip.mp4ab");
}
static void name_not_utf8(void)
{
    rename_both(TEXT, "data/\xff\xff"
                      "bersicht.txt");
}
static void name_of_a_terminal(void)
{
    rename_both(CLIP, "data/\x1b[2J.mp4");
}
static void name_too_long(void)
{
    store(it.central[CLIP] + 28, 300, 2);
}
static void no_name(void)
{
    store(it.central[CLIP] + 28, 0, 2);
}
static void local_name_differs(void)
{
    it.bytes[it.local[CLIP] + 30 + 5] = 'x';
}
static void local_crc_differs(void)
{
    it.bytes[it.local[CLIP] + 14] ^= 1;
}
static void local_header_missing(void)
{
    memset(it.bytes + it.local[CLIP], 0, 4);
}
static void byte_flipped(void)
{
    it.bytes[it.local[CLIP] + 30 + 13 + 7] ^= 1;
}
static void byte_flipped_in_a_manifest(void)
{
    size_t i = asv_test_package_index(&it, ASV_BAG_MANIFEST);
    it.bytes[asv_zip_data_offset(&it.file[i].entry)] ^= 1;
}

/* ---- files: before anything is listed ---- */

static void add(size_t at, const char *name)
{
    asv_test_package_add(&it, at, name, "x", 1);
}
static void name_twice_in_full(void)
{
    add(2, "data/clip.mp4");
}
static void name_twice_in_another_case(void)
{
    add(2, "data/CLIP.mp4");
}
static void name_twice_in_another_umlaut(void)
{
    add(5, "data/\xc3\x9c"
           "bersicht.txt");
}
static void name_that_is_a_directory(void)
{
    add(2, "data/clip.mp4/a");
}
static void mimetype_last(void)
{
    struct asv_test_file first = it.file[0];
    asv_test_package_remove(&it, ASV_ASIC_MIMETYPE);
    asv_test_package_add(&it, it.count, ASV_ASIC_MIMETYPE, first.data, (size_t)first.entry.size);
}
static void no_mimetype(void)
{
    asv_test_package_remove(&it, ASV_ASIC_MIMETYPE);
}
static void another_mimetype(void)
{
    asv_test_package_set(&it.file[0], "application/zip", 15);
}
static void unknown_at_the_top(void)
{
    add(1, "autorun.inf");
}
static void unknown_in_meta(void)
{
    add(1, "META-INF/container.xml");
}
static void no_document(void)
{
    add(2, "data/clip.mov.p7s");
}
static void signature_in_another_case(void)
{
    add(2, "data/clip.mp4.P7s"); /* which Windows shows as one */
}
static void document_signed_by_another(void)
{
    asv_test_package_sign(&it, "data/bericht.pdf.p7s", "data/bericht.pdf", 1);
}
static void another_documents_signature(void)
{
    asv_test_package_sign(&it, "data/bericht.pdf.p7s", "data/clip.mp4", 0);
}
static void no_signature_in_it(void)
{
    asv_test_package_set(&it.file[3], "", 0);
}
static void signature_too_long(void)
{
    it.file[3].entry.size -= 1;
    asv_test_package_set(&it.file[3], it.file[3].data, (size_t)it.file[3].entry.size);
}

/* ---- files: when all is listed and signed ---- */

static struct asv_test_file *file(const char *name)
{
    struct asv_test_file *found = asv_test_package_find(&it, name);
    assert_non_null(found);
    return found;
}

/* Another text in the place of one, once. */
static void replace(const char *name, const char *from, const char *to)
{
    char text[8192];
    struct asv_test_file *in = file(name);
    memcpy(text, in->data, (size_t)in->entry.size);
    text[in->entry.size] = '\0';
    char *at = strstr(text, from);
    assert_non_null(at);
    size_t head = (size_t)(at - text);
    char made[8192];
    int len = snprintf(made, sizeof made, "%.*s%s%s", (int)head, text, to, at + strlen(from));
    asv_test_package_set(in, made, (size_t)len);
}

static void second_manifest(void)
{
    add(it.count - 2, "manifest-sha512.txt");
}
static void second_tag_manifest(void)
{
    add(it.count - 2, "tagmanifest-md5.txt");
}
static void second_container_manifest(void)
{
    add(it.count, "META-INF/ASiCManifest2.xml");
}
static void second_signature(void)
{
    add(it.count, "META-INF/signatures.xml");
}
static void to_be_fetched(void)
{
    add(5, "fetch.txt");
}
static void payload_behind(void)
{
    add(it.count, "data/late");
}
static void payload_added(void)
{
    add(2, "data/added");
}
static void payload_removed(void)
{
    asv_test_package_remove(&it, "data/\xc3\xbc"
                                 "bersicht.txt");
}
static void info_missing(void)
{
    asv_test_package_remove(&it, ASV_BAG_INFO);
}
static void manifest_missing(void)
{
    asv_test_package_remove(&it, ASV_BAG_MANIFEST);
}
static void signature_missing(void)
{
    asv_test_package_remove(&it, ASV_ASIC_SIGNATURE);
}
static void bag_missing(void)
{
    while (it.count > 5) {
        asv_test_package_remove(&it, it.file[5].entry.name);
    }
}
static void another_bagit(void)
{
    replace(ASV_BAG_DECLARATION, "1.0", "0.97");
}
static void line_without_label(void)
{
    replace(ASV_BAG_INFO, "Source-Organization: ", "");
}
static void another_oxum(void)
{
    replace(ASV_BAG_INFO, "Payload-Oxum: ", "Payload-Oxum: 1");
}
static void file_changed(void)
{
    asv_test_package_set(file("data/clip.mp4"), "ftypmoofmdatmoofmdaT", 20);
}
static void tag_file_changed(void)
{
    replace(ASV_BAG_INFO, "Duisburg", "Dortmund");
}
static void line_missing(void)
{
    struct asv_test_file *of = file(ASV_BAG_MANIFEST);
    const uint8_t *end = memchr(of->data, '\n', (size_t)of->entry.size);
    size_t line = (size_t)(end - of->data) + 1;
    uint8_t rest[8192];
    size_t len = (size_t)of->entry.size - line;
    memcpy(rest, of->data + line, len);
    asv_test_package_set(of, rest, len);
}
static void last_line_missing(void)
{
    struct asv_test_file *of = file(ASV_BAG_MANIFEST);
    asv_test_package_set(of, of->data, (size_t)of->entry.size - 86);
}
static void line_added(void)
{
    replace(ASV_BAG_MANIFEST, "bersicht.txt\n", "bersicht.txt\n00  data/x\n");
}
static void line_ends_of_windows(void)
{
    replace(ASV_BAG_MANIFEST, "clip.mp4\n", "clip.mp4\r\n");
}
static void another_file_listed(void)
{
    replace(ASV_BAG_MANIFEST, "data/clip.mp4", "data/clop.mp4");
}
static void reference_elsewhere(void)
{
    replace(ASV_ASIC_MANIFEST, "data/clip.mp4", "data/clop.mp4");
}
static void reference_removed(void)
{
    replace(ASV_ASIC_MANIFEST, "<DataObjectReference URI=\"bagit.txt\"", "<!--\"bagit.txt\"");
}
static void entity_declared(void)
{
    replace(ASV_ASIC_MANIFEST, "<ASiCManifest",
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><ASiCManifest");
}
static void another_algorithm(void)
{
    replace(ASV_ASIC_MANIFEST, "xmlenc#sha256", "xmldsig#sha1");
}
static void text_behind_the_manifest(void)
{
    replace(ASV_ASIC_MANIFEST, "</ASiCManifest>\n", "</ASiCManifest>\n<!-- -->\n");
}
static void bag_made_again(void)
{
    file_changed();
    asv_test_package_bag(&it);
}
static void all_made_again(void)
{
    bag_made_again();
    asv_test_package_asic(&it);
}
static void signed_by_another(void)
{
    all_made_again();
    asv_test_package_sign(&it, "data/bericht.pdf.p7s", "data/bericht.pdf", 1);
    asv_test_package_bag(&it);
    asv_test_package_asic(&it);
    asv_test_package_sign(&it, ASV_ASIC_SIGNATURE, ASV_ASIC_MANIFEST, 1);
}
static void signature_cut(void)
{
    struct asv_test_file *of = file(ASV_ASIC_SIGNATURE);
    asv_test_package_set(of, of->data, (size_t)of->entry.size - 1);
}
static void signature_empty(void)
{
    asv_test_package_set(file(ASV_ASIC_SIGNATURE), "", 0);
}
static void signature_of_text(void)
{
    asv_test_package_set(file(ASV_ASIC_SIGNATURE), "signed", 6);
}

enum stage { UNLISTED, SIGNED, BUILT };

static const struct {
    const char *what;
    void (*damage)(void);
    enum stage stage;
    enum asv_fault_kind kind;
    const char *file;
} kinds[] = {
#define KIND(damage, stage, kind, file)                \
    {                                                  \
#damage, damage, stage, ASV_FAULT_##kind, file \
    }
    KIND(cut_one, BUILT, NO_END, ""),
    KIND(cut_half, BUILT, NO_END, ""),
    KIND(cut_all, BUILT, NO_END, ""),
    KIND(cut_in_the_end, BUILT, NO_END, ""),
    KIND(no_zip, BUILT, NO_END, ""),
    KIND(one_byte_behind, BUILT, TRAILING, ""),
    KIND(another_zip_behind, BUILT, END, ""),
    KIND(comment, BUILT, COMMENT, ""),
    KIND(count_more, BUILT, DIRECTORY, ""),
    KIND(count_less, BUILT, DIRECTORY, ""),
    KIND(counts_differ, BUILT, END, ""),
    KIND(count_none, BUILT, COUNT, ""),
    KIND(count_huge, BUILT, COUNT, ""),
    KIND(directory_elsewhere, BUILT, END, ""),
    KIND(directory_longer, BUILT, END, ""),
    KIND(another_disk, BUILT, END, ""),
    KIND(end64_without_need, BUILT, END, ""),
    KIND(end64_of_another_length, BUILT, END, ""),
    KIND(bytes_in_front, BUILT, END, ""),
    KIND(bytes_in_front_that_are_counted, BUILT, GAP, "mimetype"),
    KIND(bytes_between, BUILT, GAP,
         "data/\xc3\xbc"
         "bersicht.txt"),
    KIND(bytes_before_the_directory, BUILT, GAP, ""),
    KIND(bytes_in_the_directory, BUILT, DIRECTORY, ""),
    KIND(same_bytes_twice, BUILT, OVERLAP,
         "data/\xc3\xbc"
         "bersicht.txt"),
    KIND(file_over_the_next, BUILT, CRC, "data/clip.mp4"),
    KIND(file_over_the_directory, BUILT, OVERLAP, ASV_ASIC_SIGNATURE),
    KIND(file_without_end, BUILT, OVERLAP, "data/clip.mp4"),
    KIND(compressed, BUILT, COMPRESSED, "data/clip.mp4"),
    KIND(bomb, BUILT, COMPRESSED, "data/clip.mp4"),
    KIND(encrypted, BUILT, ENCRYPTED, "data/clip.mp4"),
    KIND(encrypted_by_aes, BUILT, ENCRYPTED, "data/clip.mp4"),
    KIND(descriptor, BUILT, DESCRIPTOR, "data/clip.mp4"),
    KIND(symbolic_link, BUILT, NOT_A_FILE, "data/clip.mp4"),
    KIND(device, BUILT, NOT_A_FILE, "data/clip.mp4"),
    KIND(directory, BUILT, NOT_A_FILE, "data/clip.mp4"),
    KIND(set_user_id, BUILT, HEADER, "data/clip.mp4"),
    KIND(extra_field, BUILT, EXTRA, "data/clip.mp4"),
    KIND(local_extra_field, BUILT, LOCAL, "mimetype"),
    KIND(zip64_without_need, BUILT, EXTRA, "data/clip.mp4"),
    KIND(file_comment, BUILT, COMMENT, "data/clip.mp4"),
    KIND(another_time, BUILT, HEADER, "data/clip.mp4"),
    KIND(not_said_to_be_utf8, BUILT, HEADER,
         "data/\xc3\xbc"
         "bersicht.txt"),
    KIND(name_upwards, BUILT, NAME, "../../../a.sh"),
    KIND(name_upwards_within, BUILT, NAME, "data/../../ab"),
    KIND(name_absolute, BUILT, NAME, "/etc/passwd.a"),
    KIND(name_with_backslash, BUILT, NAME, "data\\clip.mp4"),
    KIND(name_with_nul, BUILT, NAME, "data/cli?.mp4"),
    KIND(name_of_a_drive, BUILT, NAME, "C:\\clip.mp4ab"),
    KIND(name_not_utf8, BUILT, NAME, "data/??bersicht.txt"),
    KIND(name_of_a_terminal, BUILT, NAME, "data/?[2J.mp4"),
    KIND(name_too_long, BUILT, NAME, ""),
    KIND(no_name, BUILT, NAME, ""),
    KIND(local_name_differs, BUILT, LOCAL, "data/clip.mp4"),
    KIND(local_crc_differs, BUILT, LOCAL, "data/clip.mp4"),
    KIND(local_header_missing, BUILT, LOCAL, "data/clip.mp4"),
    KIND(byte_flipped, BUILT, CRC, "data/clip.mp4"),
    KIND(byte_flipped_in_a_manifest, BUILT, CRC, ASV_BAG_MANIFEST),
    KIND(name_twice_in_full, UNLISTED, DUPLICATE, "data/clip.mp4"),
    KIND(name_twice_in_another_case, UNLISTED, DUPLICATE, "data/CLIP.mp4"),
    KIND(name_twice_in_another_umlaut, UNLISTED, DUPLICATE,
         "data/\xc3\x9c"
         "bersicht.txt"),
    KIND(name_that_is_a_directory, UNLISTED, DUPLICATE, "data/clip.mp4/a"),
    KIND(mimetype_last, UNLISTED, MIMETYPE, "data/clip.mp4"),
    KIND(no_mimetype, UNLISTED, MIMETYPE, "data/clip.mp4"),
    KIND(another_mimetype, UNLISTED, MIMETYPE, "mimetype"),
    KIND(unknown_at_the_top, UNLISTED, UNKNOWN, "autorun.inf"),
    KIND(unknown_in_meta, UNLISTED, UNKNOWN, "META-INF/container.xml"),
    KIND(no_document, UNLISTED, NO_DOCUMENT, "data/clip.mov.p7s"),
    KIND(document_signed_by_another, UNLISTED, SIGNER, "data/bericht.pdf.p7s"),
    KIND(signature_in_another_case, UNLISTED, DOCUMENT_SIGNATURE, "data/clip.mp4.P7s"),
    KIND(another_documents_signature, UNLISTED, DOCUMENT_SIGNATURE, "data/bericht.pdf.p7s"),
    KIND(no_signature_in_it, UNLISTED, DOCUMENT_SIGNATURE, "data/bericht.pdf.p7s"),
    KIND(signature_too_long, UNLISTED, DOCUMENT_SIGNATURE, "data/bericht.pdf.p7s"),
    KIND(second_manifest, SIGNED, SECOND_MANIFEST, "manifest-sha512.txt"),
    KIND(second_tag_manifest, SIGNED, SECOND_MANIFEST, "tagmanifest-md5.txt"),
    KIND(second_container_manifest, SIGNED, SECOND_MANIFEST, "META-INF/ASiCManifest2.xml"),
    KIND(second_signature, SIGNED, SECOND_MANIFEST, "META-INF/signatures.xml"),
    KIND(to_be_fetched, SIGNED, SECOND_MANIFEST, "fetch.txt"),
    KIND(payload_behind, SIGNED, ORDER, "data/late"),
    KIND(payload_added, SIGNED, OXUM, ASV_BAG_INFO),
    KIND(payload_removed, SIGNED, OXUM, ASV_BAG_INFO),
    KIND(info_missing, SIGNED, MISSING, ASV_BAG_INFO),
    KIND(manifest_missing, SIGNED, MISSING, ASV_BAG_MANIFEST),
    KIND(signature_missing, SIGNED, MISSING, ASV_ASIC_SIGNATURE),
    KIND(bag_missing, SIGNED, MISSING, ASV_BAG_DECLARATION),
    KIND(another_bagit, SIGNED, DECLARATION, ASV_BAG_DECLARATION),
    KIND(line_without_label, SIGNED, INFO, ASV_BAG_INFO),
    KIND(another_oxum, SIGNED, OXUM, ASV_BAG_INFO),
    KIND(file_changed, SIGNED, BAG_DIGEST, "data/clip.mp4"),
    KIND(tag_file_changed, SIGNED, BAG_DIGEST, ASV_BAG_INFO),
    KIND(line_missing, SIGNED, BAG_MANIFEST, ASV_BAG_MANIFEST),
    KIND(last_line_missing, SIGNED, BAG_MANIFEST, ASV_BAG_MANIFEST),
    KIND(line_added, SIGNED, BAG_MANIFEST, ASV_BAG_MANIFEST),
    KIND(line_ends_of_windows, SIGNED, BAG_MANIFEST, ASV_BAG_MANIFEST),
    KIND(another_file_listed, SIGNED, BAG_MANIFEST, ASV_BAG_MANIFEST),
    KIND(reference_elsewhere, SIGNED, ASIC_MANIFEST, ASV_ASIC_MANIFEST),
    KIND(reference_removed, SIGNED, ASIC_MANIFEST, ASV_ASIC_MANIFEST),
    KIND(entity_declared, SIGNED, ASIC_MANIFEST, ASV_ASIC_MANIFEST),
    KIND(another_algorithm, SIGNED, ASIC_MANIFEST, ASV_ASIC_MANIFEST),
    KIND(text_behind_the_manifest, SIGNED, ASIC_MANIFEST, ASV_ASIC_MANIFEST),
    KIND(bag_made_again, SIGNED, ASIC_DIGEST, "data/clip.mp4"),
    KIND(all_made_again, SIGNED, SIGNATURE, ASV_ASIC_SIGNATURE),
    KIND(signed_by_another, SIGNED, SIGNER, ASV_ASIC_SIGNATURE),
    KIND(signature_cut, SIGNED, SIGNATURE, ASV_ASIC_SIGNATURE),
    KIND(signature_empty, SIGNED, SIGNATURE, ASV_ASIC_SIGNATURE),
    KIND(signature_of_text, SIGNED, SIGNATURE, ASV_ASIC_SIGNATURE),
};

static void make(void (*damage)(void), enum stage stage)
{
    asv_test_package_init(&it);
    if (stage == UNLISTED) {
        damage();
    }
    asv_test_package_bag(&it);
    asv_test_package_asic(&it);
    asv_test_package_sign(&it, ASV_ASIC_SIGNATURE, ASV_ASIC_MANIFEST, 0);
    if (stage == SIGNED) {
        damage();
    }
    asv_test_package_build(&it);
    if (stage == BUILT) {
        damage();
    }
}

/* PK-040, PK-041, PK-043 */
static void each_damage_is_named(void **state)
{
    size_t found[ASV_FAULT_KINDS] = {0};
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct asv_fault fault;
        struct asv_err err = {ASV_OK, ""};
        make(kinds[i].damage, kinds[i].stage);
        enum asv_status status = judge_by(asv_test_package_signer(0), &fault, &err);
        if (fault.kind != kinds[i].kind || strcmp(fault.file, kinds[i].file) != 0 ||
            status != asv_fault_status(kinds[i].kind) || fault.offset > it.len) {
            print_error("%s: %s in '%s' at %llu, not %s\n", kinds[i].what, asv_fault_name(fault.kind),
                        fault.file, (unsigned long long)fault.offset, asv_fault_name(kinds[i].kind));
            wrong++;
        } else if (strstr(err.text, asv_fault_meaning(fault.kind)) == NULL) {
            print_error("%s: %s\n", kinds[i].what, err.text);
            wrong++;
        }
        found[kinds[i].kind]++;
    }
    for (int kind = 1; kind < ASV_FAULT_KINDS; kind++) {
        if (found[kind] == 0 && kind != ASV_FAULT_UNREADABLE) {
            print_error("nothing shows %s\n", asv_fault_name((enum asv_fault_kind)kind));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    print_message("%zu kinds of damage\n", sizeof kinds / sizeof *kinds);
}

/* PK-043: no byte of a package is without a meaning. */
static void each_byte_counts(void **state)
{
    struct asv_fault fault;
    (void)state;
    asv_test_package_make(&it);
    assert_int_equal(ASV_OK, judge_by(NULL, &fault, NULL));
    for (size_t i = 0; i < it.len; i++) {
        it.bytes[i] ^= 0x10;
        if (judge_by(NULL, &fault, NULL) == ASV_OK) {
            fail_msg("byte %zu of %zu does not matter", i, it.len);
        }
        it.bytes[i] ^= 0x10;
    }
    size_t whole = it.len;
    for (it.len = 0; it.len < whole; it.len++) {
        assert_int_not_equal(ASV_OK, judge_by(NULL, &fault, NULL));
    }
    assert_int_equal(ASV_OK, judge_by(NULL, &fault, NULL));
}

static uint64_t bad_from;

static enum asv_status read_badly(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    (void)ctx;
    if (offset + len > bad_from && offset < bad_from + 1) {
        return asv_fail(err, ASV_E_IO, "medium: Input/output error");
    }
    memcpy(out, it.bytes + offset, len);
    return ASV_OK;
}

/* A medium that cannot be read is not a package that is wrong. PK-041 */
static void what_cannot_be_read_is_said(void **state)
{
    struct asv_package package;
    struct asv_fault fault;
    (void)state;
    asv_test_package_make(&it);
    const struct asv_package_input input = {NULL, it.len, read_badly};
    bad_from = it.local[CLIP] + 50;
    assert_int_equal(ASV_E_IO, asv_package_open(&package, &input, NULL, NULL, &fault, NULL));
    assert_int_equal(fault.kind, ASV_FAULT_UNREADABLE);
    assert_in_range(fault.offset, it.local[CLIP], bad_from);
    asv_package_close(&package);
}

/* PK-041: whoever asks why is told. */
static void what_is_wrong_with_a_signature_is_said(void **state)
{
    struct asv_fault fault;
    struct asv_err err;
    (void)state;
    make(all_made_again, SIGNED);
    assert_int_equal(ASV_E_SIGNATURE, judge_by(NULL, &fault, &err));
    assert_non_null(strstr(err.text, "does not verify (the signature is another content's)"));
    make(signature_of_text, SIGNED);
    assert_int_equal(ASV_E_SIGNATURE, judge_by(NULL, &fault, &err));
    assert_non_null(strstr(err.text, "(not one detached signature, in DER)"));
}

static int reads_left;

static enum asv_status read_some(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    (void)ctx;
    memcpy(out, it.bytes + offset, len);
    return reads_left-- > 0 ? ASV_OK : asv_fail(err, ASV_E_IO, "medium: Input/output error");
}

/* Whichever read it is, those of the second time that a file is read too. PK-041 */
static void each_read_that_fails_is_the_mediums(void **state)
{
    struct asv_package package;
    struct asv_fault fault;
    struct asv_err err;
    enum asv_status status = ASV_E_IO;
    int reads = 0;
    (void)state;
    asv_test_package_make(&it);
    const struct asv_package_input input = {NULL, it.len, read_some};
    for (; status != ASV_OK; reads++) {
        reads_left = reads;
        status = asv_package_open(&package, &input, NULL, NULL, &fault, &err);
        if (status != ASV_OK) {
            assert_int_equal(status, ASV_E_IO);
            assert_int_equal(fault.kind, ASV_FAULT_UNREADABLE);
            assert_non_null(strstr(err.text, "medium: Input/output error"));
        }
        asv_package_close(&package);
    }
    assert_in_range(reads, 60, 200);
}

static struct asv_test_file signed_manifest; /* of the package as it was */
static bool shown;

/* Shows the signed manifest the first time, when it is digested, and the other one when it is compared. */
static enum asv_status read_two_faced(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    size_t i = asv_test_package_index(&it, ASV_ASIC_MANIFEST);
    (void)ctx;
    (void)err;
    memcpy(out, it.bytes + offset, len);
    if (!shown && offset == asv_zip_data_offset(&it.file[i].entry)) {
        assert_int_equal(len, signed_manifest.entry.size);
        memcpy(out, signed_manifest.data, len);
        shown = true;
    }
    return ASV_OK;
}

/* A drive that gives one file two contents does not get a changed recording past a true signature. PK-043 */
static void what_is_compared_is_what_was_signed(void **state)
{
    struct asv_package package;
    struct asv_fault fault;
    (void)state;
    asv_test_package_make(&it);
    size_t i = asv_test_package_index(&it, ASV_ASIC_MANIFEST);
    signed_manifest = it.file[i];
    all_made_again();
    asv_test_package_build(&it);
    both(i, 14, signed_manifest.entry.crc32, 4);
    const struct asv_package_input input = {NULL, it.len, read_two_faced};
    assert_int_equal(ASV_E_DIGEST, asv_package_open(&package, &input, NULL, NULL, &fault, NULL));
    assert_int_equal(fault.kind, ASV_FAULT_UNREADABLE);
    assert_string_equal(fault.file, ASV_ASIC_MANIFEST);
    asv_package_close(&package);
}

/* What a good one says of itself; and what is below data/external/ is nobody's here (LAW H5: a qualified
 * signature made elsewhere has its place). */
static void a_good_one_is_read(void **state)
{
    static struct asv_package package;
    struct asv_zip_entry entry;
    struct asv_fault fault;
    uint8_t data[64];
    (void)state;
    asv_test_package_init(&it);
    asv_test_package_add(&it, it.count, "data/external/bericht.pdf.p7s", "made elsewhere", 14);
    asv_test_package_bag(&it);
    asv_test_package_asic(&it);
    asv_test_package_sign(&it, ASV_ASIC_SIGNATURE, ASV_ASIC_MANIFEST, 0);
    asv_test_package_build(&it);
    struct asv_bytes bytes = {it.bytes, it.len};
    const struct asv_package_input input = asv_package_input_bytes(&bytes);
    assert_int_equal(ASV_OK,
                     asv_package_open(&package, &input, asv_test_package_signer(0), NULL, &fault, NULL));
    assert_int_equal(package.count, 12);
    assert_int_equal(package.payload_files, 5);
    assert_int_equal(package.documents, 1);
    assert_int_equal(package.stamped, 0);
    assert_int_equal(package.signature.signed_s, 1796000000);
    assert_memory_equal(package.signature.certificate, asv_test_package_signer(0), ASV_SHA256_BYTES);
    asv_package_entry(&package, CLIP, &entry);
    assert_string_equal(entry.name, "data/clip.mp4");
    assert_int_equal(ASV_OK, asv_package_load(&package, &entry, data, sizeof data, NULL));
    assert_memory_equal(data, "ftypmoofmdatmoofmdat", 20);
    assert_int_equal(ASV_E_LIMIT, asv_package_load(&package, &entry, data, 19, NULL));
    it.bytes[it.local[CLIP] + 50] ^= 1; /* between two readings */
    assert_int_equal(ASV_E_DIGEST, asv_package_load(&package, &entry, data, sizeof data, NULL));
    asv_package_close(&package);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_damage_is_named),
        cmocka_unit_test(each_byte_counts),
        cmocka_unit_test(what_cannot_be_read_is_said),
        cmocka_unit_test(what_is_wrong_with_a_signature_is_said),
        cmocka_unit_test(each_read_that_fails_is_the_mediums),
        cmocka_unit_test(what_is_compared_is_what_was_signed),
        cmocka_unit_test(a_good_one_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
