package importer

import (
	"slices"

	"jingwei/geo"
	"jingwei/grid"
)

// swapped finds features that lie far from where they should be, and right there
// once longitude and latitude change places. Where they should be is the current
// territory, or where most of the batch is; without a territory, their shapes must
// tell, unless the caller says which reference system the positions are in.
func swapped(current map[string]grid.CodedArea, b *batch, crs string) []*Problem {
	homes := []geo.Box{territory(current), b.middle()}
	if homes[0].Empty() && crs == "" {
		if ps := b.mirroredWhole(); ps != nil {
			return ps
		}
	}
	var ps []*Problem
	for i := range b.entries {
		e := &b.entries[i]
		if slices.ContainsFunc(homes, func(home geo.Box) bool { return astray(e.area.Shape.Box(), home) }) {
			ps = append(ps, e.problem("longitude and latitude look swapped: the feature lies far from the others, and among them the other way round"))
		}
	}
	return ps
}

// astray reports whether a box is far from home, but near it once it is mirrored.
func astray(box, home geo.Box) bool {
	near := grown(home)
	return !box.Empty() && !home.Empty() && !box.Intersects(near) && near.Intersects(mirrored(box))
}

// territory is the box around all cells.
func territory(areas map[string]grid.CodedArea) geo.Box {
	box := geo.EmptyBox()
	for _, a := range areas {
		box = box.Union(a.Shape.Box())
	}
	return box
}

// middle is the box around the features of the batch without the outermost
// tenth on each side; empty when there are too few features to tell.
func (b *batch) middle() geo.Box {
	var xs, ys []int32
	for _, e := range b.entries {
		if e.area.Shape != nil {
			xs, ys = append(xs, e.from.at.X), append(ys, e.from.at.Y)
		}
	}
	const fewest = 3
	if len(xs) < fewest {
		return geo.EmptyBox()
	}
	slices.Sort(xs)
	slices.Sort(ys)
	cut := (len(xs) + 9) / 10
	return geo.Box{
		Min: geo.Pos{X: xs[cut], Y: ys[cut]},
		Max: geo.Pos{X: xs[len(xs)-1-cut], Y: ys[len(ys)-1-cut]},
	}
}

// grown adds a box's own size on every side, and at least a degree.
func grown(b geo.Box) geo.Box {
	w := max(int64(b.Max.X)-int64(b.Min.X), geo.PerDegree)
	h := max(int64(b.Max.Y)-int64(b.Min.Y), geo.PerDegree)
	return geo.Box{
		Min: geo.Pos{X: clamp(int64(b.Min.X)-w, geo.MaxX), Y: clamp(int64(b.Min.Y)-h, geo.MaxY)},
		Max: geo.Pos{X: clamp(int64(b.Max.X)+w, geo.MaxX), Y: clamp(int64(b.Max.Y)+h, geo.MaxY)},
	}
}

func clamp(v, limit int64) int32 { return int32(min(max(v, -limit), limit)) }

// mirrored exchanges longitude and latitude.
func mirrored(b geo.Box) geo.Box {
	return geo.Box{Min: geo.Pos{X: b.Min.Y, Y: b.Min.X}, Max: geo.Pos{X: b.Max.Y, Y: b.Max.X}}
}
