-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The logs behind a number, with their heads.
SELECT number, origin, size, root, signed_size FROM asv.ledger_logs(p_after => $1::smallint)
