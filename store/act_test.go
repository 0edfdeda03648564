package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// mark is a step that changes nothing but a count.
func mark(r, _ grid.Report) (grid.Report, grid.Step, error) {
	s := grid.Step{
		Report: r.ID, Step: r.Version + 1, At: noon, Actor: "x#1", Who: "token:1", AsWhom: "dispatcher", Action: grid.ActionUrge,
		From: r.State, To: r.State, Holder: r.Holder, Sender: r.Sender, Clocks: r.Clocks, Edition: 1,
	}
	return r.After(s), s, nil
}

func TestActTellsWhatIsKept(t *testing.T) {
	db := seeded(t, 5)
	r := report(noon, 1)
	outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(r)}))
	before := query[int](t, db, `SELECT count(*) FROM feed WHERE what = 'report'`)
	got, err := db.Act(t.Context(), r.ID, 1, uuid.Nil, mark)
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(replayed(t, db, r.ID), got); d != "" || got.Version != 2 || got.Urged != 1 {
		t.Errorf("version %d, urged %d times; %s", got.Version, got.Urged, d)
	}
	if n := query[int](t, db, `SELECT count(*) FROM feed WHERE what = 'report'`) - before; n != 1 {
		t.Errorf("%d lines in the feed", n)
	}
}

func TestActRefuses(t *testing.T) {
	db := seeded(t, 5)
	r := report(noon, 1)
	outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(r)}))
	no := errors.New("no")
	for _, tt := range []struct {
		name    string
		id      uuid.UUID
		version int64
		lead    uuid.UUID
		err     error // of the decision
		want    error
	}{
		{"another version", r.ID, 2, uuid.Nil, nil, grid.ErrVersion},
		{"no such report", idAt(noon, 9), 1, uuid.Nil, nil, grid.ErrNotFound},
		{"no such lead", r.ID, 1, idAt(noon, 9), nil, grid.ErrNotFound},
		{"the decision", r.ID, 1, uuid.Nil, no, no},
	} {
		got, err := db.Act(t.Context(), tt.id, tt.version, tt.lead, func(r, lead grid.Report) (grid.Report, grid.Step, error) {
			if tt.err == nil {
				return mark(r, lead)
			}
			return r, grid.Step{}, tt.err
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if errors.Is(tt.want, grid.ErrVersion) && got.Version != 1 {
			t.Errorf("%s: the report as it stands has version %d", tt.name, got.Version)
		}
	}
	if got := replayed(t, db, r.ID); got.Version != 1 {
		t.Errorf("version %d after nothing was done", got.Version)
	}
}

// However many act at once on the same version, exactly one does.
func TestActAtOnce(t *testing.T) {
	db := seeded(t, 5)
	r := report(noon, 1)
	outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(r)}))
	const rounds, many = 5, 12
	for version := int64(1); version <= rounds; version++ {
		var won, late atomic.Int64
		var wg sync.WaitGroup
		for range many {
			wg.Go(func() {
				switch _, err := db.Act(t.Context(), r.ID, version, uuid.Nil, mark); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, grid.ErrVersion):
					late.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || late.Load() != many-1 {
			t.Errorf("version %d: %d won, %d were late", version, won.Load(), late.Load())
		}
	}
	if got := replayed(t, db, r.ID); got.Urged != rounds {
		t.Errorf("urged %d times", got.Urged)
	}
}

// Two who merge crosswise do not wait for each other; one of them wins.
func TestMergeCrosswise(t *testing.T) {
	db := seeded(t, 5)
	for n := range 10 {
		a, b := report(noon, 2*n), report(noon, 2*n+1)
		outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(a), entry(b)}))
		var won atomic.Int64
		merge := func(r, lead grid.Report) (grid.Report, grid.Step, error) {
			if lead.State.Terminal() {
				return r, grid.Step{}, errors.New("the lead is gone")
			}
			s := grid.Step{
				Report: r.ID, Step: 2, At: noon, Action: grid.ActionMerge, From: grid.Verifying, To: grid.Merged,
				Holder: r.Holder, Clocks: r.Clocks, Lead: lead.ID, Edition: 1,
			}
			s.Stopped = noon
			return r.After(s), s, nil
		}
		var wg sync.WaitGroup
		for _, pair := range [][2]uuid.UUID{{a.ID, b.ID}, {b.ID, a.ID}} {
			wg.Go(func() {
				if _, err := db.Act(t.Context(), pair[0], 1, pair[1], merge); err == nil {
					won.Add(1)
				} else if !strings.Contains(err.Error(), "the lead is gone") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d merged", won.Load())
		}
	}
}

