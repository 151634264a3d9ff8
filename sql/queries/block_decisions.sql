-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the statements by which blocks stay, or were lifted.
SELECT digest, object, stored_at, taken_at, refused_why, ended_by, action, step, about, from_at, until_at, day, incident, ground, proposal,
       ruling
FROM asv.block_decisions(
    p_after => $1::bytea,
    p_limit => $2::integer)
