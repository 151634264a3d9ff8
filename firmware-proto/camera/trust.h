/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The signed objects that a camera holds: whom it trusts, which keys it records to, what it was told.
 */
#ifndef ASV_CAMERA_TRUST_H
#define ASV_CAMERA_TRUST_H

#include "firmware-proto/camera/store.h"

/* Reads trust/; store->trust stays NULL when the camera was not installed. An object that cannot be read any
 * more is not held, and is a fault; without root or chain the camera is not installed,
 * and with one that cannot be used store->trust_broken. */
ASV_MUST_CHECK enum asv_status asv_store_trust_load(struct asv_store *store, struct asv_err *err);
void asv_store_trust_unload(struct asv_store *store);

/* Makes this agency, certificate and bulletin the camera's. root is the root's certificate, or its public key
 * alone (32 bytes). The chain must be for this camera's keys and the bulletin for this certificate.
 * ASV_E_STATE while clips or erasure records of another certificate are held. */
ASV_MUST_CHECK enum asv_status asv_store_install(struct asv_store *store, struct asv_bytes root,
                                                 struct asv_bytes chain, struct asv_bytes bulletin,
                                                 struct asv_err *err);

/* Each makes a verified object the one in force, durably. The numbers are checked here once more:
 * ASV_E_EXISTS for the one held, ASV_E_EXPIRED for an older one, ASV_E_MISMATCH for another one of the same
 * number, or a bulletin that does not name the one before. */
ASV_MUST_CHECK enum asv_status asv_store_take_bulletin(struct asv_store *store, struct asv_bytes object,
                                                       struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_store_take_revocations(struct asv_store *store, struct asv_bytes object,
                                                          struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_store_take_configuration(struct asv_store *store, struct asv_bytes object,
                                                            struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_store_take_assignment(struct asv_store *store, struct asv_bytes object,
                                                         struct asv_err *err);

#endif
