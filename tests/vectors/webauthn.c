/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Assertions that others have made: the test vectors of W3C Web Authentication Level 3, section 16 "Test
 * Vectors" (https://www.w3.org/TR/webauthn-3/#sctn-test-vectors), those with ES256, by the names of their
 * anchors. Relying party example.org, origin https://example.org. Verification is that of Level 2, which
 * Level 3 has not changed.
 */
#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "server/base/hex.h"
#include "server/statement/webauthn.h"
#include "tests/unit/test.h"

/* Hexadecimal; the key is taken from the attestation object, X then Y. */
static const struct {
    const char *name;
    enum asv_status status; /* DENIED: the person was not verified. UNTRUSTED: crossOrigin is true */
    const char *key;
    const char *challenge;
    const char *authenticator;
    const char *client_data;
    const char *signature;
} vectors[] = {
    {"none-es256", ASV_E_DENIED,
     "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61930a56b87a2fca66334b03458abf8797"
     "17c12cc68ed73290af2e2664796b9220",
     "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
     "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455"
     "506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a226874747073"
     "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
     "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b935381"
     "74f575bf11a1dd5d78c6e486013f937295ea13653e331e87"},
    {"none-es256-crossOrigin", ASV_E_UNTRUSTED,
     "22200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97dcbd0be95e746ad6f5a8191be11756e4c"
     "0420e72f65b466d39bc56b8b123a9c6e",
     "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
     "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226832716c463771445f65356c"
     "5f505f62796b7945377135645650674547685f49584a6b655737736e4d5463222c226f726967696e223a226874747073"
     "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22"
     "636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c2066"
     "69656c647320696e20746865206675747572652c207375636820617320746869733a2039327063545644304162792d71"
     "3464746d6a36656667227d",
     "3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c"
     "56f30837cda6a09acfa2e915544e609c0733b1184036d1cf"},
    {"none-es256-topOrigin", ASV_E_UNTRUSTED,
     "a1c47c1d82da4ebe82cd72207102b380670701993bc35398ae2e5726427fe01d86c1080d82987028c7f54ecb1b01185d"
     "e243b359294a0ed210cd47480f0adc88",
     "d54a5c8ca4b62a8e3bb321e3b2bc73856f85a10150db2939ac195739eb1ea066",
     "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a22315570636a4b53324b6f3437"
     "7379486a7372787a68572d466f51465132796b3572426c584f6573656f4759222c226f726967696e223a226874747073"
     "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22746f704f726967696e223a22"
     "68747470733a2f2f6578616d706c652e636f6d222c22657874726144617461223a22636c69656e74446174614a534f4e"
     "206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e207468652066"
     "75747572652c207375636820617320746869733a205569466f4a4d56525148444146574669347678557051227d",
     "3045022100b5a70c81780d5fcc9a4f2ae9caae99058f8accaf58b91fb59329646c28ac6ffc022012e101c165db3c8e99"
     "57f0c54dd6ca9b56bc3bd2f280bd2faa6c1d02c6e5c171"},
    {"none-es256-long-credential-id", ASV_OK,
     "3b8176b7504489cc593046d7988abb7905a742de6ac2cdc748a873c663e90cb11436d5edc9a75f23999eef9d5950a5c2"
     "455514ee1014084720f841a06b828a11",
     "ef1deba56dce48f674a447ccf63b9599258ce87648e5c396f2ef0ca1da460e3b",
     "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50d00000000",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a22377833727057334f53505a30"
     "7045664d396a75566d53574d36485a4935634f573875384d6f647047446a73222c226f726967696e223a226874747073"
     "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
     "304502203ecef83fb12a0cae7841055f9f87103a99fd14b424194bbf06c4623d3ee6e3fd022100d2ace346db262b1374"
     "a6b70faa51f518a42ddca13a4125ce6f5052a75bac9fb6"},
    {"packed-es256", ASV_OK,
     "1cf27f25da591208a4239c2e324f104f585525479a29edeedd830f48e77aeae559e4b7da6c0106e206ce390c93ab98a1"
     "5a5ec3887e57f0cc2bece803b920c423",
     "b1106fa46a57bef1781511c0557dc898a03413d5f0f17d244630c194c7e1adb5",
     "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50d00000000",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a22735242767047705876764634"
     "46524841565833496d4b4130453958773858306b526a44426c4d6668726255222c226f726967696e223a226874747073"
     "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a"
     "22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c20"
     "6669656c647320696e20746865206675747572652c207375636820617320746869733a20415a4d77794d78496244382d"
     "756775464e7036723851227d",
     "30450220694969d3ee928de6f02ef23a9c644d7d779916451734a94b432542f498a1ebe90221008b0819c824218a9715"
     "2cd099c55bfb1477b29d900a49a64018314f9bfccda163"},
    {"tpm-es256", ASV_OK,
     "41202698c9d9753fb4bb3f27cd09fe6b8afdb76438ee2ae54d7c9dade10d864bd8735115cdb330a63ea1d6e43d5000f4"
     "bd56f99bce83ee1d73301fc270116d07",
     "00093b66c21d5b5e89f7a07082118907ea3e502d343b314b8c5a54d62db202fb",
     "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50d00000000",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a2241416b375a7349645731364a"
     "393642776768474a422d6f2d554330304f7a464c6a46705531693279417673222c226f726967696e223a226874747073"
     "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
     "3045022060dc76b1607ec716c6e5eba8d056695ed6bc47b2e3d7a729c34e759e3ab66aa0022100d010a9e8fddcb64c43"
     "9dfdca628ddb33cf245d567d157d9f66f942601bed9b38"},
    {"fido-u2f-es256", ASV_E_DENIED,
     "b0d62de6b30f86f0bac7a9016951391c2e31849e2e64661cbd2b13cd7d5508ad503b0bda2a357a9a4b34475a28e65b66"
     "0b4898a9e3e9bbf0820d43494297edd0",
     "f90c612981d84f599438de1a500f76926e92cc84bef8e02c6e23553f00485435",
     "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000",
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a222d5178684b59485954316d55"
     "4f4e3461554139326b6d36537a49532d2d4f417362694e5650774249564455222c226f726967696e223a226874747073"
     "3a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
     "304402206172459958fea907b7292b92f555034bfd884895f287a76200c1ba287239137002204727b166147e26a21bbc"
     "2921d192ebfed569b79438538e5c128b5e28e6926dd7"},
};

