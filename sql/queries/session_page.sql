-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Sessions and tokens of whoever is signed in.
SELECT id, kind, name, scopes, since, until_at, seen_at, is_this FROM asv.session_page()
