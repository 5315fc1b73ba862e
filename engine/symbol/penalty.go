package symbol

// Points of ISO/IEC 18004, 7.8.3: what makes a symbol hard to read.
const (
	longRun   = 3  // five modules of a colour in a line, and one more for each further module
	block     = 3  // two by two modules of a colour
	likeFrame = 40 // what looks like a corner: 1:1:3:1:1 with four light modules beside it
	uneven    = 10 // each 5 % of dark modules away from one half
)

// penalty is how badly a mask does; the least is taken.
func penalty(dark [][]bool) int {
	size, count, points := len(dark), 0, 0
	for i := range size {
		points += line(size, func(j int) bool { return dark[i][j] }) + line(size, func(j int) bool { return dark[j][i] })
	}
	for y := range size {
		row := dark[y]
		for x, d := range row {
			if d {
				count++
			}
			if y > 0 && x > 0 && d == row[x-1] && d == dark[y-1][x] && d == dark[y-1][x-1] {
				points += block
			}
		}
	}
	off := 20*count - 10*size*size // twentieths of the area away from one half
	return points + uneven*(max(off, -off)/(size*size))
}

// Eleven modules in a line that look like a corner, from the oldest bit on.
const (
	frameBefore = 0b00001011101
	frameAfter  = 0b10111010000
	eleven      = 1<<11 - 1
)

// line counts the runs and the corners of a row or a column. What is beside the
// symbol is light.
func line(size int, dark func(i int) bool) int {
	points, run, last, seen := 0, 0, false, 0
	for i := range size + 4 {
		d := i < size && dark(i)
		seen <<= 1
		if d {
			seen |= 1
		}
		if w := seen & eleven; w == frameBefore || w == frameAfter && i >= 10 {
			points += likeFrame
		}
		if i >= size {
			continue
		}
		if i > 0 && d == last {
			run++
		} else {
			run, last = 1, d
		}
		if run == 5 {
			points += longRun
		} else if run > 5 {
			points++
		}
	}
	return points
}
