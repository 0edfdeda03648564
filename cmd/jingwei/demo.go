package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"jingwei/geo/datum"
	"jingwei/grid"
	"jingwei/store"
	"jingwei/synth"
)

type demoCommand struct {
	Reports int           `default:"1000000" help:"How many reports of the past; Nantong has had 7801500."`
	Seed    uint64        `default:"1" help:"The same seed gives the same city."`
	Scale   float64       `default:"1" help:"Size of the city: 1 is Nantong with 62,854 cells."`
	Addr    string        `default:"127.0.0.1:8080" help:"Where to listen."`
	Every   time.Duration `default:"1500ms" help:"Mean time between new reports; 0 for none."`
}

func (c *demoCommand) Run(ctx context.Context, s streams, d *database) error {
	db, done, err := d.own(ctx)
	if err != nil {
		return err
	}
	defer done()
	p := newProgress(s.err)
	note, err := c.fill(ctx, s.err, p, db)
	p.close()
	if err != nil {
		return err
	}
	service, err := newService(ctx, db, &serveCommand{Addr: c.Addr}, slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	return service.run(ctx, func(ctx context.Context) error {
		secret, revoke, err := service.lend(ctx, "demo", grid.AccessDispatcher)
		if err != nil {
			return err
		}
		defer revoke()
		link := service.url() + "/console#token=" + secret
		fmt.Fprintf(s.err, "\nThe city is on the map. Sign in and look:\n\n  %s\n\nStop with Ctrl-C; the next start is quick.\n", link)
		if err := c.simulate(ctx, service, note); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
}

// fill puts the city into an empty database; what an earlier run has put there
// stays, and is not made again when nothing is missing.
func (c *demoCommand) fill(ctx context.Context, out io.Writer, p *progress, db *store.DB) (cityNote, error) {
	note, err := c.note(ctx, db)
	if err != nil {
		return note, err
	}
	have, err := db.ImportedCount(ctx)
	if err != nil || have > 0 && have >= int64(c.Reports) {
		return note, err
	}
	city, err := note.generate(func(stage string, done, total int) { p.show("city: "+stage, int64(done), int64(total)) })
	if err != nil {
		return note, usageError{err}
	}
	p.show("boundaries and people", 0, 0)
	if err := publish(ctx, db, city, note); err != nil {
		return note, err
	}
	return note, c.fillReports(ctx, out, p, db, city)
}

// cityNote is the note of the edition of a generated city: what it takes to make
// it again.
type cityNote struct {
	Seed    uint64    `json:"seed"`
	Scale   float64   `json:"scale"`
	Reports int       `json:"reports"` // of the past
	End     time.Time `json:"end"`     // of the past
}

const notePrefix = "generated city "

func (n cityNote) generate(progress func(stage string, done, total int)) (*synth.City, error) {
	return synth.Generate(synth.Options{Seed: n.Seed, Scale: n.Scale, End: n.End, Progress: progress})
}

func (n cityNote) String() string {
	b, _ := json.Marshal(n) // of numbers and a time
	return notePrefix + string(b)
}

// note returns what the city in the database was made from, or what it shall be
// made from when there is none.
func (c *demoCommand) note(ctx context.Context, db *store.DB) (cityNote, error) {
	year, month, day := time.Now().In(synth.Beijing).Date()
	n := cityNote{c.Seed, c.Scale, c.Reports, time.Date(year, month, day, 0, 0, 0, 0, synth.Beijing)}
	text, err := db.Note(ctx, 1)
	if errors.Is(err, grid.ErrNotFound) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	var found cityNote
	if json.Unmarshal(bytes.TrimPrefix([]byte(text), []byte(notePrefix)), &found) != nil {
		return n, fmt.Errorf("the database holds boundaries that are not a generated city (%q): name another with --data or --db", text)
	}
	if found.Seed != c.Seed || found.Scale != c.Scale || found.Reports != c.Reports {
		return n, fmt.Errorf("the database holds the city of --seed %d --scale %g --reports %d: name another folder with --data, or delete that one",
			found.Seed, found.Scale, found.Reports)
	}
	return found, nil
}

// publish brings in the boundaries, if there are none, and the people.
func publish(ctx context.Context, db *store.DB, city *synth.City, note cityNote) error {
	db = db.As("demo")
	if _, err := db.Note(ctx, 1); errors.Is(err, grid.ErrNotFound) {
		if _, err := db.PublishAreas(ctx, 0, areasOf(city), note.String()); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if codes, err := db.MatterCodes(ctx); err != nil || len(codes) == len(city.Matters) {
		return err // the catalogue comes last
	}
	if _, err := db.UpsertWorkers(ctx, city.Workers); err != nil {
		return err
	}
	if _, err := db.UpsertPosts(ctx, postsOf(city)); err != nil {
		return err
	}
	_, err := db.UpsertMatters(ctx, city.Matters)
	return err
}

func areasOf(city *synth.City) []grid.CodedArea {
	areas := make([]grid.CodedArea, len(city.Areas))
	for i, a := range city.Areas {
		areas[i] = grid.CodedArea{Code: a.Code, Name: a.Name, Level: a.Level, Kind: a.Kind, Parent: a.Parent, Households: a.Households, Shape: a.Shape}
	}
	return areas
}

func postsOf(city *synth.City) []grid.CodedPost {
	posts := make([]grid.CodedPost, len(city.Posts))
	for i, p := range city.Posts {
		posts[i] = grid.CodedPost{Worker: p.Worker, Area: p.Area, Rank: p.Rank, From: p.From, Until: p.Until}
	}
	return posts
}

// fillReports brings in the reports of the past.
func (c *demoCommand) fillReports(ctx context.Context, out io.Writer, p *progress, db *store.DB, city *synth.City) error {
	snapshot, err := db.Load(ctx, 0)
	if err != nil {
		return err
	}
	for t := city.Start(); t.Before(city.End().AddDate(0, 1, 0)); t = t.AddDate(0, 1, 0) {
		if err := db.MakeMonth(ctx, t); err != nil {
			return err
		}
	}
	began := time.Now()
	added, err := db.ImportReports(ctx, "demo", "generated reports", c.past(p, city, snapshot))
	if err != nil {
		return err
	}
	if err := db.Analyze(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d reports in %.1f s\n", added, time.Since(began).Seconds())
	return nil
}

// past yields the reports of the past, located and, where work is still owed,
// routed.
func (c *demoCommand) past(p *progress, city *synth.City, s *grid.Snapshot) iter.Seq2[grid.Entry, error] {
	return func(yield func(grid.Entry, error) bool) {
		i, now := 0, time.Now()
		for r := range city.Reports(c.Reports) {
			report := grid.Report{
				ID: r.ID, At: r.At, Received: r.Received, Pos: r.Pos, Accuracy: r.Accuracy,
				Matter: r.Matter, Text: r.Text, Reporter: r.Reporter, State: r.State, Version: 1,
			}
			why := settle(s, &report, now)
			if !yield(grid.Entry{Report: report, Reason: why}, nil) {
				return
			}
			if i++; i%1000 == 0 {
				p.show("reports", int64(i), int64(c.Reports))
			}
		}
	}
}

// simulate reports over HTTP, as the phones of field workers would, until ctx
// ends.
func (c *demoCommand) simulate(ctx context.Context, v *service, note cityNote) error {
	if c.Every <= 0 {
		return nil
	}
	city, err := note.generate(nil)
	if err != nil {
		return err
	}
	secret, revoke, err := v.lend(ctx, "demo phones", grid.AccessReporter)
	if err != nil {
		return err
	}
	defer revoke()
	live := city.Live(uint64(time.Now().UnixNano()))
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(rand.ExpFloat64() * float64(c.Every))):
		}
		if err := send(ctx, v.url(), secret, live.Report(time.Now())); err != nil && ctx.Err() == nil {
			v.log.Warn("simulated report", "error", err)
		}
	}
}

// send reports in the datum of a phone's map, GCJ-02.
func send(ctx context.Context, base, secret string, r synth.Report) error {
	lon, lat := datum.GCJ02.FromWGS84(r.Pos.Lon(), r.Pos.Lat())
	body, err := json.Marshal(map[string]any{
		"position": [2]float64{lon, lat}, "datum": "gcj02", "accuracy": r.Accuracy,
		"matter": r.Matter, "text": r.Text, "reporter": r.Reporter, "at": r.At,
	})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, base+"/v1/reports/"+r.ID.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return fmt.Errorf("%s: %s", resp.Status, text)
	}
	return nil
}
