/* SPDX-License-Identifier: ISC */
/* addr-verdict URL - exit 0 when feeds may be fetched from it, 1 when not. */
#include <stdio.h>

#include "fetch/fetch.h"

int
main(int argc, char **argv)
{
	struct diag d;

	if (argc != 2)
		return 2;
	if (fetch_judge_url(argv[1], NULL, &d) == AK_OK)
		return 0;
	(void)printf("%s\n", d.text);
	return 1;
}
