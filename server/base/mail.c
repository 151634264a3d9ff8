/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/mail.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define LOGIN_BYTES  512
#define HEADER_BYTES 512
#define QP_COLUMNS   75 /* and a "=" at the end of a line that goes on */
/* A server that says nothing for so long has gone; the whole has its own limit. */
#define CONNECT_MAX_MS 20000

enum asv_status asv_mail_address(const char *text, struct asv_err *err)
{
    size_t len = strlen(text);
    size_t at = strcspn(text, "@");
    bool good = len > 2 && len < ASV_MAIL_ADDRESS_BYTES && at > 0 && at + 1 < len &&
                strchr(text + at + 1, '@') == NULL;
    for (size_t i = 0; good && i < len; i++) {
        good = text[i] > ' ' && text[i] <= '~' && strchr("<>()[],;:\\\"", text[i]) == NULL;
    }
    return good ? ASV_OK : asv_failf(err, ASV_E_USAGE, "\"%.100s\" is no mail address", text);
}

/* ---- the login ---- */

struct login {
    char text[LOGIN_BYTES + 1];
    const char *user, *password;
};

static void wipe_login(struct login *login)
{
    explicit_bzero(login, sizeof *login);
}

static enum asv_status read_login(const char *path, struct login *out, struct asv_err *err)
{
    struct stat st;
    size_t len = 0;
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open_file(AT_FDCWD, path, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0) {
        return asv_failf(err, ASV_E_DENIED, "%s: lets others at the password; chmod 600 it", path);
    }
    status = asv_io_read_file(AT_FDCWD, path, out->text, LOGIN_BYTES, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    char *second = memchr(out->text, '\n', len);
    if (second == NULL) {
        return asv_failf(err, ASV_E_USAGE, "%s: the first line is the user, the second one the password",
                         path);
    }
    *second++ = '\0';
    second[strcspn(second, "\n")] = '\0';
    out->user = out->text;
    out->password = second;
    return ASV_OK;
}

/* ---- the message ---- */

/* As it goes over the wire; grows. */
struct message {
    char *data;
    size_t len, cap;
    size_t sent;
    bool no_memory;
};

static void put(struct message *message, const char *data, size_t len)
{
    if (len == 0 || message->no_memory) {
        return;
    }
    if (message->len + len > message->cap) {
        size_t cap = 2 * (message->len + len);
        char *more = realloc(message->data, cap);
        message->no_memory = message->no_memory || more == NULL;
        if (more == NULL) {
            return;
        }
        message->data = more;
        message->cap = cap;
    }
    memcpy(message->data + message->len, data, len);
    message->len += len;
}

static void put_text(struct message *message, const char *text)
{
    put(message, text, strlen(text));
}

static void put_header(struct message *message, const char *name, const char *value)
{
    put_text(message, name);
    put_text(message, ": ");
    put_text(message, value);
    put_text(message, "\r\n");
}

/* Quoted-printable (RFC 2045, 6.7): any server passes it on as it is. */
static void put_body(struct message *message, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t column = 0;
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        bool ends = at[1] == '\n' || at[1] == '\0';
        bool plain = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !ends);
        char code[3] = {'=', hex[c >> 4], hex[c & 15]};
        if (c == '\n') {
            put_text(message, "\r\n");
            column = 0;
            continue;
        }
        if (column + (plain ? 1 : sizeof code) > QP_COLUMNS) {
            put_text(message, "=\r\n");
            column = 0;
        }
        if (plain) {
            put(message, at, 1);
        } else {
            put(message, code, sizeof code);
        }
        column += plain ? 1 : sizeof code;
    }
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

