package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"jingwei/api"
	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// staffedCity is the city of the tests with its people in a real database, where
// areas have the same ids; workers are numbered from 1.
type staffedCity struct {
	*city
	db       *storetest.Database
	snapshot *grid.Current
}

func newStaffedCity(t *testing.T) *staffedCity {
	t.Helper()
	s := &staffedCity{db: storetest.New(t), snapshot: &grid.Current{}}
	ctx := t.Context()
	shapes := map[grid.AreaID]geo.MultiPolygon{
		5: square(0, 0, 1, 1), 6: square(1, 0, 2, 1),
		7: ring(0, 1, 1, 1, 2, 1, 2, 2, 0, 2), 9: ring(2, 0, 3, 0, 3, 2, 2, 2, 2, 1),
	}
	codes := map[grid.AreaID]string{}
	var coded []grid.CodedArea
	for _, a := range areas {
		codes[a.ID] = a.Code
		coded = append(coded, grid.CodedArea{Code: a.Code, Name: a.Name, Level: a.Level, Kind: a.Kind, Parent: codes[a.Parent], Households: a.Households, Shape: shapes[a.ID]})
	}
	var held []grid.CodedPost
	for _, p := range posts {
		held = append(held, grid.CodedPost{Worker: workers[p.Worker-11].Code, Area: codes[p.Area], Rank: p.Rank, From: p.From})
	}
	s.db.Now = func() time.Time { return noon.AddDate(0, -4, 0) }
	_, err1 := s.db.PublishAreas(ctx, 0, coded, "")
	s.db.Now = func() time.Time { return noon }
	_, err2 := s.db.UpsertWorkers(ctx, workers)
	_, err3 := s.db.UpsertPosts(ctx, held)
	_, err4 := s.db.UpsertMatters(ctx, matters)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.city = newCity(t, func(c *api.Config) {
		c.Snapshots, c.Editions = s.snapshot, s.db
		c.People = func(actor string) api.People { return s.db.As(actor) }
	})
	s.db.Now = func() time.Time { return time.Unix(s.now.Load(), 0) }
	s.follow()
	return s
}

// ring is square with every position where neighbours meet.
func ring(xy ...int32) geo.MultiPolygon {
	var r geo.Ring
	for i := 0; i < len(xy); i += 2 {
		r = append(r, square(xy[i], xy[i+1], xy[i], xy[i+1])[0][0][0])
	}
	return geo.MultiPolygon{{r}}
}

