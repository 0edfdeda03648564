package coverage

import (
	"math"
	"math/bits"
	"sync"

	"jingwei/geo"
)

// A leaf with more than leafEdges edges is split, unless that would not help, or
// the index has come to spareWords words an edge: real ones take about ten.
const (
	leafEdges  = 6
	spareWords = 128
)

// sided is an edge of the index, its lower end first, with the change at it.
type sided struct {
	a, b   geo.Pos
	change uint32
}

func newSided(a, b geo.Pos, change uint32) sided {
	if a.Y > b.Y {
		a, b = b, a
	}
	return sided{a, b, change}
}

func newIndex(arcs []Arc) index {
	x := index{box: geo.EmptyBox()}
	edges := sidedEdges(arcs)
	if len(edges) == 0 {
		return x
	}
	for _, e := range edges {
		x.box = x.box.Add(e.a).Add(e.b)
	}
	x.box.Min.X-- // so that the left side and the bottom are outside
	x.box.Min.Y--
	rows := x.lay(edges)
	from, refs := x.spread(edges)
	corners := x.corners(edges, from, refs)
	x.plant(edges, rows, from, refs, corners)
	return x
}

func sidedEdges(arcs []Arc) []sided {
	n := 0
	for _, a := range arcs {
		n += len(a.Pos) - 1
	}
	edges := make([]sided, 0, n)
	for _, a := range arcs {
		change := uint32(a.Left+1) ^ uint32(a.Right+1)
		if a.Left == None || a.Right == None {
			change |= borderChange
		}
		for i := range len(a.Pos) - 1 {
			edges = append(edges, newSided(a.Pos[i], a.Pos[i+1], change))
		}
	}
	return edges
}

// lay chooses the top grid: half to twice as many tiles as edges, but such that an
// edge reaches into four on average at most. It returns the number of rows.
func (x *index) lay(edges []sided) (rows uint32) {
	w, h := uint64(int64(x.box.Max.X)-int64(x.box.Min.X)), uint64(int64(x.box.Max.Y)-int64(x.box.Min.Y))
	x.shift = uint(bits.Len64(max(w, h)))
	for x.shift > 2 {
		s := x.shift - 1
		if tiles := (w>>s + 1) * (h>>s + 1); tiles > uint64(2*len(edges)+1) || reach(edges, s) > 4*uint64(len(edges)) {
			break
		}
		x.shift = s
	}
	x.cols = uint32(w>>x.shift) + 1
	rows = uint32(h>>x.shift) + 1
	x.top = make([]uint32, x.cols*rows)
	return rows
}

// reach bounds from above how often edges reach into tiles of side 1 << shift.
func reach(edges []sided, shift uint) uint64 {
	sum := uint64(0)
	for _, e := range edges {
		sum += distance(e.a.X, e.b.X)>>shift + distance(e.a.Y, e.b.Y)>>shift + 1
	}
	return sum
}

func distance(a, b int32) uint64 { return abs(int64(a) - int64(b)) }

// spread lists for each tile of the top grid the edges that reach into it or
// touch it, by counting first.
func (x *index) spread(edges []sided) (from, refs []uint32) {
	from = make([]uint32, len(x.top)+1)
	for i := range edges {
		x.tiles(&edges[i], func(t uint32) { from[t+1]++ })
	}
	for t := range x.top {
		from[t+1] += from[t]
	}
	refs = make([]uint32, from[len(x.top)])
	at := append([]uint32(nil), from...)
	for i := range edges {
		x.tiles(&edges[i], func(t uint32) {
			refs[at[t]] = uint32(i)
			at[t]++
		})
	}
	return from, refs
}

