package main

import (
	"context"
	"log/slog"
	"time"

	"jingwei/grid"
	"jingwei/store"

	"github.com/prometheus/client_golang/prometheus"
)

// gauges are metrics that are read when they are asked for.
type gauges struct {
	log   *slog.Logger
	descs []*prometheus.Desc
	read  func(context.Context) ([]float64, error) // the value of each
}

// Describe lists the metrics.
func (g gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range g.descs {
		ch <- d
	}
}

// Collect reads the metrics; what cannot be known is left out.
func (g gauges) Collect(ch chan<- prometheus.Metric) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	values, err := g.read(ctx)
	if err != nil {
		g.log.Warn("read metrics", "first", g.descs[0], "error", err)
		return
	}
	for i, v := range values {
		ch <- prometheus.MustNewConstMetric(g.descs[i], prometheus.GaugeValue, v)
	}
}

// newFeedLag tells how far a node is behind the feed, of which it has applied all up to
// a cursor; nothing while there is none yet.
func newFeedLag(db *store.DB, applied func() *grid.Cursor) gauges {
	return gauges{
		db.Log,
		[]*prometheus.Desc{
			prometheus.NewDesc("jingwei_feed_behind", "Events that are committed and that this node has not applied yet.", nil, nil),
			prometheus.NewDesc("jingwei_feed_held_seconds", "For how long a transaction that is still open has held back what was written after it began.", nil, nil),
		},
		func(ctx context.Context) ([]float64, error) {
			upto := applied()
			if upto == nil {
				return nil, nil
			}
			behind, held, err := db.FeedLag(ctx, *upto)
			return []float64{float64(behind), held.Seconds()}, err
		},
	}
}
