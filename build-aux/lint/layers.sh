#!/bin/sh
# SPDX-License-Identifier: ISC
# layers.sh [SRCDIR] - who may include whom, and which folder may include which
# library's header. The tables below are the rule; the README tours the folders.
set -u
cd "${1:-.}/src" || exit 2

# folder: the folders whose public header (folder/folder.h, or any of base's
# and model's) it may include, besides its own files.
may_include='
base:
conf: base
model: base
sched: base
parse: base model
clean: base model parse
relate: base
opml: base parse
fetch: base sched
store: base model sched relate
serve: base conf sched store relate opml
daemon: base model conf sched fetch parse clean store relate serve
cli: base model conf sched fetch parse clean store relate opml daemon
'

# header pattern: the folders (or files) that may include it.
libraries='
curl/: fetch base/url.c daemon/pipeline.c
event2/: base/mailbox.c fetch daemon serve cli
libxml/: parse daemon/main.c cli/main.c
sqlite3.h: store
unicode/: parse clean relate store cli base/zone.c
dlfcn.h: base/zone.c
libstemmer.h: relate
jansson.h: parse serve fetch daemon cli
ini.h: conf
libpsl.h: fetch
zlib.h: fetch serve
brotli/: fetch
zstd.h: fetch
openssl/: base fetch serve
xxhash.h: parse relate store daemon serve
uthash.h: relate fetch daemon serve
pthread.h: base store daemon serve
'

# Pure stages: no threads, files, sockets, SQL, log.
pure='sched parse clean relate opml'
impure='base/log.h base/chan.h base/mailbox.h stdio_ext.h sys/socket.h netdb.h fcntl.h'

bad=0
complain() {
	echo "layers: $1" >&2
	bad=1
}

allowed() { # LIST FOLDER FILE
	for a in $1; do
		if [ "$a" = "$2" ] || [ "$a" = "$3" ]; then
			return 0
		fi
	done
	return 1
}

for file in */*.[ch] */*/*.[ch]; do
	[ -f "$file" ] || continue
	folder=${file%%/*}
	ok=$(echo "$may_include" | sed -n "s/^$folder://p")
	for inc in $(sed -n 's/^#[ \t]*include "\([^"]*\)".*/\1/p' "$file"); do
		case $inc in
		config.h | "$folder"/* | */*.inc) continue ;;
		*/*) to=${inc%%/*} ;;
		*) continue ;;
		esac
		allowed "$ok" "$to" - || complain "$file may not include $inc"
		case $to in
		base | model) ;;
		*)
			if [ "$inc" != "$to/$to.h" ] &&
			    ! grep -q "^/\* public:" "$inc" 2>/dev/null &&
			    [ "$inc" != daemon/pipeline.h ]; then
				complain "$file includes $inc, private to $to"
			fi
			;;
		esac
		case " $pure " in
		*" $folder "*)
			case " $impure " in
			*" $inc "*) complain "$file is pure: not $inc" ;;
			esac
			;;
		esac
	done
	for inc in $(sed -n 's/^#[ \t]*include <\([^>]*\)>.*/\1/p' "$file"); do
		rule=$(echo "$libraries" | while IFS=: read -r lib who; do
			case $inc in
			"$lib"*) [ -n "$lib" ] && echo "$who" ;;
			esac
		done)
		if [ -n "$rule" ] && ! allowed "$rule" "$folder" "$file"; then
			complain "$file may not include <$inc>"
		fi
		case " $pure " in
		*" $folder "*)
			case " $impure " in
			*" $inc "*) complain "$file is pure: not <$inc>" ;;
			esac
			;;
		esac
	done
done
exit $bad
