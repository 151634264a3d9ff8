/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
export default {
  de: {
    "incidents.all": "alle",
    "incidents.case_number": "Vorgangsnummer (genau)",
    "incidents.state": "Zustand",
    "incidents.from": "Angelegt am, oder ab",
    "incidents.until": "Angelegt bis",
    "incidents.clips": "Aufzeichnungen",
    "incidents.none": "Keine Vorgänge",
    "incidents.none.do": "Es gibt keine, oder keine, auf die alle Filter passen.",
  },
  en: {
    "incidents.all": "all",
    "incidents.case_number": "Case number (exact)",
    "incidents.state": "State",
    "incidents.from": "Written down on, or from",
    "incidents.until": "Written down until",
    "incidents.clips": "Recordings",
    "incidents.none": "No incidents",
    "incidents.none.do": "There are none, or none that all filters fit.",
  },
};
