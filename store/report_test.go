package store_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"jingwei/geo"
	"jingwei/grid"
	"jingwei/store/storetest"

	"github.com/google/uuid"
)

var seedMatters = []grid.Matter{
	{Code: "010101", Category: "安全", Item: "消防", Name: "占用消防通道", Level: grid.Grid, Limit: 24 * time.Hour},
	{Code: "010201", Category: "安全", Item: "用电", Name: "私拉电线", Level: grid.Village, Limit: 48 * time.Hour},
}

// seeded is a database with a city of n by n cells and two matters.
func seeded(t testing.TB, n int) *storetest.Database {
	t.Helper()
	db := storetest.New(t)
	publish(t, db, 0, city(n, 1))
	_, err := db.UpsertMatters(t.Context(), seedMatters)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// idAt is a UUIDv7 of a time, the n-th.
func idAt(at time.Time, n int) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16)
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	id[6] = 0x70
	id[8] = 0x80
	return id
}

// report is the n-th of a time, in the cell with id 2.
func report(at time.Time, n int) grid.Report {
	return grid.Report{
		ID: idAt(at, n), At: at, Received: at.Add(time.Second),
		Pos: geo.Pos{X: corner.X + int32(n%1000), Y: corner.Y + int32(n%777)}, Accuracy: 12.3,
		Matter: []string{"010101", "010201", ""}[n%3], Text: fmt.Sprintf("消防通道被占用 %d", n), Reporter: "w1",
		Cell: grid.AreaID(2 + n%25), Method: grid.Exact, Edition: 1,
		State: grid.Assigned, Holder: grid.Holder{Level: grid.Grid, Area: 2}, Version: 1,
		Urgency: grid.Urgency(n % 3),
		Clocks:  grid.Clocks{Due: at.Add(24 * time.Hour), StageDue: at.Add(2 * time.Hour), Alarm: at.Add(1152 * time.Minute), StageAlarm: at.Add(96 * time.Minute)},
	}
}

// entry is a report as it came in: routed at once, or to the unrouted queue.
func entry(r grid.Report) grid.Entry {
	return grid.Entry{Report: r, Actor: "w1#1", Who: "worker:1", AsWhom: "liaison", Reason: "primary in post"}
}
