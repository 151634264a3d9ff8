/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The program `asservat`: one table of commands, one file per group of them. Exit status 0: done, 1: not
 * done, 2: wrong usage.
 */
#ifndef ASV_SERVER_CLI_CLI_H
#define ASV_SERVER_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware-proto/base/world.h"
#include "server/cli/args.h"

#define ASV_CLI_CONF "/etc/asservat/asservat.conf"

/* The configuration file; every key has an option that wins over it. */
struct asv_cli_conf {
    char agency[512];             /* the agency directory */
    char root[512];               /* its root.cert, for accounts that may not read that */
    char database[1024];          /* conninfo of the role asv_admin */
    char database_staff[1024];    /* of a person's own role, a member of asv_staff */
    char database_dock[1024];     /* of the role asv_dock: `db rebuild` */
    char database_owner[1024];    /* of a superuser: `db migrate`, `restore` */
    char database_backup[1024];   /* of the role asv_backup: `backup` */
    char database_ledger[1024];   /* of the role asv_ledger: `ledger run` */
    char database_cosign[1024];   /* of asv_cosign: `ledger cosign` */
    char database_check[1024];    /* of asv_check: `ledger verify` */
    char database_publish[1024];  /* of asv_publish: `ledger publish` */
    char database_export[1024];   /* of asv_export: `handover run` */
    char handover[512];           /* where hand-overs are made */
    char handover_package[512];   /* certificate of the package key */
    char handover_chains[512];    /* directory of package.chain and ledger.chain */
    char handover_xjustiz[512];   /* the release of XJustiz */
    char handover_documents[512]; /* the program that makes documents */
    char handover_agency[201];    /* who hands over, as it stands in the letter */
    char handover_office[201];
    char handover_address[405]; /* one to four lines, with ";" between them */
    char handover_contact[201], handover_phone[61], handover_mail[255];
    char handover_media[512];  /* socket of asservat-media */
    uint64_t handover_medium;  /* bytes that a carrier may have; 0: any */
    char handover_tsa[1024];   /* time-stamping authority; empty: none */
    char handover_tsa_ca[512]; /* what its web server is certified by; empty: the system's */
    char vault[512];
    char vault_mirror[512];   /* empty: none */
    char backup[512];         /* directory of the backups; empty: none */
    char keeper[512];         /* socket */
    char dock_status[512];    /* socket */
    char ledger_trust[512];   /* which witnesses must cosign; empty: nobody need */
    char ledger_ca[512];      /* what witnesses' certificates are signed by; empty: the system's */
    uint64_t ledger_every_ms; /* between two times that witnesses are asked */
    uint64_t ledger_late_ms;  /* without a quorum for longer is an alert */
    bool readback_cached;     /* the vault may lie on a file system without O_DIRECT */
};

/* One run of the program. */
struct asv_cli {
    FILE *out;
    FILE *err;
    const struct asv_world *world;
    void (*sleep_ms)(uint64_t ms); /* the world's monotonic time has gone on by as much when it returns */
    struct asv_cli_conf conf;
    const struct asv_cli_args *args;
    const struct asv_cli_command *command; /* which one runs */
    int exit_status;                       /* a command's own, above 2; 0: as asv_cli_run says */
};

/* ASV_E_USAGE ends the program with 2, any other failure with 1; err says why. */
typedef enum asv_status (*asv_cli_run)(struct asv_cli *cli, struct asv_err *err);

/* Whose account runs a command, where it needs the database (docs/ADMINISTRATION.md, "Who does what"). */
enum asv_cli_by {
    ASV_CLI_BY_ADMINISTRATION = 0, /* root, and the jobs: as asv_admin, or as a role of their own */
    ASV_CLI_BY_PEOPLE = 1,         /* who signs, in an account of his or her own */
    ASV_CLI_BY_ANYBODY = 2,        /* root as the first, everybody else as the second */
};

