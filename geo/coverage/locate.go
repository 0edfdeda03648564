package coverage

import "jingwei/geo"

// Locate returns the face of p by the ownership rule, or None. It is total: any
// pair of int32 has an answer. It allocates nothing.
func (c *Coverage) Locate(p geo.Pos) int32 { return c.index.locate(p) }

// inFlight is how many lookups LocateAll has under way at once. The steps of one
// lookup each wait for memory; those of different lookups wait together.
const inFlight = 64

// LocateAll sets dst[i] to the face of ps[i], as [Coverage.Locate] finds it; dst
// is at least as long as ps. It allocates nothing.
func (c *Coverage) LocateAll(dst []int32, ps []geo.Pos) {
	for len(ps) >= inFlight {
		c.index.locateMany((*[inFlight]int32)(dst), (*[inFlight]geo.Pos)(ps))
		dst, ps = dst[inFlight:], ps[inFlight:]
	}
	for i, p := range ps {
		dst[i] = c.index.locate(p)
	}
}

// lineWords is the words in a cache line.
const lineWords = 16

// locateMany takes all positions one step at a time: the top grid, then node
// after node, then the leaves.
func (x *index) locateMany(dst *[inFlight]int32, ps *[inFlight]geo.Pos) {
	var entries, shifts [inFlight]uint32
	for i, p := range ps {
		if x.box.Contains(p) {
			px, py := uint32(p.X)-uint32(x.box.Min.X), uint32(p.Y)-uint32(x.box.Min.Y)
			entries[i] = x.top[(py>>x.shift)*x.cols+px>>x.shift]
		}
		shifts[i] = uint32(x.shift)
	}
	for more := true; more; {
		more = false
		for i, p := range ps {
			e := entries[i]
			if e&tagMask != tagNode {
				continue
			}
			px, py := uint32(p.X)-uint32(x.box.Min.X), uint32(p.Y)-uint32(x.box.Min.Y)
			s := shifts[i] - 2
			shifts[i] = s
			entries[i] = x.nodes[(e&valMask)<<4|(py>>s&3)<<2|px>>s&3]
			more = more || entries[i]&tagMask == tagNode
		}
	}
	touched := uint32(0)
	for _, e := range entries {
		if e&tagMask == tagLeaf {
			touched ^= x.words[e&valMask] // begins to load the leaf, which is in one cache line as a rule
		}
	}
	x.load(touched)
	for i, p := range ps {
		switch e := entries[i]; e & tagMask {
		case tagLeaf:
			dst[i] = x.inLeaf(e&valMask, uint(shifts[i]), p)
		case tagPlot:
			dst[i] = x.plots[e&valMask].locate(p)
		default:
			dst[i] = int32(e) - 1
		}
	}
}

// load keeps the compiler from dropping the loads that its argument stands for.
//
//go:noinline
func (x *index) load(uint32) {}
