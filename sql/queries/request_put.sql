-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A proposal, of which the keeper was told where it takes it alone, opens a request.
SELECT asv.request_put(
    p_proposal => $1::bytea,
    p_expires_at => $2::timestamptz,
    p_from_at => $3::timestamptz,
    p_until_at => $4::timestamptz)
