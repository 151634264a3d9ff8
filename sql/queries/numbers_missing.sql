-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How many numbers of a camera, of a time, are of no recording.
SELECT asv.numbers_missing(p_camera => $1::bytea, p_from => $2::timestamptz, p_until => $3::timestamptz)
