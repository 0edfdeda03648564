package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"
)

// The places of the loop: two counties, of which one has a town with a grid of two
// micro-grids and a dedicated grid, and the other a grid without anybody.
var (
	loopAreas = []grid.CodedArea{
		{Code: "A", Name: "市", Level: grid.City},
		{Code: "B", Name: "县", Level: grid.County, Parent: "A"},
		{Code: "C", Name: "镇", Level: grid.Town, Parent: "B"},
		{Code: "G", Name: "网格", Level: grid.Grid, Kind: grid.General, Parent: "C"},
		{Code: "M", Name: "微网格", Level: grid.Microgrid, Parent: "G", Shape: geo.MultiPolygon{{square(0, 0, side)}}},
		{Code: "N", Name: "微网格", Level: grid.Microgrid, Parent: "G", Shape: geo.MultiPolygon{{square(side, 0, side)}}},
		{Code: "P", Name: "园区", Level: grid.Grid, Kind: grid.Dedicated, Parent: "C", Shape: geo.MultiPolygon{{square(0, side, side)}}},
		{Code: "X", Name: "县", Level: grid.County, Parent: "A"},
		{Code: "Y", Name: "网格", Level: grid.Grid, Kind: grid.General, Parent: "X", Shape: geo.MultiPolygon{{square(side, side, side)}}},
	}
	loopWorkers = []grid.Worker{
		{Code: "lm", Name: "王芳", Role: grid.Liaison},
		{Code: "ld", Name: "李强", Role: grid.Liaison},
		{Code: "lg", Name: "陈静", Role: grid.Leader},
		{Code: "lp", Name: "赵军", Role: grid.Leader},
		{Code: "t1", Name: "周敏", Role: grid.Leader},
		{Code: "t2", Name: "吴刚", Role: grid.Leader},
		{Code: "dc", Name: "孙丽", Role: grid.Dispatcher},
		{Code: "oc", Name: "郑伟", Role: grid.Officer, Department: "城管"},
		{Code: "of", Name: "冯磊", Role: grid.Officer, Department: "消防"},
	}
	// After a while the micro-grid has only a deputy, then nobody; nor has the park.
	loopDuties = []duty{
		{"lm", "M", true, noon.AddDate(0, 0, 4), false},
		{"lg", "G", true, time.Time{}, false},
		{"lp", "P", true, noon.AddDate(0, 0, 6), false},
		{"t1", "C", true, time.Time{}, false},
		{"dc", "A", true, time.Time{}, false},
		{"ld", "M", false, noon.AddDate(0, 0, 9), false},
		{"t2", "C", false, time.Time{}, true},
		{"lg", "M", false, noon.AddDate(0, 0, 8), false},
		{"t2", "G", false, time.Time{}, false},
	}
	// Everybody is away now and then, of the grid all together, and for a while the
	// whole town and the city too.
	loopLeaves = []leave{
		leaveOf("lm", 1, 2), leaveOf("ld", 1, 3), leaveOf("lg", 2, 4), leaveOf("lg", 12, 20), leaveOf("lp", 0, 1), leaveOf("t1", 1, 2), leaveOf("t1", 14, 24),
		leaveOf("t2", 3, 4), leaveOf("t2", 13, 18), leaveOf("dc", 2, 3), leaveOf("dc", 16, 30), leaveOf("t1", 40, 60), leaveOf("lg", 45, 70), leaveOf("t2", 50, 52),
	}
	loopPeople = []person{
		{name: "lm", worker: "lm"},
		{name: "ld", worker: "ld"},
		{name: "lg", worker: "lg"},
		{name: "lp", worker: "lp"},
		{name: "t1", worker: "t1"},
		{name: "t2", worker: "t2"},
		{name: "dc", worker: "dc"},
		{name: "oc", worker: "oc"},
		{name: "of", worker: "of"},
		{name: "centre", centre: true},
		{name: "top", centre: true, root: "A"},
		{name: "county", centre: true, root: "B"},
		{name: "other", centre: true, root: "X"},
		{name: "reporter", filed: true},
		{name: "clock", system: true},
	}
	loopActions = []string{
		"route", "accept", "return", "recall", "timeout", "verify", "ask-void", "void", "merge", "unmerge", "refuse",
		"escalate", "delegate", "overdue", "whistle", "arrive", "complete", "withdraw", "ask-suspend", "suspend", "resume", "finish",
		"pass", "fail", "evaluate", "reopen", "lapse", "alarm", "urge", "supervise",
	}
)

