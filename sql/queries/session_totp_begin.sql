-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A key for one-time codes.
SELECT asv.session_totp_begin(p_totp => $1::bytea)
