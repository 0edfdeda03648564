package coverage

import (
	"slices"

	"jingwei/geo"
)

// An index is made anew once more than mostPlots of it, and one in so many tiles of
// the top grid, are plots, which take longer to look into.
const (
	mostPlots    = 1024
	tilesPerPlot = 4
)

// replanting is what becomes of the tiles of the top grid that a patch may change.
type replanting struct {
	*index
	gone    map[int32]bool
	tiles   []uint32 // ascending
	refs    map[uint32][]uint32
	corners map[uint32]uint32
	stale   map[uint32]bool // tiles to be grown anew
	edges   []sided
	number  map[edge]int // in edges, or dead
}

const dead = -1

// replant returns the index of arcs, those after the patch. Only tiles change that faces of the
// patch reach into: there the edges of dying arcs go and those of new ones come.
func (g *graft) replant(arcs *paged[Arc]) index {
	x := g.of.index
	if len(g.dying) == 0 {
		return x
	}
	r := &replanting{
		index: &x, gone: g.gone, tiles: g.tiles(), number: map[edge]int{},
		refs: map[uint32][]uint32{}, corners: map[uint32]uint32{}, stale: map[uint32]bool{},
	}
	for _, i := range g.dying {
		for _, e := range sidedEdges([]Arc{*g.of.arcs.at(i)}) {
			r.number[e.key()] = dead
		}
	}
	r.gather()
	r.add(sidedEdges(g.arcs))
	r.turnCorners()
	x = r.grow()
	if len(x.plots) > mostPlots+len(x.top)/tilesPerPlot {
		return newIndex(arcs.all())
	}
	return x
}

// key is the same whichever way an edge runs.
func (s *sided) key() edge {
	lo, hi := ordered(edge{s.a, s.b})
	return edge{lo, hi}
}

// tiles returns the tiles of the top grid that meet the box of a ring of a face
// of the patch.
func (g *graft) tiles() []uint32 {
	x := &g.of.index
	var tiles []uint32
	for f := range g.gone {
		for _, ring := range *g.of.rings.at(f) {
			box := geo.EmptyBox()
			for _, ref := range ring {
				box = box.Union(*g.of.arcBoxes.at(arcIndex(ref)))
			}
			tiles = x.tilesIn(tiles, box)
		}
	}
	slices.Sort(tiles)
	return slices.Compact(tiles)
}

// tilesIn appends the tiles that meet b, with their right and upper sides.
func (x *index) tilesIn(dst []uint32, b geo.Box) []uint32 {
	for r := x.rowOf(int64(b.Min.Y) - 1); r <= x.rowOf(int64(b.Max.Y)); r++ {
		for c := x.colOf(int64(b.Min.X) - 1); c <= x.colOf(int64(b.Max.X)); c++ {
			dst = append(dst, r*x.cols+c)
		}
	}
	return dst
}

// gather lists for each tile the edges there that stay.
func (r *replanting) gather() {
	for _, t := range r.tiles {
		r.each(r.top[t], r.tileCorner(t), r.shift, func(e sided) {
			n, known := r.number[e.key()]
			switch {
			case !known:
				n = len(r.edges)
				r.number[e.key()] = n
				r.edges = append(r.edges, e)
			case n == dead:
				r.stale[t] = true
				return
			}
			r.refs[t] = append(r.refs[t], uint32(n))
		})
		slices.Sort(r.refs[t])
		r.refs[t] = slices.Compact(r.refs[t])
	}
}

// each calls fn for the edges in the leaves under an entry, some several times.
func (x *index) each(e uint32, corner geo.Pos, shift uint, fn func(sided)) {
	switch e & tagMask {
	case tagNode:
		for k := range 16 {
			x.each(x.nodes[(e&valMask)<<4|uint32(k)], child(corner, shift-2, k), shift-2, fn)
		}
	case tagPlot:
		y := x.plots[e&valMask]
		y.each(y.top[0], corner, shift, fn)
	case tagLeaf:
		l := x.leafAt(e&valMask, shift, corner)
		for i := range l.len() {
			fn(l.at(i))
		}
	}
}

// add lists new edges for the tiles that they reach into.
func (r *replanting) add(edges []sided) {
	for _, e := range edges {
		n := uint32(len(r.edges))
		r.edges = append(r.edges, e)
		r.index.tiles(&e, func(t uint32) {
			if _, here := slices.BinarySearch(r.tiles, t); here {
				r.stale[t] = true
				r.refs[t] = append(r.refs[t], n)
			}
		})
	}
}

// turnCorners finds the face + 1 at the lower left corner of every tile. Where a
// face of the patch was, so that the tile to the left is one of these too, it
// comes over from there.
func (r *replanting) turnCorners() {
	for _, t := range r.tiles {
		corner := r.cornerOf(r.top[t])
		if r.gone[int32(corner)-1] {
			r.stale[t] = true
			corner = r.corners[t-1] ^ changes(r.edges, r.refs[t-1], r.tileCorner(t-1), r.tileCorner(t))
		}
		r.corners[t] = corner
	}
}

// cornerOf returns the face + 1 at the lower left corner of the tile of an entry.
func (x *index) cornerOf(e uint32) uint32 {
	switch e & tagMask {
	case tagNode:
		return x.cornerOf(x.nodes[(e&valMask)<<4])
	case tagPlot:
		y := x.plots[e&valMask]
		return y.cornerOf(y.top[0])
	case tagLeaf:
		return x.words[e&valMask]
	}
	return e
}

// grow returns the index with the stale tiles grown anew, as plots.
func (r *replanting) grow() index {
	x := *r.index
	x.top, x.plots = slices.Clone(x.top), slices.Clone(x.plots)
	g := &grower{edges: r.edges}
	for _, t := range r.tiles {
		if r.stale[t] {
			x.put(t, r.plot(g, t))
		}
	}
	return x
}

// plot returns the index of a tile.
func (r *replanting) plot(g *grower, t uint32) *index {
	corner, side := r.tileCorner(t), int64(1)<<r.shift
	far := geo.Pos{
		X: int32(min(int64(corner.X)+side-1, int64(r.box.Max.X))),
		Y: int32(min(int64(corner.Y)+side-1, int64(r.box.Max.Y))),
	}
	g.nodes, g.words, g.spare = nil, nil, spareWords*(len(r.refs[t])+1)
	top := []uint32{g.grow(r.refs[t], corner, r.shift, r.corners[t], 0)}
	return &index{box: geo.Box{Min: corner, Max: far}, shift: r.shift, cols: 1, top: top, nodes: g.nodes, words: g.words}
}

// put makes y the plot of tile t, unless it is all of one face.
func (x *index) put(t uint32, y *index) {
	switch {
	case x.top[t]&tagMask == tagPlot:
		x.plots[x.top[t]&valMask] = y
	case y.top[0]&tagMask == 0:
		x.top[t] = y.top[0]
	default:
		x.top[t] = tagPlot | uint32(len(x.plots))
		x.plots = append(x.plots, y)
	}
}

// degree returns the number of edges that end at p, which the box holds.
func (x *index) degree(p geo.Pos) int {
	x, entry, shift := x.entry(p)
	if entry&tagMask != tagLeaf {
		return 0
	}
	l, n := x.leafAt(entry&valMask, shift, p), 0
	for i := range l.len() {
		if e := l.at(i); e.a == p || e.b == p {
			n++
		}
	}
	return n
}