/* In UTC, and in English whatever the locale. */
static void write_date(char out[64], int64_t ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    (void)gmtime_r(&seconds, &tm);
    snprintf(out, 64, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday,
             months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_headers(struct message *message, const struct asv_mail *mail)
{
    char date[64];
    char id[HEADER_BYTES];
    write_date(date, mail->time_ms);
    snprintf(id, sizeof id, "<%.100s@%.200s>", mail->id, strchr(mail->from, '@') + 1);
    put_header(message, "Date", date);
    put_header(message, "Message-ID", id);
    put_header(message, "From", mail->from);
    put_text(message, "To: ");
    for (size_t i = 0; i < mail->to_count; i++) {
        put_text(message, i > 0 ? ",\r\n " : "");
        put_text(message, mail->to[i]);
    }
    put_text(message, "\r\n");
    put_header(message, "Subject", mail->subject);
    put_header(message, "Auto-Submitted", "auto-generated");
    put_header(message, "MIME-Version", "1.0");
    put_header(message, "Content-Type", "text/plain; charset=utf-8");
    put_header(message, "Content-Transfer-Encoding", "quoted-printable");
    put_text(message, "\r\n");
}

static enum asv_status check(const struct asv_mail *mail, struct asv_err *err)
{
    enum asv_status status = asv_mail_address(mail->from, err);
    for (size_t i = 0; status == ASV_OK && i < mail->to_count; i++) {
        status = asv_mail_address(mail->to[i], err);
    }
    if (status == ASV_OK && (mail->to_count == 0 || mail->to_count > ASV_MAIL_ADDRESSES)) {
        status = asv_fail(err, ASV_E_USAGE, "mail: to nobody, or to too many");
    }
    if (status == ASV_OK && (!is_plain(mail->subject) || !is_plain(mail->id) ||
                             strlen(mail->subject) >= ASV_MAIL_SUBJECT_BYTES)) {
        status = asv_fail(err, ASV_E_USAGE, "mail: the subject is not a line of plain ASCII");
    }
    return status;
}

/* ---- the session ---- */

struct session {
    CURL *curl;
    struct curl_slist *to;
    char said[CURL_ERROR_SIZE];
};

static void end_session(struct session *session)
{
    curl_slist_free_all(session->to);
    curl_easy_cleanup(session->curl);
}

static size_t give(char *out, size_t size, size_t count, void *ctx)
{
    struct message *message = ctx;
    size_t room = size * count;
    size_t left = message->len - message->sent;
    size_t len = left < room ? left : room;
    memcpy(out, message->data + message->sent, len);
    message->sent += len;
    return len;
}

/* Only SMTP, only inside TLS, only with a server that is the one named. */
static CURLcode set_up(struct session *session, const struct asv_mail *mail, const struct login *login,
                       struct message *message)
{
    CURL *curl = session->curl;
    long timeout = (long)mail->timeout_ms;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, mail->url);
#define SET(option, value) code = code == CURLE_OK ? curl_easy_setopt(curl, option, value) : code
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_ERRORBUFFER, session->said);
    SET(CURLOPT_TIMEOUT_MS, timeout);
    SET(CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_MAX_MS ? timeout : (long)CONNECT_MAX_MS);
    if (mail->ca_file != NULL) {
        SET(CURLOPT_CAINFO, mail->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    if (login->user != NULL) {
        SET(CURLOPT_USERNAME, login->user);
        SET(CURLOPT_PASSWORD, login->password);
    }
    SET(CURLOPT_MAIL_FROM, mail->from);
    SET(CURLOPT_MAIL_RCPT, session->to);
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_READFUNCTION, give);
    SET(CURLOPT_READDATA, message);
    SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)message->len);
#undef SET
    return code;
}

static enum asv_status status_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return ASV_OK;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
        return ASV_E_UNTRUSTED;
    case CURLE_LOGIN_DENIED:
        return ASV_E_DENIED;
    case CURLE_OPERATION_TIMEDOUT:
        return ASV_E_TIMEOUT;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return ASV_E_USAGE;
    case CURLE_OUT_OF_MEMORY:
        return ASV_E_NO_MEMORY;
    default:
        return ASV_E_AWAY;
    }
}

/* What the server answered last, 5yz: never. */
static enum asv_status refine(CURL *curl, enum asv_status status)
{
    long answer = 0;
    return status == ASV_E_AWAY && curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer) == CURLE_OK &&
                   answer >= 500 && answer < 600
               ? ASV_E_DENIED
               : status;
}

static enum asv_status deliver(struct session *session, const struct asv_mail *mail,
                               const struct login *login, struct message *message, struct asv_err *err)
{
    for (size_t i = 0; i < mail->to_count; i++) {
        struct curl_slist *longer = curl_slist_append(session->to, mail->to[i]);
        message->no_memory = message->no_memory || longer == NULL;
        session->to = longer != NULL ? longer : session->to;
    }
    put_headers(message, mail);
    put_body(message, mail->text);
    if (message->no_memory) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    CURLcode code = set_up(session, mail, login, message);
    code = code == CURLE_OK ? curl_easy_perform(session->curl) : code;
    if (code == CURLE_OK) {
        return ASV_OK;
    }
    return asv_failf(err, refine(session->curl, status_of(code)), "mail: %s",
                     session->said[0] != '\0' ? session->said : curl_easy_strerror(code));
}

enum asv_status asv_mail_send(const struct asv_mail *mail, struct asv_err *err)
{
    ASV_CLEANUP(wipe_login) struct login login = {.user = NULL};
    enum asv_status status = check(mail, err);
    if (status == ASV_OK && mail->login != NULL) {
        status = read_login(mail->login, &login, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "mail: libcurl does not start");
    }
    ASV_CLEANUP(end_session) struct session session = {.curl = curl_easy_init()};
    if (session.curl == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    struct message message = {.data = NULL};
    status = deliver(&session, mail, &login, &message, err);
    free(message.data);
    return status;
}
