package dispatch_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// noon is 20:00 of a Friday in Beijing.
var (
	workday = week("mon-fri 08:00-18:00")
	evening = week("fri 18:00-06:00")
	weekend = week("sat,sun")
)

func week(s string) grid.Week {
	w, err := grid.ParseWeek(s)
	if err != nil {
		panic(err)
	}
	return w
}

var officers = []grid.Worker{
	{ID: 21, Code: "C001", Name: "周涛", Role: grid.Officer, Department: "城管局"},
	{ID: 22, Code: "F001", Name: "吴敏", Role: grid.Officer, Department: "消防"},
	{ID: 23, Code: "C000", Name: "郑洁", Role: grid.Officer, Department: "城管局"},
}

var everybody = slices.Concat(workers, officers)

var matters = []grid.Matter{
	{Code: "010101", Category: "市容", Item: "环境", Name: "占道经营", Level: grid.Grid},
	{Code: "010201", Category: "市容", Item: "设施", Name: "路灯不亮", Level: grid.Village},
	{Code: "020101", Category: "安全", Item: "消防", Name: "堵塞通道", Level: grid.County},
}

// world is what a decision depends on, in no form that makes deciding easy.
type world struct {
	posts    []grid.Post
	absences []grid.Absence
	rules    []grid.Rule
}

func (w world) snapshot(t interface{ Fatal(...any) }) *grid.Snapshot {
	return staffed(t, grid.NewRoster(everybody, w.posts, matters).With(w.absences, w.rules))
}

func drawWorld(t *rapid.T) world {
	return world{
		rapid.SliceOfN(rapid.Custom(drawPost), 0, 8).Draw(t, "posts"),
		rapid.SliceOfN(rapid.Custom(drawAbsence), 0, 3).Draw(t, "absences"),
		drawRules(t),
	}.numbered()
}

func (w world) numbered() world {
	for i := range w.posts {
		w.posts[i].ID = int64(i + 1)
	}
	return w
}

func drawPost(t *rapid.T) grid.Post {
	from := rapid.IntRange(-4, 2).Draw(t, "from")
	p := grid.Post{
		Worker: rapid.SampledFrom([]grid.WorkerID{11, 12, 13, 14, 15, 21, 22, 23, 99}).Draw(t, "worker"), // 99 is in no roster
		Area:   grid.AreaID(rapid.IntRange(1, len(areas)).Draw(t, "area")),
		Rank:   rapid.SampledFrom([]grid.Rank{grid.Primary, grid.Deputy}).Draw(t, "rank"),
		Duty:   rapid.SampledFrom([]grid.Week{nil, nil, workday, evening}).Draw(t, "duty"),
		From:   day(from),
	}
	if rapid.Bool().Draw(t, "ends") {
		p.Until = day(from + rapid.IntRange(1, 4).Draw(t, "days"))
	}
	return p
}

func drawAbsence(t *rapid.T) grid.Absence {
	from := rapid.IntRange(-2, 1).Draw(t, "from")
	return grid.Absence{
		Worker: rapid.SampledFrom([]grid.WorkerID{11, 13, 15, 21, 23}).Draw(t, "worker"),
		From:   day(from), Until: rapid.SampledFrom([]time.Time{{}, day(from + 1), day(from + 3)}).Draw(t, "until"),
	}
}

func drawRules(t *rapid.T) []grid.Rule {
	rules := rapid.SliceOfN(rapid.Custom(drawRule), 0, 6).Draw(t, "rules")
	ids := rapid.Permutation([]int64{1, 2, 3, 4, 5, 6}).Draw(t, "ids")
	for i := range rules {
		rules[i].ID, rules[i].Code = ids[i], fmt.Sprintf("R%d", ids[i])
	}
	return rules
}

func drawRule(t *rapid.T) grid.Rule {
	return grid.Rule{
		Matter:     rapid.SampledFrom([]string{"", "01", "0101", "0102", "010101", "02"}).Draw(t, "matter"),
		Area:       grid.AreaID(rapid.IntRange(0, len(areas)).Draw(t, "area")),
		Urgency:    rapid.SampledFrom([]grid.Urgency{grid.Normal, grid.Normal, grid.Urgent, grid.Critical}).Draw(t, "urgency"),
		Week:       rapid.SampledFrom([]grid.Week{nil, workday, evening, weekend}).Draw(t, "week"),
		From:       rapid.SampledFrom([]time.Time{{}, day(-2), day(1)}).Draw(t, "from"),
		Until:      rapid.SampledFrom([]time.Time{{}, day(3), day(4)}).Draw(t, "until"),
		Level:      rapid.SampledFrom([]grid.Level{0, grid.City, grid.Town, grid.Village, grid.Grid}).Draw(t, "level"),
		Role:       rapid.SampledFrom([]grid.Role{"", "", grid.Leader, grid.Dispatcher}).Draw(t, "role"),
		Department: rapid.SampledFrom([]string{"", "", "", "城管局"}).Draw(t, "department"),
	}
}

