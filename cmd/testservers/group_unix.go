//go:build unix

package main

import (
	"os"
	"syscall"
)

// group puts the command and its children into a group of their own, so that
// all of them can be ended together; go test does not pass signals on.
func group() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// signalGroup signals the command and its children. That they have all ended
// is an error of no interest.
func signalGroup(process *os.Process, signal os.Signal) error {
	return syscall.Kill(-process.Pid, signal.(syscall.Signal))
}
