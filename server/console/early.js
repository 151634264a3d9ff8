/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Before anything is drawn, so that nothing changes its colour afterwards: the appearance that this browser's user has
 * chosen. Without a choice the system's holds. */
"use strict";
try {
  const chosen = localStorage.getItem("asservat.appearance");
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.appearance = chosen;
  }
} catch {
  // A browser that keeps nothing has no choice to remember.
}
