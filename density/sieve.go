package density

import "math"

// sieve is a query in the terms of the rows of places.
type sieve struct {
	always   bool     // the matter decides alone
	anything bool     // the time decides alone
	from     uint32   // first second
	duration uint32   // to the last one
	matter   []uint32 // by index of codes: all ones if it passes, else 0
}

// newSieve returns the sieve of a query whose window is not empty.
func newSieve(q *query, codes []uint32) *sieve {
	s := &sieve{
		always: q.from == 0 && q.to == always, anything: len(q.matters) == 0,
		from: uint32(q.from), duration: uint32(q.to - 1 - q.from),
		matter: make([]uint32, len(codes)),
	}
	for i, code := range codes {
		if q.holds(uint32(q.from), code) {
			s.matter[i] = ^uint32(0)
		}
	}
	return s
}

// within returns which rows of a run, which are in the order of time, are in the
// window.
func (s *sieve) within(p *places, run int) (lo, hi uint32) {
	from, to := p.runs[run].start, p.runs[run+1].start
	if s.always {
		return from, to
	}
	lo = from + firstFrom(p.at[from:to], s.from)
	if last := s.from + s.duration; last < math.MaxUint32 {
		to = lo + firstFrom(p.at[lo:to], last+1)
	}
	return lo, to
}

// firstFrom returns the number of times before t.
func firstFrom(at []uint32, t uint32) uint32 {
	lo, n := 0, len(at)
	for n > 0 {
		half := n / 2
		if at[lo+half] < t {
			lo += half + 1
			n -= half + 1
		} else {
			n = half
		}
	}
	return uint32(lo)
}

// sum sums the rows of a run that pass.
func (s *sieve) sum(p *places, run int) sum {
	r := &p.runs[run]
	from, end := s.within(p, run)
	var part sum
	if s.anything {
		part = sumAll(p.offset[from:end], from)
	} else {
		part = s.sumPassing(p, from, end)
	}
	part.x += int64(part.count) * int64(r.corner.X)
	part.y += int64(part.count) * int64(r.corner.Y)
	return part
}

// sumPassing sums the rows whose matters pass, their positions from their corner.
func (s *sieve) sumPassing(p *places, from, to uint32) sum {
	var count, number, east, both uint64
	offset := p.offset[from:to]
	label := p.label[from:to][:len(offset)]
	passing, mask := s.matter, p.mask
	for i, o := range offset {
		pass := passing[label[i]&mask]
		count += uint64(pass & 1)
		number += uint64(pass & uint32(i))
		east += uint64(o & pass & 0xffff)
		both += uint64(o & pass)
	}
	return sum{
		count: int32(count), number: int64(number + count*uint64(from)),
		x: int64(east), y: int64((both - east) >> 16),
	}
}

// sumAll sums rows, their positions from their corner.
func sumAll(offset []uint32, from uint32) sum {
	var east, both uint64
	for _, o := range offset {
		east += uint64(o & 0xffff)
		both += uint64(o)
	}
	n := int64(len(offset))
	return sum{
		count: int32(n), number: n*int64(from) + n*(n-1)/2,
		x: int64(east), y: int64((both - east) >> 16),
	}
}
