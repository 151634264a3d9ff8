-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- An answer ends its request.
SELECT asv.request_end(
    p_answer => $1::bytea,
    p_until => $2::timestamptz)
