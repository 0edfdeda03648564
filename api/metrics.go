package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meter counts and times requests, by route and not by address, so that the
// number of series is bounded.
type meter struct {
	took     *prometheus.HistogramVec // seconds
	streams  prometheus.Gauge
	dropped  prometheus.Counter
	unrouted prometheus.Counter
}

func newMeter(r prometheus.Registerer) meter {
	m := meter{
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "jingwei_http_request_seconds", Help: "Time to answer a request, by route, method and status.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "jingwei_streams_open", Help: "Event streams that are open.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "jingwei_streams_dropped_total", Help: "Event streams cut because the reader was too slow.",
		}),
		unrouted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "jingwei_reports_unrouted_total", Help: "Reports kept for which nobody was found: a dispatcher has to route them.",
		}),
	}
	r.MustRegister(m.took, m.streams, m.dropped, m.unrouted)
	return m
}

var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true}

func (m meter) observe(route, method string, status int, took time.Duration) {
	if !methods[method] {
		method = "other"
	}
	m.took.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// MetricsHandler serves the metrics in the format of Prometheus. It needs no
// token and therefore a port of its own.
func (a *API) MetricsHandler() http.Handler {
	return promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{})
}
