package store_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store"
	"jingwei/store/storetest"

	gocmp "github.com/google/go-cmp/cmp"
)

func byCode(areas []grid.CodedArea) []grid.CodedArea {
	return slices.SortedFunc(slices.Values(areas), func(a, b grid.CodedArea) int { return cmp.Compare(a.Code, b.Code) })
}

func TestPublishAndLoad(t *testing.T) {
	db := storetest.New(t)
	ctx := t.Context()
	areas := city(5, 1)
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	db.Now = func() time.Time { return at }
	if n := publish(t, db, 0, areas); n != 1 {
		t.Fatalf("edition %d, want 1", n)
	}
	got, base, err := db.CurrentAreas(ctx)
	if err != nil || base != 1 {
		t.Fatalf("edition %d, %v", base, err)
	}
	again := publish(t, db, base, got)
	if again != base {
		t.Errorf("the same areas again made edition %d", again)
	}
	s, err := db.Load(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	if s.Edition != 1 || !s.Published.Equal(at) || s.Len() != 26 || s.Coverage().Len() != 25 {
		t.Errorf("edition %d of %v with %d areas and %d cells", s.Edition, s.Published, s.Len(), s.Coverage().Len())
	}
	for i, a := range byCode(areas) {
		if id := s.Area(int32(i)).ID; s.Area(int32(i)).Code != a.Code || id != grid.AreaID(i+1) {
			t.Errorf("area %d is %s with id %d: ids go by code", i, s.Area(int32(i)).Code, id)
		}
	}
	if faults, err := db.Check(ctx, 0); err != nil || len(faults) > 0 {
		t.Errorf("check: %v %v", faults, err)
	}
}

func TestLoadNothing(t *testing.T) {
	db := storetest.New(t)
	s, err := db.Load(t.Context(), 0)
	if err != nil || s.Edition != 0 || s.Len() != 0 {
		t.Errorf("got %v, %v", s, err)
	}
	if _, err := db.Load(t.Context(), 7); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("edition 7: %v", err)
	}
	if areas, base, err := db.CurrentAreas(t.Context()); len(areas) != 0 || base != 0 || err != nil {
		t.Errorf("got %v, %d, %v", areas, base, err)
	}
}