// follow brings the snapshot up to date, as a node does along the feed.
func (s *staffedCity) follow() {
	s.t.Helper()
	snapshot, err := s.db.Load(s.t.Context(), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.snapshot.Store(snapshot)
}

// do sends a request that must be answered with a status, and an hour passes.
func (s *staffedCity) do(status int, token, method, target, body string) string {
	s.t.Helper()
	w := s.ask(method, token, target, body)
	wantStatus(s.t, w, status)
	s.now.Add(3600)
	s.follow()
	return w.Body.String()
}

func TestHandOver(t *testing.T) {
	s := newStaffedCity(t)
	_, err := s.db.AddWorker(t.Context(), grid.Worker{Code: "W777", Name: "何伟", Role: grid.Leader}, "")
	if err != nil {
		t.Fatal(err)
	}
	w := s.ask("POST", "admin", "/v1/posts", `{"worker":"W777","area":"320602001001001","from":"2026-06-01T00:00:00+08:00"}`)
	wantProblem(t, w, http.StatusConflict, "one-primary", "", "the area has a primary at that time: post 3, primary 陈静 (W001), from 2026-01-01T00:00:00Z")
	before := s.now.Load()
	got := s.do(201, "dispatcher", "POST", "/v1/posts",
		`{"worker":"W777","area":"320602001001001","from":"2026-06-01T00:00:00+08:00","duty":"周一至周五 08:00-18:00","ends":3,"why":"轮岗"}`)
	for _, want := range []string{`"worker":{"code":"W777","name":"何伟"`, `"rank":"primary","from":"2026-05-31T16:00:00Z","until":null,"duty":"mon-fri 08:00-18:00"`, `"by":"指挥中心#2","why":"轮岗"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	golden(t, "post-history", s.get("/v1/posts/3/history"))
	list := s.get("/v1/posts?area=320602001001001&worker=W001&known=" + time.Unix(before, 0).UTC().Format(time.RFC3339))
	if body := list.Body.String(); !strings.Contains(body, `"until":null,"duty":"","recorded":{"from":"2026-05-01T12:00:00Z","until":"20`) {
		t.Error("until the change the post was known to have no end:", body)
	}
}

// What is seen of a place is who was there at a time, as known at another.
func TestLocateAsKnown(t *testing.T) {
	s := newStaffedCity(t)
	s.do(200, "admin", "PATCH", "/v1/posts/1", `{"from":"2026-04-10T00:00:00Z","why":"began later"}`)
	s.do(201, "admin", "POST", "/v1/absences", `{"worker":"L002","from":"2026-04-01T00:00:00Z","until":"2026-04-20T00:00:00Z","reason":"病假"}`)
	for _, tt := range []struct{ at, known, want string }{
		{"2026-04-05T00:00:00Z", "", "[deputy L002 absent]"},
		{"2026-04-15T00:00:00Z", "", "[primary L001  deputy L002 absent]"},
		{"2026-04-05T00:00:00Z", "2026-05-01T12:00:00Z", "[primary L001  deputy L002 ]"},
		{"2026-04-05T00:00:00Z", "2026-05-01T11:59:59Z", "[]"},
		{"2026-04-25T00:00:00Z", "", "[primary L001  deputy L002 ]"},
	} {
		w := s.get("/v1/locate?lon=120.805&lat=32.005&at=" + tt.at + "&known=" + tt.known)
		wantStatus(t, w, 200)
		v := decode[struct {
			Chain []struct {
				People []struct{ Code, Rank, Away string }
			}
		}](t, w.Body.Bytes())
		var got []string
		for _, p := range v.Chain[len(v.Chain)-1].People {
			got = append(got, p.Rank+" "+p.Code+" "+p.Away)
		}
		if text := "[" + strings.Join(got, " ") + "]"; text != tt.want {
			t.Errorf("at %s, as known at %q: %s, want %s", tt.at, tt.known, text, tt.want)
		}
	}
}

// Who would have answered at a time is decided by the posts, the absences, the rules and
// the departments that were known at another.
func TestRouteAsKnown(t *testing.T) {
	s := newStaffedCity(t)
	for _, change := range []struct{ method, target, body string }{
		{"POST", "/v1/rules", `{"code":"占道","matter":"01","area":"320602","level":"town","department":"城管"}`},
		{"POST", "/v1/absences", `{"worker":"C001","from":"2026-04-01T00:00:00Z","until":"2026-04-20T00:00:00Z"}`},
		{"POST", "/v1/workers", `{"code":"C002","name":"周涛","role":"officer","department":"城管"}`},
		{"POST", "/v1/posts", `{"worker":"C001","area":"320612","from":"2026-01-01T00:00:00Z"}`},
		{"PATCH", "/v1/workers/C001", `{"role":"leader","department":""}`},
		{"DELETE", "/v1/rules/%E5%8D%A0%E9%81%93?why=x", ""},
		{"PATCH", "/v1/posts/3", `{"from":"2026-04-25T00:00:00Z"}`},
	} {
		s.do(map[string]int{"POST": 201, "PATCH": 200, "DELETE": 204}[change.method], "admin", change.method, change.target, change.body)
	}
	for hours, want := range []struct{ april15, april22 string }{
		{"C001 by 占道", "C001 by 占道"},
		{"W001 by 占道", "C001 by 占道"},
		{"C002 by 占道", "C001 by 占道"},
		{"C002 by 占道", "C002 by 占道"},
		{"C002 by 占道", "C002 by 占道"},
		{"W001", "W001"},
		{"L001", "L001"},
	} {
		known := noon.Add(time.Duration(hours)*time.Hour + time.Minute).Format(time.RFC3339)
		for at, want := range map[string]string{"2026-04-15T00:00:00Z": want.april15, "2026-04-22T00:00:00Z": want.april22} {
			w := s.get("/v1/route?lon=120.805&lat=32.005&matter=010101&at=" + at + "&known=" + known)
			wantStatus(t, w, 200)
			v := decode[struct {
				Holder struct{ Worker struct{ Code string } }
				Rule   string
			}](t, w.Body.Bytes())
			got := v.Holder.Worker.Code
			if v.Rule != "" {
				got += " by " + v.Rule
			}
			if got != want {
				t.Errorf("at %s, as known at %s: %s, want %s", at, known, got, want)
			}
		}
	}
}

// Who was somebody is what was known of them then, beside a place and in lists.
func TestPeopleAsKnown(t *testing.T) {
	s := newStaffedCity(t)
	s.do(201, "admin", "POST", "/v1/absences", `{"worker":"W001","from":"2026-06-01"}`)
	before := time.Unix(s.now.Load(), 0).UTC().Format(time.RFC3339)
	s.now.Add(60)
	s.do(200, "admin", "PATCH", "/v1/workers/W001", `{"name":"陈静宜","phone":"13900000000","role":"dispatcher"}`)
	for _, target := range []string{"/v1/locate?lon=120.805&lat=32.005&known=", "/v1/posts?worker=W001&known=", "/v1/absences?known="} {
		for known, want := range map[string]string{before: `"code":"W001","name":"陈静","role":"leader"`, "": `"code":"W001","name":"陈静宜","role":"dispatcher"`} {
			phone := map[bool]string{true: "13800000013", false: "13900000000"}[known == before]
			if got := s.get(target + known).Body.String(); !strings.Contains(got, want) || !strings.Contains(got, phone) {
				t.Errorf("%s%s: no %s, %s in %s", target, known, want, phone, got)
			}
		}
	}
}

func TestExplainRoute(t *testing.T) {
	s := newStaffedCity(t)
	s.do(201, "admin", "POST", "/v1/workers", `{"code":"C009","name":"周涛","role":"officer","department":"城管局"}`)
	s.do(201, "admin", "POST", "/v1/posts", `{"worker":"C009","area":"320602001","from":"2026-01-01T00:00:00Z"}`)
	s.do(201, "admin", "POST", "/v1/rules", `{"code":"夜间","matter":"01","week":"22:00-06:00","level":"microgrid"}`)
	s.do(201, "admin", "PUT", "/v1/rules/城管", `{"matter":"01","area":"320602","level":"town","department":"城管局","note":"占道"}`)
	w := s.get("/v1/route?lon=120.805&lat=32.005&matter=010101&at=2026-05-01T12:00:00Z")
	wantStatus(t, w, 200)
	golden(t, "route-department", w)
	night := s.get("/v1/route?lon=120.805&lat=32.005&matter=010102&at=2026-05-01T15:00:00Z")
	if body := night.Body.String(); !strings.Contains(body, `"rule":"城管"`) {
		t.Error("the area is not more specific than none:", body)
	}
	s.do(204, "admin", "DELETE", "/v1/rules/%E5%9F%8E%E7%AE%A1?why=x", "")
	golden(t, "route-night", s.get("/v1/route?lon=120.805&lat=32.005&matter=010102&urgency=urgent&at=2026-05-01T15:00:00Z"))
	golden(t, "route-ambiguous", s.get("/v1/route?lon=120.81&lat=32.0099&accuracy=100&at=2026-05-01T15:00:00Z"))
	golden(t, "rule-history", s.get("/v1/rules/城管/history"))
	filed := s.ask("POST", "admin", "/v1/reports", `{"id":"`+id(9)+`",`+inMicro1+`,"matter":"010102"}`)
	if !strings.Contains(filed.Body.String(), `"rule 夜间 is passed over: it holds mon-sun 22:00-06:00"`) && !strings.Contains(filed.Body.String(), `"rule 夜间 holds: at microgrid"`) {
		t.Error(filed.Body)
	}
}

// A worker is managed from where they are at home. A deputy post elsewhere, which only
// somebody over both can give, makes no difference to that.
func TestWorkersAreManagedAtHome(t *testing.T) {
	s := newStaffedCity(t)
	s.do(201, "admin", "POST", "/v1/posts", `{"worker":"L001","area":"320612","rank":"deputy","from":"2026-01-01"}`)               // 5
	s.do(201, "admin", "POST", "/v1/posts", `{"worker":"L001","area":"320612001001001","from":"2026-01-01","until":"2026-02-01"}`) // 6
	s.do(201, "admin", "POST", "/v1/posts", `{"worker":"C001","area":"320612001001001","rank":"deputy","from":"2026-01-01"}`)      // 7
	s.do(201, "south", "POST", "/v1/absences", `{"worker":"L001","from":"2026-06-01"}`)
	for _, tt := range []struct {
		token, method, target, body string
		status                      int
	}{
		{"south", "PATCH", "/v1/workers/L001", `{"phone":"1"}`, 200},
		{"south", "PATCH", "/v1/absences/1", `{"until":"2026-07-01"}`, 200},
		{"south", "PATCH", "/v1/posts/5", `{"until":"2026-07-01"}`, 404},
		{"north", "GET", "/v1/workers/L001", "", 200},
		{"north", "PATCH", "/v1/workers/L001", `{"phone":"2"}`, 403},
		{"north", "POST", "/v1/absences", `{"worker":"L001","from":"2026-08-01"}`, 403},
		{"north", "PATCH", "/v1/absences/1", `{"until":"2026-06-02"}`, 403},
		{"north", "DELETE", "/v1/absences/1", "", 403},
		{"north", "POST", "/v1/posts", `{"worker":"L001","area":"320612001001001","from":"2026-06-01"}`, 403},
		{"north", "PATCH", "/v1/posts/5", `{"rank":"primary"}`, 403},
		{"north", "PATCH", "/v1/posts/6", `{"until":null}`, 403},
		{"north", "PATCH", "/v1/posts/6", `{"until":"2026-03-01"}`, 200}, // it is over all the same
		{"north", "PATCH", "/v1/posts/5", `{"duty":"mon-fri 08:00-12:00"}`, 200},
		{"north", "PATCH", "/v1/posts/5", `{"until":"2026-09-01"}`, 200},
		{"north", "PATCH", "/v1/posts/5", `{"until":"2026-10-01"}`, 403},
		{"north", "PATCH", "/v1/workers/C001", `{"phone":"3"}`, 200},
		{"north", "PATCH", "/v1/workers/C001", `{"department":"消防"}`, 403},
		{"south", "PATCH", "/v1/workers/L001", `{"role":"officer","department":"城管"}`, 403},
		{"north", "POST", "/v1/absences", `{"worker":"C001","from":"2026-08-01"}`, 201},
		{"south", "POST", "/v1/posts", `{"worker":"C001","area":"320602","from":"2026-06-01"}`, 403},
	} {
		s.do(tt.status, tt.token, tt.method, tt.target, tt.body)
	}
}

// A post ends for another only when that one takes its place.
func TestOnlyWhatIsInTheWayEnds(t *testing.T) {
	s := newStaffedCity(t)
	post := func(worker, area, rank string, ends int) string {
		return fmt.Sprintf(`{"worker":%q,"area":%q,"rank":%q,"from":"2026-06-01","ends":%d}`, worker, area, rank, ends)
	}
	for _, body := range []string{
		post("L002", micro2, "primary", 1), post("W901", "320602001", "primary", 4), post("W001", micro1, "deputy", 1), post("L001", "320602", "primary", 1),
	} {
		wantProblem(t, s.ask("POST", "admin", "/v1/posts", body), 409, "ends", "", "does not end for this one")
	}
	s.do(201, "admin", "POST", "/v1/posts", post("W001", micro1, "deputy", 2)) // the deputy after the deputy
	s.do(201, "admin", "POST", "/v1/posts", post("L001", micro1, "deputy", 1)) // the same worker, another rank
}

// A date begins at midnight in Beijing, and a time without a zone is by its clock,
// in what is sent and in what is asked.
func TestDatesAreOfBeijing(t *testing.T) {
	s := newStaffedCity(t)
	for from, want := range map[string]string{
		"2026-12-01": "2026-11-30T16:00:00Z", "2026-12-02T08:00:00": "2026-12-02T00:00:00Z", "2026-12-03T08:00:00Z": "2026-12-03T08:00:00Z",
	} {
		got := s.do(201, "admin", "POST", "/v1/absences", `{"worker":"L001","from":"`+from+`","until":"`+from[:len("2026-12-01")]+`T23:00:00Z"}`)
		if !strings.Contains(got, `"from":"`+want+`"`) {
			t.Errorf("from %s is not %s: %s", from, want, got)
		}
	}
	s.do(200, "admin", "PATCH", "/v1/posts/1", `{"from":"2026-04-10"}`)
	for at, held := range map[string]bool{"2026-04-09T23:59:59": false, "2026-04-10": true, "2026-04-09T16:00:00Z": true, "2026-04-09T15:59:59Z": false} {
		if got := s.get("/v1/posts?area=" + micro1 + "&worker=L001&at=" + at); strings.Contains(got.Body.String(), `"id":1`) != held {
			t.Errorf("held at %s: want %v: %s", at, held, got.Body)
		}
	}
}

// The department that a rule names answers by an officer who has no post.
func TestDepartmentAnswers(t *testing.T) {
	s := newStaffedCity(t)
	s.do(201, "admin", "POST", "/v1/rules", `{"code":"占道","matter":"01","department":"城管"}`)
	route := func() string { return s.get("/v1/route?lon=120.805&lat=32.005&matter=010101").Body.String() }
	for _, want := range []string{`"state":"assigned"`, `"code":"C001"`, `"rank":"","worker"`, "officer 郑伟 (C001) of 城管, without a post, answers"} {
		if got := route(); !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	s.do(201, "admin", "POST", "/v1/absences", `{"worker":"C001","from":"2026-05-01"}`)
	for _, want := range []string{"郑伟 (C001) of 城管, without a post, is absent", "陈静 (W001) stands in"} {
		if got := route(); !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// Who changes the roster is the admin or a dispatcher; who sees it, all but reporters.
func TestWhoMayChangeTheRoster(t *testing.T) {
	s := newStaffedCity(t)
	const all = "admin dispatcher officer leader liaison "
	for _, tt := range []struct{ method, target, who string }{
		{"GET", "/v1/route?lon=120.805&lat=32.005", all + "reporter reporter2 viewer"},
		{"GET", "/v1/workers", all + "viewer"},
		{"POST", "/v1/workers", "admin dispatcher"},
		{"GET", "/v1/workers/L001", all + "viewer"},
		{"PATCH", "/v1/workers/L001", "admin dispatcher"},
		{"GET", "/v1/workers/L001/history", all + "viewer"},
		{"GET", "/v1/posts", all + "viewer"},
		{"POST", "/v1/posts", "admin dispatcher"},
		{"GET", "/v1/posts/1", all + "viewer"},
		{"PATCH", "/v1/posts/1", "admin dispatcher"},
		{"DELETE", "/v1/posts/1?x=y", "admin dispatcher"},
		{"GET", "/v1/posts/1/history", all + "viewer"},
		{"GET", "/v1/absences", all + "viewer"},
		{"POST", "/v1/absences", "admin dispatcher"},
		{"PATCH", "/v1/absences/1", "admin dispatcher"},
		{"DELETE", "/v1/absences/1?x=y", "admin dispatcher"},
		{"GET", "/v1/rules", all + "viewer"},
		{"POST", "/v1/rules", "admin dispatcher"},
		{"PUT", "/v1/rules/R", "admin dispatcher"},
		{"DELETE", "/v1/rules/R?x=y", "admin dispatcher"},
	} {
		body := ""
		if tt.method != "GET" && tt.method != "DELETE" {
			body = `{"nothing":"of the kind"}`
		}
		for token, caller := range tokens {
			if caller.Area != 0 {
				continue
			}
			w := s.ask(tt.method, token, tt.target, body)
			want := map[bool]int{true: 200, false: 403}[strings.Contains(" "+tt.who+" ", " "+string(caller.Access)+" ")]
			if want == 200 && tt.method != "GET" {
				want = 400 // what is sent makes no sense
			}
			if w.Code != want {
				t.Errorf("%s %s %s: status %d, want %d: %s", token, tt.method, tt.target, w.Code, want, w.Body)
			}
		}
	}
}

// A dispatcher of an area changes what is in it and sees no more.
func TestRosterWithinRoot(t *testing.T) {
	s := newStaffedCity(t)
	for _, tt := range []struct {
		method, target, body string
		status               int
		holds                string
	}{
		{"GET", "/v1/workers", "", 200, `{"workers":[]}`},
		{"GET", "/v1/posts", "", 200, `{"posts":[]}`},
		{"GET", "/v1/posts/1", "", 404, "no post 1"},
		{"GET", "/v1/posts/1/history", "", 404, "no post 1"},
		{"GET", "/v1/workers/L001", "", 404, "no worker L001"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"320602","from":"2026-06-01T00:00:00Z"}`, 403, "outside 通州区"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"320612","from":"2026-06-01T00:00:00Z","ends":1}`, 404, "no post 1"},
		{"PATCH", "/v1/posts/1", `{"until":"2026-06-01T00:00:00Z"}`, 404, "no post 1"},
		{"DELETE", "/v1/posts/1", "", 404, "no post 1"},
		{"POST", "/v1/posts", `{"worker":"W901","area":"320612","from":"2026-06-01T00:00:00Z"}`, 403, "has posts outside 通州区"},
		{"POST", "/v1/posts", `{"worker":"C001","area":"320612","from":"2026-06-01T00:00:00Z"}`, 403, "has no post"},
		{"POST", "/v1/absences", `{"worker":"C001","from":"2026-06-01T00:00:00Z"}`, 403, "has no post"},
		{"POST", "/v1/absences", `{"worker":"W901","from":"2026-06-01T00:00:00Z"}`, 403, "outside 通州区"},
		{"POST", "/v1/workers", `{"code":"N9","name":"n","role":"officer","department":"城管"}`, 403, "not for a token of 通州区"},
		{"POST", "/v1/workers", `{"code":"N1","name":"n","role":"leader"}`, 201, `"N1"`},
		{"POST", "/v1/posts", `{"worker":"N1","area":"320612001001001","from":"2026-01-01T00:00:00Z"}`, 201, `"N1"`},
		{"PATCH", "/v1/workers/N1", `{"phone":"110"}`, 200, `"110"`},
		{"POST", "/v1/absences", `{"worker":"N1","from":"2026-06-01T00:00:00Z"}`, 201, `"N1"`},
		{"POST", "/v1/rules", `{"code":"r","level":"county"}`, 403, "needed"},
		{"POST", "/v1/rules", `{"code":"r","area":"3206","level":"county"}`, 403, "outside 通州区"},
		{"POST", "/v1/rules", `{"code":"r","area":"320612","level":"county"}`, 201, `"r"`},
		{"GET", "/v1/rules", "", 200, `"r"`},
	} {
		got := s.do(tt.status, "north", tt.method, tt.target, tt.body)
		if !strings.Contains(got, tt.holds) {
			t.Errorf("%s %s: %s, want %s", tt.method, tt.target, got, tt.holds)
		}
	}
	s.do(201, "admin", "POST", "/v1/rules", `{"code":"all","level":"county"}`)
	if got := s.do(200, "north", "GET", "/v1/rules", ""); !strings.Contains(got, `"all"`) {
		t.Error("a rule for everywhere is not seen:", got)
	}
	s.do(403, "north", "PUT", "/v1/rules/all", `{"area":"320612","level":"county"}`)
	s.do(403, "north", "DELETE", "/v1/rules/all", "")
}

func TestRosterRefuses(t *testing.T) {
	s := newStaffedCity(t)
	for _, tt := range []struct {
		method, target, body string
		status               int
		rule, at, detail     string
	}{
		{"POST", "/v1/workers", `{"code":"L001","name":"x","role":"leader"}`, 409, "code-taken", "", "the code L001 is that of liaison 王芳"},
		{"POST", "/v1/workers", `{"code":"a b","name":"x","role":"leader"}`, 400, "code", "code", "white space"},
		{"POST", "/v1/workers", `{"code":"x","role":"leader"}`, 400, "name", "name", "needed"},
		{"POST", "/v1/workers", `{"code":"x","name":"x","role":"king"}`, 400, "role", "role", "unknown role"},
		{"POST", "/v1/workers", `{"code":"x","name":"x","role":"officer"}`, 400, "department", "department", "an officer has one"},
		{"PATCH", "/v1/workers/L001", `{"code":"L009"}`, 400, "code", "code", "never changes"},
		{"PATCH", "/v1/workers/L999", `{"name":"x"}`, 404, "not-found", "", "no worker L999"},
		{"POST", "/v1/posts", `{"worker":"L999","area":"3206","from":"2026-06-01T00:00:00Z"}`, 400, "worker", "worker", "no worker"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"99","from":"2026-06-01T00:00:00Z"}`, 400, "area", "area", "no area"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"3206"}`, 400, "period", "from", "needed"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"3206","from":"2026-06-02","until":"2026-06-01"}`, 400, "period", "until", "not after"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"3206","from":"yesterday"}`, 400, "from", "from", "is not a time"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"3206","from":5}`, 400, "from", "from", "is not a time"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"3206","from":"2026-06-02","rank":"chief"}`, 400, "rank", "rank", "unknown rank"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"3206","from":"2026-06-02","duty":"noon"}`, 400, "duty", "duty", "no day"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"3206","from":"2026-06-02","ends":99}`, 404, "not-found", "", "no post 99"},
		{"POST", "/v1/posts", `{"worker":"L001","area":"320602001001001001","from":"2025-06-02","ends":1}`, 409, "period", "", "not after it begins"},
		{"POST", "/v1/posts", `{"worker":"L001","ends":"1"}`, 400, "type", "ends", "want a number, not string"},
		{"PATCH", "/v1/posts/1", `{"worker":"L002"}`, 400, "post", "worker", "end this one"},
		{"PATCH", "/v1/posts/1", `{"until":"2026-04-01"}`, 400, "period", "until", "not after"},
		{"PATCH", "/v1/posts/99", `{}`, 404, "not-found", "", "no post 99"},
		{"PATCH", "/v1/posts/x", `{}`, 404, "not-found", "", "no post x"},
		{"PATCH", "/v1/posts/2", `{"rank":"primary"}`, 409, "one-primary", "", "post 1, primary 王芳 (L001)"},
		{"GET", "/v1/posts?known=now", "", 400, "parameter", "known", "is not a time"},
		{"GET", "/v1/posts?worker=L999", "", 400, "worker", "worker", "no worker"},
		{"GET", "/v1/posts?cursor=x", "", 400, "parameter", "cursor", `"x" is not a cursor here: take the next link`},
		{"POST", "/v1/rules", `{"code":"x","matter":"01"}`, 400, "rule", "level", "asks for"},
		{"POST", "/v1/rules", `{"code":"x","level":"town","matter":"9"}`, 400, "matter", "matter", "want 2, 4 or 6 digits"},
		{"POST", "/v1/rules", `{"code":"x","level":"town","matter":"99"}`, 400, "matter", "matter", "no matter of the catalogue"},
		{"POST", "/v1/rules", `{"code":"x","level":"town","urgency":"very"}`, 400, "urgency", "urgency", "unknown urgency"},
		{"POST", "/v1/rules", `{"code":"x","department":"气象局"}`, 400, "department", "department", "\"气象局\" has no officer"},
		{"PUT", "/v1/rules/x", `{"code":"y","level":"town"}`, 400, "code", "code", "differs"},
		{"GET", "/v1/rules/x", "", 404, "not-found", "", "no rule x"},
		{"DELETE", "/v1/rules/x", "", 404, "not-found", "", "no rule x"},
		{"GET", "/v1/route?lon=1", "", 400, "missing-parameter", "lat", "needed"},
		{"GET", "/v1/route?lon=120.8&lat=32&matter=999999", "", 400, "matter", "matter", "not in the catalogue"},
	} {
		w := s.ask(tt.method, "admin", tt.target, tt.body)
		t.Run(tt.method+" "+tt.target+" "+tt.body, func(t *testing.T) {
			wantProblem(t, w, tt.status, tt.rule, tt.at, tt.detail)
		})
	}
	s.do(201, "admin", "POST", "/v1/rules", `{"code":"x","level":"town"}`)
	wantProblem(t, s.ask("POST", "admin", "/v1/rules", `{"code":"x","level":"city"}`), 409, "code-taken", "", "a rule x already")
	s.do(201, "admin", "POST", "/v1/rules", `{"code":"y","department":"城管"}`)
	wantProblem(t, s.ask("PATCH", "admin", "/v1/workers/C001", `{"department":"消防"}`), 409, "last-officer", "", "department 城管 would have no officer any more, and is named by the rules y")
	s.do(201, "admin", "POST", "/v1/absences", `{"worker":"L001","from":"2026-06-01T00:00:00Z"}`)
	wantDocumented(t, s.city, map[string]string{
		"Worker": "/v1/workers/L001", "Post": "/v1/posts/1", "Absence": "/v1/absences/1", "Rule": "/v1/rules/x",
	})
	wantProblem(t, s.ask("POST", "admin", "/v1/absences", `{"worker":"L001","from":"2026-07-01T00:00:00Z"}`), 409, "one-absence", "", "absence 1")
}

