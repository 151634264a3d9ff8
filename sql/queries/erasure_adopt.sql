-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What two people decided to erase, and the keeper has as gone, becomes the retention job's.
SELECT asv.erasure_adopt(p_recordings => $1::uuid[])
