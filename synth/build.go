package synth

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"jingwei/grid"
)

// builder gives codes and names to a plan and deals out its sites to cells.
type builder struct {
	city       *City
	t          *territory
	owner      []int32 // cell of each point of the mesh
	farms      []int32 // cell of each wind farm
	names      *rand.Rand
	households *rand.Rand
}

// build makes the areas, parents before children, and their shapes. It fails on
// a cell so small that the lattice cannot hold it.
func (c *City) build(t *territory) error {
	seed := c.options.Seed
	b := &builder{
		city: c, t: t,
		owner:      slices.Repeat([]int32{outside}, len(t.net.pts)),
		farms:      make([]int32, len(t.farms)),
		names:      newStream(seed, streamNames),
		households: newStream(seed, streamHouseholds),
	}
	b.addCity()
	c.options.Progress("borders", 0, 1)
	shapes := newTracer(t.net, b.owner, seed).shapes(len(c.Cells))
	for i, f := range b.farms {
		shapes[f] = t.farms[i]
	}
	for f, s := range shapes {
		a := &c.Areas[c.Cells[f]]
		if s == nil {
			return fmt.Errorf("cell %s has no ground: its borders fall together", a.Code)
		}
		a.Shape = s
	}
	c.options.Progress("borders", 1, 1)
	return nil
}

func (b *builder) add(a Area) {
	b.city.Areas = append(b.city.Areas, a)
}

// addCell adds an area that is a cell and returns the number of the cell.
func (b *builder) addCell(a Area) int32 {
	b.city.Cells = append(b.city.Cells, int32(len(b.city.Areas)))
	b.add(a)
	return int32(len(b.city.Cells) - 1)
}

func (b *builder) addCity() {
	b.add(Area{Code: cityCode, Name: cityName, Level: grid.City})
	for i, c := range counties {
		b.add(Area{Code: c.code, Name: c.name, Level: grid.County, Parent: cityCode})
		k := 0
		for _, t := range b.t.towns {
			if t.county == i {
				k++
				b.addTown(t, c.code, fmt.Sprintf("%s%03d", c.code, k))
			}
		}
	}
}

func (b *builder) addTown(t townPlan, parent, code string) {
	b.add(Area{Code: code, Name: t.name, Level: grid.Town, Parent: parent})
	stems := villageStems(b.names, len(t.villages))
	for i, v := range t.villages {
		b.addVillage(v, t, code, fmt.Sprintf("%s%03d", code, i+1), stems[i])
	}
}

func (b *builder) addVillage(v villagePlan, t townPlan, parent, code, stem string) {
	name := stem + villageSuffix(b.names, t.size)
	b.add(Area{Code: code, Name: name, Level: grid.Village, Parent: parent})
	k := 0
	b.t.cut.split(v.sites, b.t.cut.parts(len(v.sites), v.grids, 1), func(part []int32) {
		k++
		b.addGrid(part, code, fmt.Sprintf("%s%03d", code, k), fmt.Sprintf("%s第%d网格", name, k))
	})
	used := make(map[string]bool)
	for i, s := range v.specials {
		b.addSpecial(s, t, code, fmt.Sprintf("%s9%02d", code, i+1), stem, used)
	}
}

func (b *builder) addGrid(sites []int32, parent, code, name string) {
	b.add(Area{Code: code, Name: name, Level: grid.Grid, Kind: grid.General, Parent: parent})
	k := 0
	b.t.cut.split(sites, ones(len(sites)), func(part []int32) {
		k++
		b.owner[first+part[0]] = b.addCell(Area{
			Code: fmt.Sprintf("%s%03d", code, k), Name: fmt.Sprintf("%s%d号微网格", name, k),
			Level: grid.Microgrid, Parent: code, Households: microgridHouseholds(b.households),
		})
	})
}

func (b *builder) addSpecial(s special, t townPlan, parent, code, stem string, used map[string]bool) {
	a := Area{Code: code, Level: grid.Grid, Kind: grid.Dedicated, Parent: parent}
	if s.farm >= 0 {
		a.Name = fmt.Sprintf("%s海上风电场%d期", townStem(t.name), s.farm+1)
		b.farms[s.farm] = b.addCell(a)
		return
	}
	a.Name = specialName(b.names, len(s.sites), t.size, stem, used)
	a.Households = int32(b.households.IntN(12 * len(s.sites)))
	cell := b.addCell(a)
	for _, i := range s.sites {
		b.owner[first+i] = cell
	}
}

// microgridHouseholds is 75 give or take: mostly from 50 to 100, and one in fifty
// far out of those bounds.
func microgridHouseholds(r *rand.Rand) int32 {
	if r.IntN(50) == 0 {
		if r.IntN(2) == 0 {
			return int32(18 + r.IntN(30))
		}
		return int32(102 + r.IntN(60))
	}
	return int32(75 + float64(30*(r.Float64()+r.Float64()+r.Float64()-1.5)))
}

// townStem is a town's name without what sort of town it is.
func townStem(name string) string {
	for _, s := range []string{"镇街道", "街道", "镇"} {
		if t, ok := strings.CutSuffix(name, s); ok {
			return t
		}
	}
	return name
}
