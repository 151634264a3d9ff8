/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "server/http/etag.h"
#include "server/http/peers.h"
#include "server/http/problem.h"
#include "server/http/route.h"
#include "tests/unit/test.h"

/* ---- routes ---- */

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct asv_http_route routes[] = {
    {.method = "GET", .pattern = "/healthz", .name = "health"},
    {.method = "POST", .pattern = "/things", .name = "make"},
    {.method = "GET", .pattern = "/things", .name = "list"},
    {.method = "DELETE", .pattern = "/things", .name = "drop"},
    {.method = "GET", .pattern = "/of/{log:hash}/checkpoint", .name = "hashed"},
    {.method = "GET", .pattern = "/things/{thing:uuid}/{part:uuid}", .name = "part"},
    {.method = "GET", .pattern = "/things/{thing:uuid}", .name = "thing"},
    {.method = "GET", .pattern = "/versions/{version:number}", .name = "version"},
    {.method = "GET", .pattern = "/checkpoint", .name = "top"},
    {.method = "GET", .pattern = "/{log:steps}/checkpoint", .name = "head"},
    {.method = "GET", .pattern = "/{log:steps}/tile/{tile:steps}", .name = "tile"},
};
static const struct asv_http_routes table = {routes, sizeof routes / sizeof *routes};

/* "name first second", "404", or "405 GET, HEAD". */
static const char *find(const char *method, const char *path)
{
    static char text[1024];
    char allow[ASV_HTTP_ALLOW_BYTES];
    struct asv_http_match match = {0};
    switch (asv_http_route_find(&table, method, path, &match, allow)) {
    case ASV_HTTP_NO_PATH:
        return "404";
    case ASV_HTTP_NO_METHOD:
        snprintf(text, sizeof text, "405 %s", allow);
        return text;
    case ASV_HTTP_FOUND:
        break;
    }
    size_t len = (size_t)snprintf(text, sizeof text, "%s", match.route->name);
    for (size_t i = 0; i < ASV_HTTP_PARAMS && match.params[i].text != NULL; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, " %.*s", (int)match.params[i].len,
                                match.params[i].text);
    }
    return text;
}

static void a_route_is_found_by_method_and_path(void **state)
{
    (void)state;
    assert_string_equal(find("GET", "/healthz"), "health");
    assert_string_equal(find("HEAD", "/healthz"), "health");
    assert_string_equal(find("POST", "/things"), "make");
    assert_string_equal(find("GET", "/things"), "list");
    assert_string_equal(find("POST", "/healthz"), "405 GET, HEAD");
    assert_string_equal(find("PUT", "/things"), "405 POST, GET, HEAD, DELETE");
    assert_string_equal(find("get", "/healthz"), "405 GET, HEAD");
    assert_string_equal(find("", "/healthz"), "405 GET, HEAD");
    assert_string_equal(find("GET", "/"), "404");
    assert_string_equal(find("GET", ""), "404");
    assert_string_equal(find("GET", "/healthz/"), "404");
    assert_string_equal(find("GET", "//healthz"), "404");
    assert_string_equal(find("GET", "/health"), "404");
    assert_string_equal(find("GET", "/healthzz"), "404");
    assert_string_equal(find("OPTIONS", "*"), "404");
}

#define UUID "0193e2a0-0000-7000-8000-00000000000f"

static void a_uuid_is_written_in_one_way(void **state)
{
    (void)state;
    static const char *const bad[] = {"/things/0193E2A0-0000-7000-8000-00000000000f",
                                      "/things/0193e2a0-0000-7000-8000-00000000000",
                                      "/things/" UUID "0",
                                      "/things/0193e2a0000070008000000000000000f000",
                                      "/things/0193e2a0-0000-7000-8000_00000000000f",
                                      "/things/" UUID "/",
                                      "/things/{0193e2a0-0000-7000-8000-00000000}",
                                      "/things/",
                                      "/things/" UUID "/" UUID "0"};
    assert_string_equal(find("GET", "/things/" UUID), "thing " UUID);
    assert_string_equal(find("GET", "/things/" UUID "/" UUID), "part " UUID " " UUID);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_string_equal(find("GET", bad[i]), "404");
    }
}

