-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The largest head that a witness has cosigned.
SELECT size, cosigned_at FROM asv.ledger_cosigned_last(p_log => $1::smallint, p_witness => $2::text)
