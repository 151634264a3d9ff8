-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What of a camera is in custody and held by nobody.
SELECT unheld, held, last_due_at FROM asv.camera_unheld(p_camera => $1::bytea)