// tiles calls fn for every tile that e reaches into or touches, and perhaps for a
// few beside them.
func (x *index) tiles(e *sided, fn func(t uint32)) {
	lo, hi := x.rowOf(int64(e.a.Y)-1), x.rowOf(int64(e.b.Y))
	left, right := int64(min(e.a.X, e.b.X)), int64(max(e.a.X, e.b.X))
	slope := 0.0
	if lo < hi && e.a.Y < e.b.Y {
		slope = float64(int64(e.b.X)-int64(e.a.X)) / float64(int64(e.b.Y)-int64(e.a.Y))
	}
	for r := lo; r <= hi; r++ {
		from, to := left, right
		if lo < hi && e.a.Y < e.b.Y {
			bottom := max(0, float64(int64(x.box.Min.Y)+int64(r)<<x.shift-int64(e.a.Y)))
			top := float64(int64(x.box.Min.Y) + int64(r+1)<<x.shift - int64(e.a.Y))
			x0, x1 := slope*bottom, slope*top
			// float64 holds these to far less than the two units allowed.
			from = max(left, int64(e.a.X)+int64(math.Min(x0, x1))-2)
			to = min(right, int64(e.a.X)+int64(math.Max(x0, x1))+2)
		}
		for c := x.colOf(from - 1); c <= x.colOf(to); c++ {
			fn(r*x.cols + c)
		}
	}
}

func (x *index) rowOf(y int64) uint32 { return uint32((y - int64(x.box.Min.Y)) >> x.shift) }
func (x *index) colOf(v int64) uint32 { return uint32((v - int64(x.box.Min.X)) >> x.shift) }

// corners returns the face + 1 at the lower left corner of every tile of the top
// grid, walking each row from the left side, which is outside.
func (x *index) corners(edges []sided, from, refs []uint32) []uint32 {
	corners := make([]uint32, len(x.top))
	for t := range corners {
		if t := uint32(t); t%x.cols > 0 {
			corners[t] = corners[t-1] ^ changes(edges, refs[from[t-1]:from[t]], x.tileCorner(t-1), x.tileCorner(t))
		}
	}
	return corners
}

func (x *index) tileCorner(t uint32) geo.Pos {
	return geo.Pos{
		X: int32(int64(x.box.Min.X) + int64(t%x.cols)<<x.shift),
		Y: int32(int64(x.box.Min.Y) + int64(t/x.cols)<<x.shift),
	}
}

// changes returns the exclusive or of the changes at the edges crossed on the way
// from p up to the height of q and right to q, without the mark of the border.
func changes(edges []sided, refs []uint32, p, q geo.Pos) uint32 {
	bend := geo.Pos{X: p.X, Y: q.Y}
	face := uint32(0)
	for _, i := range refs {
		e := &edges[i]
		if (e.a.X <= p.X) != (e.b.X <= p.X) && geo.Side(e.a, e.b, p) != geo.Side(e.a, e.b, bend) {
			face ^= e.change
		}
		if e.a.Y <= q.Y && q.Y < e.b.Y && geo.Side(e.a, e.b, bend) != geo.Side(e.a, e.b, q) {
			face ^= e.change
		}
	}
	return face &^ borderChange
}

// plant grows what is below each tile of the top grid, one band of rows to a
// core, and joins the bands.
func (x *index) plant(edges []sided, rows uint32, from, refs, corners []uint32) {
	const bands = 8
	growers := make([]*grower, bands)
	var wg sync.WaitGroup
	sem := make(chan struct{}, cores())
	for b := range uint32(bands) {
		g := &grower{edges: edges, spare: spareWords * (len(edges)/bands + 1)}
		growers[b] = g
		sem <- struct{}{}
		wg.Go(func() {
			for t := rows * b / bands * x.cols; t < rows*(b+1)/bands*x.cols; t++ {
				x.top[t] = g.grow(refs[from[t]:from[t+1]], x.tileCorner(t), x.shift, corners[t], 0)
			}
			<-sem
		})
	}
	wg.Wait()
	x.join(growers, rows)
}

// join lays the nodes and leaves of the bands one after another.
func (x *index) join(growers []*grower, rows uint32) {
	nodes, words := 0, 0
	for _, g := range growers {
		g.words = append(g.words, make([]uint32, -len(g.words)&(lineWords-1))...)
		nodes, words = nodes+len(g.nodes), words+len(g.words)
	}
	x.nodes, x.words = make([]uint32, 0, nodes), make([]uint32, 0, words)
	bands := uint32(len(growers))
	for b, g := range growers {
		node, leaf := uint32(len(x.nodes)/16), uint32(len(x.words))
		move(g.nodes, node, leaf)
		move(x.top[rows*uint32(b)/bands*x.cols:rows*(uint32(b)+1)/bands*x.cols], node, leaf)
		x.nodes, x.words = append(x.nodes, g.nodes...), append(x.words, g.words...)
		*g = grower{} // a large coverage has no room for both
	}
}

