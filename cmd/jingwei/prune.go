package main

import (
	"context"
	"time"
)

// feedAge is how old the events are that the feed forgets, and pruneEvery how often a
// node looks for them.
const (
	feedAge    = 30 * 24 * time.Hour
	pruneEvery = 10 * time.Minute
)

// prune has the feed forget what is old, until ctx ends. Every node does, one at a
// time.
func (n *node) prune(ctx context.Context) error {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		pruned, err := n.db.Prune(ctx, feedAge)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			n.log.Warn("the feed grows", "error", err)
		case pruned > 0:
			n.log.Info("the feed has forgotten what is old", "events", pruned)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
