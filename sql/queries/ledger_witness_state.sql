-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How far the witnesses are behind.
SELECT signed, witnessed, met_at, behind FROM asv.ledger_witness_state(p_log => $1::smallint)
