//go:build !linux

package launch

import "syscall"

// detached leaves the attributes as they are: only Linux can tie the life of a
// process to its parent's.
func detached(attributes *syscall.SysProcAttr) *syscall.SysProcAttr { return attributes }
