package density

// Forget drops the counts that are kept.
func (c *Columns) Forget() {
	c.counts.mu.Lock()
	defer c.counts.mu.Unlock()
	clear(c.counts.entries)
}
