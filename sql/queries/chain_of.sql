-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Certificate chain of a camera or dock.
SELECT asv.chain_of(
    p_cert => $1::bytea)
