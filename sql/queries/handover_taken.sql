-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Hand-overs that the keeper took, as the database has it.
SELECT proposal FROM asv.handover_taken(p_alive => $1::timestamptz, p_after => $2::bytea, p_limit => $3::integer)
