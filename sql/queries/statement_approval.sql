-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The approval of a proposal that the keeper has taken, or still can.
SELECT digest, object, stored_at, taken_at, refused_why, ended_by
FROM asv.statement_approval(
    p_proposal => $1::bytea)
