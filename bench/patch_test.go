package bench

import (
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/geo/coverage"
)

// BenchmarkPatch redraws the borders between ten cells: the first redraw of a
// coverage just built, and redraws one upon the other. Beside it the same cells are
// built afresh with all others.
func BenchmarkPatch(b *testing.B) {
	each(b, func(b *testing.B, s *set) {
		some := neighbours(s.cover, s.cover.Len()/2, 10)
		there, back := redrawn(s.cover, some, 2), redrawn(s.cover, some, 0)
		b.Run("first", func(b *testing.B) {
			for b.Loop() {
				sink += patched(b, s.cover, there).Len()
			}
		})
		b.Run("further", func(b *testing.B) {
			c := s.cover
			for b.Loop() {
				c = patched(b, c, there)
				there, back = back, there
			}
		})
		b.Run("build", func(b *testing.B) {
			faces := slices.Clone(s.faces)
			for f, face := range there {
				faces[f] = face
			}
			for b.Loop() {
				c, err := coverage.Build(faces)
				if err != nil {
					b.Fatal(err)
				}
				sink += c.Len()
			}
		})
	})
}

func patched(b *testing.B, c *coverage.Coverage, faces map[int32]coverage.Face) *coverage.Coverage {
	b.Helper()
	d, err := c.Patch(faces)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// neighbours returns n faces, beginning with one and going on to those beside.
func neighbours(c *coverage.Coverage, first, n int) []int32 {
	faces := []int32{int32(first)}
	for i := 0; len(faces) < n; i++ {
		for _, a := range c.Arcs() {
			for _, pair := range [2][2]int32{{a.Left, a.Right}, {a.Right, a.Left}} {
				if pair[0] == faces[i] && pair[1] != coverage.None && !slices.Contains(faces, pair[1]) && len(faces) < n {
					faces = append(faces, pair[1])
				}
			}
		}
	}
	return faces
}

// redrawn returns some faces with the positions between them, which no other face
// and no outer border has, moved east by so many units.
func redrawn(c *coverage.Coverage, some []int32, east int32) map[int32]coverage.Face {
	between := map[geo.Pos]bool{}
	for _, rim := range [2]bool{false, true} {
		for _, a := range c.Arcs() {
			left, right := slices.Contains(some, a.Left), slices.Contains(some, a.Right)
			for _, p := range a.Pos {
				if rim && left != right {
					delete(between, p)
				} else if !rim && left && right {
					between[p] = true
				}
			}
		}
	}
	faces := map[int32]coverage.Face{}
	for _, f := range some {
		shape := c.Shape(f)
		for _, poly := range shape {
			for _, ring := range poly {
				for i, p := range ring {
					if between[p] {
						ring[i].X += east
					}
				}
			}
		}
		faces[f] = coverage.Face{Name: c.Name(f), Shape: shape}
	}
	return faces
}
