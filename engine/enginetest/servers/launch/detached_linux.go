package launch

import "syscall"

// detached adds to the attributes that the process gets a group of its own and
// is killed when this process ends in whatever way.
func detached(attributes *syscall.SysProcAttr) *syscall.SysProcAttr {
	if attributes == nil {
		attributes = &syscall.SysProcAttr{}
	}
	attributes.Setpgid = true
	attributes.Pdeathsig = syscall.SIGKILL
	return attributes
}
