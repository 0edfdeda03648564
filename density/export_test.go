package density

// Settle lays out all that is there as a new base.
func (c *Columns) Settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.view.Load()
	c.setBase(v.merged(c.owed), v.version())
}

// Forget drops the counts that are kept.
func (c *Columns) Forget() {
	c.counts.mu.Lock()
	defer c.counts.mu.Unlock()
	clear(c.counts.entries)
	counts := &c.view.Load().base.counts
	counts.mu.Lock()
	defer counts.mu.Unlock()
	clear(counts.entries)
}
