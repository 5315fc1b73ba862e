package proof

import "syscall"

// detached makes a process die with this one, in whatever way that ends.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
