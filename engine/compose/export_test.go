package compose

// Held is how many banks the desk holds in memory.
func (d *Desk) Held() int { return len(d.pools) }
