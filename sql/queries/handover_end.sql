-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Nothing comes of a hand-over.
SELECT asv.handover_end(
    p_id => $1::uuid,
    p_by => $2::text,
    p_salt => $3::bytea,
    p_statement => $4::bytea)