// leaveOf is a leave from one day to another, counted from noon.
func leaveOf(worker string, from, until int) leave {
	return leave{worker, noon.AddDate(0, 0, from), noon.AddDate(0, 0, until)}
}

// looped is a database with the places and people of the loop, and the model of it.
func looped(t testing.TB) (*storetest.Database, *grid.Snapshot, *town) {
	t.Helper()
	db := storetest.New(t)
	publish(t, db, 0, loopAreas)
	model := &town{city: "A", parent: map[string]string{}, level: map[string]string{}, duties: loopDuties, leaves: loopLeaves, officer: map[string]string{}, centre: map[string]bool{}}
	for _, a := range loopAreas {
		model.parent[a.Code], model.level[a.Code] = a.Parent, a.Level.String()
	}
	for _, w := range loopWorkers {
		model.officer[w.Code], model.centre[w.Code] = w.Department, w.Role == grid.Dispatcher
	}
	var posts []grid.CodedPost
	for _, d := range loopDuties {
		rank := grid.Deputy
		if d.primary {
			rank = grid.Primary
		}
		var hours grid.Week
		if d.office {
			hours, _ = grid.ParseWeek("mon-fri 08:00-18:00")
		}
		posts = append(posts, grid.CodedPost{Worker: d.worker, Area: d.area, Rank: rank, From: noon.AddDate(-1, 0, 0), Until: d.until, Duty: hours})
	}
	_, err1 := db.UpsertMatters(t.Context(), []grid.Matter{{Code: "010101", Category: "a", Item: "b", Name: "c", Level: grid.Grid, Limit: 48 * time.Hour}})
	_, err2 := db.UpsertWorkers(t.Context(), loopWorkers)
	_, err3 := db.UpsertPosts(t.Context(), posts)
	var away []error
	for _, l := range loopLeaves {
		_, err := db.AddAbsence(t.Context(), grid.Absence{Worker: loopID(l.worker), From: l.from, Until: l.until}, "")
		away = append(away, err)
	}
	s, err4 := db.Load(t.Context(), 0)
	if err := errors.Join(append(away, err1, err2, err3, err4)...); err != nil {
		t.Fatal(err)
	}
	return db, s.WithRoster(s.Roster().Timed(grid.AroundTheClock, nil)), model
}

// scene is some reports in the database and in the model.
type scene struct {
	t     *rapid.T
	db    *storetest.Database
	s     *grid.Snapshot
	town  *town
	ids   []uuid.UUID
	jobs  []*job
	now   time.Time
	taken map[string]int
	rang  map[string]int
}

// begin files reports: of the micro-grids, of the park, and of no place at all.
func (sc *scene) begin() {
	for i, cell := range []string{"M", "P", ""} {
		r := grid.Report{
			ID: uuid.Must(uuid.NewV7()), At: sc.now, Received: sc.now, Matter: "010101", Method: grid.Outside, Edition: 1, State: grid.Reported, Version: 1,
		}
		sampled := rapid.Bool().Draw(sc.t, "sampled")
		if r.ID[15] = 13; sampled {
			r.ID[15] = 12
		}
		j := &job{cell: cell, sampled: sampled, state: "reported", limit: 48 * time.Hour, version: 1}
		if cell != "" {
			r.Cell, r.Method, r.State = sc.area(cell), grid.Exact, grid.Assigned
			j.holder = sc.town.lowest(sc.town.up(cell), sc.now)
			r.Holder = sc.holder(j.holder)
			j.start()
			j.state = "assigned"
		}
		j.enter(j.state)
		r.Clocks = dispatch.Start(sc.s, r, r.State, sc.now)
		if a := sc.db.AppendAll(sc.t.Context(), []grid.Entry{entry(r)}); a[0].Err != nil {
			sc.t.Fatal(i, a[0].Err)
		}
		sc.ids, sc.jobs = append(sc.ids, r.ID), append(sc.jobs, j)
	}
}

