package drill

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// person is somebody who does not exist.
type person struct {
	name   string
	number string
}

// roll makes up n people. The number of each tells their place in the roll by
// its birth date, so that no seed ever gives one number two names; region and
// serial come from the seed.
func roll(seed uint64, n int) []person {
	rng := rand.New(rand.NewPCG(seed, 0)) // #nosec G404 -- made-up numbers, the same for the same seed
	region, serial := rng.IntN(10_000), rng.IntN(1000)
	out := make([]person, n)
	for i := range out {
		born := time.Date(1970, 1, 1+i, 0, 0, 0, 0, time.UTC)
		// No province has the code 99 in GB/T 2260.
		out[i] = person{
			name:   fmt.Sprintf("演练考生%04d", i+1),
			number: withCheck(fmt.Sprintf("99%04d%s%03d", region, born.Format("20060102"), serial)),
		}
	}
	return out
}

// withCheck appends the check character of GB 11643 to 17 digits.
func withCheck(digits string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return digits + "10X98765432"[sum%11:][:1]
}
