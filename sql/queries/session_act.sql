-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- In whose session the rest of this transaction is.
SELECT set_config('asv.session', $1::text, true)