func (sc *scene) area(code string) grid.AreaID {
	i, ok := sc.s.ByCode(code)
	if !ok {
		return 0
	}
	return sc.s.Area(i).ID
}

func (sc *scene) worker(code string) grid.WorkerID { return loopID(code) }

// loopID is the id of a worker, which the database counts from 1.
func loopID(code string) grid.WorkerID {
	i := slices.IndexFunc(loopWorkers, func(w grid.Worker) bool { return w.Code == code })
	return grid.WorkerID(i + 1)
}

func (sc *scene) holder(b ball) grid.Holder {
	if b.area == "" {
		return grid.Holder{}
	}
	i, _ := sc.s.ByCode(b.area)
	return grid.Holder{Level: sc.s.Area(i).Level, Area: sc.s.Area(i).ID, Worker: sc.worker(b.worker)}
}

func (sc *scene) actor(p person) dispatch.Actor {
	c := grid.Caller{Token: int64(100 + slices.IndexFunc(loopPeople, func(q person) bool { return q.name == p.name })), Name: p.name, Access: grid.AccessLeader}
	c.Worker, c.Area = sc.worker(p.worker), sc.area(p.root)
	if p.centre {
		c.Access = grid.AccessDispatcher
	}
	return dispatch.Actor{Caller: c, Filed: p.filed, System: p.system}
}

// who writes a person of the model as a caller's Who does.
func (sc *scene) who(id string) string {
	if id == "" {
		return ""
	}
	i := slices.IndexFunc(loopPeople, func(p person) bool { return p.id() == id })
	return sc.actor(loopPeople[i]).Who()
}

// wish draws something for report i: mostly something that the model allows.
func (sc *scene) wish(i int) wish {
	t := sc.t
	w := wish{
		area:       rapid.SampledFrom([]string{"A", "B", "C", "G", "M", "N", "P", "Y"}).Draw(t, "area"),
		lead:       sc.jobs[rapid.IntRange(0, len(sc.jobs)-1).Draw(t, "lead")],
		department: rapid.SampledFrom([]string{"城管", "消防"}).Draw(t, "department"),
		resume:     sc.now.Add(rapid.SampledFrom([]time.Duration{-time.Hour, time.Hour, 100 * time.Hour, 9000 * time.Hour}).Draw(t, "resume")),
	}
	var allowed []wish
	for _, action := range loopActions {
		for _, p := range loopPeople {
			try, trial := w, *sc.jobs[i]
			try.who, try.action = p, action
			if try.lead == sc.jobs[i] {
				try.lead = &trial
			}
			if trial.do(sc.town, try, sc.now) {
				try.lead = w.lead
				allowed = append(allowed, try)
			}
		}
	}
	if len(allowed) > 0 && rapid.IntRange(0, 3).Draw(t, "allowed") > 0 {
		action := rapid.SampledFrom(actionsOf(allowed, rapid.IntRange(0, 3).Draw(t, "rare") == 0)).Draw(t, "action")
		return rapid.SampledFrom(slices.DeleteFunc(allowed, func(w wish) bool { return w.action != action })).Draw(t, "wish")
	}
	if j := sc.jobs[i]; j.state == "checking" && rapid.Bool().Draw(t, "the handler checks") {
		w.who, w.action = loopPeople[slices.IndexFunc(loopPeople, func(p person) bool { return p.id() == j.handler })], "pass"
		return w
	}
	w.who, w.action = rapid.SampledFrom(loopPeople).Draw(t, "who"), rapid.SampledFrom(loopActions).Draw(t, "action")
	return w
}

// actionsOf lists the actions of wishes, each once; those that can always be
// taken, or end everything, only when there are no
// others or the rare ones are asked for.
func actionsOf(wishes []wish, rare bool) (out []string) {
	for _, w := range wishes {
		if !slices.Contains(out, w.action) {
			out = append(out, w.action)
		}
	}
	others := slices.DeleteFunc(slices.Clone(out), func(a string) bool {
		return slices.Contains([]string{"urge", "supervise", "void", "ask-void", "refuse", "merge", "recall", "timeout", "overdue", "alarm"}, a)
	})
	if len(others) > 0 && !rare {
		return others
	}
	return out
}

