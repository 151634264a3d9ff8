-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whose session this is, and whether it is used by this.
SELECT id, kind, person, name, roles, scopes, since, until_at, must_change, has_totp, is_whole FROM asv.session_find(
    p_used => $1::boolean)
