package store

import (
	"context"

	"jingwei/grid"
)

// The worker, the area and the beginning tell posts apart; rank and end may
// change. A batch may let one primary follow another, so what excludes posts is
// looked at when all of it is in place.
var posts = upsert{
	noun: "post",
	make: `
		SET CONSTRAINTS post_one_primary_at_a_time, post_once_at_a_time DEFERRED;
		CREATE TEMP TABLE incoming (row int, worker text, area text, rank text, since timestamptz, until timestamptz, duty text, withdrawn boolean,
			during tstzrange GENERATED ALWAYS AS (CASE WHEN until <= since THEN NULL ELSE tstzrange(since, until) END) STORED) ON COMMIT DROP`,
	columns: []string{"worker", "area", "rank", "since", "until", "duty", "withdrawn"},
	check: `
		WITH placed AS (
			SELECT i.row, w.id AS worker, a.id AS area, i.rank, i.since, i.during, i.worker AS worker_code, i.area AS area_code, i.withdrawn
			FROM incoming i LEFT JOIN worker w ON w.code = i.worker LEFT JOIN current_area a ON a.code = i.area
		), merged AS (
			SELECT row, worker, area, rank, during FROM placed WHERE NOT withdrawn
			UNION ALL
			SELECT 0, p.worker, p.area, p.rank, p.during FROM post p
			WHERE p.recorded_until IS NULL AND NOT EXISTS (SELECT 1 FROM placed i WHERE i.worker = p.worker AND i.area = p.area AND i.since = lower(p.during))
		)
		SELECT row, 'worker '||worker_code||' is not known' FROM placed WHERE worker IS NULL
		UNION ALL
		SELECT row, 'area '||area_code||' is not in the current edition' FROM placed WHERE area IS NULL
		UNION ALL
		SELECT row, 'until is not after from' FROM placed WHERE during IS NULL
		UNION ALL
		SELECT p.row, 'the area has a primary already at that time, by '||CASE WHEN q.row = 0 THEN 'a post that is there' ELSE 'row '||q.row END
		FROM merged p JOIN merged q ON q.area = p.area AND q.row < p.row AND q.during && p.during
		WHERE p.rank = 'primary' AND q.rank = 'primary'
		UNION ALL
		SELECT p.row, 'the worker has a post in the area already at that time, by '||CASE WHEN q.row = 0 THEN 'a post that is there' ELSE 'row '||q.row END
		FROM merged p JOIN merged q ON q.area = p.area AND q.worker = p.worker AND q.row < p.row AND q.during && p.during`,
	merge: `
		WITH placed AS (
			SELECT i.row, w.id AS worker, a.id AS area, i.rank, i.during, i.duty, i.withdrawn, p.id, p.rank AS old_rank, p.during AS old_during, p.duty AS old_duty
			FROM incoming i JOIN worker w ON w.code = i.worker JOIN current_area a ON a.code = i.area
			LEFT JOIN post p ON p.worker = w.id AND p.area = a.id AND lower(p.during) = i.since AND p.recorded_until IS NULL
		), closed AS (
			UPDATE post p SET recorded_until = record_end(p.recorded_from), closed_by = record_by(), closed_why = record_why() FROM placed i
			WHERE p.id = i.id AND p.recorded_until IS NULL AND (i.withdrawn OR (i.old_rank, i.old_during, i.old_duty) IS DISTINCT FROM (i.rank, i.during, i.duty))
			RETURNING p.id, p.recorded_until
		), changed AS (
			INSERT INTO post (id, worker, area, rank, duty, during, recorded_from)
			SELECT i.id, i.worker, i.area, i.rank, i.duty, i.during, c.recorded_until FROM closed c JOIN placed i ON i.id = c.id WHERE NOT i.withdrawn
			RETURNING 1
		), added AS (
			INSERT INTO post (worker, area, rank, duty, during)
			SELECT i.worker, i.area, i.rank, i.duty, i.during FROM placed i WHERE i.id IS NULL AND NOT i.withdrawn
			ORDER BY i.row
			RETURNING 1
		)
		SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed)`,
}

// UpsertPosts adds posts or changes those with the same worker, area and From, or
// withdraws them.
func (db *DB) UpsertPosts(ctx context.Context, list []grid.CodedPost) (grid.Tally, error) {
	return posts.run(ctx, db, len(list), func(i int) []any {
		p := list[i]
		return []any{p.Worker, p.Area, string(p.Rank), p.From, orNull(p.Until), p.Duty.String(), p.Withdrawn}
	})
}