// move adds to the entries what comes before them.
func move(entries []uint32, node, leaf uint32) {
	for i, e := range entries {
		switch e & tagMask {
		case tagNode:
			entries[i] = e + node
		case tagLeaf:
			entries[i] = e + leaf
		}
	}
}

// grower makes nodes and leaves.
type grower struct {
	edges []sided
	nodes []uint32
	words []uint32
	spare int        // nodes and words together
	lists [][]uint32 // of edges, one for each depth and child, used again
}

// grow returns the entry for a tile that the edges refs reach into, and the face
// + 1 at its lower left corner.
func (g *grower) grow(refs []uint32, corner geo.Pos, shift uint, face uint32, depth int) uint32 {
	switch {
	case len(refs) == 0:
		return face
	case len(refs) <= leafEdges || shift < 2 || len(g.words)+len(g.nodes) > g.spare:
		return g.leaf(refs, tileMiddle(corner, shift), face)
	}
	children := g.deal(refs, corner, shift-2, depth)
	if stuck(children, len(refs)) {
		return g.leaf(refs, tileMiddle(corner, shift), face)
	}
	n := len(g.nodes)
	g.nodes = append(g.nodes, make([]uint32, 16)...)
	for k := range children {
		at := child(corner, shift-2, k)
		e := g.grow(children[k], at, shift-2, face^changes(g.edges, refs, corner, at), depth+1)
		g.nodes[n+k] = e
	}
	return tagNode | uint32(n/16)
}

// stuck reports whether a split of n edges does not help: one child has them all
// and others have most of them too, as where needles run side by side.
func stuck(children [][]uint32, n int) bool {
	all, sum := false, 0
	for _, c := range children {
		all = all || len(c) == n
		sum += len(c)
	}
	return all && n <= 4*leafEdges && sum > 2*n
}

func child(corner geo.Pos, shift uint, k int) geo.Pos {
	return geo.Pos{X: corner.X + int32(k&3)<<shift, Y: corner.Y + int32(k>>2)<<shift}
}

// deal returns for each of the 16 tiles of side 1 << shift the edges that reach
// into it or touch it. The lists are good until the next deal at that depth.
func (g *grower) deal(refs []uint32, corner geo.Pos, shift uint, depth int) [][]uint32 {
	for len(g.lists) < 16*(depth+1) {
		g.lists = append(g.lists, nil)
	}
	lists := g.lists[16*depth : 16*(depth+1)]
	for k := range lists {
		lists[k] = lists[k][:0]
	}
	side := int64(1) << shift
	clampTile := func(v int64) int64 { return max(0, min(3, v>>shift)) }
	for _, i := range refs {
		e := &g.edges[i]
		left, right := int64(min(e.a.X, e.b.X))-int64(corner.X), int64(max(e.a.X, e.b.X))-int64(corner.X)
		low, high := int64(e.a.Y)-int64(corner.Y), int64(e.b.Y)-int64(corner.Y)
		for r := clampTile(low - 1); r <= clampTile(high); r++ {
			for c := clampTile(left - 1); c <= clampTile(right); c++ {
				if reaches(e, int64(corner.X)+c*side, int64(corner.Y)+r*side, side) {
					lists[4*r+c] = append(lists[4*r+c], i)
				}
			}
		}
	}
	return lists
}

