package api_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"jingwei/api"
	"jingwei/density"
	"jingwei/geo"
	"jingwei/geo/coverage"
	"jingwei/grid"
	"jingwei/tiles"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// The city of the tests, in hundredths of a degree from 120.80, 32.00: two
// micro-grids side by side, a dedicated grid above them, and another county with
// one grid to the right.
//
//	+-------+---+
//	|   7   |   |
//	+---+---+ 9 |
//	| 5 | 6 |   |
//	+---+---+---+
var areas = []grid.Area{
	{ID: 1, Code: "3206", Name: "南通市", Level: grid.City},
	{ID: 2, Code: "320602", Name: "崇川区", Level: grid.County, Parent: 1},
	{ID: 3, Code: "320602001", Name: "城东街道", Level: grid.Town, Parent: 2},
	{ID: 4, Code: "320602001001001", Name: "第一网格", Level: grid.Grid, Kind: grid.General, Parent: 3},
	{ID: 5, Code: "320602001001001001", Name: "1号微网格", Level: grid.Microgrid, Parent: 4, Households: 80, Cell: true},
	{ID: 6, Code: "320602001001001002", Name: "2号微网格", Level: grid.Microgrid, Parent: 4, Households: 60, Cell: true},
	{ID: 7, Code: "320602001001901", Name: "产业园", Level: grid.Grid, Kind: grid.Dedicated, Parent: 3, Cell: true},
	{ID: 8, Code: "320612", Name: "通州区", Level: grid.County, Parent: 1},
	{ID: 9, Code: "320612001001001", Name: "北网格", Level: grid.Grid, Kind: grid.General, Parent: 8, Cell: true},
}

// Codes and places of the city's cells.
const (
	micro1, micro2, park, north = "320602001001001001", "320602001001001002", "320602001001901", "320612001001001"

	inMicro1 = `"lon":120.805,"lat":32.005`
	inMicro2 = `"lon":120.815,"lat":32.005`
	inPark   = `"lon":120.805,"lat":32.015`
	inNorth  = `"lon":120.825,"lat":32.005`
	atSea    = `"lon":122.5,"lat":32.005`
)

func square(x0, y0, x1, y1 int32) geo.MultiPolygon {
	at := func(x, y int32) geo.Pos {
		return geo.Pos{X: 1_208_000_000 + x*100_000, Y: 320_000_000 + y*100_000}
	}
	return geo.MultiPolygon{{{at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)}}}
}

var workers = []grid.Worker{
	{ID: 11, Code: "L001", Name: "王芳", Role: grid.Liaison, Phone: "13800000011"},
	{ID: 12, Code: "L002", Name: "李强", Role: grid.Liaison, Phone: "13800000012"},
	{ID: 13, Code: "W001", Name: "陈静", Role: grid.Leader, Phone: "13800000013"},
	{ID: 14, Code: "W901", Name: "赵军", Role: grid.Leader, Phone: "13800000014"},
	{ID: 15, Code: "C001", Name: "郑伟", Role: grid.Officer, Phone: "13800000015", Department: "城管"},
}

