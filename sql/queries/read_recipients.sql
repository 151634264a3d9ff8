-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the recipients, with those that wait.
SELECT name, key, card, digest, state, proposal, own, proposed_by, proposed_at, expires_at, approved_by, registered_at, ended_at, after
FROM asv.recipient_lines(
    p_after => $1::text, p_limit => $2::integer)
