-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The running numbers of a camera about a time.
SELECT epoch, first, last
FROM asv.ledger_span(p_camera => $1::bytea, p_epoch => $2::uuid, p_from => $3::timestamptz, p_until => $4::timestamptz)
