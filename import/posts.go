package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jingwei/grid"
)

// Columns of a table of posts.
const (
	postWorker = iota
	postArea
	postRank
	postFrom
	postUntil
	postDuty
)

var postColumns = []column{
	{names: []string{"worker", "人员", "人员编号", "工号"}, required: true},
	{names: []string{"area", "区域", "区域编号", "网格编号"}, required: true},
	{names: []string{"rank", "岗位类别", "类别"}},
	{names: []string{"from", "开始", "开始时间", "开始日期"}, required: true},
	{names: []string{"until", "结束", "结束时间", "结束日期"}},
	{names: []string{"duty", "值班", "值班时段"}},
}

// Posts reads a table of posts and hands all of them over, if no row is wrong
// and, beside the posts that are there, an area has one primary at a time and a
// worker one post in an area. What is wrong is a *[Refused].
func Posts(ctx context.Context, to Roster, path string, o TableOptions) (*TableResult, error) {
	known, err := knownCodes(ctx, to)
	if err != nil {
		return nil, err
	}
	there, err := to.Posts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	duties := map[[3]string]grid.Week{}
	for _, p := range there {
		duties[placedPost{p, 0}.key()] = p.Duty
	}
	var posts []placedPost
	ignored, err := eachRow(ctx, path, o, postColumns, func(t *table) error {
		p, err := post(t, known)
		if err != nil {
			return t.problem("%v", err)
		}
		placed := placedPost{p, t.line}
		if !t.has(postDuty) {
			placed.Duty = duties[placed.key()]
		}
		posts = append(posts, placed)
		return nil
	})
	var bad *Refused
	if err != nil && !errors.As(err, &bad) {
		return nil, err
	}
	now := o.now()
	plain := make([]grid.CodedPost, len(posts))
	for i, p := range posts {
		plain[i] = p.CodedPost
	}
	r := newResult(len(posts), postSide(now, known).compare(there, plain), ignored)
	ended := endings(there, r.leave(o, "post"), now)
	if bad = bad.with(conflicts(path, append(posts, ended...), there)); len(bad.Problems) > 0 {
		return nil, bad
	}
	if o.DryRun {
		return r, nil
	}
	for _, p := range ended {
		plain = append(plain, p.CodedPost)
	}
	written, err := to.UpsertPosts(ctx, plain)
	if err != nil {
		return nil, fmt.Errorf("write posts: %w", err)
	}
	r.Added = written.Added // what else was changed was asked for by no row
	return r, nil
}

// postSide compares posts. One is missed if it is held or comes, in an area of the
// current edition.
func postSide(now time.Time, known codes) side[grid.CodedPost] {
	return side[grid.CodedPost]{
		key: func(p grid.CodedPost) string { return p.Worker + " in " + p.Area + " from " + stamp(p.From) },
		cells: func(p grid.CodedPost) []cell {
			return []cell{{"rank", string(p.Rank)}, {"until", stamp(p.Until)}, {"duty", p.Duty.String()}}
		},
		gone: func(p grid.CodedPost) bool {
			return known.areas[p.Area] && (p.Until.IsZero() || now.Before(p.Until))
		},
	}
}

// endings returns the posts of these keys as they end now; one that has not begun
// is withdrawn.
func endings(there []grid.CodedPost, keys []string, now time.Time) []placedPost {
	end := set(keys)
	var ended []placedPost
	for _, p := range there {
		if !end[postSide(now, codes{}).key(p)] {
			continue
		}
		if p.Until = now.UTC().Truncate(time.Microsecond); !p.From.Before(p.Until) {
			p.Until, p.Withdrawn = time.Time{}, true
		}
		ended = append(ended, placedPost{p, 0})
	}
	return ended
}

// stamp writes a time to the second; none is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(grid.Beijing).Format("2006-01-02 15:04:05")
}

// codes are those that posts may name.
type codes struct{ workers, areas map[string]bool }

func knownCodes(ctx context.Context, to Roster) (codes, error) {
	workers, err := to.Workers(ctx)
	if err != nil {
		return codes{}, fmt.Errorf("read workers: %w", err)
	}
	names := make([]string, len(workers))
	for i, w := range workers {
		names[i] = w.Code
	}
	areas, err := to.AreaCodes(ctx)
	if err != nil {
		return codes{}, fmt.Errorf("read areas: %w", err)
	}
	return codes{set(names), set(areas)}, nil
}