func drawRequest(t *rapid.T, s *grid.Snapshot) dispatch.Request {
	return dispatch.Request{
		Place:   grid.Place{Area: rapid.Int32Range(-1, int32(s.Len())-1).Draw(t, "place")},
		Matter:  rapid.SampledFrom([]string{"", "010101", "010201", "020101"}).Draw(t, "matter"),
		Urgency: rapid.SampledFrom([]grid.Urgency{grid.Normal, grid.Urgent, grid.Critical}).Draw(t, "urgency"),
		At:      noon,
	}
}

// Law: the decision is that of the law read word by word, by going through all
// rules and all posts; in whatever order they come.
func TestRouteAgainstModel(t *testing.T) {
	met := map[string]int{}
	check := func(t *rapid.T) {
		w := drawWorld(t)
		s := w.snapshot(t)
		q := drawRequest(t, s)
		d := dispatch.Route(s, q)
		rule := w.rule(s, q)
		if diff := gocmp.Diff(rule, d.Rule); diff != "" {
			t.Fatalf("rule (-want +got):\n%s", diff)
		}
		if diff := gocmp.Diff(w.holder(s, q, rule), d.Holder); diff != "" {
			t.Fatalf("holder (-want +got):\n%s", diff)
		}
		if (d.State == grid.Assigned) != (d.Holder != grid.Holder{}) {
			t.Fatalf("state %v with holder %+v", d.State, d.Holder)
		}
		shuffled := world{rapid.Permutation(w.posts).Draw(t, "posts"), rapid.Permutation(w.absences).Draw(t, "absences"), rapid.Permutation(w.rules).Draw(t, "rules")}
		if diff := gocmp.Diff(d.Reasons(s), dispatch.Route(shuffled.snapshot(t), q).Reasons(s)); diff != "" {
			t.Fatalf("in another order:\n%s", diff)
		}
		met[d.State.String()]++
		met[fmt.Sprint("rule ", rule != nil)]++
		for _, c := range d.Considered {
			met[string(c.Verdict)]++
			if c.Rank == "" {
				met["without a post "+string(c.Verdict)]++
			}
		}
	}
	missing := func() []string {
		return slices.DeleteFunc([]string{
			"assigned", "reported", "rule true", "rule false", "answers", "stands in", "absent", "off duty",
			"unfit", "unknown", "ended", "awaited", "vacant", "without a post answers", "without a post absent",
		}, func(what string) bool { return met[what] > 0 })
	}
	const rounds = 100 // a hundred draws may miss what is rare
	for range rounds {
		if rapid.Check(t, check); t.Failed() || len(missing()) == 0 {
			break
		}
	}
	if m := missing(); len(m) > 0 {
		t.Errorf("%q never occurred", m)
	}
}

// rule returns the most specific of the rules that hold, found one by one.
func (w world) rule(s *grid.Snapshot, q dispatch.Request) *grid.Rule {
	var holds []grid.Rule
	for _, r := range w.rules {
		a, there := s.ByID(r.Area)
		if q.Place.Area < 0 || !strings.HasPrefix(q.Matter, r.Matter) || r.Area != 0 && (!there || !s.Within(q.Place.Area, a)) {
			continue
		}
		if q.Urgency < r.Urgency {
			continue
		}
		if noon.Before(r.From) || !r.Until.IsZero() && !noon.Before(r.Until) || len(r.Week) > 0 && gocmp.Equal(r.Week, workday) || gocmp.Equal(r.Week, weekend) {
			continue
		}
		holds = append(holds, r)
	}
	if len(holds) == 0 {
		return nil
	}
	best := slices.MinFunc(holds, func(a, b grid.Rule) int {
		return cmp.Or(
			-cmp.Compare(len(a.Matter), len(b.Matter)), -cmp.Compare(depth(s, a.Area), depth(s, b.Area)),
			-cmp.Compare(a.Urgency, b.Urgency), -cmp.Compare(len(a.Week), len(b.Week)),
			cmp.Compare(days(a), days(b)), cmp.Compare(a.ID, b.ID),
		)
	})
	return &best
}

func depth(s *grid.Snapshot, id grid.AreaID) int {
	i, ok := s.ByID(id)
	if !ok {
		return 0
	}
	return len(s.Chain(i))
}

func days(r grid.Rule) int {
	if r.From.IsZero() || r.Until.IsZero() {
		return 1 << 40
	}
	return int(r.Until.Sub(r.From).Hours())
}

