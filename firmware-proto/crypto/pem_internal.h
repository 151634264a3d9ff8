/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#ifndef ASV_CRYPTO_PEM_INTERNAL_H
#define ASV_CRYPTO_PEM_INTERNAL_H

/* A pem_password_cb. PK-063: none is asked for: whoever gives the text may not sit at this terminal. */
static inline int asv_pem_no_passphrase(char *out, int size, int writing, void *ctx)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

#endif
