-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whether something that goes out with a hand-over waits for its place in the ledger.
SELECT asv.handover_waits(
    p_id => $1::uuid)
