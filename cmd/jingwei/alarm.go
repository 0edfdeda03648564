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

// alarms counts, when it is asked, what waits in the database.
type alarms struct {
	db                     *store.DB
	waiting, late, longest *prometheus.Desc
}

func newAlarms(db *store.DB) alarms {
	return alarms{
		db,
		prometheus.NewDesc("jingwei_alarms_waiting", "Reports on which the system will act by itself.", nil, nil),
		prometheus.NewDesc("jingwei_alarms_late", "Reports on which the system should have acted by now.", nil, nil),
		prometheus.NewDesc("jingwei_alarms_late_seconds", "For how long the first of those has been late.", nil, nil),
	}
}

// Describe lists the metrics.
func (a alarms) Describe(ch chan<- *prometheus.Desc) {
	ch <- a.waiting
	ch <- a.late
	ch <- a.longest
}

// Collect asks the database; what cannot be known is left out.
func (a alarms) Collect(ch chan<- prometheus.Metric) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	waiting, late, longest, err := a.db.Alarms(ctx)
	if err != nil {
		a.db.Log.Warn("metrics of alarms", "error", err)
		return
	}
	for _, m := range []struct {
		what  *prometheus.Desc
		value float64
	}{{a.waiting, float64(waiting)}, {a.late, float64(late)}, {a.longest, longest.Seconds()}} {
		ch <- prometheus.MustNewConstMetric(m.what, prometheus.GaugeValue, m.value)
	}
}
