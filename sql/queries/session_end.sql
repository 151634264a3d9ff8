-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Ends one of them, or every session.
SELECT asv.session_end(
    p_id => $1::uuid,
    p_token => $2::boolean)
