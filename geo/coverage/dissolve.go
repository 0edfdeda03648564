package coverage

import "jingwei/geo"

// Dissolve returns the coverage whose face g, for g below n, is the union of all
// faces f with group[f] = g. Faces with group None are left out. Positions where
// two arcs join that were a node before stay, so the borders do not change.
func (c *Coverage) Dissolve(group []int32, n int) *Coverage {
	edges := make([][]edge, n)
	of := func(f int32) int32 {
		if f == None {
			return None
		}
		return group[f]
	}
	for _, a := range c.Arcs() {
		left, right := of(a.Left), of(a.Right)
		if left == right {
			continue
		}
		for i := range len(a.Pos) - 1 {
			if left != None {
				edges[left] = append(edges[left], edge{a.Pos[i], a.Pos[i+1]})
			}
			if right != None {
				edges[right] = append(edges[right], edge{a.Pos[i+1], a.Pos[i]})
			}
		}
	}
	shapes := make([]geo.MultiPolygon, n)
	parallel(n, func(g int) {
		for _, r := range trace(edges[g]) {
			shapes[g] = append(shapes[g], geo.Polygon{r})
		}
	})
	return newCoverage(make([]string, n), newMesh(shapes))
}
