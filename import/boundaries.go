package importer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"jingwei/geo/datum"
	"jingwei/grid"
)

// BoundaryOptions say how to read boundary files and what to do with them.
type BoundaryOptions struct {
	Level grid.Level // of all areas in the files

	// Names of the properties that hold what is to be known of an area. Empty ones
	// are taken from code, name, kind and households where features have those;
	// without Parent, new areas have none and known ones keep theirs.
	Code, Name, Parent, Kind, Households string

	Datum datum.Datum // of longitudes and latitudes
	CRS   string      // EPSG:n of projected files; empty for longitude and latitude

	RepairWidth float64 // close gaps and overlaps narrower than this, in metres; 0 repairs nothing
	Replace     bool    // drop the areas of Level that the files do not name
	DryRun      bool    // do everything but publish
	Note        string  // of the edition

	Progress Progress // may be nil
}

// DefaultRepairWidth is a width, in metres, below which a gap or an overlap is
// taken for an error of drawing.
const DefaultRepairWidth = 1.0

// Memory is a soft limit for the process, in bytes, under which a file of 300 MB
// is imported as fast as without one; a command sets it with
// runtime/debug.SetMemoryLimit, as the collector would else let garbage double the heap.
const Memory = 700 << 20

// Boundaries reads files as one batch, lays it over the current edition and
// publishes the result as the next, if nothing at all is wrong with it. What is
// wrong is a *[Refused].
func Boundaries(ctx context.Context, to Editions, files []string, o BoundaryOptions) (*BoundaryResult, error) {
	batch, err := readBatch(ctx, files, o)
	if err != nil {
		return nil, err
	}
	current, base, err := to.CurrentAreas(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the current edition: %w", err)
	}
	m, err := merge(current, batch, o)
	if err != nil {
		return nil, err
	}
	if err := m.cover(o); err != nil {
		return nil, err
	}
	return m.publish(ctx, to, base, o)
}

// ReadBoundaries reads files as one batch of areas and checks that each has a
// code of its own, without a look at any edition.
func ReadBoundaries(ctx context.Context, files []string, o BoundaryOptions) ([]grid.CodedArea, error) {
	batch, err := readBatch(ctx, files, o)
	if err != nil {
		return nil, err
	}
	areas := make([]grid.CodedArea, len(batch.entries))
	for i, e := range batch.entries {
		areas[i] = e.area
	}
	return areas, nil
}

// readBatch reads all files.
func readBatch(ctx context.Context, files []string, o BoundaryOptions) (*batch, error) {
	if err := o.check(files); err != nil {
		return nil, err
	}
	b := newBatch(o)
	done, total := int64(0), totalSize(files, o.CRS)
	for _, path := range files {
		err := withBoundaries(ctx, path, o.CRS, func(r io.Reader) error {
			return b.file(path, &meter{r, &done, total, o.Progress}, o)
		})
		var p *Problem
		if errors.As(err, &p) {
			p.File = path
			return nil, refuse(append(b.problems, p))
		}
		if err != nil {
			return nil, err
		}
	}
	return b, refuse(b.problems)
}

func (o *BoundaryOptions) check(files []string) error {
	switch {
	case len(files) == 0:
		return errors.New("no file to import")
	case !o.Level.Valid():
		return errors.New("the level of the areas is missing")
	case o.Datum != datum.WGS84 && o.CRS != "":
		return errors.New("a file is either in a datum of longitude and latitude or in a projection, not in both")
	case o.RepairWidth < 0:
		return fmt.Errorf("a repair width of %v m", o.RepairWidth)
	}
	return CheckCRS(o.CRS)
}
