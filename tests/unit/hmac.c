/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "tests/unit/test.h"

/* RFC 4231, test cases 1, 2, 6 and 7: short keys, and keys longer than a block. */
static void hmac_gives_the_values_of_rfc_4231(void **state)
{
    (void)state;
    uint8_t key_1[20];
    uint8_t key_6[131];
    memset(key_1, 0x0b, sizeof key_1);
    memset(key_6, 0xaa, sizeof key_6);
    static const char data_6[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    static const char data_7[] = "This is a test using a larger than block-size key and a larger than "
                                 "block-size data. The key needs to be hashed before being used by the "
                                 "HMAC algorithm.";
    const struct {
        const void *key;
        size_t key_len;
        const char *data;
        uint8_t want[8];
    } cases[] = {
        {key_1, sizeof key_1, "Hi There", {0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53}},
        {"Jefe", 4, "what do ya want for nothing?", {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e}},
        {key_6, sizeof key_6, data_6, {0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f}},
        {key_6, sizeof key_6, data_7, {0x9b, 0x09, 0xff, 0xa7, 0x1b, 0x94, 0x2f, 0xcb}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t mac[ASV_SHA256_BYTES];
        asv_hmac_sha256(mac, cases[i].key, cases[i].key_len, cases[i].data, strlen(cases[i].data));
        assert_memory_equal(mac, cases[i].want, sizeof cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_gives_the_values_of_rfc_4231),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