// open brings report i to where the town handles it.
func (sc *scene) open(i int) {
	for _, move := range []struct{ who, action string }{
		{"lm", "accept"}, {"lm", "verify"}, {"lm", "escalate"}, {"lg", "accept"}, {"lg", "verify"}, {"lg", "escalate"}, {"t1", "accept"}, {"t1", "verify"},
	} {
		p := loopPeople[slices.IndexFunc(loopPeople, func(p person) bool { return p.name == move.who })]
		sc.play(i, wish{who: p, action: move.action})
	}
}

// play has a wish come true, or not, in the database and in the model alike.
func (sc *scene) play(i int, w wish) {
	j := sc.jobs[i]
	version := j.version
	lead := uuid.Nil
	if w.action == "merge" {
		lead = sc.ids[slices.Index(sc.jobs, w.lead)]
	}
	got, err := sc.db.Act(sc.t.Context(), sc.ids[i], version, lead, func(r, lead grid.Report) (grid.Report, grid.Step, error) {
		return dispatch.Act(sc.s, r, dispatch.Intent{
			Action: grid.Action(w.action), By: sc.actor(w.who), Reason: "原因", To: sc.area(w.area), Lead: lead,
			ResumeAt: w.resume, Department: w.department, Evidence: []string{"照片"},
		}, sc.now)
	})
	want := j.do(sc.town, w, sc.now)
	var refusal *dispatch.Refusal
	if err != nil && !errors.As(err, &refusal) {
		sc.t.Fatalf("%s by %s: %v", w.action, w.who.name, err)
	}
	if (err == nil) != want {
		sc.t.Fatalf("%s by %s while %s with %v: %v, but the model says %v", w.action, w.who.name, j.state, j.holder, err, want)
	}
	if want {
		sc.taken[w.action]++
		sc.compare(i, got, w.action)
	}
}

// ring has the clock act on whatever is due, in the database and in the model alike.
func (sc *scene) ring() {
	sc.db.Now = func() time.Time { return sc.now }
	for rung := 1; rung > 0; {
		var err error
		if rung, err = sc.db.Ring(sc.t.Context(), sc.decide); err != nil {
			sc.t.Fatal(err)
		}
	}
	clock := loopPeople[slices.IndexFunc(loopPeople, func(p person) bool { return p.system })]
	for i, j := range sc.jobs {
		for next := j.next(sc.now); !next.IsZero() && !sc.now.Before(next); next = j.next(sc.now) {
			for _, action := range []string{"resume", "lapse", "timeout", "overdue", "alarm", "urge"} {
				if j.do(sc.town, wish{who: clock, action: action}, sc.now) {
					sc.rang[action]++
					break
				}
			}
		}
		r, err := sc.db.Report(sc.t.Context(), sc.ids[i])
		if err != nil {
			sc.t.Fatal(err)
		}
		sc.compare(i, r, "the clock")
	}
}

func (sc *scene) decide(r grid.Report, now time.Time) (grid.Report, grid.Step, error) {
	return dispatch.Ring(sc.s, r, now)
}

// compare holds a report to the model.
func (sc *scene) compare(i int, r grid.Report, action string) {
	j := sc.jobs[i]
	lead := uuid.Nil
	if j.lead != nil {
		lead = sc.ids[slices.Index(sc.jobs, j.lead)]
	}
	asked := grid.Action("")
	if j.asked != "" {
		asked = grid.Action("ask-" + j.asked)
	}
	now := sc.now
	if j.stopped {
		now = r.Stopped
	}
	deadline := func(is bool, left time.Duration) time.Time {
		if !is {
			return time.Time{}
		}
		return now.Add(left)
	}
	returns := j.returns
	if j.settled {
		returns = -returns
	}
	want := fmt.Sprintln(
		j.state, sc.holder(j.holder), sc.holder(j.sender), sc.who(j.handler), returns, asked, sc.who(j.askedBy), lead, j.version, j.urged, j.supervise,
		deadline(j.limited, j.left), deadline(j.staged, j.stage), j.next(sc.now), j.stopped, j.resume.UTC(), slices.Sorted(slices.Values(j.called)), slices.Sorted(slices.Values(j.arrived)),
	)
	got := fmt.Sprintln(
		r.State, r.Holder, r.Sender, r.Handler, r.Returns, r.Asked, r.AskedBy, r.Lead, r.Version, r.Urged, r.Supervised,
		r.Due, r.StageDue, r.NextAlarm(), !r.Stopped.IsZero(), r.ResumeAt, departments(r, grid.Called), departments(r, grid.Arrived),
	)
	if got != want {
		sc.t.Fatalf("after %s:\ngot  %s\nwant %s", action, got, want)
	}
}

