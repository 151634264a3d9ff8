-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the recipients.
SELECT name, key, card, registered_at, ended_at
FROM asv.recipient_page(
    p_after => $1::text,
    p_key => $2::bytea,
    p_limit => $3::integer)
