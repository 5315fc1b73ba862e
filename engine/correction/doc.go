// Package correction lets candidates see what is kept about them and ask for a
// correction (更正申请), and staff decide. A name is put right here, because it
// stands in one place; for everything else whoever decides does it where it is
// kept and says so. Certificates stay as they were signed: a new one is another
// act.
package correction
