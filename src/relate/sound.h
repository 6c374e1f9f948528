/* SPDX-License-Identifier: ISC */
/*
 * sound.h - a name as it sounds, whatever the script.  Private to relate.
 *
 * Trump, Трамп, Τραμπ and トランプ are one.  What is kept are classes of
 * consonants, in order, and whether a vowel comes first, as in Soundex
 * (Russell and Odell, US patent 1,261,167, 1918): vowels and endings differ
 * with language and case.  Latin, Cyrillic and Greek letters, and katakana.
 */
#ifndef RELATE_SOUND_H
#define RELATE_SOUND_H

#include "base/ak.h"

#include <unicode/unorm2.h>

enum { SOUND_LEAST = 3, SOUND_MOST = 6 };

/* Of a word that is folded; letters with marks are taken apart by `nfd`.
 * Returns the length; 0: too short to tell, or another script. */
size_t sound_of(const UNormalizer2 *nfd, const char *word, size_t len,
    char ret[SOUND_MOST]);

#endif
