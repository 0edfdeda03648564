package importer_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"jingwei/grid"
)

// editions keeps editions in memory: the last is current.
type editions struct {
	published [][]grid.CodedArea
	notes     []string
}

func (e *editions) CurrentAreas(context.Context) ([]grid.CodedArea, int64, error) {
	if len(e.published) == 0 {
		return nil, 0, nil
	}
	return slices.Clone(e.published[len(e.published)-1]), int64(len(e.published)), nil
}

func (e *editions) PublishAreas(_ context.Context, base int64, areas []grid.CodedArea, note string) (int64, error) {
	if base != int64(len(e.published)) {
		return 0, errors.New("another edition has been published meanwhile")
	}
	e.published, e.notes = append(e.published, areas), append(e.notes, note)
	return base + 1, nil
}

// area returns an area of the current edition.
func (e *editions) area(t *testing.T, code string) grid.CodedArea {
	t.Helper()
	for _, a := range e.published[len(e.published)-1] {
		if a.Code == code {
			return a
		}
	}
	t.Fatalf("no area %s in edition %d", code, len(e.published))
	return grid.CodedArea{}
}
