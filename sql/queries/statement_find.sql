-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One statement and what became of it.
SELECT digest, object, stored_at, taken_at, refused_why, ended_by
FROM asv.statement_find(
    p_digest => $1::bytea)
