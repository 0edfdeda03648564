// Package coverage keeps all cells of one edition as one topology of nodes, arcs
// and faces, finds the face of a position, and answers for the laws of the cells:
//
//  1. One place, one cell. Every position inside the territory has exactly one
//     face, also on borders and vertices.
//  2. No gaps, no overlaps. The directed edges of all faces cancel except for
//     the outer border of the territory.
//  3. Integer geometry. Everything is decided on the lattice of package geo, by
//     the exact sign of a cross product.
//  4. Borders are shared. An arc is stored once and belongs to the two faces
//     beside it.
//
// # The ownership rule
//
// A position (x, y) is taken at (x + e², y + e) with e infinitely small. No
// position taken so lies on an edge or a vertex, so the face that holds it is
// the only one. A position outside by that rule that touches the outer border
// belongs to the touching face with the lowest number.
//
// # The arithmetic bound
//
// Nothing overflows int64. The sign of a cross product is that of a comparison of
// two products, which package geo bounds by 6.5e18 for valid positions. Where
// middles of edges come in, in half units, the four factors stay below 2³⁴ and
// the products are taken in 128 bits.
//
// Only the leaves of the index subtract products, doubled, to go without a branch:
// 2Δx·y − 2x·Δy. There Δx and Δy are at most 2³⁰, as ends are within 2²⁹ of the
// middle of the tile, and x and y at most h + 2²⁹, the tile's side being 2h. With
// h ≤ 2³⁰ that is at most 2³²·(2³⁰ + 2²⁹) = 1.5·2⁶²; what leads up to it is right
// modulo 2⁶⁴. A tile with h = 2³¹ is the only one of its grid and begins where the
// coverage does, so an end is farther than 2²⁹ from its middle, and its leaf is of
// the form that compares products.
//
// # The ends of the map
//
// Positions are a plane of longitude and latitude. Locating is exact up to ±180° and
// the poles; the two sides of ±180° are different positions, and [Coverage.Nearest]
// and [Coverage.Shares] do not look across, nor over a pole.
package coverage

import (
	"jingwei/geo"
)

// None stands for no face: the outside of the territory.
const None int32 = -1

// Face is a polygon as it comes in: a cell with the name it goes by in messages.
// Its positions are valid; the first ring of each polygon is the outer one, the
// others are holes, and they may run either way.
type Face struct {
	Name  string
	Shape geo.MultiPolygon
}

// Arc is a run of edges between two nodes, or a closed loop, with one face on
// its left and another on its right.
type Arc struct {
	Left, Right int32     // faces, or None
	Pos         []geo.Pos // from node to node, both included; shared, not to be changed
}

// Coverage is an immutable set of faces that meet without gap or overlap. Faces
// are numbered from 0 in the order in which they were given.
type Coverage struct {
	arcs     paged[Arc]
	arcBoxes paged[geo.Box]
	rings    paged[[]ringRef] // of each face
	boxes    paged[geo.Box]
	names    paged[string]
	index    index
	border   border
}

// ringRef is a ring as the arcs it runs along: i for arc i forwards, ^i for arc
// i backwards.
type ringRef []int32

// Len returns the number of faces.
func (c *Coverage) Len() int { return c.rings.len() }

// Name returns the name face f came with.
func (c *Coverage) Name(f int32) string { return *c.names.at(f) }

// Box returns the smallest box around face f; empty if f has no shape.
func (c *Coverage) Box(f int32) geo.Box { return *c.boxes.at(f) }

// Arcs returns all arcs, to be read only.
func (c *Coverage) Arcs() []Arc { return c.arcs.all() }
