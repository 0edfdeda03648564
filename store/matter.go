package store

import (
	"context"
	"fmt"

	"jingwei/grid"

	"github.com/jackc/pgx/v5"
)

// UsedMatters returns those of the codes that reports name. It looks through all
// reports until it has found one of each.
func (db *DB) UsedMatters(ctx context.Context, codes []string) ([]string, error) {
	used, err := collect(ctx, db.pool, pgx.RowTo[string], `
		SELECT c.code FROM unnest($1::text[]) AS c (code) WHERE EXISTS (SELECT 1 FROM report r WHERE r.matter = c.code) ORDER BY 1`, codes)
	if err != nil {
		return nil, fmt.Errorf("used matters: %w", plain(err))
	}
	return used, nil
}

// RemoveMatters takes matters out of the catalogue. It fails when a report names
// one of them.
func (db *DB) RemoveMatters(ctx context.Context, codes []string) error {
	err := db.amend(ctx, "import", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM matter WHERE code = ANY($1)`, codes)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove matters: %w", plain(err))
	}
	return nil
}

// Rules returns all rules that are known, by the codes of their areas.
func (db *DB) Rules(ctx context.Context) ([]grid.CodedRule, error) {
	known, err := ruleLedger.all(ctx, db.pool)
	if err != nil {
		return nil, err
	}
	codes, err := areaNames(ctx, db.pool)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", plain(err))
	}
	rules := make([]grid.CodedRule, len(known))
	for i, r := range known {
		rules[i] = grid.CodedRule{Rule: r, Area: codes[r.Area]}
		rules[i].ID, rules[i].Rule.Area = 0, 0
	}
	return rules, nil
}

// areaNames returns the code that each area had last.
func areaNames(ctx context.Context, q querier) (map[grid.AreaID]string, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT ON (a.id) a.id, a.code FROM area a JOIN edition e ON e.id = a.since
		WHERE e.published IS NOT NULL ORDER BY a.id, a.since DESC`)
	if err != nil {
		return nil, err
	}
	names := map[grid.AreaID]string{}
	var id grid.AreaID
	var code string
	_, err = pgx.ForEachRow(rows, []any{&id, &code}, func() error {
		names[id] = code
		return nil
	})
	return names, err
}

// PutRules makes rules, or makes those of the same codes what they say, and
// withdraws others by their codes.
func (db *DB) PutRules(ctx context.Context, rules []grid.CodedRule, withdraw []string) error {
	err := db.amend(ctx, "import", func(tx pgx.Tx) error {
		names, err := areaNames(ctx, tx)
		if err != nil {
			return err
		}
		ids := make(map[string]grid.AreaID, len(names))
		for id, code := range names {
			ids[code] = id
		}
		for _, r := range rules {
			id, known := ids[r.Area]
			if r.Area != "" && !known {
				return fmt.Errorf("rule %s: there is no area %s", r.Code, r.Area)
			}
			r.Rule.Area = id
			if _, err := ruleLedger.put(ctx, tx, &r.Rule); err != nil {
				return fmt.Errorf("rule %s: %w", r.Code, err)
			}
		}
		for _, code := range withdraw {
			if err := ruleLedger.withdraw(ctx, tx, code); err != nil {
				return fmt.Errorf("rule %s: %w", code, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("rules: %w", plain(err))
	}
	return nil
}