func departments(r grid.Report, state grid.TaskState) (out []string) {
	for _, t := range r.Tasks {
		if t.State == state {
			out = append(out, t.Department)
		}
	}
	slices.Sort(out)
	return out
}

// Laws, over random steps of random people and of the clock: the database and the model agree on
// what is allowed and on what comes of it, no report that has not come to an end is
// without a holder or out of the queue, and every history replays to the present.
func TestLoopLikeTheModel(t *testing.T) {
	db, s, model := looped(t)
	conn, taken, rang := connect(t, db), map[string]int{}, map[string]int{}
	check := func(t *rapid.T) {
		sc := &scene{t: t, db: db, s: s, town: model, now: noon, taken: taken, rang: rang}
		start, err := db.Horizon(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sc.begin()
		if rapid.Bool().Draw(t, "with the town") {
			sc.open(0)
		}
		for range rapid.IntRange(25, 45).Draw(t, "steps") {
			d := rapid.SampledFrom([]time.Duration{0, time.Minute, 90 * time.Minute, 20 * time.Hour, 200 * time.Hour, 300 * time.Hour}).Draw(t, "later")
			sc.now = sc.now.Add(d)
			for _, j := range sc.jobs {
				j.wait(d)
			}
			if rapid.IntRange(0, 3).Draw(t, "the clock") == 0 {
				sc.ring()
			}
			i := rapid.IntRange(0, len(sc.ids)-1).Draw(t, "report")
			sc.play(i, sc.wish(i))
		}
		for i, id := range sc.ids {
			sc.compare(i, replayed(t, db, id), "all")
			var next *time.Time
			err := conn.QueryRow(t.Context(), `SELECT next_alarm FROM report_geo WHERE id = $1`, [16]byte(id)).Scan(&next)
			if want := sc.jobs[i].next(sc.now); err != nil || (next == nil) != want.IsZero() || next != nil && !next.Equal(want) {
				t.Fatalf("the database has the next alarm at %v, want %v (%v)", next, want, err)
			}
		}
		sc.checkQueues()
		settle(t, db, conn)
		sc.checkFeed(start)
	}
	never := func(actions []string, count map[string]int) []string {
		return slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return count[a] > 0 })
	}
	const rounds = 10 // a hundred draws may miss what is rare
	for range rounds {
		if rapid.Check(t, check); t.Failed() || len(never(loopActions, taken)) == 0 {
			break
		}
	}
	if actions := never(loopActions, taken); len(actions) > 0 {
		t.Errorf("nobody took the actions %q", actions)
	}
	if actions := never([]string{"resume", "lapse", "timeout", "overdue", "alarm", "urge"}, rang); len(actions) > 0 {
		t.Errorf("the clock took none of the actions %q", actions)
	}
	if n := query[int](t, db, `
		SELECT count(*) FROM report WHERE state NOT IN ('evaluated', 'void', 'merged') AND (state = 'reported') = (holder_area IS NOT NULL)`); n > 0 {
		t.Errorf("%d reports are nobody's", n)
	}
}

