package tiles_test

import (
	"fmt"
	"maps"
	"testing"

	"jingwei/grid"
	"jingwei/tiles"
	"jingwei/tiles/mvt"
)

// recount is what SQL counts at a zoom of a layer, and what of it tiles tell.
type recount struct {
	layer tiles.Layer
	z     uint32
	level grid.Level         // of areas
	want  map[uint64]figures // by area or by cell
	total figures

	visited       map[tiles.Address]bool
	found, labels map[uint64]bool
	metas         map[tiles.Address]bool
	features      int
}

func (p *proof) recount(t *testing.T, l tiles.Layer, z uint32) *recount {
	t.Helper()
	r := &recount{
		layer: l, z: z, level: p.p.LevelAt(z),
		visited: map[tiles.Address]bool{}, found: map[uint64]bool{}, labels: map[uint64]bool{}, metas: map[tiles.Address]bool{},
	}
	if l == tiles.Areas {
		r.want = p.judge.areas(t, r.level)
	} else {
		r.want = p.judge.cells(t, cellZoom(l, z))
	}
	for _, f := range r.want {
		r.total = figures{r.total.Count + f.Count, r.total.Open + f.Open, r.total.Overdue + f.Overdue}
	}
	return r
}

func (r *recount) String() string {
	return fmt.Sprintf("%d tiles, %d of them empty, with %d features of %d %v", len(r.visited), len(r.visited)-len(r.metas), r.features, len(r.found), r.layer)
}

// add compares a feature of a tile with what SQL counts, and where it is known with
// where it has to be.
func (r *recount) add(t *testing.T, f seen) {
	t.Helper()
	r.features++
	n := func(key string) uint64 { return uint64(f.Properties[key].(float64)) }
	switch f.Layer {
	case "meta":
		if got := (figures{n("total"), n("open"), n("overdue")}); got != r.total || r.metas[f.tile] {
			t.Fatalf("%v %v: the total is %v, SQL says %v", r.layer, f.tile, got, r.total)
		}
		r.metas[f.tile] = true
	case "labels":
		if r.labels[f.ID] || n("count") != r.want[f.ID].Count {
			t.Fatalf("%v: label %v, SQL says %v", f.tile, f, r.want[f.ID])
		}
		r.labels[f.ID] = true
	default:
		if got := (figures{n("count"), n("open"), n("overdue")}); got != r.want[f.ID] {
			t.Fatalf("%v: %v, SQL says %v", f.tile, f, r.want[f.ID])
		}
		if r.layer != tiles.Areas && (r.found[f.ID] || !r.inCell(f)) {
			t.Fatalf("%v: %v is there twice, or is not in its cell", f.tile, f)
		}
		r.found[f.ID] = true
	}
}

// cell returns the column and the row of a cell.
func (r *recount) cell(id uint64) (x, y uint32) {
	zoom := cellZoom(r.layer, r.z)
	return uint32(id & (1<<zoom - 1)), uint32(id >> zoom)
}

// inCell reports whether a bin is its cell, and a cluster lies in its own.
func (r *recount) inCell(f seen) bool {
	x, y := r.cell(f.ID)
	side := int32(mvt.Extent) >> (cellZoom(r.layer, r.z) - r.z)
	low := mvt.Point{X: int32(x) * side, Y: int32(y) * side}
	if r.layer == tiles.Bins {
		return f.Low == low && f.High == mvt.Point{X: low.X + side, Y: low.Y + side} && f.Positions == 4 && f.Area2 == 2*int64(side)*int64(side)
	}
	return f.Low == f.High && f.Low.X/side == int32(x) && f.Low.Y/side == int32(y)
}

// end compares what the tiles have with what there has to be in them. All tiles
// together have everything.
func (r *recount) end(t *testing.T, areas int, all bool) {
	t.Helper()
	if len(r.found) == 0 {
		t.Fatalf("nothing of %v found at zoom %d", r.layer, r.z)
	}
	if r.layer == tiles.Areas {
		if all && (len(r.found) != areas || !maps.Equal(r.labels, r.found)) {
			t.Fatalf("zoom %d: %d areas with %d labels, of %d", r.z, len(r.found), len(r.labels), areas)
		}
		return
	}
	shift := cellZoom(r.layer, r.z) - r.z
	for id := range r.want {
		x, y := r.cell(id)
		if in := r.visited[tiles.Address{Z: r.z, X: x >> shift, Y: y >> shift}]; (in || all) && !r.found[id] {
			t.Fatalf("%v at zoom %d: %d, %d is in no tile", r.layer, r.z, x, y)
		}
	}
}