func set(names []string) map[string]bool {
	s := make(map[string]bool, len(names))
	for _, n := range names {
		s[n] = true
	}
	return s
}

// post reads a row.
func post(t *table, known codes) (p grid.CodedPost, err error) {
	p = grid.CodedPost{Worker: t.get(postWorker), Area: t.get(postArea)}
	switch {
	case !known.workers[p.Worker]:
		return p, fmt.Errorf("worker %q is not known", p.Worker)
	case !known.areas[p.Area]:
		return p, fmt.Errorf("area %q is not in the current edition", p.Area)
	}
	if p.Rank, err = grid.ParseRank(t.get(postRank)); err != nil {
		return p, err
	}
	if p.From, err = t.moment("from", t.get(postFrom)); err != nil {
		return p, err
	}
	if p.Until, err = t.optional("until", t.get(postUntil)); err != nil {
		return p, err
	}
	if p.Duty, err = grid.ParseWeek(t.get(postDuty)); err != nil {
		return p, err
	}
	if !p.Until.IsZero() && !p.From.Before(p.Until) {
		return p, fmt.Errorf("until %s is not after from %s", t.get(postUntil), t.get(postFrom))
	}
	return p, nil
}

// placedPost is a post with its line; 0 for one that is there already.
type placedPost struct {
	grid.CodedPost
	line int
}

func (p placedPost) String() string {
	if p.line == 0 {
		return fmt.Sprintf("the post of %s in %s from %s", p.Worker, p.Area, p.From.In(grid.Beijing).Format(time.DateOnly))
	}
	return fmt.Sprintf("line %d", p.line)
}

// key tells posts apart.
func (p placedPost) key() [3]string {
	return [3]string{p.Worker, p.Area, p.From.UTC().Format(time.RFC3339Nano)}
}

// conflicts finds rows that are one post twice, and posts that may not be held
// at the same time.
func conflicts(path string, rows []placedPost, there []grid.CodedPost) []*Problem {
	var bad []*Problem
	var all []placedPost
	lines := map[[3]string]int{}
	for _, p := range rows {
		if at, twice := lines[p.key()]; twice {
			bad = append(bad, &Problem{File: path, Line: p.line, Text: fmt.Sprintf("the same worker, area and from as line %d", at)})
			continue
		}
		if lines[p.key()] = p.line; !p.Withdrawn {
			all = append(all, p)
		}
	}
	for _, p := range there {
		q := placedPost{p, 0}
		if _, named := lines[q.key()]; !named {
			all = append(all, q)
		}
	}
	bad = append(bad, overlaps(path, all, "the area has a primary at that time already: %v", func(p placedPost) (string, bool) { return p.Area, p.Rank == grid.Primary })...)
	bad = append(bad, overlaps(path, all, "the worker has a post in the area at that time already: %v", func(p placedPost) (string, bool) { return p.Worker + "\x00" + p.Area, true })...)
	return bad
}

// overlaps finds posts that run into an earlier one of the same group.
func overlaps(path string, all []placedPost, text string, group func(placedPost) (string, bool)) []*Problem {
	groups := map[string][]placedPost{}
	for _, p := range all {
		if g, ok := group(p); ok {
			groups[g] = append(groups[g], p)
		}
	}
	var bad []*Problem
	for _, ps := range groups {
		slices.SortFunc(ps, func(p, q placedPost) int {
			return cmp.Or(p.From.Compare(q.From), cmp.Compare(p.line, q.line))
		})
		last := ps[0]
		for _, p := range ps[1:] {
			if last.Until.IsZero() || p.From.Before(last.Until) {
				bad = append(bad, clash(path, text, last, p))
			}
			if p.Until.IsZero() || !last.Until.IsZero() && last.Until.Before(p.Until) {
				last = p
			}
		}
	}
	return bad
}

// clash is told of the row that comes later in the file.
func clash(path, text string, p, q placedPost) *Problem {
	if p.line > q.line {
		p, q = q, p
	}
	return &Problem{File: path, Line: q.line, Text: fmt.Sprintf(text, p)}
}