static void a_parameter_has_its_type(void **state)
{
    (void)state;
    assert_string_equal(find("GET", "/of/" HASH "/checkpoint"), "hashed " HASH);
    assert_string_equal(find("GET", "/of/" HASH "0/checkpoint"), "head of/" HASH "0");
    assert_string_equal(find("GET", "/checkpoint"), "top");
    assert_string_equal(find("GET", "/ledger/checkpoint"), "head ledger");
    assert_string_equal(find("GET", "/a/b/checkpoint"), "head a/b");
    assert_string_equal(find("GET", "/ledger/tile/0/x001/067.p/8"), "tile ledger 0/x001/067.p/8");
    assert_string_equal(find("GET", "/a/tile/tile/0/000"), "tile a tile/0/000"); /* the shortest first */
    assert_string_equal(find("GET", "/ledger/tile/"), "404");
    assert_string_equal(find("GET", "/ledger/tile"), "404");
    assert_string_equal(find("GET", "//checkpoint"), "404");
    assert_string_equal(find("GET", "/versions/1"), "version 1");
    assert_string_equal(find("GET", "/versions/123456789"), "version 123456789");
    for (size_t i = 0; i < 7; i++) {
        static const char *const none[] = {"/versions/",   "/versions/0",          "/versions/01",
                                           "/versions/1x", "/versions/1234567890", "/versions/-1",
                                           "/versions/1/"};
        assert_string_equal(find("GET", none[i]), "404");
    }
}

/* */
static void no_path_leads_upwards_or_is_two(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "/../checkpoint",       "/a/../checkpoint",     "/./checkpoint",          "/.git/checkpoint",
        "/%2e%2e/checkpoint",   "/a%2fcheckpoint",      "/%6cedger/checkpoint",   "/a/%00/checkpoint",
        "/a\\..\\checkpoint",   "/a;b/checkpoint",      "/\xc3\xa4/checkpoint",   "/a b/checkpoint",
        "/a/tile/../../passwd", "/a/tile/0/000/../000", "/%252e%252e/checkpoint", "/a?/checkpoint",
        "/ledger/checkpoint/",  "/ledger//checkpoint",  "/..%c0%af/checkpoint",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_string_equal(find("GET", bad[i]), "404");
    }
}

/* steps times "/a", or one of `chars` characters; then "/checkpoint". */
static const char *long_path(size_t steps, size_t chars)
{
    static char path[2 * ASV_HTTP_PATH_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < steps; i++) {
        len += (size_t)snprintf(path + len, sizeof path - len, "/a");
    }
    for (size_t i = 0; i < chars; i++) {
        path[len++] = i == 0 ? '/' : 'a';
    }
    snprintf(path + len, sizeof path - len, "/checkpoint");
    return path;
}

static void a_path_that_is_too_long_is_nobodys(void **state)
{
    (void)state;
    const size_t most = ASV_HTTP_PATH_BYTES - sizeof "/checkpoint";
    assert_int_equal(strncmp(find("GET", long_path(0, most)), "head", 4), 0);
    assert_string_equal(find("GET", long_path(0, most + 1)), "404");
    assert_int_equal(strncmp(find("GET", long_path(ASV_HTTP_STEPS - 1, 0)), "head", 4), 0);
    assert_string_equal(find("GET", long_path(ASV_HTTP_STEPS, 0)), "404");
}

static void a_target_may_name_the_host(void **state)
{
    (void)state;
    assert_string_equal(asv_http_target_path("/a/b"), "/a/b");
    assert_string_equal(asv_http_target_path("http://host/a/b"), "/a/b");
    assert_string_equal(asv_http_target_path("HTTPS://host:1/"), "/");
    assert_string_equal(asv_http_target_path("http://host"), "/");
    assert_string_equal(asv_http_target_path("ftp://host/a"), "ftp://host/a");
}

/* ---- tags ---- */

/* */
static void a_tag_is_found_in_a_list(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool in;
    } cases[] = {
        {"\"ab\"", true},
        {"*", true},
        {" * ", true},
        {"W/\"ab\"", true},
        {"\"x\", \"ab\"", true},
        {"\"x\",\"ab\"", true},
        {"\"a,b\", \"ab\"", true},
        {"", false},
        {"ab", false},
        {"\"abc\"", false},
        {"\"a\"", false},
        {"\"x\" \"ab\"", false},
        {"\"x\", ab", false},
        {"*, \"x\"", false},
        {"\"ab", false},
        {", ,\"ab\"", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(asv_http_etag_is_in("\"ab\"", cases[i].list), cases[i].in);
    }
}

