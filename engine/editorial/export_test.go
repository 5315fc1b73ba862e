package editorial

// Settle waits until nothing is under way in the background.
func (d *Desk) Settle() { d.jobs.all.Wait() }