// holder returns who answers: the first of all who are there, from the level that
// is asked for upwards and then down, those looked for before the others.
func (w world) holder(s *grid.Snapshot, q dispatch.Request, rule *grid.Rule) grid.Holder {
	if q.Place.Area < 0 {
		return grid.Holder{}
	}
	level, role, department := grid.Microgrid, grid.Role(""), ""
	if m, ok := s.Roster().Matter(q.Matter); ok {
		level = m.Level
	}
	if rule != nil {
		role, department = rule.Role, rule.Department
		if rule.Level != 0 {
			level = rule.Level
		}
	}
	wanted := func(p grid.Post) bool {
		k, _ := s.Roster().Worker(p.Worker)
		if role == "" && department == "" {
			return k.Role != grid.Officer
		}
		return (role == "" || k.Role == role) && (department == "" || k.Department == department)
	}
	var there []grid.Post
	for _, p := range w.posts {
		a, _ := s.ByID(p.Area)
		if s.Within(q.Place.Area, a) && w.isThere(p) {
			there = append(there, p)
		}
	}
	if officer := w.atDesk(department); officer != 0 && (role == "" || role == grid.Officer) && !slices.ContainsFunc(there, wanted) {
		a := s.Area(s.At(q.Place.Area, level))
		return grid.Holder{Level: a.Level, Area: a.ID, Worker: officer}
	}
	if len(there) == 0 {
		return grid.Holder{}
	}
	start := len(s.Chain(s.At(q.Place.Area, level)))
	turn := func(p grid.Post) int { // 0 at the start, 1 above it …, behind the top those below from the top down
		d := depth(s, p.Area)
		if d > start {
			return d
		}
		return start - d
	}
	first := slices.MinFunc(there, func(p, q grid.Post) int {
		if a, b := wanted(p), wanted(q); a != b {
			return map[bool]int{true: -1, false: 1}[a]
		}
		return cmp.Or(cmp.Compare(turn(p), turn(q)), -strings.Compare(string(p.Rank), string(q.Rank)), p.From.Compare(q.From), cmp.Compare(p.ID, q.ID))
	})
	a, _ := s.ByID(first.Area)
	return grid.Holder{Level: s.Area(a).Level, Area: first.Area, Worker: first.Worker}
}

// atDesk returns the officer of a department with the first code who has no post at
// noon and is not absent; 0 when there is none.
func (w world) atDesk(department string) grid.WorkerID {
	for _, k := range slices.SortedFunc(slices.Values(officers), func(a, b grid.Worker) int { return cmp.Compare(a.Code, b.Code) }) {
		posted := slices.ContainsFunc(w.posts, func(p grid.Post) bool { return p.Worker == k.ID && p.Holds(noon) })
		if k.Department == department && !posted && !w.isAbsent(k.ID) {
			return k.ID
		}
	}
	return 0
}

// isThere: in post, known, neither absent nor off duty at noon.
func (w world) isThere(p grid.Post) bool {
	if p.Worker == 99 || noon.Before(p.From) || !p.Until.IsZero() && !noon.Before(p.Until) || gocmp.Equal(p.Duty, workday) {
		return false
	}
	return !w.isAbsent(p.Worker)
}

func (w world) isAbsent(k grid.WorkerID) bool {
	return slices.ContainsFunc(w.absences, func(a grid.Absence) bool {
		return a.Worker == k && !noon.Before(a.From) && (a.Until.IsZero() || noon.Before(a.Until))
	})
}

// Law: the record of a decision names everybody in post who comes before the one
// who answers, or everybody in the chain, and the last alone answers.
func TestReasonsNameEverybody(t *testing.T) {
	named := 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		s := w.snapshot(t)
		q := drawRequest(t, s)
		d := dispatch.Route(s, q)
		text := strings.Join(d.Reasons(s), "\n")
		asked := map[grid.AreaID]bool{}
		last := grid.AreaID(0)
		for k, c := range d.Considered {
			asked[c.Area.ID] = true
			answers := c.Verdict == dispatch.Answering || c.Verdict == dispatch.StandingIn
			if answers != (k == len(d.Considered)-1 && d.State == grid.Assigned) {
				t.Fatalf("candidate %d: %v", k, text)
			}
			if answers && c.Verdict == dispatch.Answering {
				last = c.Area.ID
			}
		}
		for _, p := range w.posts {
			a, _ := s.ByID(p.Area)
			if q.Place.Area < 0 || !s.Within(q.Place.Area, a) || !p.Holds(q.At) {
				continue
			}
			if last == 0 && !asked[p.Area] {
				t.Fatalf("nobody looked for, but %s was not asked:\n%s", s.Area(a).Code, text)
			}
			k, known := s.Roster().Worker(p.Worker)
			if known && asked[p.Area] && p.Area != last {
				named++
				if !strings.Contains(text, k.Code) {
					t.Fatalf("%s in %s is not named:\n%s", k.Code, s.Area(a).Code, text)
				}
			}
		}
	})
	if named == 0 {
		t.Error("nobody was ever in post")
	}
}