// checkQueues: what somebody has, what a department owes and what follows a report
// are found as the model has them.
func (sc *scene) checkQueues() {
	check := func(q grid.ReportQuery, want func(*job) bool) {
		q.Limit = 10_000
		reports, err := sc.db.Reports(sc.t.Context(), q)
		if err != nil {
			sc.t.Fatal(err)
		}
		for i, id := range sc.ids {
			if found := slices.ContainsFunc(reports, func(r grid.Report) bool { return r.ID == id }); found != want(sc.jobs[i]) {
				sc.t.Fatalf("report %d, %+v: found %v by %+v", i, sc.jobs[i], found, q)
			}
		}
	}
	check(grid.ReportQuery{Holder: sc.worker("t1")}, func(j *job) bool { return j.holder.worker == "t1" })
	check(grid.ReportQuery{Owes: "城管"}, func(j *job) bool { return slices.Contains(j.called, "城管") || slices.Contains(j.arrived, "城管") })
	check(grid.ReportQuery{Lead: sc.ids[0]}, func(j *job) bool { return j.lead == sc.jobs[0] })
}

// settle waits until no transaction, of whatever database, holds back what is on the feed.
func settle(t *rapid.T, db *storetest.Database, conn *pgx.Conn) {
	var last uint64
	err := conn.QueryRow(t.Context(), `SELECT pg_current_xact_id()`).Scan(&last)
	for h := (grid.Cursor{}); err == nil && h.XID < last; time.Sleep(time.Millisecond) {
		h, err = db.Horizon(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// checkFeed: the events of a report, read when all is over, tell how it was before each
// of its steps.
func (sc *scene) checkFeed(after grid.Cursor) {
	was := func(r grid.Report) string {
		return fmt.Sprint(r.State, r.Holder.Area, r.Holder.Worker, r.Sender.Area, r.Sender.Worker, r.Owing())
	}
	histories, all := map[uuid.UUID][]grid.Step{}, 0
	for _, id := range sc.ids {
		steps, err := sc.db.History(sc.t.Context(), id)
		if err != nil {
			sc.t.Fatal(err)
		}
		histories[id], all = steps, all+len(steps)
	}
	events := sc.since(after, all)
	for id, steps := range histories {
		told := slices.DeleteFunc(slices.Clone(events), func(e grid.Event) bool { return e.ID != id.String() })
		if len(told) != len(steps) || told[0].Before() != nil {
			sc.t.Fatalf("%d events tell of %d steps, the first of what was before %v", len(told), len(steps), told[0].Before())
		}
		r := grid.Report{}.After(steps[0])
		for i, s := range steps[1:] {
			if got := told[i+1].Before(); got == nil || was(*got) != was(r) {
				sc.t.Fatalf("before %s: %+v, want %s", s.Action, got, was(r))
			}
			r = r.After(s)
		}
	}
}

// since reads the n events of the scene after a cursor: any other transaction, as one of
// autovacuum, may hold them back for a while.
func (sc *scene) since(after grid.Cursor, n int) []grid.Event {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		events, err := sc.db.Since(sc.t.Context(), after, 10_000)
		if err != nil {
			sc.t.Fatal(err)
		}
		events = slices.DeleteFunc(events, func(e grid.Event) bool {
			return !slices.ContainsFunc(sc.ids, func(id uuid.UUID) bool { return e.ID == id.String() })
		})
		if len(events) >= n || time.Now().After(deadline) {
			return events
		}
	}
}

// replayed is a report as its history tells it, which must be as it stands.
func replayed(t interface {
	Fatalf(string, ...any)
}, db *storetest.Database, id uuid.UUID,
) grid.Report {
	ctx := context.Background()
	row, err1 := db.Report(ctx, id)
	steps, err2 := db.History(ctx, id)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatalf("%v", err)
	}
	r := grid.Report{
		ID: row.ID, At: row.At, Received: row.Received, Pos: row.Pos, Accuracy: row.Accuracy, Matter: row.Matter, Text: row.Text,
		Reporter: row.Reporter, Cell: row.Cell, Method: row.Method, DistanceM: row.DistanceM, Edition: row.Edition, Urgency: row.Urgency,
	}
	for i, s := range steps {
		if s.Step != int64(i+1) || i > 0 && s.From != r.State {
			t.Fatalf("step %d comes at place %d, from %v after %v", s.Step, i+1, s.From, r.State)
		}
		r = r.After(s)
	}
	if d := gocmp.Diff(row, r); d != "" {
		t.Fatalf("the history of %v does not lead to the report (-row +replayed):\n%s", id, d)
	}
	return r
}
