/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
export default {
  de: {
    "setup": "Ausgabe mit Ausweis",
    "setup.do": "Dieser Bildschirm erhält eine Berechtigung, die ein Jahr gilt und nur Kameras ausgeben kann. Sie werden danach abgemeldet. Beendet wird sie unter „Mein Konto“.",
    "setup.on": "An diesem Bildschirm ausgeben",
    "setup.off": "Nicht mehr ausgeben",
    "setup.who": "Dafür meldet sich hier zuerst die Administration an.",
    "setup.name": "Bildschirm am Dock",
  },
  en: {
    "setup": "Issuing for badges",
    "setup.do": "This screen is given a permission that lasts for a year and can do nothing but issue cameras. You are signed out then. It is ended under “My account”.",
    "setup.on": "Issue at this screen",
    "setup.off": "Issue no longer",
    "setup.who": "The administrator signs in here first.",
    "setup.name": "Screen at the dock",
  },
};