// Micro-grid 5 has had a primary since April and a deputy all the year, 6 has
// nobody; county 8 has nobody at any level.
var posts = []grid.Post{
	{ID: 1, Worker: 11, Area: 5, Rank: grid.Primary, From: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
	{ID: 2, Worker: 12, Area: 5, Rank: grid.Deputy, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
	{ID: 3, Worker: 13, Area: 4, Rank: grid.Primary, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
	{ID: 4, Worker: 14, Area: 7, Rank: grid.Primary, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
}

var matters = []grid.Matter{
	{Code: "010101", Category: "城市管理", Item: "市容环境", Name: "占道经营", Level: grid.Grid, Limit: 24 * time.Hour},
	{Code: "010102", Category: "城市管理", Item: "市容环境", Name: "乱堆杂物", Level: grid.Grid, Limit: 48 * time.Hour},
	{Code: "020101", Category: "公共安全", Item: "消防隐患", Name: "堵塞通道", Level: grid.Town, Limit: 90 * time.Minute},
	{Code: "030101", Category: "生态环境", Item: "垃圾", Name: "乱扔垃圾", Level: grid.Microgrid, Limit: 24 * time.Hour},
}

// The city never rests but on one holiday; departments are called for long.
var (
	calendar = grid.NewCalendar(nil, []grid.CalendarDay{
		{Date: time.Date(2026, 10, 1, 0, 0, 0, 0, grid.Beijing), Kind: grid.Holiday, Name: "国庆节"},
		{Date: time.Date(2026, 10, 10, 0, 0, 0, 0, grid.Beijing), Kind: grid.Workday, Name: "国庆节调休", Hours: grid.OfficeHours},
	})
	limits = []grid.Limit{{Matter: "0101", Urgency: grid.Urgent, Stage: grid.StageEvaluate, Time: 90 * time.Minute, AroundTheClock: true, Note: "特事特办"}}
)

var snapshot = sync.OnceValue(func() *grid.Snapshot {
	cover, err := coverage.Build([]coverage.Face{
		{Name: micro1, Shape: square(0, 0, 1, 1)},
		{Name: micro2, Shape: square(1, 0, 2, 1)},
		{Name: park, Shape: square(0, 1, 2, 2)},
		{Name: north, Shape: square(2, 0, 3, 2)},
	})
	if err != nil {
		panic(err)
	}
	s, err := grid.NewSnapshot(3, noon, areas, cover, grid.NewRoster(workers, posts, matters).Timed(calendar, limits))
	if err != nil {
		panic(err)
	}
	return s
})

// The tokens of the city, by secret.
var tokens = map[string]grid.Caller{
	"admin":      {Token: 1, Name: "root", Access: grid.AccessAdmin},
	"dispatcher": {Token: 2, Name: "指挥中心", Access: grid.AccessDispatcher},
	"officer":    {Token: 3, Name: "城管", Access: grid.AccessOfficer},
	"leader":     {Token: 4, Name: "陈静", Access: grid.AccessLeader},
	"liaison":    {Token: 5, Name: "王芳", Access: grid.AccessLiaison},
	"reporter":   {Token: 6, Name: "小程序", Access: grid.AccessReporter},
	"reporter2":  {Token: 7, Name: "小程序", Access: grid.AccessReporter},
	"viewer":     {Token: 8, Name: "大屏", Access: grid.AccessViewer},
	"north":      {Token: 9, Name: "通州", Access: grid.AccessDispatcher, Area: 8},
	"south":      {Token: 17, Name: "崇川", Access: grid.AccessDispatcher, Area: 2},
	"park":       {Token: 10, Name: "园区", Access: grid.AccessLeader, Area: 7},
	"w11":        {Token: 12, Name: "王芳", Access: grid.AccessLiaison, Worker: 11},
	"w11b":       {Token: 13, Name: "王芳", Access: grid.AccessLiaison, Worker: 11},
	"w12":        {Token: 14, Name: "李强", Access: grid.AccessLiaison, Worker: 12},
	"w13":        {Token: 15, Name: "陈静", Access: grid.AccessLeader, Worker: 13},
	"w15":        {Token: 16, Name: "郑伟", Access: grid.AccessOfficer, Worker: 15},
	"w12east":    {Token: 17, Name: "李强", Access: grid.AccessLiaison, Worker: 12, Area: 2},
	"w15north":   {Token: 18, Name: "郑伟", Access: grid.AccessOfficer, Worker: 15, Area: 8},
	"w11north":   {Token: 21, Name: "王芳", Access: grid.AccessLiaison, Worker: 11, Area: 8},
	"east":       {Token: 19, Name: "崇川", Access: grid.AccessDispatcher, Area: 2},
	"top":        {Token: 20, Name: "市中心", Access: grid.AccessDispatcher, Area: 1},
	"elsewhere":  {Token: 11, Name: "撤销区", Access: grid.AccessAdmin, Area: 99},
}

// memory keeps tokens, reports and events as the database would, in a map.
type memory struct {
	mu      sync.Mutex
	reports map[uuid.UUID]grid.Report
	steps   map[uuid.UUID][]grid.Step
	events  []grid.Event
	fail    error  // returned by everything when set
	panicAt string // the id whose report cannot be kept
	lookups int
	appends int

	editions []int64 // that were read
}

func (m *memory) Caller(_ context.Context, secret string) (grid.Caller, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookups++
	c, ok := tokens[secret]
	if !ok {
		return c, grid.ErrNotFound
	}
	return c, m.fail
}

func (m *memory) Append(_ context.Context, e grid.Entry) (grid.Receipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return grid.Receipt{}, m.fail
	}
	if e.Report.ID.String() == m.panicAt {
		panic(m.panicAt)
	}
	if old, ok := m.reports[e.Report.ID]; ok {
		if e.Report.Retells(old) {
			return grid.Receipt{Report: old, Outcome: grid.Same}, nil
		}
		return grid.Receipt{Report: old, Outcome: grid.Conflict}, nil
	}
	m.appends++
	m.reports[e.Report.ID] = e.Report
	m.steps[e.Report.ID] = []grid.Step{e.Step()}
	m.events = append(m.events, grid.Event{
		Cursor: grid.Cursor{XID: 700, Seq: int64(len(m.events) + 1)},
		What:   grid.EventReport, ID: e.Report.ID.String(), Report: &e.Report,
	})
	return grid.Receipt{Report: e.Report, Outcome: grid.Created}, nil
}

func (m *memory) AppendAll(ctx context.Context, entries []grid.Entry) (kept []grid.Answer) {
	for _, e := range entries {
		r, err := m.Append(ctx, e)
		kept = append(kept, grid.Answer{Receipt: r, Err: err})
	}
	return kept
}

func (m *memory) Act(_ context.Context, id uuid.UUID, version int64, lead uuid.UUID, decide grid.Decide) (grid.Report, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return grid.Report{}, m.fail
	}
	r, ok := m.reports[id]
	if !ok {
		return r, grid.ErrNotFound
	}
	if r.Version != version {
		return r, grid.ErrVersion
	}
	after, step, err := decide(r, m.reports[lead])
	if err != nil {
		return grid.Report{}, err
	}
	m.reports[id], m.steps[id] = after, append(m.steps[id], step)
	return after, nil
}

func (m *memory) Report(_ context.Context, id uuid.UUID) (grid.Report, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.reports[id]
	if !ok {
		return r, cmp.Or(m.fail, grid.ErrNotFound)
	}
	return r, m.fail
}

func (m *memory) History(_ context.Context, id uuid.UUID) ([]grid.Step, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.steps[id]), m.fail
}

func (m *memory) Reports(_ context.Context, q grid.ReportQuery) ([]grid.Report, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.SortedFunc(maps.Values(m.reports), func(a, b grid.Report) int { return bytes.Compare(b.ID[:], a.ID[:]) })
	out := slices.DeleteFunc(all, func(r grid.Report) bool { return !selects(q, r) })
	return out[:min(len(out), q.Limit)], m.fail
}

func selects(q grid.ReportQuery, r grid.Report) bool {
	return isSeen(q.Seen, r) && (q.Cells == nil || slices.Contains(q.Cells, r.Cell)) &&
		(q.States == nil || slices.Contains(q.States, r.State)) &&
		(q.Holder == 0 || q.Holder == r.Holder.Worker) && (q.Lead == uuid.Nil || q.Lead == r.Lead) && owes(r, q.Owes) &&
		(!q.Sample || r.State == grid.Closed && r.Sampled()) &&
		strings.HasPrefix(r.Matter, q.Matter) &&
		!r.At.Before(q.From) && (q.Until.IsZero() || r.At.Before(q.Until)) &&
		(q.Box == nil || q.Box.Contains(r.Pos)) &&
		(q.Before == uuid.Nil || bytes.Compare(r.ID[:], q.Before[:]) < 0)
}

// isSeen takes a Seen by its word; the sights of these tests have no other top area.
func isSeen(v *grid.Seen, r grid.Report) bool {
	return v == nil || slices.Contains(v.Cells, r.Cell) || slices.Contains(v.Areas, r.Holder.Area) || slices.Contains(v.Areas, r.Sender.Area) ||
		v.Worker != 0 && (v.Worker == r.Holder.Worker || v.Worker == r.Sender.Worker) || v.Department != "" && owes(r, v.Department)
}

func owes(r grid.Report, department string) bool {
	_, open := r.OpenTask(department)
	return department == "" || open
}

func (m *memory) Since(_ context.Context, after grid.Cursor, limit int) ([]grid.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if after.XID > 700 { // that of all events here
		return nil, fmt.Errorf("cursor %v: %w", after, grid.ErrNotFound)
	}
	i := slices.IndexFunc(m.events, func(e grid.Event) bool { return e.Cursor.Compare(after) > 0 })
	if i < 0 {
		return nil, m.fail
	}
	return m.events[i:min(len(m.events), i+limit)], m.fail
}

// In the memory's past each year from 2020 on has an edition of that number, with the
// areas of now.
func (m *memory) EditionAt(_ context.Context, at time.Time) (int64, error) {
	if at.Year() < 2020 {
		return 0, grid.ErrNotFound
	}
	return int64(at.Year()), m.fail
}

func (m *memory) Edition(_ context.Context, number int64) (*grid.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.editions = append(m.editions, number)
	s := *snapshot()
	s.Edition = number
	return &s, m.fail
}

// city is a service over the snapshot above and an empty memory.
type city struct {
	*api.API
	t      testing.TB
	memory *memory
	now    *atomic.Int64 // Unix seconds
	log    *bytes.Buffer
}

func newCity(t testing.TB, change ...func(*api.Config)) *city {
	t.Helper()
	m := &memory{reports: map[uuid.UUID]grid.Report{}, steps: map[uuid.UUID][]grid.Step{}}
	c := &city{t: t, memory: m, now: &atomic.Int64{}, log: &bytes.Buffer{}}
	c.now.Store(noon.Unix())
	config := api.Config{
		Snapshots: &grid.Current{}, Reports: m, Tokens: m, Feed: m, Editions: m, Picture: &atomic.Pointer[api.Picture]{},
		Pages: fstest.MapFS{
			"index.html":       {Data: []byte("<!doctype html><title>经纬</title>")},
			"favicon.svg":      {Data: []byte("<svg/>")},
			"assets/app-1a.js": {Data: []byte("map()")},
		},
		Ready: func(context.Context) error { return m.fail },
		Log:   slog.New(slog.NewTextHandler(&lockedWriter{w: c.log}, nil)),
		Now:   func() time.Time { return time.Unix(c.now.Load(), 0) },
	}
	config.Snapshots.Store(snapshot())
	config.Picture.Store(picture())
	for _, f := range change {
		f(&config)
	}
	c.API = api.New(config)
	return c
}

// picture counts three reports: two in micro-grid 5, one of them closed, and one
// in the county to the right, which is overdue.
func picture() *api.Picture {
	columns := density.New(snapshot())
	for i, p := range []geo.Pos{{X: 1_208_050_000, Y: 320_050_000}, {X: 1_208_060_000, Y: 320_050_000}, {X: 1_208_250_000, Y: 320_050_000}} {
		columns.Put(density.Report{
			ID: uuid.UUID{15: byte(i + 1)}, At: noon.AddDate(0, 0, -i), Pos: p,
			Matter: matters[i].Code, Open: i != 1, Due: noon.AddDate(0, 0, 1-i),
		})
	}
	columns.Advance(noon)
	return &api.Picture{Columns: columns, Tiles: tiles.NewPyramid(snapshot())}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// ask sends a request as a token's bearer; headers come in pairs.
func (c *city) ask(method, token, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func (c *city) get(target string) *httptest.ResponseRecorder {
	return c.ask(http.MethodGet, "admin", target, "")
}

func (c *city) post(body string) *httptest.ResponseRecorder {
	return c.ask(http.MethodPost, "admin", "/v1/reports", body)
}

// wantStatus fails when an answer has another status, and shows it.
func wantStatus(t testing.TB, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
}

// wantProblem fails unless an answer is a problem with that status, rule and
// place, and a detail that contains a text.
func wantProblem(t testing.TB, w *httptest.ResponseRecorder, status int, rule, at, detail string) {
	t.Helper()
	wantStatus(t, w, status)
	if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("content type %q of a problem", ct)
	}
	var p struct {
		Type, Title, Detail, Rule, At string
		Status                        int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Status != status {
		t.Errorf("problem of type %q, title %q, status %d", p.Type, p.Title, p.Status)
	}
	if p.Rule != rule || p.At != at || !strings.Contains(p.Detail, detail) {
		t.Errorf("rule %q at %q: %q; want rule %q at %q: … %q …", p.Rule, p.At, p.Detail, rule, at, detail)
	}
}

// golden compares an answer with testdata/name.json, indented.
func golden(t testing.TB, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, w.Body.Bytes(), "", "  "); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := cmp.Or(os.MkdirAll("testdata", 0o755), os.WriteFile(file, got.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func decode[T any](t testing.TB, b []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return v
}

// id returns a UUIDv7 that ends in n, later ones for greater n.
func id(n int) string { return fmt.Sprintf("019de300-0000-7000-8000-%012d", n) }

// turned is a city of two cells whose places are in range with lon and lat swapped.
func turned(t testing.TB) *grid.Snapshot {
	at := func(lon, lat int32) geo.Pos { return geo.Pos{X: lon * geo.PerDegree, Y: lat * geo.PerDegree} }
	cover, err := coverage.Build([]coverage.Face{
		{Name: "7", Shape: geo.MultiPolygon{{{at(50, 10), at(51, 10), at(51, 11), at(50, 11)}}}},
		{Name: "9", Shape: geo.MultiPolygon{{{at(40, 32), at(41, 32), at(41, 33), at(40, 33)}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := grid.NewSnapshot(4, noon, []grid.Area{
		{ID: 7, Code: "7", Name: "园区", Level: grid.Microgrid, Cell: true},
		{ID: 9, Code: "9", Name: "单元", Level: grid.Microgrid, Cell: true},
	}, cover, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
