package synth

import (
	"fmt"
	"math/rand/v2"
	"time"

	"jingwei/grid"
)

// departments have an officer each in every county.
var departments = []string{"公安局", "城市管理局", "应急管理局", "生态环境局", "市场监督管理局", "住房和城乡建设局", "民政局", "人力资源和社会保障局", "交通运输局", "农业农村局", "卫生健康委员会", "自然资源和规划局"}

// staff hires a leader for each grid, a liaison for each micro-grid, dispatchers
// for the city, counties and towns, and officers of the departments, and gives
// them their posts. Officers have no post: they answer for their
// department, which is called or named by a rule.
func (c *City) staff() {
	h := hiring{city: c, rng: newStream(c.options.Seed, streamPeople), hired: make(map[grid.Role]int)}
	for i := range c.Areas {
		h.area(&c.Areas[i])
	}
	h.deputies()
}

// hiring has the workers in the order of the areas they are hired for.
type hiring struct {
	city   *City
	rng    *rand.Rand
	hired  map[grid.Role]int
	duties []duty // primaries of grids and micro-grids, in the order of the areas
}

type duty struct {
	worker string
	area   *Area
}

func (h *hiring) area(a *Area) {
	switch a.Level {
	case grid.City:
		h.dispatchers(a, 4)
	case grid.County:
		h.dispatchers(a, 3)
		for _, d := range departments {
			h.hire(grid.Officer, a.Name+d)
		}
	case grid.Town:
		h.dispatchers(a, 2)
	case grid.Grid:
		h.appoint(a, grid.Leader)
	case grid.Microgrid:
		h.appoint(a, grid.Liaison)
	}
}

// dispatchers gives an area n dispatchers: the first is primary, the others stand
// in.
func (h *hiring) dispatchers(a *Area, n int) {
	for i := range n {
		rank := grid.Deputy
		if i == 0 {
			rank = grid.Primary
		}
		h.post(h.hire(grid.Dispatcher, ""), a, rank, h.city.Start(), time.Time{})
	}
}

// appoint gives an area its primary. One in twenty took over from the primary
// before, some time in the first four years.
func (h *hiring) appoint(a *Area, r grid.Role) {
	w, from := h.hire(r, ""), h.city.Start()
	if n := len(h.duties); n > 0 && h.duties[n-1].area.Level == a.Level && h.rng.IntN(20) == 0 {
		handover := from.AddDate(0, 1+h.rng.IntN(45), h.rng.IntN(28))
		h.post(h.duties[n-1].worker, a, grid.Primary, from, handover)
		from = handover
	}
	h.post(w, a, grid.Primary, from, time.Time{})
	h.duties = append(h.duties, duty{w, a})
}

// deputies lets some stand in for the next of their kind: three leaders in five
// within the village, three liaisons in twenty within the grid, for the last year.
func (h *hiring) deputies() {
	last := make(map[grid.Level]duty)
	for _, d := range h.duties {
		share := 60
		if d.area.Level == grid.Microgrid {
			share = 15
		}
		l := last[d.area.Level]
		if l.area != nil && l.area.Parent == d.area.Parent && h.rng.IntN(100) < share {
			h.post(l.worker, d.area, grid.Deputy, h.city.End().AddDate(-1, 0, 0), time.Time{})
		}
		last[d.area.Level] = d
	}
}

func (h *hiring) post(worker string, a *Area, r grid.Rank, from, until time.Time) {
	h.city.Posts = append(h.city.Posts, Post{worker, a.Code, r, from, until})
}

// initials begin the staff numbers of each role.
var initials = map[grid.Role]string{grid.Leader: "L", grid.Liaison: "M", grid.Dispatcher: "D", grid.Officer: "B"}

// hire adds a worker and returns the staff number.
func (h *hiring) hire(r grid.Role, department string) string {
	h.hired[r]++
	w := grid.Worker{
		Code: workerCode(r, h.hired[r]), Name: personName(h.rng), Role: r,
		Phone: phone(len(h.city.Workers)), Department: department,
	}
	h.city.Workers = append(h.city.Workers, w)
	return w.Code
}

// workerCode returns the staff number of the n-th worker in a role, from 1.
func workerCode(r grid.Role, n int) string { return fmt.Sprintf("%s%07d", initials[r], n) }

// phone returns the number of the i-th worker: eleven digits that look like a
// mobile number but begin with 12, where no mobile number of China lies.
func phone(i int) string {
	return fmt.Sprintf("12%09d", (int64(i)*618_033_989+271_828_183)%1_000_000_000)
}
