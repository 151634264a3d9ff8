-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Of what the keeper gave out the access log says nothing.
SELECT shown FROM asv.shown_unlogged(p_shown => $1::bytea[])
