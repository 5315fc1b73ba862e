// Package report hands results on: to a receiver who asks for certain columns
// under certain headings, as a workbook or as text. Which columns those are is
// data (Map), saved per receiver; no receiver's format is written into code and
// none is claimed to be official.
//
// Values come from released records only. The same results under the same map
// give the same bytes. How a workbook is written is engine/report/xlsx.
package report
