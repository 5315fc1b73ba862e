// Package bulletin sets a quarterly or yearly report on paper: its figures by
// level, key unit, industry and city, its pass rates as bars, and what is said
// of bodies and examiners. What the figures are is computed elsewhere; the
// labels come with them, in the reader's language.
package bulletin
