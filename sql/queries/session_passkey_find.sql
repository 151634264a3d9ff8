-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Credentials that may be of the authenticator that calls its key so.
SELECT digest, record FROM asv.session_passkey_find(p_id => $1::bytea)
