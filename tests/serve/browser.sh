#!/bin/sh
# SPDX-License-Identifier: ISC
# The web page in chromium; see browser.py.
. "${AKIN_SRCDIR:-.}/tests/serve/lib.sh"

command -v chromium >/dev/null || skip_all "there is no chromium"
command -v chromedriver >/dev/null || skip_all "there is no chromedriver"
command -v python3 >/dev/null || skip_all "there is no python3"
serve_start
mkdir "$dir/www"

# feed NAME LANGUAGE TITLE: its items come on stdin, one a line: title|text
feed()
{
	{
		printf '<rss version="2.0"><channel><title>%s</title>' "$3"
		printf '<link>http://%s.example/</link>' "$1"
		printf '<description>d</description><language>%s</language>' "$2"
		n=0
		while IFS='|' read -r title text; do
			n=$((n + 1))
			printf '<item><title>%s</title>' "$title"
			printf '<link>http://%s.example/%d</link>' "$1" $n
			printf '<pubDate>%s</pubDate>' "$(date -u -R)"
			printf '<description>%s</description></item>' "$text"
		done
		printf '</channel></rss>\n'
	} >"$dir/www/$1.xml"
	curl -s -o /dev/null -H "Authorization: Bearer $secret" \
	    -d "{\"url\":\"$feeds/$1.xml\",\"category\":\"News\"}" \
	    "$base/api/v1/feeds"
}

command -v curl >/dev/null || skip_all "there is no curl"
feeds_start "$dir/www"
feed herald en "The Herald" <<'XML'
Halvorsen rail bridge over the Tarn carries freight again|&lt;p&gt;The Halvorsen rail bridge over the Tarn reopened to freight on Monday after fourteen months. Engineers replaced both bearings after a barge struck the northern pier in September.&lt;/p&gt;
A title that is one veryveryveryveryveryveryveryveryveryveryveryveryverylongword|&lt;pre&gt;a line of code that does not wrap, however narrow the screen may be, and scrolls instead of pushing the page apart&lt;/pre&gt;&lt;table&gt;&lt;tr&gt;&lt;td&gt;onewordthatislong&lt;/td&gt;&lt;td&gt;anotherwordthatislong&lt;/td&gt;&lt;td&gt;yetanotherwordthatislong&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;
XML
feed post en "North Post" <<'XML'
Freight trains return to Halvorsen rail bridge over the Tarn|&lt;p&gt;Freight trains crossed the Halvorsen rail bridge over the Tarn on Monday, for the first time since a barge struck its northern pier in September. Both bearings had to be replaced by engineers.&lt;/p&gt;
XML
feed kagaku ja "科学ノート" <<'XML'
静かなブラックホールの質量、十一個の星の動きから測定|&lt;p&gt;研究チームは、銀河の中心にある静かなブラックホールの質量を測定したと発表した。&lt;/p&gt;
XML
feed nahr ar "نهر اليوم" <<'XML'
عودة قطارات الشحن إلى جسر هالفورسن|&lt;p&gt;عادت قطارات الشحن يوم الاثنين إلى عبور الجسر.&lt;/p&gt;
XML
timeout 240 python3 "$AKIN_SRCDIR/tests/serve/browser.py" "$base" "$secret" \
    ${SCREENSHOTS:+"$SCREENSHOTS"}