func TestRosterPages(t *testing.T) {
	s := newStaffedCity(t)
	for _, list := range []string{"workers", "posts"} {
		var got []string
		for next := "/v1/" + list + "?limit=3"; next != ""; {
			w := s.get(next)
			wantStatus(t, w, 200)
			v := decode[struct {
				Workers []struct{ Code string }
				Posts   []struct{ ID int64 }
				Next    string
			}](t, w.Body.Bytes())
			got = append(got, fmt.Sprint(v.Workers, v.Posts))
			next = v.Next
		}
		want := map[string][]string{
			"workers": {"[{L001} {L002} {W001}] []", "[{W901} {C001}] []"},
			"posts":   {"[] [{1} {2} {3}]", "[] [{4}]"},
		}[list]
		if d := gocmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func TestAbsencesAreOnTheRecord(t *testing.T) {
	s := newStaffedCity(t)
	s.do(201, "admin", "POST", "/v1/absences", `{"worker":"L001","from":"2026-04-01T00:00:00Z","reason":"病假"}`)
	s.do(200, "dispatcher", "PATCH", "/v1/absences/1", `{"until":"2026-06-01T00:00:00Z","why":"back"}`)
	route := s.get("/v1/route?lon=120.805&lat=32.005")
	if !strings.Contains(route.Body.String(), "primary liaison 王芳 (L001) is absent until 2026-06-01 08:00") {
		t.Error(route.Body)
	}
	s.do(204, "dispatcher", "DELETE", "/v1/absences/1?why=mistake", "")
	wantStatus(t, s.get("/v1/absences/1"), 404)
	golden(t, "absence-history", s.get("/v1/absences/1/history"))
	if got := s.get("/v1/absences").Body.String(); got != "{\"absences\":[]}\n" {
		t.Error(got)
	}
}
