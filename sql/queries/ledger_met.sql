-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A head is cosigned by enough witnesses.
SELECT asv.ledger_met(p_log => $1::smallint, p_size => $2::bigint)