// What came with a batch of old reports goes on like any other, and its history
// keeps what it came as.
func TestActOnAnImportedReport(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	r := report(noon, 1)
	r.State, r.Urgency, r.Clocks, r.Holder = grid.Closed, grid.Normal, grid.Clocks{}, grid.Holder{}
	sink, err := db.ReportSink(t.Context(), "registry", "old books")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.AppendReports(t.Context(), []grid.Entry{{Report: r}}); err != nil {
		t.Fatal(err)
	}
	reopen := func(r, _ grid.Report) (grid.Report, grid.Step, error) {
		s := grid.Step{
			Report: r.ID, Step: 2, At: noon, Action: grid.ActionReopen, From: grid.Closed, To: grid.Handling,
			Holder: grid.Holder{Level: grid.Grid, Area: 2}, Edition: 1,
		}
		return r.After(s), s, nil
	}
	if _, err := db.Act(t.Context(), r.ID, 1, uuid.Nil, reopen); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Act(t.Context(), r.ID, 2, uuid.Nil, mark); err != nil {
		t.Fatal(err)
	}
	replayed(t, db, r.ID)
	steps, err := db.History(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	first := grid.Step{Report: r.ID, Step: 1, At: noon, Actor: "registry", Action: grid.ActionImport, To: grid.Closed, Reason: "old books", Edition: 1}
	if d := gocmp.Diff(first, steps[0]); d != "" || len(steps) != 3 {
		t.Errorf("%d steps; %s", len(steps), d)
	}
}

// The database takes exactly the steps of the lifecycle into a history.
func TestHistoryIsOfTheLoop(t *testing.T) {
	db := seeded(t, 1)
	var states, actions []string
	for _, s := range grid.States() {
		states = append(states, s.String())
	}
	for _, tr := range dispatch.Triples() {
		actions = append(actions, string(tr.Action))
	}
	rule := query[string](t, db, `SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = 'report_history_of_the_loop' AND conrelid = 'report_history'::regclass`)
	got := query[[]string](t, db, `
		SELECT array_agg(DISTINCT concat_ws(' ', action, coalesce(from_state, '-'), to_state))
		FROM unnest($1::text[]) AS action, unnest($2::text[] || NULL::text) AS from_state, unnest($2::text[]) AS to_state
		WHERE `+rule, append(actions, "import", "dance"), states)
	var want []string
	for _, tr := range dispatch.Triples() {
		from := "-"
		if tr.From != 0 {
			from = tr.From.String()
		}
		want = append(want, string(tr.Action)+" "+from+" "+tr.To.String())
	}
	for _, s := range states {
		want = append(want, "import - "+s)
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("(-lifecycle +database):\n%s", d)
	}
}

func TestLawsOfTheLoop(t *testing.T) {
	db := seeded(t, 5)
	r := report(noon, 1)
	outcomes(t, db.AppendAll(t.Context(), []grid.Entry{entry(r)}))
	for _, law := range []struct{ rule, set string }{
		{"report_owned", `holder_level = NULL, holder_area = NULL`},
		{"report_owned", `state = 'reported'`},
		{"report_out_of_work", `state = 'merged'`},
		{"report_out_of_work", `state = 'merged', lead = id`},
		{"report_out_of_work", `lead = id`},
		{"report_out_of_work", `state = 'suspended'`},
		{"report_out_of_work", `stopped = now()`},
		{"report_asked_by_somebody", `asked = 'ask-void', asked_by = 'worker:1'`},
		{"report_asked_by_somebody", `asked = 'ask-void', state = 'verifying'`},
		{"report_sender_known", `sender_worker = 3`},
		{"report_sender_known", `sender_area = 3`},
		{"report_sender_known", `sender_area = 3, sender_level = 'street'`},
		{"report_urgency_known", `urgency = 'normal'`},
		{"report_state_known", `state = 'lost'`},
		{"report_holder_level_known", `holder_level = 'street'`},
	} {
		refused(t, db, law.rule, `UPDATE report SET `+law.set+` WHERE id = $1`, r.ID.String())
	}
	for _, step := range []string{
		`'finish', 'handling', 'checking', NULL, NULL, NULL`, `'finish', 'handling', 'checking', NULL, NULL, '{}'`,
		`'merge', 'verifying', 'merged', NULL, NULL, NULL`, `'arrive', 'handling', 'handling', NULL, NULL, NULL`,
		`'accept', 'assigned', 'verifying', gen_random_uuid(), NULL, NULL`, `'accept', 'assigned', 'verifying', NULL, '城管', NULL`,
	} {
		refused(t, db, "report_history_step_complete", `INSERT INTO report_history (action, from_state, to_state, lead, department, evidence, report, step, at, edition)
			VALUES (`+step+`, $1, 2, now(), 1)`, r.ID.String())
	}
	task := `INSERT INTO task (report, step, department, state, called, due, by, at) VALUES ($1, $2, '城管', $3, now(), now(), '', now())`
	exec(t, db, task, r.ID.String(), 2, "called")
	exec(t, db, task, r.ID.String(), 3, "done")
	refused(t, db, query[string](t, db, `SELECT tableoid::regclass || '_report_department_idx' FROM task LIMIT 1`), task, r.ID.String(), 4, "arrived")
	refused(t, db, "task_report_fkey", task, idAt(noon, 9).String(), 4, "done")
	refused(t, db, "task_state_known", task, r.ID.String(), 4, "late")
}

// Steps and the making of months do not wait for each other in a circle.
func TestActWhileMonthsAreMade(t *testing.T) {
	db := seeded(t, 5)
	db.Now = func() time.Time { return noon }
	var wg sync.WaitGroup
	done := make(chan struct{})
	for g := range 6 {
		wg.Go(func() {
			for n := g; ; n += 6 {
				select {
				case <-done:
					return
				default:
				}
				r := report(noon, n)
				if a := db.AppendAll(t.Context(), []grid.Entry{entry(r)}); a[0].Err != nil {
					t.Error(a[0].Err)
				}
				if _, err := db.Act(t.Context(), r.ID, 1, uuid.Nil, mark); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for m := range 20 {
		if err := db.MakeMonth(t.Context(), noon.AddDate(0, m+2, 0)); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}