struct asv_cli_command {
    const char *group; /* "camera"; NULL for commands that stand alone */
    const char *name;
    const char *summary; /* one line, no full stop */
    const char *help;    /* paragraphs for --help; lines below 80 characters */
    enum asv_cli_by by;
    const char *operands; /* "CLIP", "FILE…"; NULL: none */
    bool words;           /* the operands are what people type: names, case numbers */
    size_t operands_min, operands_max;
    const struct asv_cli_option *options;
    size_t option_count;
    asv_cli_run run;
};

/* All commands in the order in which they are listed. */
extern const struct asv_cli_command *const asv_cli_commands[];
extern const size_t asv_cli_command_count;

extern const struct asv_cli_command asv_cli_alarm_acknowledge, asv_cli_alarm_list, asv_cli_alert_run,
    asv_cli_backup, asv_cli_camera_bulletin, asv_cli_camera_enrol, asv_cli_camera_issued, asv_cli_camera_list,
    asv_cli_camera_move, asv_cli_camera_retire, asv_cli_clip_accesses, asv_cli_clip_block,
    asv_cli_clip_custody, asv_cli_clip_day, asv_cli_clip_erase_early, asv_cli_clip_list, asv_cli_clip_open,
    asv_cli_clip_show, asv_cli_clip_unblock, asv_cli_db_migrate, asv_cli_db_rebuild, asv_cli_db_register,
    asv_cli_dock_enrol, asv_cli_dock_list, asv_cli_dock_request, asv_cli_dock_status, asv_cli_duty_end,
    asv_cli_duty_list, asv_cli_duty_set, asv_cli_evaluation, asv_cli_hold_ahead, asv_cli_hold_approve,
    asv_cli_handover_again, asv_cli_handover_approve, asv_cli_handover_cancel, asv_cli_handover_create,
    asv_cli_handover_list, asv_cli_handover_receipt, asv_cli_handover_refuse, asv_cli_handover_run,
    asv_cli_handover_show, asv_cli_handover_withdraw, asv_cli_handover_write, asv_cli_hold_list,
    asv_cli_hold_refuse, asv_cli_hold_release, asv_cli_hold_request, asv_cli_hold_withdraw,
    asv_cli_incident_add_clip, asv_cli_incident_change, asv_cli_incident_list, asv_cli_incident_new,
    asv_cli_incident_remove_clip, asv_cli_incident_show, asv_cli_init, asv_cli_keeper_approve,
    asv_cli_keeper_certify, asv_cli_keeper_confirm_clock, asv_cli_keeper_destroyed,
    asv_cli_keeper_recovery_key, asv_cli_keeper_status, asv_cli_ledger_approve, asv_cli_ledger_begin,
    asv_cli_ledger_forget, asv_cli_ledger_head, asv_cli_ledger_proof, asv_cli_ledger_publish,
    asv_cli_ledger_run, asv_cli_ledger_verify, asv_cli_policy_approve, asv_cli_policy_check,
    asv_cli_policy_history, asv_cli_policy_propose, asv_cli_policy_show, asv_cli_proposal_list,
    asv_cli_proposal_refuse, asv_cli_proposal_withdraw, asv_cli_recipient_add, asv_cli_recipient_approve,
    asv_cli_recipient_end, asv_cli_recipient_list, asv_cli_restore, asv_cli_retention_balance,
    asv_cli_retention_run, asv_cli_revocations_issue, asv_cli_revocations_show, asv_cli_subject_request,
    asv_cli_user_add, asv_cli_user_approve, asv_cli_user_disable, asv_cli_user_enrol, asv_cli_user_found,
    asv_cli_user_list, asv_cli_user_login, asv_cli_user_password, asv_cli_user_revoke, asv_cli_user_show,
    asv_cli_vault_scrub;

/* The ledger and its witnesses. */
extern const struct asv_cli_command asv_cli_ledger_cosign, asv_cli_ledger_key, asv_cli_ledger_witness,
    asv_cli_ledger_witness_begin, asv_cli_ledger_witness_key, asv_cli_ledger_witnesses;

/* The whole program, for main and for tests. */
int asv_cli_main(const struct asv_cli *cli, int argc, const char *const *argv);

#endif
