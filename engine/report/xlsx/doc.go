// Package xlsx writes tables of engine/report as Excel workbooks.
package xlsx
