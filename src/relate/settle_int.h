/* SPDX-License-Identifier: ISC */
/*
 * settle_int.h - what the two files that settle threads share: settle.c has the
 * articles and what comes of it, groups.c puts them into groups.
 */
#ifndef RELATE_SETTLE_INT_H
#define RELATE_SETTLE_INT_H

#include "relate/index.h"

#define SETTLE_NONE UINT32_MAX

struct other {
	uint32_t at; /* position in members */
	float cosine;
	bool is_recurring;
};

/* How alike one of a group is at most, for the two that are judged now. */
struct reach {
	uint32_t judgement; /* else it is of two others: nothing is known */
	float cosine;
};

struct member {
	uint32_t place;
	uint32_t group;
	uint32_t next; /* of the group; SETTLE_NONE: the last */
	uint32_t from; /* its others, nearest first ... */
	uint32_t n;
	uint32_t skip; /* ... of which the first are in its group */
	bool is_old;
	float background; /* of an old one */
	struct reach reach[2];
};

struct group {
	uint32_t first, last; /* members */
	uint32_t n, n_old;    /* n: 0, it is part of another */
	uint32_t version;
	unsigned side; /* in the judgement that goes on: which reach is to it */
	size_t n_around; /* least of its members: dated articles near */
	int64_t thread;	 /* least of those that were there; 0: none was */
	uint64_t key;	 /* for order among equals */
};

struct ids {
	int64_t *v;
	size_t n, cap;
};

struct settling {
	struct relate_index *x;
	uint32_t *at; /* member of a place, by offset */
	struct member *members;
	struct group *groups;
	size_t n, cap;
	struct other *others;
	struct merger *heap; /* greatest first */
	size_t n_heap, cap_heap;
	struct look *looks; /* by group */
	struct thread_level level;
	uint32_t round;
	uint32_t judgement;
	struct ids merged; /* older threads, each with that which it is in */
	struct ids ids;	   /* scratch */
};

/* Until no two groups are near enough. */
void settle_agglomerate(struct settling *s);
void settle_release_groups(struct settling *s);

#endif
