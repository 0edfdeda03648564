package importer

import (
	"context"
	"time"

	"jingwei/geo"
	"jingwei/grid"
)

// Area is an area as files know it: named by its code, under the code of its
// parent. Ids are the store's business.
type Area struct {
	Code        string
	Name        string
	Level       grid.Level
	Kind        grid.Kind
	Parent      string           // code; empty at the top
	Households  int32            // of the area itself; 0 when unknown
	Shape       geo.MultiPolygon // rings oriented; nil when the area is no cell
	Placeholder bool             // made up for a parent that no file has brought yet
}

// Editions is where boundaries are kept.
type Editions interface {
	// CurrentAreas returns all areas of the current edition and its number, which
	// is 0 with no areas when nothing has been published yet.
	CurrentAreas(ctx context.Context) (areas []Area, edition int64, err error)
	// PublishAreas publishes the edition that consists of exactly these areas and
	// returns its number. It fails, and changes nothing, when base is no longer
	// the current edition. An area that stops being a placeholder may change its
	// level; no other does.
	PublishAreas(ctx context.Context, base int64, areas []Area, note string) (edition int64, err error)
}

// Post is a worker's duty in an area, both named by their codes, from From
// (inclusive) to Until (exclusive; zero when no end is known). Worker, area and
// From tell posts apart.
type Post struct {
	Worker string
	Area   string
	Rank   grid.Rank
	From   time.Time
	Until  time.Time
}

// Tally counts what a batch did to what was there.
type Tally struct{ Added, Changed, Same int }

// Roster is where workers, posts and matters are kept. Each Upsert takes a whole
// checked batch and writes all of it or, failing, nothing.
type Roster interface {
	// WorkerCodes returns the codes of all workers, in any order.
	WorkerCodes(ctx context.Context) ([]string, error)
	// AreaCodes returns the codes of all areas of the current edition, in any
	// order.
	AreaCodes(ctx context.Context) ([]string, error)
	// Posts returns all posts, past ones too, in any order.
	Posts(ctx context.Context) ([]Post, error)

	// UpsertWorkers adds workers or changes those with the same code. Ids are 0.
	UpsertWorkers(ctx context.Context, workers []grid.Worker) (Tally, error)
	// UpsertPosts adds posts or changes those with the same worker, area and From.
	UpsertPosts(ctx context.Context, posts []Post) (Tally, error)
	// UpsertMatters adds matters or changes those with the same code.
	UpsertMatters(ctx context.Context, matters []grid.Matter) (Tally, error)
}

// ReportSink is where reports are kept. MatterCodes is asked once, before the
// first row is read.
type ReportSink interface {
	// MatterCodes returns the codes of all matters, in any order.
	MatterCodes(ctx context.Context) ([]string, error)
	// AppendReports commits a batch of located reports and returns how many of
	// them were new: a report whose id is known already is left as it is. The
	// slice is used again after the call.
	AppendReports(ctx context.Context, reports []grid.Report) (added int, err error)
}
