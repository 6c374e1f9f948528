/* SPDX-License-Identifier: ISC */
/*
 * Over TLS, against a server in a child process whose certificate is made
 * here: trust and its failures, sessions that are kept, no way down to http.
 */
#include "tests/fetch/server.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

static X509 *cert, *old_cert;
static EVP_PKEY *key;
static char *ca_file, *key_file, *dir;

/* For 127.0.0.1, signed by itself, until so many seconds from now. */
static X509 *
make_certificate(long end)
{
	X509 *c = X509_new();
	X509_EXTENSION *ext;
	X509_NAME *name;

	assert_true(key != NULL && c != NULL);
	(void)X509_set_version(c, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(c), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(c), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(c), end);
	(void)X509_set_pubkey(c, key);
	name = X509_get_subject_name(c);
	(void)X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	(void)X509_set_issuer_name(c, name);
	ext = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
	assert_non_null(ext);
	(void)X509_add_ext(c, ext, -1);
	X509_EXTENSION_free(ext);
	assert_true(X509_sign(c, key, EVP_sha256()) > 0);
	return c;
}

static void
write_files(void)
{
	FILE *fp;

	dir = xstrdup("/tmp/akin-tls-XXXXXX");
	assert_non_null(mkdtemp(dir));
	ca_file = xasprintf("%s/ca.pem", dir);
	key_file = xasprintf("%s/key.pem", dir);
	fp = fopen(ca_file, "w");
	assert_non_null(fp);
	assert_int_equal(PEM_write_X509(fp, cert), 1);
	assert_int_equal(PEM_write_X509(fp, old_cert), 1);
	(void)fclose(fp);
	fp = fopen(key_file, "w");
	assert_non_null(fp);
	assert_int_equal(
	    PEM_write_PrivateKey(fp, key, NULL, NULL, 0, NULL, NULL), 1);
	(void)fclose(fp);
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(ca_file);
	(void)unlink(key_file);
	(void)rmdir(dir);
	free(ca_file);
	free(key_file);
	free(dir);
	X509_free(cert);
	X509_free(old_cert);
	EVP_PKEY_free(key);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	key = EVP_EC_gen("P-256");
	cert = make_certificate(3600);
	old_cert = make_certificate(-60);
	write_files();
	return 0;
}

struct tls_server {
	const char *location; /* a redirect; or NULL */
	int max_version;
	X509 *cert;	    /* NULL: the good one */
	bool asks_for_cert; /* the client's, which is the good one */
	bool wants_digest;
	pid_t pid;
	uint16_t port;
};

/* One answer a connection: whether its session was an old one, and whether the
 * client has shown a certificate. */
static void
serve(const struct tls_server *s, SSL *ssl)
{
	char in[4096], out[512];
	int n;

	if (SSL_accept(ssl) != 1 ||
	    (n = SSL_read(ssl, in, sizeof(in) - 1)) <= 0)
		return;
	in[n] = '\0';
	if (s->location != NULL)
		n = snprintf(out, sizeof(out),
		    "HTTP/1.1 301 X\r\nLocation: %s\r\n"
		    "Content-Length: 0\r\n\r\n",
		    s->location);
	else if (s->wants_digest &&
		 strstr(in, "\r\nAuthorization: Digest username=\"ali\"") ==
		     NULL)
		n = snprintf(out, sizeof(out),
		    "HTTP/1.1 401 X\r\nContent-Length: 0\r\n"
		    "WWW-Authenticate: Digest realm=\"f\", qop=\"auth\", "
		    "nonce=\"%s\"\r\nConnection: close\r\n\r\n",
		    strstr(in, "Basic") != NULL ? "basic" : "none");
	else
		n = snprintf(out, sizeof(out),
		    "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n"
		    "reused=%d cert=%d",
		    SSL_session_reused(ssl),
		    SSL_get0_peer_certificate(ssl) != NULL);
	(void)SSL_write(ssl, out, n);
	(void)SSL_shutdown(ssl);
	(void)SSL_read(ssl, in, sizeof(in));
}

