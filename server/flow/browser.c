/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/browser.h"

#include <string.h>

#include "server/base/fail.h"

static enum asv_status capture(struct asv_browser *browser, const struct asv_flow_draft *draft,
                               struct asv_err *err)
{
    memcpy(browser->drafted, draft->body.data, draft->body.len); /* as large as any */
    browser->len = draft->body.len;
    if (browser->show != NULL) {
        browser->show(browser->ctx, draft);
    }
    return asv_fail(err, ASV_E_AGAIN, "it is not signed yet");
}

enum asv_status asv_browser_sign(struct asv_browser *browser, const struct asv_flow_draft *draft,
                                 struct asv_writer *statement, struct asv_err *err)
{
    browser->asked = true;
    if (browser->body.len == 0) {
        return capture(browser, draft, err);
    }
    enum asv_status status = asv_statement_assert(statement, browser->body, &browser->assertion);
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, ASV_E_MALFORMED, "what the browser answered is no assertion");
}
