package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"jingwei/geo"
	"jingwei/grid"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// difference is what sets an edition apart from its base.
type difference struct {
	fresh []version     // areas whose codes are new, by code
	begun []version     // new versions of areas, by id
	ended []grid.AreaID // areas whose versions end, by id
}

func (d difference) empty() bool { return len(d.begun)+len(d.ended) == 0 }

// compare checks that the base is current and finds what differs from it.
func compare(ctx context.Context, conn *pgxpool.Conn, c Change) (d difference, err error) {
	err = pgx.BeginTxFunc(ctx, conn, snapshotTx, func(tx pgx.Tx) error {
		e, old, err := readEdition(ctx, tx, 0)
		if err != nil {
			return err
		}
		if e.id != c.Base {
			return fmt.Errorf("%w: made from edition %d, but edition %d is current", ErrConflict, c.Base, e.id)
		}
		ids, last, err := readCodes(ctx, tx)
		if err != nil {
			return err
		}
		b := book{ids: ids, last: last}
		versions, err := b.versions(c.Areas)
		if err != nil {
			return err
		}
		d, err = diff(old, versions)
		d.fresh = b.fresh
		return err
	})
	return d, err
}

// readCodes returns the areas of all codes ever used, and the highest id.
func readCodes(ctx context.Context, tx pgx.Tx) (ids map[string]grid.AreaID, last grid.AreaID, err error) {
	rows, err := tx.Query(ctx, `SELECT code, area FROM area_code`)
	if err != nil {
		return nil, 0, err
	}
	ids = map[string]grid.AreaID{}
	var code string
	var id grid.AreaID
	_, err = pgx.ForEachRow(rows, []any{&code, &id}, func() error {
		ids[code], last = id, max(last, id)
		return nil
	})
	return ids, last, err
}

// book knows the id of every code and gives new codes the next ids.
type book struct {
	ids   map[string]grid.AreaID
	last  grid.AreaID
	fresh []version
}

// versions turns areas into versions by ascending id.
func (b *book) versions(areas []grid.CodedArea) ([]version, error) {
	areas = slices.SortedFunc(slices.Values(areas), func(p, q grid.CodedArea) int { return cmp.Compare(p.Code, q.Code) })
	named := make(map[string]bool, len(areas))
	for _, a := range areas {
		if named[a.Code] {
			return nil, fmt.Errorf("area %s: the code twice", a.Code)
		}
		named[a.Code] = true
		if _, known := b.ids[a.Code]; !known {
			b.last++
			b.ids[a.Code] = b.last
			b.fresh = append(b.fresh, version{Area: grid.Area{ID: b.last, Code: a.Code}})
		}
	}
	out := make([]version, len(areas))
	for i, a := range areas {
		if a.Parent != "" && !named[a.Parent] {
			return nil, fmt.Errorf("area %s: its parent %s is not in the edition", a.Code, a.Parent)
		}
		if err := checkShape(a.Shape); err != nil {
			return nil, fmt.Errorf("area %s: %w", a.Code, err)
		}
		out[i] = b.version(a)
	}
	slices.SortFunc(out, func(p, q version) int { return cmp.Compare(p.ID, q.ID) })
	return out, nil
}

func (b *book) version(a grid.CodedArea) version {
	v := version{placeholder: a.Placeholder, Area: grid.Area{
		ID: b.ids[a.Code], Code: a.Code, Name: a.Name, Level: a.Level, Kind: a.Kind,
		Parent: b.ids[a.Parent], Households: a.Households, Cell: a.Shape != nil,
	}}
	if v.Cell {
		v.shape = canonical(a.Shape)
	}
	return v
}

// checkShape refuses what is no polygon at all; the rest is the database's.
func checkShape(m geo.MultiPolygon) error {
	for _, p := range m {
		if len(p) == 0 {
			return fmt.Errorf("a polygon without a ring")
		}
		for _, r := range p {
			if len(r) < 3 {
				return fmt.Errorf("a ring of %d positions", len(r))
			}
		}
	}
	return nil
}

// diff compares two lists by ascending id. An area keeps its level for ever,
// unless it was a placeholder.
func diff(old, now []version) (d difference, err error) {
	byID := make(map[grid.AreaID]version, len(old))
	for _, v := range old {
		byID[v.ID] = v
	}
	for _, v := range now {
		was, known := byID[v.ID]
		delete(byID, v.ID)
		switch {
		case known && was.Level != v.Level && !was.placeholder:
			return d, fmt.Errorf("area %s is a %v and cannot become a %v", v.Code, was.Level, v.Level)
		case known && was.Area == v.Area && was.placeholder == v.placeholder && sameShape(was.shape, v.shape):
			continue
		case known:
			d.ended = append(d.ended, v.ID)
		}
		d.begun = append(d.begun, v)
	}
	for id := range byID {
		d.ended = append(d.ended, id)
	}
	slices.Sort(d.ended)
	return d, nil
}