/* */
static void a_coding_is_found_in_a_list(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool in;
    } cases[] = {
        {"gzip", true},
        {"GZip", true},
        {"br, gzip", true},
        {" , gzip ,br", true},
        {"gzip;q=0.5", true},
        {"gzip ; q=1", true},
        {"gzip;q=0.001", true},
        {"gzip;q=0, br", false},
        {"gzip; q=0.000", false},
        {"br, gzip;Q=0 ,x", false},
        {"", false},
        {"x-gzip", false},
        {"gzipp", false},
        {"br;gzip", false},
        {"gzi p", false},
        {"gzip;", true},
        {"gzip; ,br", true},
        {"*", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(asv_http_coding_is_in("gzip", cases[i].list), cases[i].in);
    }
}

/* ---- problems ---- */

/* */
static void a_problem_is_json_in_two_languages(void **state)
{
    (void)state;
    const struct asv_http_problem odd = {422, "odd", "\"a\\\n", "ü", "b", "c", "name"};
    const struct asv_http_problem *const all[] = {
        &odd,
        &asv_http_bad_request,
        &asv_http_not_found,
        &asv_http_no_method,
        &asv_http_body_too_large,
        &asv_http_target_too_long,
        &asv_http_header_too_large,
        &asv_http_failed,
        &asv_http_too_late,
        NULL,
    };
    for (size_t i = 0; all[i] != NULL; i++) {
        char text[ASV_HTTP_PROBLEM_BYTES];
        char type[128];
        size_t len = asv_http_problem_write(text, all[i]);
        json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        snprintf(type, sizeof type, "urn:asservat:problem:%s", all[i]->name);
        assert_string_equal(json_string_value(json_object_get(root, "type")), type);
        assert_string_equal(json_string_value(json_object_get(root, "title")), all[i]->title);
        assert_string_equal(json_string_value(json_object_get(root, "title_de")), all[i]->title_de);
        assert_string_equal(json_string_value(json_object_get(root, "detail")), all[i]->detail);
        assert_string_equal(json_string_value(json_object_get(root, "detail_de")), all[i]->detail_de);
        assert_int_equal(json_integer_value(json_object_get(root, "status")), all[i]->code);
        assert_int_equal(json_object_size(root), all[i]->field != NULL ? 7 : 6);
        json_decref(root);
    }
}

/* ---- connections ---- */

#define PEERS 8

struct crowd {
    struct asv_http_peers peers;
    struct asv_http_peer all[PEERS];
};

static void set_up(struct crowd *crowd, size_t limit, size_t limit_each, size_t count)
{
    asv_http_peers_init(&crowd->peers, limit, limit_each);
    for (size_t i = 0; i < count; i++) {
        crowd->all[i] = (struct asv_http_peer){.address = {0}};
        crowd->all[i].address[0] = (uint8_t)(i / 4); /* four of each address */
        asv_http_peers_add(&crowd->peers, &crowd->all[i], 100 + i, 50);
    }
}

/* whoever waits longest, then whoever is longest at what he does; never somebody for whom a thread
 * works. */
static void the_one_that_waits_longest_gives_way(void **state)
{
    (void)state;
    struct crowd crowd;
    struct asv_http_peer *newest = &crowd.all[5];
    set_up(&crowd, 6, 0, 6);
    assert_null(asv_http_peers_excess(&crowd.peers, newest));
    crowd.peers.limit = 5;
    asv_http_peer_move(&crowd.all[0], ASV_HTTP_SENDING, 10);
    asv_http_peer_move(&crowd.all[1], ASV_HTTP_WORKING, 11);
    asv_http_peer_move(&crowd.all[2], ASV_HTTP_WAITING, 300);
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, newest), &crowd.all[3]);
    asv_http_peers_cut(&crowd.peers, &crowd.all[3]);
    assert_null(asv_http_peers_excess(&crowd.peers, newest));
    crowd.peers.limit = 4; /* who is cut already has no place to give */
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, newest), &crowd.all[4]);
    asv_http_peer_move(&crowd.all[4], ASV_HTTP_RECEIVING, 9);
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, newest), &crowd.all[2]);
    asv_http_peer_move(&crowd.all[2], ASV_HTTP_SENDING, 8);
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, newest), &crowd.all[2]);
    asv_http_peer_move(&crowd.all[0], ASV_HTTP_LISTENING, 400); /* */
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, newest), &crowd.all[0]);
    asv_http_peer_move(&crowd.all[2], ASV_HTTP_WAITING, 500);
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, newest), &crowd.all[2]);
    for (size_t i = 0; i < 5; i++) {
        asv_http_peer_move(&crowd.all[i], ASV_HTTP_WORKING, 0);
    }
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, newest), newest);
    asv_http_peers_cut(&crowd.peers, newest);
    assert_null(asv_http_peers_excess(&crowd.peers, newest));
}

