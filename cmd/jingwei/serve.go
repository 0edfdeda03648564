package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"jingwei/api"
	"jingwei/grid"
	"jingwei/store"
	"jingwei/web"
	"jingwei/webhook"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"
)

type serveCommand struct {
	Addr        string `default:"127.0.0.1:8080" help:"Where to listen."`
	MetricsAddr string `help:"Where to show metrics, at /metrics; default: nowhere."`

	PrivateWebhooks bool `help:"Webhooks may be on this machine, in private networks and without TLS."`
}

func (c *serveCommand) Run(ctx context.Context, s streams, d *database) error {
	db, done, err := d.own(ctx)
	if err != nil {
		return err
	}
	defer done()
	service, err := newService(ctx, db, c, slog.New(slog.NewTextHandler(s.err, nil)))
	if err != nil {
		return err
	}
	return service.run(ctx, func(context.Context) error {
		fmt.Fprintf(s.err, "ready: %s/console\n", service.url())
		return nil
	})
}

// service is a node with its HTTP servers.
type service struct {
	node     *node
	api      *api.API
	appender *store.Appender
	hooks    *webhook.Deliverer
	log      *slog.Logger
	servers  []*http.Server
	lists    []net.Listener
}

// newService listens at once: until the reports are counted, requests are told
// that the service is not ready.
func newService(ctx context.Context, db *store.DB, c *serveCommand, log *slog.Logger) (*service, error) {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	v := &service{node: &node{db: db, log: log}, appender: db.NewAppender(ctx), log: log}
	v.api = api.New(api.Config{
		Snapshots: &v.node.current, Picture: &v.node.picture,
		Reports: v.appender, Tokens: db, Feed: db, Editions: db,
		People: func(actor string) api.People { return db.As(actor) }, Webhooks: db, PrivateWebhooks: c.PrivateWebhooks,
		Pages: web.FS(), Ready: db.Ping, Log: log, Metrics: metrics,
	})
	v.node.publish = v.api.Publish
	metrics.MustRegister(newAlarms(db), newFeedLag(db, v.node.applied.Load))
	v.hooks = webhook.New(webhook.Config{
		Store: db, Snapshots: &v.node.current, Render: v.api.Render, Private: c.PrivateWebhooks, Log: log, Now: db.Now,
	})
	err := v.listen(c.Addr, v.api)
	if err == nil && c.MetricsAddr != "" {
		err = v.listen(c.MetricsAddr, v.api.MetricsHandler())
	}
	if err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

func (v *service) listen(addr string, h http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(v.log.Handler(), slog.LevelWarn)}
	s.RegisterOnShutdown(v.api.Close) // event streams would never end by themselves
	v.lists, v.servers = append(v.lists, l), append(v.servers, s)
	return nil
}

// url is where the service is to be found from this machine.
func (v *service) url() string {
	addr := v.lists[0].Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(addr.Port))
}

// run serves until ctx ends or something fails; ready is called when everything
// is in memory, and may go on as long as ctx.
func (v *service) run(ctx context.Context, ready func(context.Context) error) error {
	defer v.close()
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range v.servers {
		g.Go(func() error { return s.Serve(v.lists[i]) })
	}
	g.Go(func() error { <-ctx.Done(); v.shutdown(); return nil })
	g.Go(func() error {
		after, err := v.node.load(ctx)
		if err != nil {
			return err
		}
		g.Go(func() error { return v.node.follow(ctx, after) })
		g.Go(func() error { return v.node.advance(ctx) })
		g.Go(func() error { return v.node.ring(ctx) })
		g.Go(func() error { return v.node.prune(ctx) })
		g.Go(func() error { return v.hooks.Run(ctx) })
		return ready(ctx)
	})
	if err := g.Wait(); !errors.Is(err, context.Canceled) && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// shutdown lets requests under way come to their end.
func (v *service) shutdown() {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, s := range v.servers {
		if err := s.Shutdown(ctx); err != nil {
			v.log.Warn("shut down", "error", err)
		}
	}
}

func (v *service) close() {
	for _, l := range v.lists {
		l.Close() // closed already, as a rule
	}
	v.appender.Close()
}

// lend makes a token for as long as the service runs.
func (v *service) lend(ctx context.Context, name string, access grid.Access) (secret string, revoke func(), err error) {
	t, secret, err := v.node.db.CreateToken(ctx, name, access, 0, "")
	return secret, func() {
		if err := v.node.db.RevokeToken(context.WithoutCancel(ctx), t.ID); err != nil {
			v.log.Warn("revoke a token", "error", err)
		}
	}, err
}
