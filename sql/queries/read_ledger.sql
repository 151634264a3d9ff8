-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The logs and how far their witnesses are behind.
SELECT log, origin, size, root, signed_size, signed_at, witnessed_size, witnessed_at, behind_since,
       waiting, waiting_since, published_at, checked_at, witnesses
FROM asv.ledger_standing()
