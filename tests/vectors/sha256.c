/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * SHA-256 on NIST's published values (csrc.nist.gov, "Examples with Intermediate Values"), whole and in
 * pieces.
 */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "tests/unit/test.h"

#define MILLION 1000000

/* text, or length bytes of the value fill. */
struct vector {
    const char *text;
    size_t length;
    uint8_t fill;
    uint8_t want[ASV_SHA256_BYTES + 1]; /* and the string's NUL */
};

static const struct vector vectors[] = {
    /* The Secure Hash Algorithm Validation System's SHA256ShortMsg.rsp: Len = 0, 8, 16. */
    {"", 0, 0,
     "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24"
     "\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55"},
    {"\xd3", 1, 0,
     "\x28\x96\x9c\xdf\xa7\x4a\x12\xc8\x2f\x3b\xad\x96\x0b\x0b\x00\x0a"
     "\xca\x2a\xc3\x29\xde\xea\x5c\x23\x28\xeb\xc6\xf2\xba\x98\x02\xc1"},
    {"\x11\xaf", 2, 0,
     "\x5c\xa7\x13\x3f\xa7\x35\x32\x60\x81\x55\x8a\xc3\x12\xc6\x20\xee"
     "\xca\x99\x70\xd1\xe7\x0a\x4b\x95\x53\x3d\x95\x6f\x07\x2d\x1f\x98"},
    /* SHA256.pdf: the one-block and the two-block message of FIPS 180. */
    {"abc", 3, 0,
     "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
     "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, 0,
     "\x24\x8d\x6a\x61\xd2\x06\x38\xb8\xe5\xc0\x26\x93\x0c\x3e\x60\x39"
     "\xa3\x3c\xe4\x59\x64\xff\x21\x67\xf6\xec\xed\xd4\x19\xdb\x06\xc1"},
    /* SHA2_Additional.pdf: about the end of a block, and longer ones. */
    {"\xbd", 1, 0,
     "\x68\x32\x57\x20\xaa\xbd\x7c\x82\xf3\x0f\x55\x4b\x31\x3d\x05\x70"
     "\xc9\x5a\xcc\xbb\x7d\xc4\xb5\xaa\xe1\x12\x04\xc0\x8f\xfe\x73\x2b"},
    {"\xc9\x8c\x8e\x55", 4, 0,
     "\x7a\xbc\x22\xc0\xae\x5a\xf2\x6c\xe9\x3d\xbb\x94\x43\x3a\x0e\x0b"
     "\x2e\x11\x9d\x01\x4f\x8e\x7f\x65\xbd\x56\xc6\x1c\xcc\xcd\x95\x04"},
    {NULL, 55, 0,
     "\x02\x77\x94\x66\xcd\xec\x16\x38\x11\xd0\x78\x81\x5c\x63\x3f\x21"
     "\x90\x14\x13\x08\x14\x49\x00\x2f\x24\xaa\x3e\x80\xf0\xb8\x8e\xf7"},
    {NULL, 56, 0,
     "\xd4\x81\x7a\xa5\x49\x76\x28\xe7\xc7\x7e\x6b\x60\x61\x07\x04\x2b"
     "\xbb\xa3\x13\x08\x88\xc5\xf4\x7a\x37\x5e\x61\x79\xbe\x78\x9f\xbb"},
    {NULL, 57, 0,
     "\x65\xa1\x6c\xb7\x86\x13\x35\xd5\xac\xe3\xc6\x07\x18\xb5\x05\x2e"
     "\x44\x66\x07\x26\xda\x4c\xd1\x3b\xb7\x45\x38\x1b\x23\x5a\x17\x85"},
    {NULL, 64, 0,
     "\xf5\xa5\xfd\x42\xd1\x6a\x20\x30\x27\x98\xef\x6e\xd3\x09\x97\x9b"
     "\x43\x00\x3d\x23\x20\xd9\xf0\xe8\xea\x98\x31\xa9\x27\x59\xfb\x4b"},
    {NULL, 1000, 0,
     "\x54\x1b\x3e\x9d\xaa\x09\xb2\x0b\xf8\x5f\xa2\x73\xe5\xcb\xd3\xe8"
     "\x01\x85\xaa\x4e\xc2\x98\xe7\x65\xdb\x87\x74\x2b\x70\x13\x8a\x53"},
    {NULL, 1000, 'A',
     "\xc2\xe6\x86\x82\x34\x89\xce\xd2\x01\x7f\x60\x59\xb8\xb2\x39\x31"
     "\x8b\x63\x64\xf6\xdc\xd8\x35\xd0\xa5\x19\x10\x5a\x1e\xad\xd6\xe4"},
    {NULL, 1005, 'U',
     "\xf4\xd6\x2d\xde\xc0\xf3\xdd\x90\xea\x13\x80\xfa\x16\xa5\xff\x8d"
     "\xc4\xc5\x4b\x21\x74\x06\x50\xf2\x4a\xfc\x41\x20\x90\x35\x52\xb0"},
    {NULL, MILLION, 0,
     "\xd2\x97\x51\xf2\x64\x9b\x32\xff\x57\x2b\x5e\x0a\x9f\x54\x1e\xa6"
     "\x60\xa5\x0f\x94\xff\x0b\xee\xdf\xb0\xb6\x92\xb9\x24\xcc\x80\x25"},
    /* The long message of FIPS 180-2, appendix B.3. */
    {NULL, MILLION, 'a',
     "\xcd\xc7\x6e\x5c\x99\x14\xfb\x92\x81\xa1\xc7\xe2\x84\xd7\x3e\x67"
     "\xf1\x80\x9a\x48\xa4\x97\x20\x0e\x04\x6d\x39\xcc\xc7\x11\x2c\xd0"},
};

static uint8_t message[MILLION];

static void message_of(const struct vector *vector)
{
    if (vector->text != NULL) {
        memcpy(message, vector->text, vector->length);
    } else {
        memset(message, vector->fill, vector->length);
    }
}

static void whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t digest[ASV_SHA256_BYTES];
        message_of(&vectors[i]);
        asv_sha256(digest, message, vectors[i].length);
        assert_memory_equal(digest, vectors[i].want, sizeof digest);
    }
}

/* The lengths of the pieces go round in circles: none, short ones, about a block and a chunk of a recording.
 */
static void in_pieces(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 63, 64, 65, 3, 127, 128, 65552, 7};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct asv_sha256 sum;
        uint8_t digest[ASV_SHA256_BYTES];
        size_t done = 0;
        message_of(&vectors[i]);
        asv_sha256_init(&sum);
        for (size_t turn = 0; done < vectors[i].length; turn++) {
            size_t left = vectors[i].length - done;
            size_t piece = pieces[turn % (sizeof pieces / sizeof pieces[0])];
            piece = piece < left ? piece : left;
            asv_sha256_update(&sum, message + done, piece);
            done += piece;
        }
        asv_sha256_final(&sum, digest);
        assert_memory_equal(digest, vectors[i].want, sizeof digest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole),
        cmocka_unit_test(in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
