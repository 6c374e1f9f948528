# SPDX-License-Identifier: ISC
# Turns NNNN-name.sql files into a C array, one string a file, in the order of
# the arguments.  The comments stay: SQLite keeps them in the schema.
BEGIN { print "/* Made by embed-sql.awk from migrations/. */" }
FNR == 1 {
	if (NR > 1)
		print ","
	name = FILENAME
	sub(/.*\//, "", name)
	print "/* " name " */"
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	print "\"" $0 "\\n\""
}
