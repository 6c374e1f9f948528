/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/conf.h"

static char dir[] = "/tmp/t_conf.XXXXXX";
static char file[64];

static void
write_file(const char *text, mode_t mode)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(file, mode), 0);
}

/* The error of loading `text`; "" when it loads. */
static const char *
error_of(const char *text)
{
	static struct diag d;
	struct conf *c = NULL;

	write_file(text, 0600);
	d.text[0] = '\0';
	if (conf_load(file, &c, &d) == AK_OK)
		conf_free(c);
	else
		assert_true(d.text[0] != '\0');
	return d.text;
}

static void
test_defaults_without_a_file(void **state)
{
	struct conf *c = NULL;
	struct diag d;

	(void)state;
	write_file("", 0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	assert_int_equal(c->schedule_floor, 900);
	assert_int_equal(c->fetch_max_body, 32 << 20);
	assert_int_equal(c->relate_enabled, 1);
	assert_string_equal(c->http_listen, "127.0.0.1:2546");
	conf_free(c);
}

static void
test_units_lists_and_hooks(void **state)
{
	struct conf *c = NULL;
	struct diag d;

	(void)state;
	write_file(
	    "; remark\n[fetch]\nmax_body = 64K\ntimeout = 2min\n"
	    "allow = 10.0.0.0/8,\n  127.0.0.0/8\n"
	    "[hook tell]\non = story\nexec = /bin/true -x\ntimeout = 1h\n",
	    0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	assert_int_equal(c->fetch_max_body, 65536);
	assert_int_equal(c->fetch_timeout, 120);
	assert_non_null(strstr(c->fetch_allow, "10.0.0.0/8"));
	assert_non_null(strstr(c->fetch_allow, "127.0.0.0/8"));
	assert_string_equal(c->hooks->name, "tell");
	assert_string_equal(c->hooks->exec, "/bin/true -x");
	assert_int_equal(c->hooks->timeout_s, 3600);
	assert_int_equal(c->hooks->min_outlets, 3);
	conf_free(c);
}

/* inih alone takes 200 bytes of a line. */
static void
test_long_lines_are_read_whole(void **state)
{
	struct conf *c = NULL;
	struct diag d;
	struct buf b;
	char *url = xasprintf("https://hook.example/%0400d", 7);
	char *path = xasprintf("/bin/true %0300d", 8);

	(void)state;
	buf_init(&b, 1 << 16);
	buf_addf(&b, "; a remark of any length %0300d\n[fetch]\nallow = ", 1);
	for (int i = 0; i < 40; i++)
		buf_addf(&b, "10.%d.0.0/16, ", i);
	buf_addf(&b, "10.40.0.0/16 ; and a remark\n  ");
	for (int i = 41; i < 80; i++)
		buf_addf(&b, "10.%d.0.0/16,", i);
	buf_addf(&b, "10.80.0.0/16\ntimeout = 2min\n");
	buf_addf(&b, "[hook a]\nurl=%s\t; remark\n[hook b]\n", url);
	buf_addf(&b, "\texec : %s\non = story\n", path);
	write_file(buf_str(&b), 0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	assert_non_null(strstr(c->fetch_allow, "10.39.0.0/16, 10.40.0.0/16, "));
	assert_non_null(strstr(c->fetch_allow, "10.41.0.0/16,10.42.0.0/16"));
	assert_true(str_ends(c->fetch_allow, "10.80.0.0/16"));
	assert_int_equal(c->fetch_timeout, 120);
	assert_string_equal(c->hooks->url, url);
	assert_string_equal(c->hooks->next->exec, path);
	conf_free(c);

	buf_release(&b);
	buf_init(&b, 1 << 16);
	buf_addf(&b, "\n\n[fetch]\ntimeout = %0300d\n", 99999);
	assert_non_null(strstr(error_of(buf_str(&b)), ":4: timeout: "));
	buf_release(&b);
	buf_init(&b, 1 << 16);
	buf_addf(&b, "[%0300d]\n", 1);
	assert_non_null(strstr(error_of(buf_str(&b)), ":1: the line is too"));
	buf_release(&b);
	buf_init(&b, 1 << 16);
	buf_addf(&b, "\n%0300d = 1\n", 1);
	assert_non_null(strstr(error_of(buf_str(&b)), ":2: the line is too"));
	buf_release(&b);
	free(url);
	free(path);
}

static void
test_errors_name_file_line_and_key(void **state)
{
	char where[96];

	(void)state;
	(void)snprintf(where, sizeof(where), "%s:3: ", file);
	const struct {
		const char *text, *says;
	} bad[] = {
	    {"\n[fetch]\ntiemout = 3\n", "unknown key \"tiemout\" in [fetch]"},
	    {"\n[fetch]\ntimeout = soon\n",
		"timeout: \"soon\" is not a number"},
	    {"\n[fetch]\ntimeout = 3 weeks\n", "unknown unit"},
	    {"\n[fetch]\ntimeout = 99999\n", "is too large"},
	    {"\n[fetch]\nmax_body = 1\n", "is too small"},
	    {"\n[http]\nimages = maybe\n", "one of direct|proxy|off"},
	    {"\n[relate]\nenabled = perhaps\n", "yes or no"},
	    {"\n[hook x]\nexec = ls\n", "not an absolute path"},
	    {"\n[hook x]\nwhat = ls\n", "unknown key \"what\" in [hook x]"},
	    {"\n[fetch]\nnonsense\n", "neither"},
	    {"\n[fetch]\nallow = 10.0.0.0/99\n", "allow: \"10.0.0.0/99\""},
	    {"\n[fetch]\nallow = localhost\n", "no list of networks"},
	    {"\n[fetch]\nallow = unix\n", "no list of networks"},
	    {"\n[http]\ntrusted_proxies = lan\n", "no list of networks"},
	    {"\n[http]\nlisten = nonsense\n", "addresses with ports"},
	    {"\n[http]\nlisten = 127.0.0.1:99999\n", "addresses with ports"},
	    {"\n[http]\nlisten = 127.0.0.1\n", "addresses with ports"},
	    {"\n[http]\nbase_url = reader.example\n", "is no URL"},
	    {"\n[websub]\ncallback = ftp://x/\n", "is no URL"},
	    {"\n[relate]\nembeddings = localhost\n", "is no URL"},
	    {"\n[hook x]\non = artcle\n", "no list of article, story"},
	    {"\n[hook x]\nurl = ftp://x/\n", "no http or https URL"},
	    {"\n[hook x]\non = article\n", "exec or url is missing"},
	};
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		const char *got = error_of(bad[i].text);

		assert_true(strncmp(got, where, strlen(where)) == 0);
		assert_non_null(strstr(got, bad[i].says));
	}
}

static void
test_addresses_of_all_forms(void **state)
{
	static const char *const good[] = {"[http]\nlisten = off\n",
	    "[http]\nlisten = 2546\n",
	    "[http]\nlisten = 127.0.0.1:0, [::1]:2546, unix:/run/a.sock\n",
	    "[http]\ntrusted_proxies = unix, 10.0.0.0/8, fd00::/8, ::1\n",
	    "[http]\nbase_url = https://reader.example/akin/\n",
	    "[fetch]\nallow =\n",
	    "[hook x]\non = article, grown\nurl = https://h.example/\n"};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(good); i++)
		assert_string_equal(error_of(good[i]), "");
}

static void
test_environment_wins_and_is_checked(void **state)
{
	struct conf *c = NULL;
	struct diag d;

	(void)state;
	write_file("[fetch]\nallow = 10.0.0.0/8\n", 0600);
	assert_int_equal(setenv("AKIN_FETCH_ALLOW", "127.0.0.0/8", 1), 0);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	assert_string_equal(c->fetch_allow, "127.0.0.0/8");
	conf_free(c);
	assert_int_equal(setenv("AKIN_PARSE_WORKERS", "none", 1), 0);
	assert_int_equal(conf_load(file, &c, &d), AK_BADINPUT);
	assert_non_null(strstr(d.text, "AKIN_PARSE_WORKERS"));
	(void)unsetenv("AKIN_FETCH_ALLOW");
	(void)unsetenv("AKIN_PARSE_WORKERS");
}

static void
test_printing_shows_no_password(void **state)
{
	struct conf *c = NULL;
	struct diag d;
	struct buf b;

	(void)state;
	write_file("[fetch]\nproxy = socks5h://me:wo@rd@proxy:1080\n", 0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	buf_init(&b, 1 << 20);
	conf_print(c, &b);
	assert_non_null(
	    strstr(buf_str(&b), "proxy = socks5h://(set)@proxy:1080\n"));
	assert_null(strstr(buf_str(&b), "me:"));
	buf_release(&b);
	conf_free(c);
}

static void
test_secrets_must_be_private(void **state)
{
	struct conf *c = NULL;
	struct diag d;
	const char *text = "[fetch]\nproxy = http://me:word@proxy:3128\n";

	(void)state;
	write_file(text, 0644);
	assert_int_equal(conf_load(file, &c, &d), AK_DENIED);
	assert_non_null(strstr(d.text, "others can read"));
	write_file(text, 0440);
	assert_int_equal(conf_load(file, &c, &d), AK_DENIED);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	conf_free(c);
	write_file(text, 0444);
	assert_int_equal(conf_load(file, &c, &d), AK_DENIED);
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	write_file(text, 0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	conf_free(c);
	write_file("[hook x]\nexec = /bin/true\n", 0622);
	assert_int_equal(conf_load(file, &c, &d), AK_DENIED);
}

static void
test_what_is_printed_reads_back(void **state)
{
	struct conf *c = NULL, *again = NULL;
	struct buf b, b2;
	struct diag d;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_init(&b2, 1 << 20);
	write_file("[schedule]\nfloor = 20min\n[clean]\nframes = yes\n", 0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	conf_print(c, &b);
	write_file(buf_str(&b), 0600);
	assert_int_equal(conf_load(file, &again, &d), AK_OK);
	assert_int_equal(again->schedule_floor, 1200);
	conf_print(again, &b2);
	assert_string_equal(buf_str(&b), buf_str(&b2));
	buf_release(&b);
	buf_release(&b2);
	conf_free(c);
	conf_free(again);
}

static void
test_store_path_order(void **state)
{
	struct conf *c = NULL;
	struct diag d;
	char *p;

	(void)state;
	write_file("[store]\npath = /from/conf.db\n", 0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	assert_int_equal(conf_store_path(c, NULL, true, &p, &d), AK_OK);
	assert_string_equal(p, "/from/conf.db");
	free(p);
	assert_int_equal(setenv("AKIN_DB", "/from/env.db", 1), 0);
	assert_int_equal(conf_store_path(c, NULL, true, &p, &d), AK_OK);
	assert_string_equal(p, "/from/env.db");
	free(p);
	assert_int_equal(
	    conf_store_path(c, "/from/arg.db", false, &p, &d), AK_OK);
	assert_string_equal(p, "/from/arg.db");
	free(p);
	(void)unsetenv("AKIN_DB");
	conf_free(c);

	write_file("", 0600);
	assert_int_equal(conf_load(file, &c, &d), AK_OK);
	(void)unsetenv("XDG_DATA_HOME");
	assert_int_equal(setenv("HOME", "/home/me", 1), 0);
	assert_int_equal(conf_store_path(c, NULL, false, &p, &d), AK_OK);
	assert_string_equal(p, "/home/me/.local/share/akin/akin.db");
	free(p);
	(void)unsetenv("HOME");
	assert_int_equal(conf_store_path(c, NULL, false, &p, &d), AK_BADINPUT);
	assert_non_null(strstr(d.text, "$HOME"));
	conf_free(c);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/akin.conf", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(file);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults_without_a_file),
	    cmocka_unit_test(test_units_lists_and_hooks),
	    cmocka_unit_test(test_long_lines_are_read_whole),
	    cmocka_unit_test(test_errors_name_file_line_and_key),
	    cmocka_unit_test(test_addresses_of_all_forms),
	    cmocka_unit_test(test_environment_wins_and_is_checked),
	    cmocka_unit_test(test_printing_shows_no_password),
	    cmocka_unit_test(test_secrets_must_be_private),
	    cmocka_unit_test(test_what_is_printed_reads_back),
	    cmocka_unit_test(test_store_path_order),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) < 0;
}
