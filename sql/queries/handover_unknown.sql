-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Of what a hand-over let leave the keeper nothing is said here.
SELECT recordings, first FROM asv.handover_unknown(p_proposal => $1::bytea, p_headers => $2::bytea[])
