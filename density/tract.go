package density

// tractZoom is the zoom of Web Mercator in whose cells tracts are, as a rule.
const tractZoom = 14

// tract is what a face and a cell of Web Mercator have in common. Faces are made of
// whole tracts, and so are the cells, and those of lower zooms.
type tract struct {
	cell int32 // by index; nowhere if there are no rows in it
	face int32
}

const nowhere = -1

// tracts are those of a base with rows in them. The first of each face has its number,
// with or without; most have no more.
type tracts struct {
	zoom  uint8   // of the cells
	cells []place // the first in each, ascending
	list  []tract
}

// newTracts returns the tracts of the highest zoom up to tractZoom at which they are
// at most so many, else of the lowest, and by run the one that it is in.
func newTracts(p *places, most int) (*tracts, []uint32) {
	for zoom := uint8(tractZoom); ; zoom-- {
		if t, of := tractsIn(p, zoom); len(t.list) <= most || zoom == 0 {
			return t, of
		}
	}
}

// tractsIn returns the tracts in cells of a zoom.
func tractsIn(p *places, zoom uint8) (*tracts, []uint32) {
	t, of := &tracts{zoom: zoom, list: make([]tract, p.faces)}, make([]uint32, len(p.runs))
	last := make([]uint32, p.faces) // of each face
	for f := range last {
		t.list[f], last[f] = tract{nowhere, int32(f)}, uint32(f)
	}
	p.inside(func(k int, _, _ uint32) {
		face, n := p.runs[k].face, &last[p.runs[k].face]
		switch cell := t.reach(p.runs[k].place); t.list[*n].cell {
		case cell:
		case nowhere:
			t.list[*n].cell = cell
		default:
			*n = uint32(len(t.list))
			t.list = append(t.list, tract{cell, face})
		}
		of[k] = *n
	})
	return t, of
}

// reach returns the cell of a place, which is no place before the last one.
func (t *tracts) reach(p place) int32 {
	p &^= 1<<(2*(placeZoom-t.zoom)) - 1
	if n := len(t.cells); n == 0 || t.cells[n-1] != p {
		t.cells = append(t.cells, p)
	}
	return int32(len(t.cells) - 1)
}

// inside calls do for runs, by their index, of rows that are inside a face.
func (p *places) inside(do func(k int, from, to uint32)) {
	for k := range p.runs[:len(p.runs)-1] {
		if r := &p.runs[k]; int(r.face) < p.faces {
			do(k, r.start, p.runs[k+1].start)
		}
	}
}
