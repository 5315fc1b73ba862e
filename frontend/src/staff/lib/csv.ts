/**
 * A CSV file that spreadsheets open as text: UTF-8 with a mark, CRLF, every
 * cell quoted. Cells that a spreadsheet would take for a formula get an
 * apostrophe in front, as do runs of digits longer than it can keep.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return '\ufeff' + rows.map((r) => r.map(cell).join(',') + '\r\n').join('')
}

function cell(value: string): string {
  return `"${neutral(value).replace(/"/g, '""')}"`
}

/** A value that no spreadsheet runs. */
export function neutral(value: string): string {
  // Blanks in front do not hinder a spreadsheet; full-width signs count too.
  return /^\s*[=+\-@＝＋－＠|]/.test(value) || /^[\t\r\n]/.test(value) || /^\d{16,}$/.test(value) ? `'${value}` : value
}

/** A name that every file system takes. */
export function fileName(title: string, kind: string): string {
  return `${title.replace(/[\\/:*?"<>|\s]+/g, '_').slice(0, 60)}_${kind}.csv`
}
