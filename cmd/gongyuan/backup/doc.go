// Package backup is the file that a backup of the embedded mode is kept in: a
// ZIP of the data and, where wanted, the secrets, with a manifest of their
// lengths and digests that is sealed under the installation's secret. What was
// damaged or exchanged is found before anything is written.
//
// What does not live here: how the data is read and opened, which is the
// command's, and any store.
package backup
