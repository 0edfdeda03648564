package coverage_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"

	"github.com/peterstace/simplefeatures/geom"
	"pgregory.net/rapid"
)

// Build refuses faces exactly when their areas add up to more than their union
// has, or the union has a hole, or one of them is no valid polygon.
func TestBuildRefusesExactlyWhatBreaksTheLaws(t *testing.T) {
	outcomes := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		s, r := small.Draw(t, "sketch"), drawRand(t)
		c, err := coverage.Build(s.faces)
		if err != nil || c.Len() == 0 {
			t.Skip("nothing, or pieces of outer border too close")
		}
		faces := shapesOf(c)
		for range rapid.IntRange(0, 2).Draw(t, "damages") {
			damage(r, faces)
		}
		want, ok := lawful(faces)
		if !ok {
			t.Skip("no answer")
		}
		_, err = coverage.Build(faces)
		if got := err == nil || onlyInlets(err); got != want && !onlySpecks(err) {
			t.Fatalf("lawful: %v, want %v: %v\n%v", got, want, err, faces)
		}
		outcomes[want]++
	})
	if outcomes[true] == 0 || outcomes[false] == 0 {
		t.Errorf("compared %v lawful and not", outcomes)
	}
}

// onlySpecks reports whether all that is wrong is less than a tenth of a square
// unit, which floating-point geometry need not see.
func onlySpecks(err error) bool {
	const tenth = 1.2e-5 // square metres
	var v *coverage.Violations
	return errors.As(err, &v) && !slices.ContainsFunc(v.List, func(v coverage.Violation) bool {
		return v.AreaM2 > tenth || !slices.Contains([]coverage.Rule{coverage.Overlap, coverage.Gap, coverage.Sliver}, v.Rule)
	})
}

// small are sketches about the origin that float64 has no trouble with.
var small = rapid.Custom(func(t *rapid.T) *sketch {
	n := rapid.Int32Range(1, 4).Draw(t, "squares")
	side := rapid.SampledFrom([]int64{2, 10, 1000}).Draw(t, "side")
	return draw(t, n, scale{"small", geo.Pos{}, [2]int64{side, side}, true})
})

// damage moves, drops or doubles a vertex of a ring, or moves or doubles a face.
func damage(r *rand.Rand, faces []coverage.Face) {
	f := r.IntN(len(faces))
	poly := faces[f].Shape[r.IntN(len(faces[f].Shape))]
	k := r.IntN(len(poly))
	i := r.IntN(len(poly[k]))
	step := []int32{1, 3, 300, 1500}[r.IntN(4)]
	by := geo.Pos{X: r.Int32N(2*step+1) - step, Y: r.Int32N(2*step+1) - step}
	switch r.IntN(8) {
	case 0:
		poly[k] = slices.Delete(poly[k], i, i+1)
	case 1:
		poly[k] = slices.Insert(poly[k], i, plus(poly[k][i], by))
	case 2:
		other := r.IntN(len(faces))
		faces[f].Shape = clone(faces[other : other+1])[0].Shape
	case 3:
		for _, ring := range poly {
			for i, p := range ring {
				ring[i] = plus(p, by)
			}
		}
	default:
		poly[k][i] = plus(poly[k][i], by)
	}
}

func plus(p, by geo.Pos) geo.Pos { return geo.Pos{X: p.X + by.X, Y: p.Y + by.Y} }

// lawful tells by floating-point geometry whether faces obey laws 1 and 2. It has
// no answer where one of them is valid for us though not for OGC, or has no area,
// or where rounding leaves a doubt.
func lawful(faces []coverage.Face) (lawful, ok bool) {
	sum := 0.0
	var shapes []geom.Geometry
	for _, f := range faces {
		g := multiPolygon(f.Shape).AsGeometry()
		if g.Validate() != nil {
			return false, invalid(f)
		}
		sum += g.Area()
		shapes = append(shapes, g)
	}
	union, err := geom.UnionMany(shapes)
	if err != nil {
		return false, false
	}
	excess := sum - union.Area()
	if excess > 1e-9*sum && excess < 0.2 {
		return false, false // twice the area of the smallest triangle is 1, but overlaps may be smaller
	}
	return excess < 0.2 && holes(union) == 0, true
}

// invalid reports whether f is refused for itself.
func invalid(f coverage.Face) bool {
	_, err := coverage.Build([]coverage.Face{f})
	var v *coverage.Violations
	return errors.As(err, &v) && slices.ContainsFunc(v.List, func(v coverage.Violation) bool {
		return v.Rule == coverage.SelfCross || v.Rule == coverage.SelfTouch || v.Rule == coverage.Empty
	})
}

func multiPolygon(m geo.MultiPolygon) geom.MultiPolygon {
	polys := make([]geom.Polygon, len(m))
	for i, poly := range m {
		var rings [][]float64
		for _, r := range poly {
			var xys []float64
			for _, p := range append(slices.Clone(r), r[:min(1, len(r))]...) {
				xys = append(xys, float64(p.X), float64(p.Y))
			}
			rings = append(rings, xys)
		}
		polys[i] = geom.NewPolygonXY(rings...)
	}
	return geom.NewMultiPolygon(polys)
}

func holes(g geom.Geometry) int {
	n := 0
	for _, part := range g.Dump() {
		if part.Type() == geom.TypePolygon {
			n += part.MustAsPolygon().NumInteriorRings()
		}
	}
	return n
}
