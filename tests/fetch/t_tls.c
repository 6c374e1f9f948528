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

static X509 *cert;
static EVP_PKEY *key;
static char *ca_file, *dir;

static void
make_certificate(void)
{
	X509_EXTENSION *ext;
	X509_NAME *name;
	FILE *fp;

	key = EVP_EC_gen("P-256");
	cert = X509_new();
	assert_true(key != NULL && cert != NULL);
	(void)X509_set_version(cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	(void)X509_set_pubkey(cert, key);
	name = X509_get_subject_name(cert);
	(void)X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	(void)X509_set_issuer_name(cert, name);
	ext = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
	assert_non_null(ext);
	(void)X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	dir = xstrdup("/tmp/akin-tls-XXXXXX");
	assert_non_null(mkdtemp(dir));
	ca_file = xasprintf("%s/ca.pem", dir);
	fp = fopen(ca_file, "w");
	assert_non_null(fp);
	assert_int_equal(PEM_write_X509(fp, cert), 1);
	(void)fclose(fp);
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(ca_file);
	(void)rmdir(dir);
	free(ca_file);
	free(dir);
	X509_free(cert);
	EVP_PKEY_free(key);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	make_certificate();
	return 0;
}

/* One answer a connection: whether its session was an old one. */
static void
serve(SSL *ssl, const char *location)
{
	char in[4096], out[512];
	int n;

	if (SSL_accept(ssl) != 1 || SSL_read(ssl, in, sizeof(in)) <= 0)
		return;
	n = location != NULL
		? snprintf(out, sizeof(out),
		      "HTTP/1.1 301 X\r\nLocation: %s\r\n"
		      "Content-Length: 0\r\n\r\n",
		      location)
		: snprintf(out, sizeof(out),
		      "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nreused=%d",
		      SSL_session_reused(ssl));
	(void)SSL_write(ssl, out, n);
	(void)SSL_shutdown(ssl);
	(void)SSL_read(ssl, in, sizeof(in));
}

static void
server_main(int fd, const char *location, int max_version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	(void)SSL_CTX_use_certificate(ctx, cert);
	(void)SSL_CTX_use_PrivateKey(ctx, key);
	(void)SSL_CTX_set_max_proto_version(ctx, max_version);
	(void)SSL_CTX_set_session_id_context(
	    ctx, (const unsigned char *)"t", 1);
	(void)alarm(60);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		SSL *ssl = SSL_new(ctx);

		(void)SSL_set_fd(ssl, c);
		serve(ssl, location);
		SSL_free(ssl);
		(void)close(c);
	}
}

struct tls_server {
	pid_t pid;
	uint16_t port;
};

static void
server_start(struct tls_server *s, const char *location, int max_version)
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
		server_main(fd, location, max_version);
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

static void
test_a_certificate_nobody_vouches_for(void **state)
{
	struct tls_server s;
	struct fix x;

	(void)state;
	server_start(&s, NULL, 0);
	fix_open(&x, handle_never, NULL);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_TLS);
	assert_non_null(strstr(x.got.diag, "self-signed certificate"));
	fix_close(&x);
	server_stop(&s);
}

static void
test_a_certificate_of_another_host(void **state)
{
	char *resolve[2] = {NULL, NULL};
	struct tls_server s;
	struct fix x;

	(void)state;
	server_start(&s, NULL, 0);
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
check_sessions(int max_version)
{
	struct tls_server s;
	struct fix x;

	server_start(&s, NULL, max_version);
	fix_open(&x, handle_never, NULL);
	x.p.ca_file = ca_file;
	fix_params(&x);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_string_equal(x.got.body, "reused=0");
	for (int i = 0; i < 3; i++) {
		get(&x, "127.0.0.1", s.port);
		assert_string_equal(x.got.body, "reused=1");
	}
	/* Another configuration trusts nothing of the old one. */
	assert_int_equal(fetch_reconfigure(x.f, &x.p, NULL), AK_OK);
	get(&x, "127.0.0.1", s.port);
	assert_string_equal(x.got.body, "reused=0");
	x.p.ca_file = NULL;
	assert_int_equal(fetch_reconfigure(x.f, &x.p, NULL), AK_OK);
	get(&x, "127.0.0.1", s.port);
	assert_int_equal(x.got.outcome, SCHED_TLS);
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
	struct tls_server s;
	struct fix x;
	char *plain;

	(void)state;
	fix_open(&x, handle_never, NULL);
	plain = fix_url(&x, "/");
	server_start(&s, plain, 0);
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
	struct tls_server s;
	struct fix x;
	char *url;

	(void)state;
	server_start(&s, NULL, 0);
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
	    cmocka_unit_test(test_a_certificate_nobody_vouches_for),
	    cmocka_unit_test(test_a_certificate_of_another_host),
	    cmocka_unit_test(test_sessions_are_kept),
	    cmocka_unit_test(test_no_way_down_to_http),
	    cmocka_unit_test(test_up_to_https_is_welcome),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, setup, teardown) < 0;
}
