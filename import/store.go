package importer

import (
	"context"

	"jingwei/grid"
)

// Editions is where boundaries are kept.
type Editions interface {
	// CurrentAreas returns all areas of the current edition and its number, which
	// is 0 with no areas when nothing has been published yet.
	CurrentAreas(ctx context.Context) (areas []grid.CodedArea, edition int64, err error)
	// PublishAreas publishes the edition that consists of exactly these areas and
	// returns its number. It fails, and changes nothing, when base is no longer
	// the current edition. An area that stops being a placeholder may change its
	// level; no other does.
	PublishAreas(ctx context.Context, base int64, areas []grid.CodedArea, note string) (edition int64, err error)
}

// Roster is where people, the catalogue, rules and clocks are kept. Each Upsert and Put
// takes a whole checked batch and writes all of it or, failing, nothing.
type Roster interface {
	// Workers returns all workers, in any order.
	Workers(ctx context.Context) ([]grid.Worker, error)
	// AreaCodes returns the codes of all areas of the current edition, in any
	// order.
	AreaCodes(ctx context.Context) ([]string, error)
	// Posts returns all posts, past ones too, in any order.
	Posts(ctx context.Context) ([]grid.CodedPost, error)
	// Matters returns the catalogue, in any order.
	Matters(ctx context.Context) ([]grid.Matter, error)
	// UsedMatters returns those of the codes that reports name.
	UsedMatters(ctx context.Context, codes []string) ([]string, error)
	// Rules returns all rules, in any order.
	Rules(ctx context.Context) ([]grid.CodedRule, error)
	// CalendarDays returns what is known of days, in any order.
	CalendarDays(ctx context.Context) ([]grid.CalendarDay, error)
	// Limits returns all limits, in any order.
	Limits(ctx context.Context) ([]grid.Limit, error)

	// UpsertWorkers adds workers or changes those with the same code. Ids are 0.
	UpsertWorkers(ctx context.Context, workers []grid.Worker) (grid.Tally, error)
	// UpsertPosts adds posts or changes those with the same worker, area and From,
	// or withdraws them.
	UpsertPosts(ctx context.Context, posts []grid.CodedPost) (grid.Tally, error)
	// UpsertMatters adds matters or changes those with the same code.
	UpsertMatters(ctx context.Context, matters []grid.Matter) (grid.Tally, error)
	// RemoveMatters takes matters out of the catalogue. It fails when a report
	// names one of them.
	RemoveMatters(ctx context.Context, codes []string) error
	// PutRules makes rules, or makes those of the same codes what they say, and
	// withdraws others by their codes.
	PutRules(ctx context.Context, rules []grid.CodedRule, withdraw []string) error
	// PutCalendarDays and PutLimits do the same for days and limits, by their keys.
	PutCalendarDays(ctx context.Context, days []grid.CalendarDay, withdraw []string) error
	PutLimits(ctx context.Context, limits []grid.Limit, withdraw []string) error
}

// ReportSink is where reports are kept. MatterCodes is asked once, before the
// first row is read.
type ReportSink interface {
	// MatterCodes returns the codes of all matters, in any order.
	MatterCodes(ctx context.Context) ([]string, error)
	// AppendReports commits a batch of located reports, with the reason why who has
	// one does, and returns how many of them were new: a report whose id is known
	// already is left as it is. It is called for several batches at a time.
	AppendReports(ctx context.Context, entries []grid.Entry) (added int, err error)
}
