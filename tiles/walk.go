package tiles

import "iter"

// Covering yields the tiles of a range of zooms that the boxes of cells inside an
// area touch, with their buffers, or those of any cell for -1: all that may hold
// something. They come by zoom, and along the Hilbert curve of each.
func (p *Pyramid) Covering(lowest, highest uint32, root int32) iter.Seq[Address] {
	return func(yield func(Address) bool) {
		faces := p.inside(root)
		for z := lowest; z <= min(highest, MaxZoom); z++ {
			if !p.descend(Address{}, z, faces, yield) {
				return
			}
		}
	}
}

// inside returns the faces of the cells inside an area, or all for -1.
func (p *Pyramid) inside(root int32) (faces []int32) {
	for f := range int32(p.snapshot.Coverage().Len()) {
		if p.snapshot.Within(p.snapshot.Cell(f), root) {
			faces = append(faces, f)
		}
	}
	return faces
}

// descend yields the tiles of zoom z within a tile that the boxes of faces touch.
// It reports whether to go on.
func (p *Pyramid) descend(a Address, z uint32, faces []int32, yield func(Address) bool) bool {
	var touching []int32
	for _, f := range faces {
		if p.snapshot.Coverage().Box(f).Intersects(a.box()) {
			touching = append(touching, f)
		}
	}
	if len(touching) == 0 {
		return true
	}
	if a.Z == z {
		return yield(a)
	}
	for d := range uint64(4) {
		if !p.descend(AlongHilbert(a.Z+1, 4*a.Hilbert()+d), z, touching, yield) {
			return false
		}
	}
	return true
}
