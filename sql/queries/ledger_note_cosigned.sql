-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A signed head with its cosignatures.
SELECT convert_to(asv.ledger_note_cosigned(p_log => $1::smallint, p_size => $2::bigint, p_witnesses => $3::text[]), 'UTF8')