// reaches reports whether the line of e meets the closed square at (x, y): its
// corners are not all on one side.
func reaches(e *sided, x, y, side int64) bool {
	dx, dy := int64(e.b.X)-int64(e.a.X), int64(e.b.Y)-int64(e.a.Y)
	// Of the corners, these two are farthest to the left and right of the edge,
	// which runs upwards.
	leftY, rightY := y, y+side
	if dx > 0 {
		leftY, rightY = y+side, y
	}
	left := compareSmall(dx, leftY-int64(e.a.Y), x-int64(e.a.X), dy)
	right := compareSmall(dx, rightY-int64(e.a.Y), x+side-int64(e.a.X), dy)
	return left >= 0 && right <= 0
}

// compareSmall is compareProducts, faster where the products are small.
func compareSmall(a, b, c, d int64) int {
	const small = 1 << 30
	if max(abs(a), abs(b), abs(c), abs(d)) < small {
		switch l, r := a*b, c*d; {
		case l < r:
			return -1
		case l > r:
			return 1
		}
		return 0
	}
	return compareProducts(a, b, c, d)
}

// leaf writes a leaf and returns its entry.
func (g *grower) leaf(refs []uint32, mid point, face uint32) uint32 {
	const narrow, wide = 1 << 15, 1 << 29
	from := len(g.words)
	g.words = append(g.words, face, 0)
	form, ok := uint32(0), false
	if g.within(refs, mid, narrow) {
		form, ok = g.runs(refs, mid)
	}
	if !ok {
		g.words = g.words[:from+leafHead]
		if form = uint32(len(refs)) | formHuge; g.within(refs, mid, wide) {
			form = uint32(len(refs)) | formWide
		}
		for _, i := range refs {
			s := &g.edges[i]
			g.words = append(g.words, uint32(s.a.X), uint32(s.a.Y), uint32(s.b.X), uint32(s.b.Y), s.change)
		}
	}
	g.words[from+1] = form
	return tagLeaf | uint32(g.inLine(from))
}

// runs writes edges as the runs of a narrow leaf and returns the second word of
// it, unless there are too many.
func (g *grower) runs(refs []uint32, mid point) (form uint32, ok bool) {
	for n := 0; len(refs) > 0; n++ {
		if n == mostRuns {
			return 0, false
		}
		s := &g.edges[refs[0]]
		start, end := s.a, s.b
		if len(refs) > 1 && g.edges[refs[1]].goesOn(s.a, s.change) {
			start, end = s.b, s.a
		}
		g.words = append(g.words, s.change, packed(start, mid), packed(end, mid))
		length := 1
		for refs = refs[1:]; len(refs) > 0 && length < longestRun && g.edges[refs[0]].goesOn(end, s.change); refs = refs[1:] {
			end = g.edges[refs[0]].other(end)
			g.words = append(g.words, packed(end, mid))
			length++
		}
		form |= uint32(length) << (runBits * n)
	}
	return form, true
}

// goesOn reports whether s has an end at p and that change.
func (s *sided) goesOn(p geo.Pos, change uint32) bool {
	return s.change == change && (s.a == p || s.b == p)
}

// other returns the end of s that is not p.
func (s *sided) other(p geo.Pos) geo.Pos {
	if s.a == p {
		return s.b
	}
	return s.a
}

// inLine moves the last leaf, which begins at word from, to the next cache line if
// that makes it be in one line and not in two. It returns where it begins then.
func (g *grower) inLine(from int) int {
	size, room := len(g.words)-from, lineWords-from%lineWords
	if size <= room || size > lineWords {
		return from
	}
	g.words = append(g.words, make([]uint32, room)...)
	copy(g.words[from+room:], g.words[from:from+size])
	return from + room
}

func tileMiddle(corner geo.Pos, shift uint) point {
	half := int64(1) << shift >> 1
	return point{int64(corner.X) + half, int64(corner.Y) + half}
}

// within reports whether all ends differ from mid by at least -limit and less
// than limit.
func (g *grower) within(refs []uint32, mid point, limit int64) bool {
	near := func(p geo.Pos) bool {
		dx, dy := int64(p.X)-mid.x, int64(p.Y)-mid.y
		return -limit <= dx && dx < limit && -limit <= dy && dy < limit
	}
	for _, i := range refs {
		if e := &g.edges[i]; !near(e.a) || !near(e.b) {
			return false
		}
	}
	return true
}
