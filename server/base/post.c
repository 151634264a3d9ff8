/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"

#define CONNECT_MAX_MS 5000
#define TYPE           "text/plain; charset=utf-8"

struct asv_poster {
    CURL *curl;
    struct curl_slist *headers;
    char said[CURL_ERROR_SIZE];
};

static bool is_on(const char *rest, const char *host)
{
    size_t len = strlen(host);
    return strncmp(rest, host, len) == 0 && strchr(":/?#", rest[len]) != NULL; /* its end counts */
}

bool asv_post_url_is_good(const char *url)
{
    static const char secure[] = "https://";
    static const char plain[] = "http://";
    const char *rest = url + sizeof plain - 1;
    if (strlen(url) >= ASV_POST_URL_BYTES || strchr(url, '@') != NULL) { /* http://127.0.0.1:80@elsewhere */
        return false;
    }
    if (strncmp(url, secure, sizeof secure - 1) == 0) {
        return url[sizeof secure - 1] != '\0';
    }
    return strncmp(url, plain, sizeof plain - 1) == 0 &&
           (is_on(rest, "127.0.0.1") || is_on(rest, "[::1]") || is_on(rest, "localhost"));
}

enum asv_status asv_poster_new(struct asv_poster **out, struct asv_err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "libcurl does not start");
    }
    struct asv_poster *poster = calloc(1, sizeof *poster);
    if (poster != NULL) {
        poster->curl = curl_easy_init();
    }
    if (poster == NULL || poster->curl == NULL) {
        asv_poster_free(poster);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    *out = poster;
    return ASV_OK;
}

void asv_poster_free(struct asv_poster *poster)
{
    if (poster != NULL) {
        curl_slist_free_all(poster->headers);
        curl_easy_cleanup(poster->curl);
    }
    free(poster);
}

/* ---- one request ---- */

struct answer {
    uint8_t *data;
    size_t len, cap;
    bool too_large;
};

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
    struct answer *answer = ctx;
    size_t len = size * count;
    if (len > answer->cap - answer->len) {
        answer->too_large = true;
        return 0; /* ends it */
    }
    memcpy(answer->data + answer->len, data, len);
    answer->len += len;
    return len;
}

static CURLcode set_up(struct asv_poster *poster, const struct asv_post *post, struct answer *answer)
{
    CURL *curl = poster->curl;
    long timeout = (long)post->timeout_ms;
    curl_easy_reset(curl); /* connections stay */
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, post->url);
#define SET(option, value) code = code == CURLE_OK ? curl_easy_setopt(curl, option, value) : code
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOPROXY, "127.0.0.1,::1,localhost");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_ERRORBUFFER, poster->said);
    SET(CURLOPT_TIMEOUT_MS, timeout);
    SET(CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_MAX_MS ? timeout : (long)CONNECT_MAX_MS);
    if (post->ca_file != NULL && post->ca_file[0] != '\0') {
        SET(CURLOPT_CAINFO, post->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    SET(CURLOPT_HTTPHEADER, poster->headers);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS, (const char *)post->body.data);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len);
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, answer);
#undef SET
    return code;
}

/* Replaces what the last one had. */
static enum asv_status set_type(struct asv_poster *poster, const char *type, struct asv_err *err)
{
    char header[128];
    int len = snprintf(header, sizeof header, "Content-Type: %s", type != NULL ? type : TYPE);
    curl_slist_free_all(poster->headers);
    poster->headers = len > 0 && (size_t)len < sizeof header ? curl_slist_append(NULL, header) : NULL;
    return poster->headers != NULL ? ASV_OK : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
}

static enum asv_status status_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return ASV_OK;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return ASV_E_UNTRUSTED;
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

enum asv_status asv_post(struct asv_poster *poster, const struct asv_post *post, unsigned *code, size_t *len,
                         struct asv_err *err)
{
    struct answer answer = {.data = post->answer, .cap = post->cap};
    long got = 0;
    if (!asv_post_url_is_good(post->url)) {
        return asv_failf(err, ASV_E_USAGE, "\"%.100s\" is not https://, nor http:// on this machine",
                         post->url);
    }
    enum asv_status status = set_type(poster, post->type, err);
    if (status != ASV_OK) {
        return status;
    }
    poster->said[0] = '\0';
    CURLcode done = set_up(poster, post, &answer);
    done = done == CURLE_OK ? curl_easy_perform(poster->curl) : done;
    if (answer.too_large) {
        return asv_failf(err, ASV_E_LIMIT, "%.100s: the answer has more than %zu bytes", post->url,
                         post->cap);
    }
    done = done == CURLE_OK ? curl_easy_getinfo(poster->curl, CURLINFO_RESPONSE_CODE, &got) : done;
    if (done != CURLE_OK) {
        return asv_failf(err, status_of(done), "%.100s: %s", post->url,
                         poster->said[0] != '\0' ? poster->said : curl_easy_strerror(done));
    }
    *code = (unsigned)got;
    *len = answer.len;
    return ASV_OK;
}
