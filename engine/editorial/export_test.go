package editorial

// Settle waits until nothing is under way in the background.
func (d *Desk) Settle() { d.jobs.all.Wait() }

// Held is how many banks' checks the desk holds in memory.
func (d *Desk) Held() int { return len(d.checks.of) }
