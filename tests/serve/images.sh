#!/bin/sh
# SPDX-License-Identifier: ISC
# Images of articles by way of akind: only those, and nothing but images.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

command -v curl >/dev/null || skip_all "there is no curl"
command -v python3 >/dev/null || skip_all "there is no python3"
export AKIN_HTTP_IMAGES=proxy
serve_start
mkdir "$dir/www"
feeds_start "$dir/www"
auth="Authorization: Bearer $secret"
printf '\211PNG\r\n\032\nno more than a start' >"$dir/www/a&b.png"
echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$dir/www/c.svg"
cat >"$dir/www/f.xml" <<XML
<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>
<link>$feeds/</link><description>d</description>
<item><title>One</title><link>$feeds/1</link><description>&lt;p&gt;Text
&lt;img src="a&amp;amp;b.png" alt="A"&gt;
&lt;img src="c.svg"&gt; &lt;img src="none.png"&gt;
&lt;img src="http://192.168.7.7/d.png"&gt;&lt;/p&gt;</description></item>
</channel></rss>
XML

status "a feed" 201 -H "$auth" -H 'Content-Type: application/json' \
    -d "{\"url\":\"$feeds/f.xml\"}" "$base/api/v1/feeds"
status "its article" 200 -H "$auth" "$base/article/1"
grep -o 'src="/image/[^"]*"' "$dir/body" | sed 's/^src="//; s/"$//' >"$dir/srcs"
[ "$(wc -l <"$dir/srcs")" -eq 4 ]
result $? "all its images come from here"
! grep -q 'src="http' "$dir/body"
result $? "and none from elsewhere"
grep -q "^Content-Security-Policy: .*img-src 'self' data:;" "$dir/head"
result $? "the policy says so"
png=$(sed -n 1p "$dir/srcs")
status "an image" 200 -H "$auth" "$base$png"
cmp -s "$dir/body" "$dir/www/a&b.png"
result $? "its bytes"
tr -d '\r' <"$dir/head" >"$dir/head.lf"
grep -q '^Content-Type: image/png$' "$dir/head.lf" &&
    grep -q "^Content-Security-Policy: default-src 'none'; sandbox$" "$dir/head.lf" &&
    grep -q '^X-Content-Type-Options: nosniff$' "$dir/head.lf"
result $? "its headers"
status "not without a login" 401 "$base$png"
status "no SVG" 502 -H "$auth" "$base$(sed -n 2p "$dir/srcs")"
cp "$dir/body" "$dir/refused"
status "none that is not there" 502 -H "$auth" "$base$(sed -n 3p "$dir/srcs")"
cmp -s "$dir/body" "$dir/refused"
result $? "told in the same words"
status "none of a private network" 502 -H "$auth" \
    "$base$(sed -n 4p "$dir/srcs")"
cmp -s "$dir/body" "$dir/refused"
result $? "in the same words"
status "no other address under a signature" 403 -H "$auth" \
    "$base${png%%\?*}?url=http%3A%2F%2F127.0.0.1%2F"
status "no address without one" 403 -H "$auth" \
    "$base/image/0?url=http%3A%2F%2F127.0.0.1%2F"
status "the API keeps the publisher's addresses" 200 -H "$auth" \
    "$base/api/v1/articles?content=1"
grep -q "$feeds/a&amp;b.png" "$dir/body"
result $? "as they were"
finish
