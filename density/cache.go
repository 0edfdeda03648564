package density

import (
	"sync"
	"sync/atomic"
)

// cacheSize bounds the windows whose counts are kept: at 74,000 areas, 0.6 MB
// each.
const cacheSize = 48

// cache keeps the counts of the windows asked for last. Its zero value is empty.
type cache struct {
	mu      sync.Mutex
	entries map[window]*entry
	clock   uint64
}

// entry is one window's counts. Who holds mu brings them up to date.
type entry struct {
	mu     sync.Mutex
	counts atomic.Pointer[Counts]
	used   uint64 // by the cache's clock
}

// entry returns the entry of a window; a new one takes the place of that which
// was not asked for the longest.
func (c *cache) entry(w window) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	e := c.entries[w]
	if e == nil {
		if c.entries == nil {
			c.entries = make(map[window]*entry, cacheSize)
		}
		if len(c.entries) >= cacheSize {
			c.evict()
		}
		e = &entry{}
		c.entries[w] = e
	}
	e.used = c.clock
	return e
}

func (c *cache) evict() {
	oldest := c.clock
	var drop window
	for w, e := range c.entries {
		if e.used < oldest {
			oldest, drop = e.used, w
		}
	}
	delete(c.entries, drop)
}
