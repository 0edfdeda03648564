package density

import (
	"sync"
	"sync/atomic"
)

// cacheSize bounds the counts that are kept: those of 74,000 areas take 0.9 MB each.
const cacheSize = 48

// cache keeps the counts asked for last. Its zero value is empty.
type cache[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
	clock   uint64
}

// entry is what is kept under one key. Who holds mu makes it, or brings it up to date.
type entry[V any] struct {
	mu     sync.Mutex
	counts atomic.Pointer[V]
	used   uint64 // by the cache's clock
}

// entry returns the entry of a key; a new one takes the place of that which was not
// asked for the longest.
func (c *cache[K, V]) entry(k K) *entry[V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	e := c.entries[k]
	if e == nil {
		if c.entries == nil {
			c.entries = make(map[K]*entry[V], cacheSize)
		}
		if len(c.entries) >= cacheSize {
			c.evict()
		}
		e = &entry[V]{}
		c.entries[k] = e
	}
	e.used = c.clock
	return e
}

func (c *cache[K, V]) evict() {
	oldest := c.clock
	var drop K
	for k, e := range c.entries {
		if e.used < oldest {
			oldest, drop = e.used, k
		}
	}
	delete(c.entries, drop)
}
