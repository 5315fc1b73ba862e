//go:build !unix

package main

import (
	"os"
	"syscall"
)

// group changes nothing: other systems have no process groups.
func group() *syscall.SysProcAttr { return nil }

// signalGroup kills the command, which is the one signal that every system has.
func signalGroup(process *os.Process, _ os.Signal) error { return process.Kill() }
