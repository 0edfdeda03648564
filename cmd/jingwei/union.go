package main

import (
	"fmt"

	"jingwei/geo/coverage"
	"jingwei/grid"
)

// checkLevel dissolves the cells into the areas of a level and proves that each
// is the exact union of its cells: their signed areas, which are integers, are
// equal, and together they are a coverage again. Where there is no area of the
// level, the lowest above stands in. It returns the number of areas of the level.
func checkLevel(s *grid.Snapshot, l grid.Level) (int, error) {
	cover := s.Coverage()
	group, areas := make([]int32, cover.Len()), []int32{}
	number := map[int32]int32{}
	for f := range group {
		a := s.At(s.Cell(int32(f)), l)
		g, ok := number[a]
		if !ok {
			g = int32(len(areas))
			number[a], areas = g, append(areas, a)
		}
		group[f] = g
	}
	union := cover.Dissolve(group, len(areas))
	sums := make([]int64, len(areas))
	for f, g := range group {
		sums[g] += area2(cover, int32(f))
	}
	faces := make([]coverage.Face, len(areas))
	for g, a := range areas {
		code := s.Area(a).Code
		if got := area2(union, int32(g)); got != sums[g] {
			return 0, fmt.Errorf("%s: its polygon has an area of %d half square units, its cells %d", code, got, sums[g])
		}
		faces[g] = coverage.Face{Name: code, Shape: union.Shape(int32(g))}
	}
	if _, err := coverage.Build(faces); err != nil {
		return 0, err
	}
	return populated(s, l)
}

// area2 returns twice the signed area of a face in square lattice units.
func area2(c *coverage.Coverage, f int32) int64 {
	sum := int64(0)
	for _, poly := range c.Shape(f) {
		for _, r := range poly {
			sum += r.Area2()
		}
	}
	return sum
}

// populated counts the areas of a level. It fails when one has neither a polygon
// nor a cell below it.
func populated(s *grid.Snapshot, l grid.Level) (n int, err error) {
	for i := range int32(s.Len()) {
		a := s.Area(i)
		if a.Level != l {
			continue
		}
		if n++; firstCell(s, i) < 0 {
			return n, fmt.Errorf("%s (%s) has no cells", a.Code, a.Name)
		}
	}
	return n, nil
}

// firstCell returns a cell of area i or below, or -1.
func firstCell(s *grid.Snapshot, i int32) int32 {
	if s.Area(i).Cell {
		return i
	}
	for _, k := range s.Children(i) {
		if c := firstCell(s, k); c >= 0 {
			return c
		}
	}
	return -1
}
