package density

// Settle lays out all that is there as a new base of at most so many tracts, or one for
// each cell.
func (c *Columns) Settle(most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.view.Load()
	c.setBase(newBaseOf(v.merged(c.owed), most), v.version())
}

// Forget drops the counts that are kept.
func (c *Columns) Forget() {
	c.counts.mu.Lock()
	defer c.counts.mu.Unlock()
	clear(c.counts.entries)
	cells := &c.view.Load().base.cells
	cells.mu.Lock()
	defer cells.mu.Unlock()
	clear(cells.entries)
}
