-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The first code came back.
SELECT asv.session_totp_finish(p_step => $1::bigint)
