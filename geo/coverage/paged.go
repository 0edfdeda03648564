package coverage

import "slices"

// paged is a list in pages, so that lists that differ in a few places can share
// most of them. It is not changed once made.
type paged[T any] struct {
	n     int
	pages [][]T // all but the last full
	whole []T   // the same in one piece, where it is at hand
}

const pageBits = 8 // log₂ of the length of a page

// inPages returns s as a paged list, which holds it from then on.
func inPages[T any](s []T) paged[T] {
	return paged[T]{len(s), slices.Collect(slices.Chunk(s, 1<<pageBits)), s}
}

func (p *paged[T]) len() int { return p.n }

func (p *paged[T]) at(i int32) *T { return &p.pages[i>>pageBits][i&(1<<pageBits-1)] }

// all returns the list in one piece, to be read only.
func (p *paged[T]) all() []T {
	if len(p.whole) == p.n {
		return p.whole
	}
	return slices.Concat(p.pages...)
}

// revision is a paged list in the making, from another.
type revision[T any] struct {
	paged[T]
	own []bool // pages that are not shared
}

// revise begins a list of length n that is p as far as it goes.
func (p *paged[T]) revise(n int) *revision[T] {
	count := (n + 1<<pageBits - 1) >> pageBits
	r := &revision[T]{paged[T]{n: n, pages: make([][]T, count)}, make([]bool, count)}
	copy(r.pages, p.pages)
	for k := range r.pages {
		switch size := min(1<<pageBits, n-k<<pageBits); {
		case size < len(r.pages[k]):
			r.pages[k] = r.pages[k][:size:size]
		case size > len(r.pages[k]):
			page := make([]T, size)
			copy(page, r.pages[k])
			r.pages[k], r.own[k] = page, true
		}
	}
	return r
}

func (r *revision[T]) set(i int32, v T) {
	if k := i >> pageBits; !r.own[k] {
		r.pages[k], r.own[k] = slices.Clone(r.pages[k]), true
	}
	*r.at(i) = v
}