struct bytes {
    uint8_t data[512];
    size_t len;
};

static void hex(struct bytes *out, const char *text)
{
    out->len = strlen(text) / 2;
    assert_true(out->len <= sizeof out->data);
    assert_int_equal(asv_hex_decode(out->data, out->len, text), ASV_OK);
}

static void the_vectors_of_w3c_verify(void **state)
{
    (void)state; /* ST-075, ST-076, ST-077, ST-078, ST-079 */
    static const char *const list[] = {"https://example.org"};
    const struct asv_origins origins = {list, 1};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct bytes key;
        struct bytes challenge;
        struct bytes authenticator;
        struct bytes client_data;
        struct bytes signature;
        struct asv_credential credential = {.algorithm = ASV_ALG_ES256};
        hex(&key, vectors[i].key);
        hex(&challenge, vectors[i].challenge);
        hex(&authenticator, vectors[i].authenticator);
        hex(&client_data, vectors[i].client_data);
        hex(&signature, vectors[i].signature);
        assert_true(key.len == ASV_P256_PK_BYTES && challenge.len == 32 &&
                    authenticator.len == ASV_AUTHENTICATOR_BYTES);
        memcpy(credential.p256_pk, key.data, sizeof credential.p256_pk);
        asv_sha256(credential.rp_id, "example.org", 11);
        const struct asv_assertion assertion = {{authenticator.data, authenticator.len},
                                                {client_data.data, client_data.len},
                                                {signature.data, signature.len}};
        struct asv_err err = {0};
        enum asv_status status =
            asv_assertion_verify(&assertion, &credential, challenge.data, &origins, &err);
        if (status != vectors[i].status) {
            fail_msg("%s: %s", vectors[i].name, err.text);
        }
        challenge.data[0] ^= 1;
        assert_int_equal(asv_assertion_verify(&assertion, &credential, challenge.data, &origins, NULL),
                         ASV_E_DIGEST);
        challenge.data[0] ^= 1;
        signature.data[signature.len - 1] ^= 1;
        assert_int_equal(asv_assertion_verify(&assertion, &credential, challenge.data, &origins, NULL),
                         status == ASV_OK ? ASV_E_SIGNATURE : status);
        /* What was refused for a flag or a member was signed all the same: the key and the digests are right.
         */
        signature.data[signature.len - 1] ^= 1;
        uint8_t message[ASV_AUTHENTICATOR_BYTES + ASV_SHA256_BYTES];
        uint8_t digest[ASV_SHA256_BYTES];
        memcpy(message, authenticator.data, ASV_AUTHENTICATOR_BYTES);
        asv_sha256(message + ASV_AUTHENTICATOR_BYTES, client_data.data, client_data.len);
        asv_sha256(digest, message, sizeof message);
        assert_int_equal(asv_p256_verify(key.data, digest, signature.data, signature.len), ASV_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_w3c_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
