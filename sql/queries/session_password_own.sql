-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The same of whoever is signed in.
SELECT person, salt, key, passes, memory_kib, totp, has_totp, totp_step FROM asv.session_password_own()
