package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"jingwei/geo/coverage"
	"jingwei/store"
)

type checkCommand struct {
	Edition *int64 `placeholder:"N" help:"Number of the edition, from 1; default: the current one."`
}

func (c *checkCommand) Run(ctx context.Context, s streams, d *database) error {
	edition := int64(0) // the current one
	if c.Edition != nil {
		if edition = *c.Edition; edition < 1 {
			return usageError{fmt.Errorf("--edition %d: editions begin at 1", edition)}
		}
	}
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	began := time.Now()
	faults, err := db.Check(ctx, edition)
	if err != nil {
		return err
	}
	for _, f := range faults {
		fmt.Fprintln(s.out, f)
	}
	n, err := geometry(ctx, s.out, db, edition)
	if err != nil {
		return err
	}
	if n += len(faults); n > 0 {
		return fmt.Errorf("%d violations", n)
	}
	fmt.Fprintf(s.err, "no violations, in %.1f s\n", time.Since(began).Seconds())
	return nil
}

// geometry builds the coverage of the edition and proves on it what SQL cannot;
// it returns how many violations it listed.
func geometry(ctx context.Context, out io.Writer, db *store.DB, edition int64) (int, error) {
	id, cells, err := db.Faces(ctx, edition)
	if err == nil && id == 0 {
		err = errors.New("there is no edition yet: import boundaries first")
	}
	if err != nil {
		return 0, err
	}
	cover, err := coverage.Build(cells)
	if bad := (*coverage.Violations)(nil); errors.As(err, &bad) {
		for _, v := range bad.List {
			fmt.Fprintln(out, v)
		}
		if bad.More > 0 {
			fmt.Fprintf(out, "and %d more\n", bad.More)
		}
		return len(bad.List) + bad.More, nil
	}
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(out, "edition %d: %d cells tile the territory: no gap, no overlap, one cell at every place\n", id, cover.Len())
	return unions(ctx, out, db, edition)
}

// unions proves that the cells below every area are all the ground it has: that
// the areas of each level, drawn as the unions of their cells, again tile what
// their cells tile.
func unions(ctx context.Context, out io.Writer, db *store.DB, edition int64) (int, error) {
	snapshot, err := db.Load(ctx, edition)
	if err != nil {
		return 0, err
	}
	bad := 0
	for _, l := range snapshot.Levels() {
		n, err := checkLevel(snapshot, l)
		if err != nil {
			fmt.Fprintf(out, "%v: %v\n", l, err)
			bad++
			continue
		}
		fmt.Fprintf(out, "%-9v %d areas, each the exact union of its cells\n", l, n)
	}
	return bad, nil
}
