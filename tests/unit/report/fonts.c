/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <fontconfig/fontconfig.h>
#include <string.h>

#include "server/report/report.h"
#include "tests/unit/test.h"

/* In the library's place: none is there. */
FcBool FcConfigAppFontAddFile(FcConfig *config, const FcChar8 *file)
{
    (void)config;
    (void)file;
    return FcFalse;
}

static void HO_142_a_font_can_be_installed(void **state)
{
    struct asv_fonts *fonts = NULL;
    struct asv_err err = {0};
    (void)state;
    assert_int_equal(asv_fonts_open(&fonts, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "/usr/share/fonts/"));
    assert_non_null(strstr(err.text, " is not installed"));
    assert_null(fonts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(HO_142_a_font_can_be_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
