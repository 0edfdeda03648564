package store_test

import (
	"errors"
	"slices"
	"testing"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// scattered keeps reports of two cities that are anywhere, held by anybody, and sent
// from anywhere, and returns them with what departments owe.
func scattered(t *testing.T) (*storetest.Database, *grid.Snapshot, []grid.Report) {
	t.Helper()
	db := storetest.New(t)
	areas := append(slices.Clip(loopAreas), grid.CodedArea{Code: "S", Name: "市", Level: grid.City},
		grid.CodedArea{Code: "T", Name: "网格", Level: grid.Grid, Kind: grid.General, Parent: "S", Shape: geo.MultiPolygon{{square(2*side, 0, side)}}})
	publish(t, db, 0, areas)
	if _, err := db.UpsertMatters(t.Context(), seedMatters); err != nil {
		t.Fatal(err)
	}
	if _, err := db.UpsertWorkers(t.Context(), loopWorkers); err != nil {
		t.Fatal(err)
	}
	s, err := db.Load(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n int) grid.AreaID { return s.Area(int32(n % s.Len())).ID }
	cells := []string{"M", "N", "P", "Y", "T", ""}
	var entries []grid.Entry
	for n := range 240 {
		r := report(noon, n)
		r.Cell, r.Method, r.Holder, r.Matter = 0, grid.Outside, grid.Holder{Level: grid.City, Area: at(n / 6), Worker: grid.WorkerID(n % 5)}, ""
		if i, ok := s.ByCode(cells[n%6]); ok {
			r.Cell, r.Method = s.Area(i).ID, []grid.Method{grid.Ambiguous, grid.Nearest}[n/7%2]
		}
		if r.Method != grid.Ambiguous { // nobody has taken a step on it
			r.Holder.Area = max(r.Cell, 1)
		}
		entries = append(entries, entry(r))
	}
	for _, a := range db.AppendAll(t.Context(), entries) {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
	}
	exec(t, db, `UPDATE report SET version = 2, holder_area = 1 + get_byte(uuid_send(id), 15) / 3 % 11, sender_level = 'city', sender_area = 1 + get_byte(uuid_send(id), 15) / 5 % 11,
		sender_worker = nullif(get_byte(uuid_send(id), 15) / 7 % 6, 0)
		WHERE get_byte(uuid_send(id), 15) % 4 = 0`)
	exec(t, db, `INSERT INTO task (report, step, department, state, called, due, by, at)
		SELECT id, 2, '城管', CASE WHEN get_byte(uuid_send(id), 15) % 3 = 0 THEN 'done' ELSE 'arrived' END, at, at, '', at FROM report WHERE get_byte(uuid_send(id), 15) % 5 = 0`)
	all := make([]grid.Report, len(entries))
	for i, e := range entries {
		if all[i], err = db.Report(t.Context(), e.Report.ID); err != nil {
			t.Fatal(err)
		}
	}
	return db, s, all
}

// Law: a list is what somebody may see, page by page, and the feed tells enough of a
// report to say the same.
func TestListsShowWhatMayBeSeen(t *testing.T) {
	db, s, all := scattered(t)
	before, err1 := db.Horizon(t.Context())
	exec(t, db, `INSERT INTO feed (what, id) SELECT 'report', id::text FROM report`)
	events, err2 := db.Since(t.Context(), before, 1000)
	if err := errors.Join(err1, err2); err != nil || len(events) != len(all) {
		t.Fatal(len(events), err)
	}
	bounded := 0
	rapid.Check(t, func(t *rapid.T) {
		v := grid.Sight{
			Root:       s.Area(rapid.Int32Range(0, int32(s.Len())-1).Draw(t, "root")).ID,
			Worker:     grid.WorkerID(rapid.IntRange(0, 5).Draw(t, "worker")),
			Department: rapid.SampledFrom([]string{"", "城管", "消防"}).Draw(t, "department"),
		}
		may := v.In(s)
		var want []uuid.UUID
		for _, r := range slices.Backward(all) {
			if may(&r) {
				want = append(want, r.ID)
			}
		}
		var got []uuid.UUID
		q := grid.ReportQuery{Seen: v.Seen(s), Limit: rapid.SampledFrom([]int{7, 300}).Draw(t, "page")}
		for {
			page, err := db.Reports(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				got = append(got, r.ID)
				q.Before = r.ID
			}
			if len(page) < q.Limit {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%+v: %d listed, want %d", v, len(got), len(want))
		}
		if len(want) > 0 && len(want) < len(all) {
			bounded++
		}
		for _, e := range events {
			if may(e.Report) != slices.Contains(want, e.Report.ID) {
				t.Fatalf("%+v: %v differs on the feed", v, e.ID)
			}
		}
	})
	if bounded == 0 {
		t.Error("nobody's sight was bounded")
	}
}