static void
server_main(const struct tls_server *s, int fd)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	(void)SSL_CTX_use_certificate(ctx, s->cert != NULL ? s->cert : cert);
	(void)SSL_CTX_use_PrivateKey(ctx, key);
	if (s->asks_for_cert) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
		(void)SSL_CTX_load_verify_file(ctx, ca_file);
	}
	(void)SSL_CTX_set_max_proto_version(ctx, s->max_version);
	(void)SSL_CTX_set_session_id_context(
	    ctx, (const unsigned char *)"t", 1);
	(void)alarm(60);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		SSL *ssl = SSL_new(ctx);

		(void)SSL_set_fd(ssl, c);
		serve(s, ssl);
		SSL_free(ssl);
		(void)close(c);
	}
}

static void
server_start(struct tls_server *s)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 8), 0);
	(void)getsockname(fd, (struct sockaddr *)&in, &len);
	s->port = ntohs(in.sin_port);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		server_main(s, fd);
	(void)close(fd);
}

static void
server_stop(struct tls_server *s)
{
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
}

static void
handle_never(struct srv_req *r, void *arg)
{
	(void)r;
	(void)arg;
	fail_msg("nobody may ask here");
}

static void
get(struct fix *x, const char *host, uint16_t port)
{
	char *url = xasprintf("https://%s:%d/", host, port);

	fix_fetch(x, &(struct fetch_req){.url = url});
	free(url);
}

/* Where no certificates are installed at all, none can be judged, and that is
 * no fault of the server's. */
static bool
system_has_certificates(void)
{
	return access("/etc/ssl/certs/ca-certificates.crt", R_OK) == 0;
}

static void
test_frb_135_a_certificate_nobody_vouches_for(void **state)
{
	struct tls_server s = {0};
	struct fix x;

	(void)state;
	server_start(&s);
	fix_open(&x, handle_never, NULL);
	get(&x, "127.0.0.1", s.port);
	if (system_has_certificates()) {
		assert_int_equal(x.got.outcome, SCHED_TLS);
		assert_non_null(strstr(x.got.diag, "self-signed certificate"));
	} else {
		assert_int_equal(x.got.outcome, SCHED_NETWORK_DOWN);
	}
	fix_close(&x);
	server_stop(&s);
}

static void
test_a_certificate_of_another_host(void **state)
{
	char *resolve[2] = {NULL, NULL};
	struct tls_server s = {0};
	struct fix x;

	(void)state;
	server_start(&s);
	fix_open(&x, handle_never, NULL);
	resolve[0] = xasprintf("a.test:%d:127.0.0.1", s.port);
	x.p.resolve = (const char *const *)resolve;
	x.p.ca_file = ca_file;
	fix_params(&x);
	get(&x, "a.test", s.port);
	assert_int_equal(x.got.outcome, SCHED_TLS);
	assert_non_null(strstr(x.got.diag, "match"));
	free(resolve[0]);
	fix_close(&x);
	server_stop(&s);
}

static void
test_a_certificate_that_has_expired(void **state)
{
	struct tls_server s = {.cert = old_cert};
	struct fix x;

	(void)state;
	server_start(&s);
	fix_open(&x, handle_never, NULL);
	x.p.ca_file = ca_file;
	fix_params(&x);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_TLS);
	assert_non_null(strstr(x.got.diag, "certificate has expired"));
	fix_close(&x);
	server_stop(&s);
}

/* The feed's own certificate: to its origin, not on to another, and not for
 * the next feed of that server. */
static void
test_a_certificate_of_the_client(void **state)
{
	struct tls_server s = {.asks_for_cert = true};
	struct tls_server other = {.asks_for_cert = true};
	char *url, *moved;
	struct fix x;

	(void)state;
	server_start(&s);
	url = xasprintf("https://127.0.0.1:%d/", s.port);
	other.location = url;
	server_start(&other);
	moved = xasprintf("https://127.0.0.1:%d/", other.port);
	fix_open(&x, handle_never, NULL);
	x.p.ca_file = ca_file;
	fix_params(&x);
	fix_fetch(&x,
	    &(struct fetch_req){
		.url = url, .client_cert = ca_file, .client_key = key_file});
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_string_equal(x.got.body, "reused=0 cert=1");
	get(&x, "127.0.0.1", s.port);
	assert_string_equal(x.got.body, "reused=0 cert=0");
	fix_fetch(&x,
	    &(struct fetch_req){
		.url = moved, .client_cert = ca_file, .client_key = key_file});
	assert_int_equal(x.got.n_hops, 1);
	assert_non_null(strstr(x.got.body, "cert=0"));
	/* One that cannot be read is told so, and nothing is asked. */
	fix_fetch(&x, &(struct fetch_req){.url = url,
			  .client_cert = "/none/such.pem",
			  .client_key = key_file});
	assert_int_equal(x.got.outcome, SCHED_DENIED);
	assert_non_null(strstr(x.got.diag, "client certificate"));
	/* That is no fault of the host, nor is a lost file of the config. */
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_OK);
	x.p.ca_file = "/none/such.pem";
	fix_params(&x);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_NETWORK_DOWN);
	free(url);
	free(moved);
	fix_close(&x);
	server_stop(&s);
	server_stop(&other);
}