/* one address takes no place of another's. */
static void an_address_has_its_own_limit(void **state)
{
    (void)state;
    struct crowd crowd;
    set_up(&crowd, PEERS, 3, 7); /* four of the first, three of the second */
    assert_null(asv_http_peers_excess(&crowd.peers, &crowd.all[6]));
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, &crowd.all[3]), &crowd.all[0]);
    asv_http_peers_cut(&crowd.peers, &crowd.all[0]);
    assert_null(asv_http_peers_excess(&crowd.peers, &crowd.all[3]));
    asv_http_peers_remove(&crowd.peers, &crowd.all[0]);
    assert_int_equal(crowd.peers.count, 6);
    crowd.peers.limit_each = 2;
    for (size_t i = 4; i < 6; i++) {
        asv_http_peer_move(&crowd.all[i], ASV_HTTP_WORKING, 0);
    }
    assert_ptr_equal(asv_http_peers_excess(&crowd.peers, &crowd.all[6]), &crowd.all[6]);
}

/* */
static void a_deadline_is_over_once(void **state)
{
    (void)state;
    struct crowd crowd;
    set_up(&crowd, PEERS, 0, 3);
    assert_null(asv_http_peers_over(&crowd.peers, NULL, 149));
    assert_ptr_equal(asv_http_peers_over(&crowd.peers, NULL, 150), &crowd.all[0]);
    assert_null(asv_http_peers_over(&crowd.peers, &crowd.all[0], 150));
    asv_http_peer_move(&crowd.all[1], ASV_HTTP_RECEIVING, 151); /* being busy gives nobody time */
    assert_ptr_equal(asv_http_peers_over(&crowd.peers, &crowd.all[0], 152), &crowd.all[1]);
    asv_http_peers_cut(&crowd.peers, &crowd.all[0]);
    assert_ptr_equal(asv_http_peers_over(&crowd.peers, NULL, 152), &crowd.all[1]);
    assert_ptr_equal(asv_http_peers_waiting(&crowd.peers, NULL), &crowd.all[2]);
    assert_null(asv_http_peers_waiting(&crowd.peers, &crowd.all[2]));
}

static void an_address_is_a_host_or_a_network(void **state)
{
    (void)state;
    uint8_t a[ASV_HTTP_ADDRESS_KEY];
    uint8_t b[ASV_HTTP_ADDRESS_KEY];
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    memcpy(v6.sin6_addr.s6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1", 16);
    asv_http_peer_address(a, &v4);
    asv_http_peer_address(b, &v6);
    assert_memory_equal(a, b, sizeof a);
    v4.sin_addr.s_addr = htonl(0x0a000002);
    asv_http_peer_address(a, &v4);
    assert_memory_not_equal(a, b, sizeof a);
    memcpy(v6.sin6_addr.s6_addr, "\x20\x01\x0d\xb8\0\0\0\1\0\0\0\0\0\0\0\1", 16);
    asv_http_peer_address(a, &v6);
    v6.sin6_addr.s6_addr[15] = 2;
    asv_http_peer_address(b, &v6);
    assert_memory_equal(a, b, sizeof a);
    v6.sin6_addr.s6_addr[7] = 2;
    asv_http_peer_address(b, &v6);
    assert_memory_not_equal(a, b, sizeof a);
    asv_http_peer_address(a, NULL);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_is_found_by_method_and_path),
        cmocka_unit_test(a_uuid_is_written_in_one_way),
        cmocka_unit_test(a_parameter_has_its_type),
        cmocka_unit_test(no_path_leads_upwards_or_is_two),
        cmocka_unit_test(a_path_that_is_too_long_is_nobodys),
        cmocka_unit_test(a_target_may_name_the_host),
        cmocka_unit_test(a_tag_is_found_in_a_list),
        cmocka_unit_test(a_coding_is_found_in_a_list),
        cmocka_unit_test(a_problem_is_json_in_two_languages),
        cmocka_unit_test(the_one_that_waits_longest_gives_way),
        cmocka_unit_test(an_address_has_its_own_limit),
        cmocka_unit_test(a_deadline_is_over_once),
        cmocka_unit_test(an_address_is_a_host_or_a_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
