package main

import (
	"context"
	"time"

	"jingwei/dispatch"
	"jingwei/grid"
	"jingwei/store"

	"github.com/prometheus/client_golang/prometheus"
)

// ringEvery is how often a node looks for alarms that have come.
const ringEvery = time.Second

// ring has the system act where a clock has run out, until ctx ends. Every node does,
// and each alarm is rung by one of them. While the database cannot be reached, the
// alarms wait in it.
func (n *node) ring(ctx context.Context) error {
	tick := time.NewTicker(ringEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			s := n.current.Load()
			_, err := n.db.Ring(ctx, func(r grid.Report, now time.Time) (grid.Report, grid.Step, error) {
				return dispatch.Ring(s, r, now)
			})
			if err != nil && ctx.Err() == nil {
				n.log.Warn("alarms wait", "error", err)
			}
		}
	}
}

// newAlarms counts what waits for an alarm.
func newAlarms(db *store.DB) gauges {
	return gauges{
		db.Log,
		[]*prometheus.Desc{
			prometheus.NewDesc("jingwei_alarms_waiting", "Reports on which the system will act by itself.", nil, nil),
			prometheus.NewDesc("jingwei_alarms_late", "Reports on which the system should have acted by now.", nil, nil),
			prometheus.NewDesc("jingwei_alarms_late_seconds", "For how long the first of those has been late.", nil, nil),
		},
		func(ctx context.Context) ([]float64, error) {
			waiting, late, longest, err := db.Alarms(ctx)
			return []float64{float64(waiting), float64(late), longest.Seconds()}, err
		},
	}
}