/* Over TLS the password goes as Basic at once; who wants Digest gets it. */
static void
test_digest_over_tls(void **state)
{
	struct tls_server s = {.wants_digest = true};
	struct fix x;
	char *url;

	(void)state;
	server_start(&s);
	url = xasprintf("https://127.0.0.1:%d/", s.port);
	fix_open(&x, handle_never, NULL);
	x.p.ca_file = ca_file;
	fix_params(&x);
	fix_fetch(
	    &x, &(struct fetch_req){.url = url, .userinfo = "ali:sesame"});
	assert_int_equal(x.got.outcome, SCHED_OK);
	fix_fetch(&x, &(struct fetch_req){.url = url, .userinfo = "no:one"});
	assert_int_equal(x.got.outcome, SCHED_UNAUTHORIZED);
	free(url);
	fix_close(&x);
	server_stop(&s);
}

static void
check_sessions(int max_version)
{
	struct tls_server s = {.max_version = max_version};
	struct fix x;

	server_start(&s);
	fix_open(&x, handle_never, NULL);
	x.p.ca_file = ca_file;
	fix_params(&x);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_string_equal(x.got.body, "reused=0 cert=0");
	for (int i = 0; i < 3; i++) {
		get(&x, "127.0.0.1", s.port);
		assert_string_equal(x.got.body, "reused=1 cert=0");
	}
	/* Another configuration trusts nothing of the old one. */
	assert_int_equal(fetch_reconfigure(x.f, &x.p, NULL), AK_OK);
	get(&x, "127.0.0.1", s.port);
	assert_string_equal(x.got.body, "reused=0 cert=0");
	x.p.ca_file = NULL;
	assert_int_equal(fetch_reconfigure(x.f, &x.p, NULL), AK_OK);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome,
	    system_has_certificates() ? SCHED_TLS : SCHED_NETWORK_DOWN);
	fix_close(&x);
	server_stop(&s);
}

static void
test_sessions_are_kept(void **state)
{
	(void)state;
	check_sessions(0);
	check_sessions(TLS1_2_VERSION);
}

static void
test_no_way_down_to_http(void **state)
{
	struct tls_server s = {0};
	struct fix x;
	char *plain;

	(void)state;
	fix_open(&x, handle_never, NULL);
	plain = fix_url(&x, "/");
	s.location = plain;
	server_start(&s);
	x.p.ca_file = ca_file;
	fix_params(&x);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_MOVED_BAD);
	assert_int_equal(x.got.n_hops, 0);
	assert_non_null(strstr(x.got.diag, "https"));
	free(plain);
	fix_close(&x);
	server_stop(&s);
}

static void
handle_to_tls(struct srv_req *r, void *arg)
{
	char *h = xasprintf("Location: %s\r\n", (char *)arg);

	srv_answer(r, 301, h, "");
	free(h);
}

static void
test_up_to_https_is_welcome(void **state)
{
	struct tls_server s = {0};
	struct fix x;
	char *url;

	(void)state;
	server_start(&s);
	url = xasprintf("https://127.0.0.1:%d/", s.port);
	fix_open(&x, handle_to_tls, url);
	x.p.ca_file = ca_file;
	fix_params(&x);
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_string_equal(x.got.final_url, url);
	assert_true(x.got.all_permanent);
	free(url);
	fix_close(&x);
	server_stop(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frb_135_a_certificate_nobody_vouches_for),
	    cmocka_unit_test(test_a_certificate_of_another_host),
	    cmocka_unit_test(test_a_certificate_that_has_expired),
	    cmocka_unit_test(test_a_certificate_of_the_client),
	    cmocka_unit_test(test_digest_over_tls),
	    cmocka_unit_test(test_sessions_are_kept),
	    cmocka_unit_test(test_no_way_down_to_http),
	    cmocka_unit_test(test_up_to_https_is_welcome),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, setup, teardown) < 0;
}