func TestPublishChangesOnlyWhatDiffers(t *testing.T) {
	db := storetest.New(t)
	areas := city(4, 1)
	publish(t, db, 0, areas)
	next := slices.Clone(areas)
	next[3].Name = "Renamed"
	next = slices.Delete(next, 16, 17) // the last cell
	next = append(next, grid.CodedArea{
		Code: "3206999", Name: "School", Level: grid.Grid, Kind: grid.Dedicated, Parent: cityCode,
		Shape: areas[16].Shape,
	})
	if n := publish(t, db, 1, next); n != 2 {
		t.Fatalf("edition %d", n)
	}
	if n := query[int](t, db, `SELECT count(*) FROM area WHERE since = 2`); n != 2 {
		t.Errorf("%d new versions, want 2", n)
	}
	old, err := db.Load(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	now, err := db.Load(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	i, _ := old.ByCode(next[3].Code)
	j, _ := now.ByCode(next[3].Code)
	if old.Area(i).Name == "Renamed" || now.Area(j).Name != "Renamed" || old.Area(i).ID != now.Area(j).ID {
		t.Errorf("old %+v, new %+v", old.Area(i), now.Area(j))
	}
	// A code that comes back is the area it was.
	publish(t, db, 2, areas)
	back, err := db.Load(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := back.ByCode(areas[16].Code)
	l, _ := old.ByCode(areas[16].Code)
	if back.Area(k).ID != old.Area(l).ID {
		t.Errorf("%s had id %d and has %d", areas[16].Code, old.Area(l).ID, back.Area(k).ID)
	}
	if n := query[int](t, db, `SELECT count(*) FROM feed WHERE what = 'edition'`); n != 3 {
		t.Errorf("%d lines in the feed, want 3", n)
	}
}

// edit returns a copy of a city with one change.
func edit(areas []grid.CodedArea, change func([]grid.CodedArea) []grid.CodedArea) []grid.CodedArea {
	return change(slices.Clone(areas))
}

func cellArea(code string, rings ...geo.Ring) grid.CodedArea {
	a := grid.CodedArea{Code: code, Name: code, Level: grid.Grid, Kind: grid.General, Parent: cityCode}
	for _, r := range rings {
		a.Shape = append(a.Shape, geo.Polygon{r})
	}
	return a
}

func TestPublicationRefusesBrokenLaws(t *testing.T) {
	db := storetest.New(t)
	areas := city(3, 1)
	publish(t, db, 0, areas)
	far := int32(10 * side)
	for _, c := range []struct {
		name, rule string
		keeps      bool
		change     func([]grid.CodedArea) []grid.CodedArea
	}{
		{"the same polygon twice", "edition_law_2", false, func(as []grid.CodedArea) []grid.CodedArea {
			twin := as[5]
			twin.Code = "3206T"
			return append(as, twin)
		}},
		{"two squares that overlap", "edition_law_2", false, func(as []grid.CodedArea) []grid.CodedArea {
			return append(as, cellArea("3206A", square(far, 0, side)), cellArea("3206B", square(far+side/2, side/2, side)))
		}},
		{"a square inside another", "edition_law_2", false, func(as []grid.CodedArea) []grid.CodedArea {
			return append(as, cellArea("3206A", square(far, 0, side)), cellArea("3206B", square(far+100, 100, 200)))
		}},
		{"a square inside a cell that is there", "edition_law_2", false, func(as []grid.CodedArea) []grid.CodedArea {
			return append(as, cellArea("3206A", square(side/2, side/2, 500)))
		}},
		{"a border cut in two on one side", "edition_law_2", false, func(as []grid.CodedArea) []grid.CodedArea {
			a, b := square(far, 0, side), square(far+side, 0, side)
			mid := geo.Pos{X: a[1].X, Y: a[1].Y + side/2}
			return append(as, cellArea("3206A", geo.Ring{a[0], a[1], mid, a[2], a[3]}), cellArea("3206B", b))
		}},
		{"a cell dropped though the territory is kept", "edition_keeps_territory", true, func(as []grid.CodedArea) []grid.CodedArea {
			return slices.Delete(as, 5, 6)
		}},
		{"a parent of the same level", "edition_tree", false, func(as []grid.CodedArea) []grid.CodedArea {
			as[5].Parent = as[4].Code
			return as
		}},
		{"a cell with a cell below", "edition_tree", false, func(as []grid.CodedArea) []grid.CodedArea {
			below := cellArea("3206A", square(far, 0, side))
			below.Level, below.Kind, below.Parent = grid.Microgrid, grid.NoKind, as[4].Code
			return append(as, below)
		}},
		{"a bow-tie", "area_geom_simple", false, func(as []grid.CodedArea) []grid.CodedArea {
			s := square(far, 0, side)
			s[0], s[3] = geo.Pos{X: s[0].X - 5, Y: s[0].Y}, geo.Pos{X: s[3].X, Y: s[0].Y - 7}
			return append(as, cellArea("3206A", s))
		}},
		{"a ring that runs clockwise", "area_geom_oriented", false, func(as []grid.CodedArea) []grid.CodedArea {
			s := square(far, 0, side)
			s.Reverse()
			return append(as, cellArea("3206A", s))
		}},
		{"a kind for what is no grid", "area_kind_of_grids_only", false, func(as []grid.CodedArea) []grid.CodedArea {
			as[0].Kind = grid.General
			return as
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := db.Publish(t.Context(), store.Change{Base: 1, Areas: edit(areas, c.change), KeepsTerritory: c.keeps})
			breaks(t, err, c.rule)
			if n := query[int](t, db, `SELECT count(*) FROM edition`); n != 1 {
				t.Errorf("%d editions, want the first alone", n)
			}
		})
	}
	// Nothing is left of what was refused.
	if n := query[int](t, db, `SELECT count(*) FROM area WHERE since <> 1 OR until IS NOT NULL`); n != 0 {
		t.Errorf("%d versions are left", n)
	}
	if n := query[int](t, db, `SELECT count(*) FROM area_code`); n != 10 {
		t.Errorf("%d codes, want 10", n)
	}
}

func TestPublicationAllowsWhatKeepsTheLaws(t *testing.T) {
	db := storetest.New(t)
	areas := city(3, 1)
	publish(t, db, 0, areas)
	far := int32(10 * side)
	// An island that touches nothing, one in two parts, an enclave in a hole, and
	// two that touch in a corner.
	around, hole := square(far, 0, side), square(far+5000, 5000, 5000)
	hole.Reverse()
	ring := cellArea("3206A")
	ring.Shape = geo.MultiPolygon{{around, hole}}
	areas = append(areas, ring, cellArea("3206B", square(far+5000, 5000, 5000)),
		cellArea("3206C", square(far+side, side, side), square(far+3*side, 0, side)))
	publish(t, db, 1, areas)
	// A lake is no fault: only Go's coverage knows what is a gap.
	publish(t, db, 2, slices.DeleteFunc(areas, func(a grid.CodedArea) bool { return a.Code == "3206B" }))
	// Two neighbours trade a corner: the territory is kept.
	merged := city(3, 1)
	s, err := db.Publish(t.Context(), store.Change{Base: 3, Areas: merged})
	if err != nil {
		t.Fatal(err)
	}
	a, b := merged[1].Shape[0][0], merged[2].Shape[0][0]
	joined := cellArea("3206J", join(a, b))
	kept := append(slices.Clone(merged[:1]), merged[3:]...)
	if _, err := db.Publish(t.Context(), store.Change{Base: s, Areas: append(kept, joined), KeepsTerritory: true}); err != nil {
		t.Error(err)
	}
}

// join joins a cell with its neighbour to the east.
func join(west, east geo.Ring) geo.Ring {
	const k = bend + 1
	out := slices.Clone(west[:k])     // the south of the west
	out = append(out, east[:3*k]...)  // south, east and north of the east
	return append(out, west[2*k:]...) // north and west of the west
}

func TestPublishConflicts(t *testing.T) {
	db := storetest.New(t)
	areas := city(2, 1)
	publish(t, db, 0, areas)
	areas[1].Name = "Other"
	if _, err := db.PublishAreas(t.Context(), 0, areas, ""); !errors.Is(err, store.ErrConflict) || !strings.Contains(err.Error(), "edition 1 is current") {
		t.Errorf("on an old base: %v", err)
	}
	conn := connect(t, db)
	if _, err := conn.Exec(t.Context(), `SELECT pg_advisory_lock(hashtext('jingwei publish'))`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.PublishAreas(t.Context(), 1, areas, ""); !errors.Is(err, store.ErrConflict) {
		t.Errorf("while another publishes: %v", err)
	}
	refusedBase := func(sql string) {
		t.Helper()
		refused(t, db, "edition_base_is_current", `INSERT INTO edition (id, base) VALUES (2, NULL); `+sql)
	}
	refusedBase(`UPDATE edition SET published = now() WHERE id = 2`)
}

func TestPublishAfterAKill(t *testing.T) {
	db := storetest.New(t)
	areas := city(4, 1)
	publish(t, db, 0, areas)
	// What a process leaves that was killed while it staged.
	exec(t, db, `INSERT INTO edition (id, base) VALUES (2, 1)`)
	exec(t, db, `INSERT INTO area_code VALUES ('3206X', 100)`)
	exec(t, db, `INSERT INTO area (id, since, code, name, level) VALUES (100, 2, '3206X', 'X', 'grid')`)
	exec(t, db, `UPDATE area SET until = 2 WHERE id < 4`)
	if s, err := db.Load(t.Context(), 0); err != nil || s.Edition != 1 || s.Len() != 17 {
		t.Fatalf("%v %v", s, err)
	}
	areas[2].Name = "Other"
	if n := publish(t, db, 1, areas); n != 2 {
		t.Errorf("edition %d", n)
	}
	if n := query[int](t, db, `SELECT count(*) FROM area_code WHERE code = '3206X'`); n != 0 {
		t.Error("the staged code is left")
	}
	if faults, err := db.Check(t.Context(), 2); err != nil || len(faults) > 0 {
		t.Errorf("check: %v %v", faults, err)
	}
}

func TestPublishedNeverChanges(t *testing.T) {
	db := storetest.New(t)
	publish(t, db, 0, city(2, 1))
	for _, sql := range []string{
		`UPDATE edition SET note = 'x'`,
		`UPDATE edition SET published = NULL`,
		`DELETE FROM edition`,
	} {
		refused(t, db, "edition_published_is_final", sql)
	}
	refused(t, db, "edition_staged_first", `INSERT INTO edition (id, published) VALUES (2, now())`)
	for _, sql := range []string{
		`UPDATE area SET name = 'x'`,
		`UPDATE area SET geom = NULL WHERE geom IS NOT NULL`,
		`UPDATE area SET parent = NULL`,
		`DELETE FROM area`,
		`INSERT INTO area_code VALUES ('9', 9); INSERT INTO area (id, since, code, name, level) VALUES (9, 1, '9', '', 'city')`,
	} {
		refused(t, db, "area_published_is_final", sql)
	}
	refused(t, db, "area_never_truncate", `TRUNCATE area`)
	refused(t, db, "area_code_fkey", `DELETE FROM area_code`)
	refused(t, db, "area_code_pkey", `INSERT INTO area_code VALUES ('3206', 77)`)
	stage := `INSERT INTO edition (id, base) VALUES (2, 1); `
	refused(t, db, "edition_one_staged", stage+`INSERT INTO edition (id, base) VALUES (3, 1)`)
	refused(t, db, "area_code_fkey", stage+`INSERT INTO area (id, since, code, name, level) VALUES (77, 2, '3206', '', 'city')`)
	refused(t, db, "area_one_version_at_a_time", stage+`INSERT INTO area (id, since, code, name, level) VALUES (1, 2, '3206', '', 'city')`)
	refused(t, db, "area_published_is_final", stage+`UPDATE area SET until = 2, name = 'x' WHERE id = 1`)
	exec(t, db, stage+`UPDATE area SET until = 2 WHERE id = 2; INSERT INTO area SELECT id, 2, NULL, code, 'x', level, kind, parent, households, geom FROM area WHERE id = 2;
		UPDATE edition SET published = now() WHERE id = 2`)
	refused(t, db, "area_published_is_final", `UPDATE area SET until = NULL WHERE until = 2`)
}

func TestPublishIsCancelled(t *testing.T) {
	db := storetest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.PublishAreas(ctx, 0, city(2, 1), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	publish(t, db, 0, city(2, 1))
}

func TestShapesSurvive(t *testing.T) {
	db := storetest.New(t)
	areas := byCode(city(6, 9))
	publish(t, db, 0, areas)
	got, _, err := db.CurrentAreas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range areas {
		for j, p := range areas[i].Shape {
			areas[i].Shape[j] = geo.Polygon{fromLowest(p[0])}
		}
	}
	if d := gocmp.Diff(areas, byCode(got)); d != "" {
		t.Error(d)
	}
}

func fromLowest(r geo.Ring) geo.Ring {
	k := slices.Index(r, slices.MinFunc(r, geo.Pos.Compare))
	return slices.Concat(r[k:], r[:k])
}
