/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
export default {
  de: {
    "requests.do.all": "Was auf Ihre Entscheidung wartet. Was Sie selbst beantragt haben, steht bei der Aufzeichnung und im Vorgang; dort können Sie es zurückziehen.",
    "requests.what": "Antrag",
    "requests.left": "Verfällt",
    "requests.about": "Worum es geht",
    "requests.since": "beantragt",
    "requests.do": "Entscheidung",
    "requests.none": "Keine Anträge",
    "requests.none.do": "Nichts wartet auf Ihre Entscheidung.",
  },
  en: {
    "requests.do.all": "What waits for your decision. What you have requested yourself stands with the recording and in the incident; there you can withdraw it.",
    "requests.what": "Request",
    "requests.left": "Lapses",
    "requests.about": "What it is about",
    "requests.since": "requested",
    "requests.do": "Decision",
    "requests.none": "No requests",
    "requests.none.do": "Nothing waits for your decision.",
  },
};
