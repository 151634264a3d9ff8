-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What a password and a code are compared with.
SELECT person, salt, key, passes, memory_kib, totp, has_totp, totp_step FROM asv.session_password_find(p_name => $1::text)
