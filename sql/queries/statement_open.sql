-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the proposals that can still be answered.
SELECT digest, object, stored_at, taken_at, refused_why, ended_by
FROM asv.statement_open(
    p_action => $1::integer,
    p_subject => $2::bytea,
    p_after => $3::bytea,
    p_limit => $4::integer)
